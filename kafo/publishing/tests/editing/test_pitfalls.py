"""Each fault of the platform found by trying it, dealt with or shut off; in their order."""

import itertools
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.db import DatabaseError
from django.urls import get_resolver, reverse
from django.utils import formats, translation
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, PageLogEntry
from wagtail.permissions import policy_registry
from wagtail.search.backends import get_search_backend

from kafo.publishing.models import HomePage, NewsPage, Picture
from kafo.publishing.permissions.editing import MandateFilePolicy, MandatePagePolicy
from kafo.publishing.services.writing import create_news, save_draft, start_translation
from kafo.publishing.serving.application import Serving
from kafo.publishing.tests.conftest import Browser

from .conftest import World

ROOT = Path(__file__).parents[4]
HOST = "http://bamako.localhost:8000"


def _sources() -> dict[Path, str]:
    return {
        path: path.read_text(encoding="utf-8")
        for path in (ROOT / "kafo").rglob("*.py")
        if "tests" not in path.parts
    }


def _names_in(pattern: str) -> list[Path]:
    return [path for path, text in _sources().items() if re.search(pattern, text)]


@pytest.fixture
def reader(baked: Any) -> Browser:
    """Somebody before a server whose database and Django are gone."""

    def load() -> Any:
        raise DatabaseError("gone")

    return Browser(Serving(baked=baked(), desk_hosts=["localhost"], load_behind=load))


def test_pitfall_01_it_pins_django_to_the_long_supported_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "django~=5.2.0" in project["dependencies"]
    assert django.VERSION[:2] == (5, 2)


def test_pitfall_02_it_mounts_no_api(world: World) -> None:
    assert "api/v3" not in str(get_resolver().url_patterns)
    client = world.client("editor")
    for address in ("/api/v3/", "/api/v3/pages/", "/api/v2/pages/", "/editor/api/main/images/"):
        assert client.get(address).status_code == 404
    assert not _names_in(r"wagtail\.api")


def test_pitfall_03_it_loads_nothing_from_elsewhere(world: World) -> None:
    assert settings.WAGTAILAPI_DOCS_ENABLED is False
    client = world.client("editor")
    assert client.get("/api/v3/docs/").status_code == 404
    for address in (
        "/editor/",
        "/editor/images/",
        reverse("wagtailadmin_pages:edit", args=[world.news.pk]),
    ):
        response = client.get(address)
        loaded = re.findall(rb'(?:src|<link[^>]*href)="(//[^"]*|https?:[^"]*)"', response.content)
        assert loaded == [], address
        assert "default-src 'none'" in response["Content-Security-Policy"]


def test_pitfall_04_it_knows_bambara() -> None:
    assert translation.get_supported_language_variant("bm") == "bm"
    assert translation.get_language_info("bm")["name_local"] == "Bamanankan"


def test_pitfall_05_it_writes_numbers_and_dates_in_bambara_as_in_french() -> None:
    shown = []
    for language in ("fr", "bm"):
        with translation.override(language):
            shown.append(formats.number_format(1234567.5, 2, force_grouping=True))
    assert shown[0] == shown[1]


def test_pitfall_06_it_has_no_page_in_a_language_without_a_tree(
    world: World, reader: Browser
) -> None:
    assert reader.get(f"{HOST}/fr/").status == 200
    assert reader.get(f"{HOST}/bm/").status == 404
    assert reader.get(f"{HOST}/bm/nouvelles/").status == 404
    assert 'lang="en"' in reader.get(f"{HOST}/en/").html


def test_pitfall_07_it_publishes_no_translation_by_itself(world: World) -> None:
    assert find_spec("wagtail_localize") is None
    assert not any("localize" in app for app in settings.INSTALLED_APPS)
    english = start_translation(
        actor=world.account("editor"), page=world.news.page_ptr, language="en"
    )
    assert not english.live
    assert Page.find_problems() == ([], [], [], [], [])


def test_pitfall_08_it_keeps_the_address_when_the_title_changes(world: World) -> None:
    save_draft(
        actor=world.account("editor"), page=world.news.page_ptr, based_on=None, title="Autre"
    )
    draft = Page.objects.get(pk=world.news.pk).get_latest_revision_as_object()
    assert (draft.title, draft.slug) == ("Autre", world.news.slug)


def test_pitfall_09_it_does_not_trust_the_views_with_the_policy(world: World) -> None:
    client = world.client("editor")
    for address in (
        reverse("wagtailimages_chooser:chosen", args=[world.amm_picture.pk]),
        reverse("wagtailimages:edit", args=[world.amm_picture.pk]),
        reverse("wagtaildocs:delete", args=[world.amm_document.pk]),
        reverse("wagtailimages:image_usage", args=[world.amm_picture.pk]),
        reverse("wagtail_bulk_action", args=["wagtailimages", "image", "delete"]),
        reverse("wagtailadmin_reports:site_history"),
        reverse("wagtailadmin_pages:history", args=[world.amm_news.pk]),
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code == 404, address
    assert Picture.objects.filter(pk=world.amm_picture.pk).exists()


def test_pitfall_10_it_registers_its_policies_before_they_are_asked() -> None:
    assert isinstance(policy_registry.get_by_type(Page), MandatePagePolicy)
    assert isinstance(policy_registry.get_by_type(NewsPage), MandatePagePolicy)
    for model in (Picture, get_document_model()):
        assert isinstance(policy_registry.get_by_type(model), MandateFilePolicy)


def test_pitfall_11_it_takes_any_sign_in_a_search(world: World) -> None:
    client = world.client("editor")
    queries = ['"', '"abc', "'", "%", "a OR", "(", "\\", "*", "-", "a\0b", "é"]
    lists = (
        "wagtailimages:index",
        "wagtaildocs:index",
        "wagtailadmin_pages:search",
        "wagtailadmin_choose_page_search",
        "pages:list",
        "pages:pictures",
    )
    for name, query in itertools.product(lists, queries):
        assert client.get(reverse(name), {"q": query}).status_code == 200, (name, query)


def test_pitfall_12_it_uses_no_search_that_the_database_does_not_have() -> None:
    assert type(get_search_backend()).__module__ == "modelsearch.backends.database.fallback"
    assert not _names_in(r"\b(Fuzzy|Boost)\(")


def test_pitfall_13_it_has_no_private_page_that_a_search_could_find(world: World) -> None:
    client = world.client("director")
    assert client.get(f"/editor/pages/{world.news.pk}/privacy/").status_code == 404
    fields = [child.field_name for child in NewsPage.settings_panels[0].children]
    assert fields == ["go_live_at", "expire_at"]


def test_pitfall_14_it_says_what_a_change_was(world: World) -> None:
    editor = world.account("editor")
    save_draft(actor=editor, page=world.news.page_ptr, based_on=None, title="Changé")
    entry = PageLogEntry.objects.filter(page=world.news.pk, action="wagtail.edit").latest(
        "timestamp"
    )
    assert entry.user_id == editor.pk
    shown = world.client("editor").get(
        reverse("pages:version", args=[world.news.pk, entry.revision_id])
    )
    assert "<ins>Changé</ins>" in shown.content.decode()


def test_pitfall_15_it_sends_icons_and_words_once(world: World) -> None:
    client = world.client("editor")
    html = client.get("/editor/").content.decode()
    icons = re.search(r'data-icon-url="([^"]+)"', html)
    words = re.search(r'src="(/editor/words/[^"]+)"', html)
    style = re.search(r'href="(/static/[^"]+core\.css[^"]*)"', html)
    assert icons
    assert words
    assert style
    for found in (icons, words, style):
        response = client.get(found[1], headers={"Accept-Encoding": "br"})
        assert response.status_code == 200
        assert "immutable" in response["Cache-Control"]
        assert "max-age=31536000" in response["Cache-Control"]
        assert response["Content-Encoding"] == "br"
        assert re.search(r"[0-9a-f]{8}", found[1])


def test_pitfall_16_it_runs_without_gunicorn() -> None:
    assert find_spec("gunicorn") is None
    assert 'name = "gunicorn"' not in (ROOT / "uv.lock").read_text(encoding="utf-8")


def test_pitfall_17_it_lets_no_reader_wait_for_a_picture(
    world: World, reader: Browser, baked: Any
) -> None:
    news = NewsPage.objects.get(pk=world.news.pk)
    news.picture = world.picture
    news.save_revision().publish()
    folder = baked()
    before = {path for path in folder.rglob("*") if path.is_file()}
    html = reader.get(f"{HOST}/fr/nouvelles/{news.slug}/").html
    sources = re.findall(r'(?:src|srcset)="([^"]+)"', html)
    assert sources
    assert {path for path in folder.rglob("*") if path.is_file()} == before


def test_pitfall_18_it_answers_404_for_a_host_it_does_not_have(
    world: World, reader: Browser
) -> None:
    assert reader.get("http://elsewhere.example/fr/").status == 404
    assert reader.get(f"{HOST}/fr/").status == 200


def test_pitfall_19_it_gives_readers_no_cookie(world: World, reader: Browser) -> None:
    answer = reader.get(f"{HOST}/fr/")
    assert "Set-Cookie" not in answer.headers
    assert 'method="post"' not in answer.html


def test_pitfall_20_it_asks_no_manager_for_a_search_it_lacks() -> None:
    assert not _names_in(r"\.objects(\.\w+\(.*\))?\.(search|autocomplete)\(")


def test_pitfall_21_it_finds_at_once_what_was_just_written(world: World) -> None:
    editor = world.account("editor")
    create_news(actor=editor, below=world.list_of(world.bamako), title="Toute fraîche")
    client = world.client("editor")
    for name in ("pages:list", "wagtailadmin_pages:search"):
        assert "Toute fra" in client.get(reverse(name), {"q": "fraîche"}).content.decode()
    assert "worker" not in str(settings.TASKS)
    assert Locale.objects.exists()
    assert HomePage.objects.exists()
