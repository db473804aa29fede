"""Names of erased persons that texts still carry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.publishing.models.sites import PublicSite


class RemainingName(models.Model):
    """The name of an erased person that stands in texts of a site.

    Kept for nothing but finding those texts, and only until somebody has decided about them.
    """

    site = models.ForeignKey(PublicSite, models.CASCADE, related_name="remaining_names")
    words = models.JSONField(_("name"), default=list)
    texts = models.JSONField(
        _("texts"), default=list, help_text=_("Kind and key of each, as “page:12”.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("remaining name")
        verbose_name_plural = _("remaining names")

    def __str__(self) -> str:
        return str(self.words[0]) if self.words else "?"
