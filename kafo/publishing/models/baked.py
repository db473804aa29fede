"""What is baked, from what, and every address that a page ever had."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from kafo.publishing.enums import BakedKind
from kafo.publishing.models.sites import PublicSite


class Address(models.Model):
    """An address at which a page was once found; it leads to where the page is now."""

    site = models.ForeignKey(PublicSite, models.CASCADE, related_name="addresses")
    path = models.CharField(_("address"), max_length=500)
    page = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="addresses")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["site", "path"], name="publishing_address_is_unique")
        ]

    def __str__(self) -> str:
        return self.path


class BakedFrame(models.Model):
    """Head, menu and foot of all pages of a site in one language."""

    site = models.ForeignKey(PublicSite, models.CASCADE, related_name="frames")
    language = models.CharField(max_length=12)
    html = models.TextField()
    digest = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "language"], name="publishing_one_frame")
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.language}"


class BakedPage(models.Model):
    """A file that readers get, and the parts it was joined from.

    `due` counts the changes since the parts were rendered: what changes while a page is being
    baked is not lost. A `frame` other than the site's present one says that the parts must be
    joined again. Both survive a crash.
    """

    site = models.ForeignKey(PublicSite, models.CASCADE, related_name="baked_pages")
    language = models.CharField(max_length=12)
    path = models.CharField(max_length=500)
    kind = models.CharField(max_length=10, choices=BakedKind, default=BakedKind.PAGE)
    page = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="baked_pages")
    title = models.CharField(max_length=255, blank=True)
    lead = models.TextField(blank=True)
    shown_on = models.DateField(null=True)
    folded_title = models.CharField(max_length=255, blank=True)
    folded_text = models.TextField(blank=True)
    parts = models.JSONField(default=dict)
    frame = models.CharField(max_length=16, blank=True)
    recipe = models.CharField(max_length=16, blank=True)
    card = models.CharField(max_length=16, blank=True)
    revision = models.BigIntegerField(null=True)
    weight = models.PositiveIntegerField(
        default=0, help_text=_("Bytes of a first view: page and pictures as they travel.")
    )
    due = models.PositiveIntegerField(
        default=1, db_index=True, help_text=_("Changes that are not baked yet.")
    )
    failures = models.PositiveSmallIntegerField(default=0)
    baked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "path"], name="publishing_baked_path")
        ]
        indexes = [models.Index(fields=["site", "language", "frame"])]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.path}"


class BakeDependency(models.Model):
    """What a baked page was made from: when the key changes, the page is due."""

    baked = models.ForeignKey(BakedPage, models.CASCADE, related_name="dependencies")
    key = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baked", "key"], name="publishing_dependency_once")
        ]

    def __str__(self) -> str:
        return self.key


class ExternalLink(models.Model):
    """A link out of the house; dead after three failed tries over seven days."""

    address = models.URLField(_("address"), max_length=500, unique=True)
    checked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    is_dead = models.BooleanField(_("dead"), default=False)
    archived_on = models.DateField(_("archived on"), null=True, blank=True)
    archive_address = models.URLField(_("archived at"), max_length=700, blank=True)

    class Meta:
        verbose_name = _("external link")
        verbose_name_plural = _("external links")

    def __str__(self) -> str:
        return self.address
