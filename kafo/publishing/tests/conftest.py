import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.util import setup_testing_defaults

import brotli
import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from PIL import Image as PillowImage
from wagtail.models import Locale

from kafo.people.models import Organization
from kafo.publishing.baking.reconcile import reconcile
from kafo.publishing.models import HomePage, ListPage, NewsPage, Picture, PublicSite
from kafo.publishing.services.sites import create_site
from kafo.publishing.serving.application import Serving


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.KAFO_BAKED = tmp_path / "baked"


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name={"fr": "Bureau de Bamako", "en": "Bamako office"})


@pytest.fixture
def site(organization: Organization) -> PublicSite:
    return create_site(
        slug="bamako",
        organization=organization,
        hosts=["bamako.localhost"],
        port=8000,
        locales=["fr", "en", "bm"],
        name={"fr": "Bureau de Bamako", "en": "Bamako office"},
        footer={"fr": "Rue 10, Bamako", "en": "Street 10, Bamako"},
    )


@pytest.fixture
def home(site: PublicSite) -> HomePage:
    page = HomePage.objects.get(pk=site.wagtail_site.root_page_id)
    page.title = "Accueil"
    page.lead = "Des projets menés par des gens du Mali."
    return publish(page)


@pytest.fixture
def news_list(home: HomePage) -> ListPage:
    return add(home, ListPage(title="Nouvelles", slug="nouvelles", show_in_menus=True))


@pytest.fixture
def make_news(news_list: ListPage) -> Callable[..., NewsPage]:
    def make(title: str = "Deux jours", **fields: Any) -> NewsPage:
        fields.setdefault("news_on", date(2007, 7, 9))
        fields.setdefault("lead", "L’équipe et ses partenaires ont parlé deux jours.")
        return add(fields.pop("below", news_list), NewsPage(title=title, **fields))

    return make


@pytest.fixture
def make_picture(db: None) -> Callable[..., Picture]:
    def make(title: str = "Pont", content: bytes = b"", **fields: Any) -> Picture:
        if not content:
            file = BytesIO()
            PillowImage.new("RGB", (1000, 750), "sienna").save(file, "PNG")
            content = file.getvalue()
        with PillowImage.open(BytesIO(content)) as opened:
            width, height = opened.size
        picture = Picture(title=title, credit="Atelier Kafo", licence="CC BY-SA 4.0", **fields)
        picture.file.save(f"{title}.png", ContentFile(content), save=False)
        picture.width, picture.height = width, height
        picture.save()
        return picture

    return make


def publish(page: Any, **changes: Any) -> Any:
    """Publish a page with changes, as its editor does."""
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def add(parent: Any, page: Any) -> Any:
    """Add a published page."""
    page.live = False
    page.locale = parent.locale
    parent.add_child(instance=page)
    return publish(page)


def translate(page: Any, language: str, **changes: Any) -> Any:
    """Publish a translation of a page."""
    locale = Locale.objects.get(language_code=language)
    return publish(page.copy_for_translation(locale).specific, **changes)


@pytest.fixture
def baked(settings: Any, django_capture_on_commit_callbacks: Any) -> Callable[[], Path]:
    """Bring everything that is baked to rest; gives the folder."""

    def bake() -> Path:
        reconcile()
        return Path(settings.KAFO_BAKED)

    return bake


def read(folder: Path, path: str) -> str:
    """Give a baked file as a reader sees it."""
    file = folder / path
    if path.endswith("/"):
        file = file / "index.html"
    return brotli.decompress(file.with_name(file.name + ".br").read_bytes()).decode()


@dataclass
class Answer:
    """What a browser got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def html(self) -> str:
        match self.headers.get("Content-Encoding"):
            case "br":
                return brotli.decompress(self.body).decode()
            case "gzip":
                return gzip.decompress(self.body).decode()
        return self.body.decode()


class Browser:
    """Asks the server's front as granian does."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def get(
        self, address: str, *, method: str = "GET", sent: bytes = b"", **headers: str
    ) -> Answer:
        url = urlsplit(address)
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {
            "REQUEST_METHOD": method,
            "HTTP_HOST": url.netloc,
            "PATH_INFO": unquote(url.path or "/").encode().decode("latin-1"),
            "QUERY_STRING": url.query,
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": BytesIO(sent),
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        got: list[Any] = []
        # The end of a request closes its connection, and with it the test's transaction.
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        try:
            return self._answer(environ, got)
        finally:
            request_started.connect(close_old_connections)
            request_finished.connect(close_old_connections)

    def _answer(self, environ: dict[str, Any], got: list[Any]) -> Answer:
        parts = self.application(environ, lambda *start: got.append(start))
        body = b"".join(parts)
        if close := getattr(parts, "close", None):
            close()
        status, fields = got[-1][:2]
        return Answer(int(status[:3]), dict(fields), body)


@pytest.fixture
def browser(settings: Any) -> Browser:
    from django.core.handlers.wsgi import WSGIHandler

    return Browser(
        Serving(baked=Path(settings.KAFO_BAKED), desk_hosts=["localhost"], load_behind=WSGIHandler)
    )


@pytest.fixture
def make_document(db: None) -> Callable[[bytes], Any]:
    from wagtail.documents import get_document_model

    def make(content: bytes, name: str = "fiche.pdf") -> Any:
        document = get_document_model()(title="Fiche")
        document.file.save(name, ContentFile(content), save=False)
        document.save()
        return document

    return make
