"""Counting what is read, and nobody who reads."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from kafo.people.enums import Role
from kafo.publishing.models import Counted, NewsPage, ReaderCount
from kafo.publishing.queries.health import SiteSurvey
from kafo.publishing.queries.readers import readership
from kafo.publishing.services import readers
from kafo.publishing.serving import counting
from kafo.publishing.tests.editing.conftest import make_account

HOST = "http://bamako.localhost:8000"
PATH = "fr/nouvelles/deux-jours/"
ITEM = f"{HOST}/{PATH}"
PHONE = {"user_agent": "Mozilla/5.0 (Android 9)"}


@pytest.fixture(autouse=True)
def nothing_counted():
    counting.take_counts()
    yield
    counting.take_counts()


@pytest.fixture
def item(make_news, baked) -> NewsPage:
    page = make_news("Deux jours")
    baked()
    return page


def counted(site) -> dict[tuple[str, str], int]:
    readers.ReadersLoop()()
    rows = ReaderCount.objects.filter(site=site)
    return {(row.kind, row.subject): row.count for row in rows}


def test_it_counts_pages_by_month_and_adds_to_what_there_is(item, site, browser):
    for address in (ITEM, ITEM, f"{ITEM}texte/", f"http://localhost:8000/bamako/{PATH}"):
        assert browser.get(address, **PHONE).status == 200
    assert counted(site) == {("view", PATH): 4}
    browser.get(ITEM, **PHONE)
    assert counted(site) == {("view", PATH): 5}
    row = ReaderCount.objects.get()
    assert row.month == timezone.localdate().replace(day=1)


def test_it_counts_no_machine_no_picture_no_feed_and_no_missing_page(item, site, browser):
    browser.get(ITEM)
    browser.get(ITEM, user_agent="Googlebot/2.1")
    browser.get(ITEM, method="HEAD", **PHONE)
    for path in ("/fr/feed.atom", "/fr/rien/", "/sitemap.xml", "/favicon.svg"):
        browser.get(HOST + path, **PHONE)
    assert counted(site) == {}


def test_it_counts_a_page_that_the_browser_holds_already(item, site, browser):
    etag = browser.get(ITEM, **PHONE).headers["ETag"]
    assert browser.get(ITEM, if_none_match=etag, **PHONE).status == 304
    assert counted(site) == {("view", PATH): 2}


def test_it_asks_whether_a_page_was_useful_without_script_or_cookie(item, site, browser, home):
    html = browser.get(ITEM, **PHONE).html
    assert 'name="useful" value="yes"' in html
    assert 'name="useful"' not in browser.get(f"{HOST}/fr/", **PHONE).html
    counting.take_counts()
    for sent, status in (
        (b"useful=yes", 200),
        (b"useful=yes", 200),
        (b"useful=no", 200),
        (b"useful=perhaps", 405),
        (b"", 405),
        (b"useful=yes&" + b"x" * 500, 405),
    ):
        answer = browser.get(ITEM, method="POST", sent=sent)
        assert answer.status == status
        assert "Set-Cookie" not in answer.headers
    assert (
        browser.get(ITEM, method="POST", sent=b"useful=no", sec_fetch_site="cross-site").status
        == 405
    )
    assert counted(site) == {("useful", PATH): 2, ("useless", PATH): 1}


def test_it_counts_searches_in_vain_but_nothing_that_looks_personal(item, site, browser):
    for words in ("Élèves", "eleves", "deux", "aminata@example.org", "+223+66+75+00+00"):
        browser.get(f"{HOST}/fr/recherche/?q={words}", **PHONE)
    assert counted(site) == {("search", "eleves"): 2}


def test_it_serves_without_the_database_and_loses_no_count_when_it_fails(
    item, site, browser, monkeypatch, django_db_blocker
):
    with django_db_blocker.block():
        assert browser.get(ITEM, **PHONE).status == 200

    def silent(counts):
        raise DatabaseError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(readers, "write_counts", silent)
        with pytest.raises(DatabaseError):
            readers.ReadersLoop()()
    assert counted(site) == {("view", PATH): 1}


def test_it_forgets_words_after_a_year_and_sites_that_are_gone(site):
    long_ago = timezone.localdate().replace(day=1) - timedelta(days=400)
    for kind in (Counted.SEARCH, Counted.VIEW):
        ReaderCount.objects.create(site=site, month=long_ago, kind=kind, subject="x", count=1)
    counting.count_search("bamako", "puits")
    counting.count_search("nowhere", "puits")
    counted(site)
    assert set(ReaderCount.objects.values_list("kind", "subject")) == {
        ("view", "x"),
        ("search", "puits"),
    }


def test_it_holds_no_more_than_it_was_meant_to(monkeypatch):
    monkeypatch.setattr(counting, "MOST_KEYS", 3)
    for number in range(9):
        counting.count_search("bamako", f"mot {number % 4}")
    assert len(counting.take_counts()) == 3


def test_it_shows_readers_beside_the_index_and_never_in_it(item, site, browser, organization):
    before = SiteSurvey(site).counts
    for _each in range(3):
        browser.get(ITEM, **PHONE)
    browser.get(f"{HOST}/fr/recherche/?q=puits", **PHONE)
    counted(site)
    assert SiteSurvey(site).counts == before
    found = readership(site)
    assert (found.views, found.pages, found.searches) == (3, [("Deux jours", 3)], [("puits", 1)])
    client = Client()
    account = make_account("lea", Role.READER, organization)
    client.force_login(account, "kafo.people.backends.MandateBackend")
    page = client.get("/desk/health/bamako/").content.decode()
    assert "Deux jours (3)" in page
    assert "puits" in client.get("/desk/readers/").content.decode()
    foreign = make_account(
        "oumou", Role.EDITOR, type(organization).objects.create(name={"fr": "X"})
    )
    client.force_login(foreign, "kafo.people.backends.MandateBackend")
    assert "puits" not in client.get("/desk/readers/").content.decode()


def test_it_keeps_no_column_for_who_read() -> None:
    fields = {field.name for field in ReaderCount._meta.get_fields()}
    assert fields == {"id", "site", "month", "kind", "subject", "count"}
    source = Path(counting.__file__).read_text(encoding="utf-8")
    assert "REMOTE_ADDR" not in source
    assert "COOKIE" not in source
