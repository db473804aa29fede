"""A page as readers will see it, for those who edit it; nothing of it is written."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

from kafo.publishing.baking.pages import frame_of
from kafo.publishing.baking.parts import render_page
from kafo.publishing.baking.pictures import SitePictures
from kafo.publishing.models import SitePage, site_of
from kafo.publishing.models.sites import site_path
from kafo.records.errors import NotVisible


class _PreviewPictures(SitePictures):
    """Shows pictures from the library itself, where readers have no access."""

    def file_address(self, source: Path, name: str, up: str) -> str:
        return settings.MEDIA_URL + source.relative_to(settings.MEDIA_ROOT).as_posix()


def preview(page: SitePage) -> HttpResponse:
    """Give `page`, saved or not, in the frame of its site. Raises NotVisible without a site."""
    site = site_of(page) if page.path else None
    if site is None:
        raise NotVisible
    pictures = _PreviewPictures(site.slug)
    parts, _rendering = render_page(page, site, path=site_path(page), pictures=pictures)
    html = frame_of(site, page.language).join(parts, site_path(page))
    return HttpResponse(html)
