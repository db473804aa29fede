"""Renditions of pictures: made when a picture arrives, so that no reader ever waits for one."""

import hashlib
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kafo.publishing.baking.files import link_file, site_folder
from kafo.publishing.models import Picture, Rendition

WIDTHS = {"avif": (320, 480, 800), "webp": (480, 800)}
FALLBACK = "width-800|format-jpeg"
# Beside the title of a list's item, and of the home page's few.
THUMBNAIL = "fill-160x120"
LARGE_THUMBNAIL = "fill-320x240"
SPECS = (
    *(f"width-{width}|format-{kind}" for kind, widths in WIDTHS.items() for width in widths),
    FALLBACK,
    *(f"{size}|format-{kind}" for size in (THUMBNAIL, LARGE_THUMBNAIL) for kind in WIDTHS),
)
# A phone of two or three dots per pixel would ask for the widest file and pay three times the
# bytes for a difference that is hard to see; it is told that the picture is narrower.
SIZES = "(min-width:48em) 42rem,60vw"


def make_renditions(picture: Picture) -> dict[str, Rendition]:
    """Give all renditions of `picture` by their specification, making those that are missing.

    One whose file is lost (a backup without media was restored) is made anew.
    """
    renditions = _as_stored(picture, picture.get_renditions(*SPECS))
    lost = [each for each in renditions.values() if not Path(each.file.path).is_file()]
    if not lost:
        return renditions
    for each in lost:
        each.purge_from_cache()
        Rendition.objects.filter(pk=each.pk).delete()
    return _as_stored(picture, Picture.objects.get(pk=picture.pk).get_renditions(*SPECS))


def _as_stored(picture: Picture, renditions: dict[str, Rendition]) -> dict[str, Rendition]:
    """Give those that are stored instead of those that were just made and came second.

    A request and the loop may make the same ones at the same time. Wagtail then stores the first,
    and gives, and keeps in its cache, the file of the second, which nobody may read.
    """
    made = [each for each in renditions.values() if each.pk is None]
    if not made:
        return renditions
    stored = {
        (each.filter_spec, each.focal_point_key): each
        for each in Rendition.objects.filter(image=picture).select_related("image")
    }
    for each in made:
        first = stored.get((each.filter_spec, each.focal_point_key), each)
        if first.file.name != each.file.name:
            each.file.storage.delete(each.file.name)
        each.purge_from_cache()
        renditions[each.filter_spec] = first
    return renditions


class SitePictures:
    """The pictures of one page being baked: links their files into the site and weighs them."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.files: set[str] = set()
        self.bytes = 0
        self._shown = 0

    def figure(self, picture: Picture, up: str, alternative: str) -> SafeString:
        """Give the HTML of `picture` in several widths and formats."""
        renditions = make_renditions(picture)
        sources = format_html_join(
            "",
            '<source type="image/{}" srcset="{}" sizes="{}">',
            ((kind, self._srcset(picture, renditions, kind, up), SIZES) for kind in WIDTHS),
        )
        self.bytes += renditions["width-800|format-avif"].file.size
        fallback = renditions[FALLBACK]
        return format_html(
            '<picture>{}<img src="{}" width="{}" height="{}" alt="{}"{}></picture>',
            sources,
            self._address(picture, fallback, up),
            fallback.width,
            fallback.height,
            alternative,
            self._lazy(first=1),
        )

    def thumbnail(self, picture: Picture, up: str, *, large: bool = False) -> SafeString:
        """Give the HTML of a small picture beside a title that says the same."""
        size = LARGE_THUMBNAIL if large else THUMBNAIL
        renditions = make_renditions(picture)
        small, other = (renditions[f"{size}|format-{kind}"] for kind in WIDTHS)
        self.bytes += small.file.size
        return format_html(
            '<picture><source type="image/avif" srcset="{}">'
            '<img src="{}" width="160" height="120" alt=""{}></picture>',
            self._address(picture, small, up),
            self._address(picture, other, up),
            self._lazy(first=3),
        )

    def _lazy(self, first: int) -> SafeString:
        self._shown += 1
        return SafeString("" if self._shown <= first else ' loading="lazy"')

    def _srcset(
        self, picture: Picture, renditions: dict[str, Rendition], kind: str, up: str
    ) -> str:
        by_width = {
            rendition.width: rendition
            for rendition in (renditions[f"width-{width}|format-{kind}"] for width in WIDTHS[kind])
        }
        return ", ".join(
            f"{self._address(picture, rendition, up)} {width}w"
            for width, rendition in by_width.items()
        )

    def _address(self, picture: Picture, rendition: Rendition, up: str) -> str:
        # The same for all formats of a size: a compressed page then says it once.
        size = rendition.file.name.partition(".format-")[0]
        mark = hashlib.sha256(f"{size}{picture.file_hash}".encode()).hexdigest()[:8]
        ending = Path(rendition.file.name).suffix
        name = f"{picture.pk}-{rendition.width}-{mark}{ending}"
        return self.file_address(Path(rendition.file.path), name, up)

    def file_address(self, source: Path, name: str, up: str) -> str:
        """Make a file part of the site; give its address, `up` being the way to the root."""
        link_file(source, site_folder(self.slug) / "media" / name)
        self.files.add(name)
        return f"{up}media/{name}"
