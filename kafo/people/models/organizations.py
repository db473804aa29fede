"""Organisations and offices, in the words of the W3C Organization Ontology."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class Organization(SharedRecord):
    """A federation, an association, a partner, a school; or a unit of one (org:unitOf)."""

    name = TranslatedField(_("name"))
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    unit_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("part of"),
    )
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two letters: ML, SN, CH.")
    )
    town = models.CharField(_("town"), max_length=80, blank=True)
    website = models.URLField(_("website"), blank=True)
    receipt_number = models.CharField(
        _("receipt number"),
        max_length=60,
        blank=True,
        help_text=_("Number under which the authorities registered the association."),
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    is_partner = models.BooleanField(_("partner"), default=False)

    wire = Wire(
        kind=100,
        fields={
            1: "name",
            2: "short_name",
            3: "unit_of",
            4: "country",
            5: "town",
            6: "website",
            7: "receipt_number",
            8: "founded_on",
            9: "is_partner",
        },
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["short_name", "id"]

    def __str__(self) -> str:
        return self.short_name or str(self.name)


class Office(SharedRecord):
    """The seat from which an organisation works (org:hasRegisteredSite) and its languages."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="office", verbose_name=_("organisation")
    )
    seat = models.CharField(_("seat"), max_length=120, blank=True)
    address = models.TextField(_("address"), blank=True)
    languages = models.JSONField(_("languages of work"), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Africa/Bamako")

    wire = Wire(
        kind=101,
        fields={1: "organization", 2: "seat", 3: "address", 4: "languages", 5: "time_zone"},
    )
    audience_from = "organization"

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["seat", "id"]

    def __str__(self) -> str:
        return f"{self.organization} · {self.seat}"
