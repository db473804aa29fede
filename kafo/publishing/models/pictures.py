"""Pictures with credit, licence and an alternative text in each language."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from kafo.records.languages import TranslatedField


class Picture(AbstractImage):
    """A picture of the library; what readers get are its renditions, made beforehand."""

    credit = models.CharField(_("credit"), max_length=200, blank=True)
    licence = models.CharField(
        _("licence"), max_length=60, blank=True, help_text=_("For example CC BY-SA 4.0.")
    )
    alternatives = TranslatedField(
        _("alternative text"), help_text=_("What someone who cannot see the picture should know.")
    )
    renditions_made = models.BooleanField(default=False, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "credit", "licence")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def alternative(self, language: str) -> str:
        """Give the alternative text in `language`, else the description that all share."""
        return self.alternatives.get(language) or self.description

    @property
    def default_alt_text(self) -> str:
        return str(self.alternatives) or self.description or self.title


class Rendition(AbstractRendition):
    """A picture in one size and format."""

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]
