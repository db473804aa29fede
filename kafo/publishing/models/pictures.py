"""Pictures with credit, licence and an alternative text in each language."""

import re
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image as Drawing
from PIL import ImageCms, ImageOps
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from kafo.records.languages import TranslatedField

WIDEST = 800
_SPEC = re.compile(r"(?:width-(\d+)|fill-(\d+)x(\d+))\|format-(avif|webp|jpeg)")
# AVIF's speed, measured on the drawings at 800 px: 6, Pillow's own choice, makes 5.7 KB in 225 ms,
# 7 makes 6.1 KB in 120 ms and 8 makes 7.5 KB in 40 ms; WebP of the same look has 9.0 KB.
_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "avif": (".avif", {"quality": settings.WAGTAILIMAGES_AVIF_QUALITY, "speed": 7}),
    "webp": (".webp", {"quality": settings.WAGTAILIMAGES_WEBP_QUALITY}),
    "jpeg": (
        ".jpg",
        {"quality": settings.WAGTAILIMAGES_JPEG_QUALITY, "optimize": True, "progressive": True},
    ),
}


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

    def create_renditions(self, *filters: Any) -> Any:
        """Make renditions; the file is read and made small once for all of them."""
        if not filters:
            return {}  # all are there already
        self._read = _read(self)
        try:
            return super().create_renditions(*filters)
        finally:
            del self._read

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> File[bytes]:
        """Give the file of one rendition; what only the back office shows is left to Wagtail."""
        wanted = _SPEC.fullmatch(filter.spec)
        read = getattr(self, "_read", None)
        if wanted is None or read is None:
            return super().generate_rendition_file(filter, source=source)
        ending, options = _FORMATS[wanted[4]]
        drawn = self._drawn(read, *(int(number or 0) for number in wanted.groups()[:3]))
        if wanted[4] == "jpeg" and drawn.mode == "RGBA":
            white = Drawing.new("RGBA", drawn.size, "white")
            drawn = Drawing.alpha_composite(white, drawn).convert("RGB")
        content = BytesIO()
        drawn.save(content, wanted[4].upper(), **options)
        parts = [filter.get_cache_key(self), *filter.spec.split("|")]
        ending = ".".join(part for part in parts if part) + ending
        stem = Path(self.file.name).stem[: 59 - len(ending)]
        return File(content, name=f"{stem}.{ending}")

    def _drawn(self, read: Drawing.Image, width: int, *box: int) -> Drawing.Image:
        if all(box):
            centre = (0.5, 0.5)
            if self.has_focal_point():
                centre = (
                    self.focal_point_x / self.width,
                    self.focal_point_y / self.height,
                )
            return ImageOps.fit(read, (box[0], box[1]), centering=centre)
        if read.width <= width:
            return read
        return read.resize((width, max(1, round(read.height * width / read.width))))

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


def _read(picture: Picture) -> Drawing.Image:
    """Give the points of a picture, upright, without a colour profile, no wider than is shown.

    A profile may weigh as much as a small picture itself.
    """
    with picture.open_file() as file, Drawing.open(file) as opened:
        profile = opened.info.get("icc_profile")
        upright = ImageOps.exif_transpose(opened)
        has_holes = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
        read = upright.convert("RGBA" if has_holes else "RGB")
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            read = ImageCms.profileToProfile(read, source, ImageCms.createProfile("sRGB")) or read
    read.info = {}
    height = round(read.height * WIDEST / read.width)
    if read.width > WIDEST and height >= WIDEST // 3:
        read = read.resize((WIDEST, height), reducing_gap=2)
    return read
