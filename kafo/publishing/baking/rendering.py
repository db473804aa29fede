"""One page being rendered: its links, its pictures, and a note of all that it was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.utils.safestring import SafeString
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page

from kafo.publishing.addresses import relative
from kafo.publishing.baking.pictures import SitePictures
from kafo.publishing.models import ExternalLink, Picture, PublicSite, site_of
from kafo.publishing.models.sites import site_path


def link_key(address: str) -> str:
    """Give the dependency key of a link out of the house."""
    return f"link:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


class Rendering:
    """What templates ask for links and pictures; every answer is noted as a dependency.

    Keys: `address:<page id>` where a page is, `card:<page id>` what lists show of it,
    `list:<page id>` which pages it lists, `translations:<key>`, `picture:`, `document:`,
    `place:<id>`, `link:<digest>`, `site:<slug>`.
    """

    def __init__(self, site: PublicSite, language: str, path: str, pictures: SitePictures) -> None:
        self.site = site
        self.language = language
        self.path = path
        self.up = "../" * path.count("/")
        self.keys: set[str] = set()
        self.pictures = pictures

    def uses(self, *keys: str) -> None:
        """Note that the page shows something of what the keys stand for."""
        self.keys.update(keys)

    def href(self, path: str) -> str:
        """Give the link to an address of the same site."""
        return relative(path, self.path)

    def page_href(self, page: Page) -> str:
        """Give the link to a page; an empty text when readers cannot find it."""
        self.uses(f"address:{page.pk}")
        if not page.live:
            return ""
        path = site_path(page)
        home = page.path[: 2 * Page.steplen]
        if home in self._homes():
            return self.href(path)
        site = site_of(page)
        return f"{site.root_url}/{path}" if site else ""

    def _homes(self) -> set[str]:
        if not hasattr(self, "_home_paths"):
            self._home_paths = {home.path for home in self.site.homes().values()}
        return self._home_paths

    def figure(self, picture: Picture, alternative: str = "") -> SafeString:
        """Give a picture in full width."""
        self.uses(f"picture:{picture.pk}")
        text = alternative or picture.alternative(self.language)
        return self.pictures.figure(picture, self.up, text)

    def thumbnail(self, picture: Picture | None, *, large: bool = False) -> SafeString:
        """Give a small picture, or nothing."""
        if picture is None:
            return SafeString("")
        self.uses(f"picture:{picture.pk}")
        return self.pictures.thumbnail(picture, self.up, large=large)

    def document_href(self, document: AbstractDocument) -> str:
        """Give the link to a file, which from now on is part of the site."""
        self.uses(f"document:{document.pk}")
        source = Path(document.file.path)
        mark = (document.get_file_hash() or "")[:8]
        name = f"{document.pk}-{mark}-{source.name[-60:]}"
        return self.pictures.file_address(source, name, self.up)

    def dead_link(self, address: str) -> ExternalLink | None:
        """Give the record of a link out of the house if nobody answers there any more."""
        self.uses(link_key(address))
        link, _ = ExternalLink.objects.get_or_create(address=address)
        return link if link.is_dead else None

    def all_keys(self) -> Iterable[str]:
        """Give the dependencies together with the files that the page needs."""
        return {*self.keys, *(f"file:{name}" for name in self.pictures.files)}
