"""Baked pages as they travel to other offices, where they can be read and not changed."""

from typing import Any

from django.db import models

from kafo.publishing.enums import Tone
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class PublishedFrame(SharedRecord):
    """Head, menu and foot of a site in one language: the words, and no markup.

    Whoever shows a copy draws the frame with its own templates, so that no office has to believe
    another one's document, and a change of the menu travels as a few words.
    """

    site = models.SlugField(max_length=50, default="")
    language = models.CharField(max_length=12, default="")
    address = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=255, default="", blank=True)
    organization = models.CharField(max_length=255, default="", blank=True)
    tone = models.CharField(max_length=10, choices=Tone, default=Tone.EARTH)
    menu = models.JSONField(default=list)
    links = models.JSONField(default=list)
    foot = models.TextField(default="", blank=True)

    wire = Wire(
        kind=220,
        fields={
            1: "site",
            2: "language",
            3: "address",
            4: "name",
            5: "organization",
            6: "tone",
            7: "menu",
            8: "links",
            9: "foot",
        },
    )

    class Meta:
        indexes = [models.Index(fields=["home_office", "site", "language"])]

    def __str__(self) -> str:
        return f"{self.name} · {self.language}"


class PublishedPage(SharedRecord):
    """What a baked page says beside its frame; `files` maps each file's name to hash and size."""

    site = models.SlugField(max_length=50, default="")
    language = models.CharField(max_length=12, default="")
    path = models.CharField(max_length=500, default="")
    title = models.CharField(max_length=255, default="", blank=True)
    description = models.TextField(default="", blank=True)
    main = models.TextField(default="", blank=True)
    is_wide = models.BooleanField(default=False)
    languages = models.JSONField(default=dict)
    files = models.JSONField(default=dict)

    wire = Wire(
        kind=221,
        fields={
            1: "site",
            2: "language",
            3: "path",
            4: "title",
            5: "description",
            6: "main",
            7: "is_wide",
            8: "languages",
            9: "files",
        },
    )

    class Meta:
        indexes = [models.Index(fields=["home_office", "site", "path"])]

    def __str__(self) -> str:
        return f"{self.site}/{self.path}"

    @property
    def attachments(self) -> dict[str, int]:
        """Give the pictures and documents of the page: their size by SHA-256."""
        found: dict[str, Any] = self.files if isinstance(self.files, dict) else {}
        return {
            entry[0]: entry[1]
            for entry in found.values()
            if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)
        }


class HeardOffice(models.Model):
    """Until when the pages that are here of another office are known to be its word."""

    office = models.UUIDField(unique=True)
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.office} · {self.confirmed_at}"
