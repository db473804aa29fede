"""How often pages were read, by month. Nothing here tells one reader from another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.publishing.models.sites import PublicSite


class Counted(models.TextChoices):
    """What readers did."""

    VIEW = "view", _("read")
    USEFUL = "useful", _("found it useful")
    USELESS = "useless", _("did not find it useful")
    SEARCH = "search", _("searched in vain")


class ReaderCount(models.Model):
    """How often one thing was done on a site in a month.

    `subject` is the path of a page within the site, or the words that a search did not find.
    """

    site = models.ForeignKey(PublicSite, models.CASCADE, related_name="reader_counts")
    month = models.DateField(_("month"))
    kind = models.CharField(_("what"), max_length=8, choices=Counted)
    subject = models.CharField(_("page or words"), max_length=500)
    count = models.PositiveIntegerField(_("how often"), default=0)

    class Meta:
        verbose_name = _("count of readers")
        verbose_name_plural = _("counts of readers")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "month", "kind", "subject"], name="publishing_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} · {self.subject}"
