"""The search finds words, with or without accents, and takes any input."""

from datetime import date

import pytest

from kafo.publishing.queries.search import search
from kafo.publishing.tests.conftest import translate

HOST = "http://bamako.localhost:8000"


@pytest.fixture
def some_news(make_news, baked):
    make_news("Séminaire à Bamako", slug="seminaire", news_on=date(2007, 6, 15))
    make_news(
        "Deux jours",
        news_on=date(2007, 7, 9),
        body=[("paragraph", "<p>Ce séminaire a réuni l’équipe &amp; ses amis : 100 % utile.</p>")],
    )
    make_news("Autre chose")
    baked()


def test_it_finds_words_with_or_without_accents(some_news, browser):
    for query in ("séminaire", "SEMINAIRE", "seminaire", "Sémin", "ami séminaire"):
        answer = browser.get(f"{HOST}/fr/recherche/?q={query}")
        assert answer.status == 200, query
        assert 'href="../nouvelles/deux-jours/"' in answer.html, query
        assert "Autre chose" not in answer.html, query


def test_it_puts_pages_with_the_word_in_the_title_first(some_news, site):
    assert [hit.title for hit in search(site, "fr", "seminaire").hits] == [
        "Séminaire à Bamako",
        "Deux jours",
    ]


def test_it_marks_the_words_in_their_surroundings(some_news, site):
    extract = search(site, "fr", "reuni").hits[0].extract
    assert "<mark>réuni</mark>" in extract
    assert "équipe &amp; ses" in extract


def test_it_takes_any_input(some_news, browser):
    signs = ['"', "'", "%", "_", "\\", "%00", "%25%25", "<script>", "(", "*", "AND", "%C3", "%ff"]
    for query in [*signs, "a%00b"]:
        answer = browser.get(f"{HOST}/fr/recherche/?q={query}")
        assert answer.status == 200, query
        assert "<script" not in answer.html, query


def test_it_takes_ten_kilobytes_and_a_page_that_is_no_number(some_news, browser):
    assert browser.get(f"{HOST}/fr/recherche/?q={'a ' * 5000}").status == 200
    for page in ("x", "-1", "0", "99999", "²"):
        assert browser.get(f"{HOST}/fr/recherche/?q=jours&page={page}").status == 200


def test_it_takes_a_percent_sign_for_what_it_is(some_news, site):
    assert [hit.title for hit in search(site, "fr", "100 %").hits] == ["Deux jours"]
    assert search(site, "fr", "%").total == 1


def test_it_stays_within_site_and_language(some_news, home, site, baked):
    translate(home, "en", title="Seminar of séminaire")
    baked()
    assert search(site, "fr", "seminar of").total == 0
    assert search(site, "en", "seminaire").total == 1


def test_it_never_finds_what_is_not_published(make_news, site, baked):
    page = make_news("Secret")
    baked()
    page.unpublish()
    baked()
    assert search(site, "fr", "secret").total == 0


def test_it_shows_the_results_in_the_frame_of_the_site_without_cookie(some_news, browser):
    answer = browser.get(f"{HOST}/fr/recherche/?q=jours")
    assert "Bureau de Bamako" in answer.html
    assert "Set-Cookie" not in answer.headers
    assert "'sha256-" in answer.headers["Content-Security-Policy"]
    assert '<meta name="robots" content="noindex">' in answer.html


def test_it_offers_the_same_search_in_the_other_languages(some_news, home, browser, baked):
    translate(home, "en", title="Home")
    baked()
    html = browser.get("http://bamako.localhost:8000/fr/recherche/?q=p%C3%AAche+%26").html
    assert 'href="../../en/recherche/?q=p%C3%AAche+%26" lang="en"' in html
    assert 'content="noindex"' in html
    assert "/bm/" not in html


def test_it_works_below_a_path_and_nowhere_else(some_news, browser):
    answer = browser.get("http://localhost:8000/bamako/fr/recherche/?q=jours")
    assert answer.status == 200
    assert browser.get("http://localhost:8000/sites/bamako/fr/recherche/").status == 404
    assert browser.get(f"{HOST}/en/recherche/").status == 404


def test_it_goes_through_many_hits_twenty_at_a_time(make_news, baked, site, browser):
    for number in range(21):
        make_news(f"Marché {number}")
    baked()
    found = search(site, "fr", "marche", 2)
    assert (len(found.hits), found.total, found.pages) == (1, 21, 2)
    answer = browser.get(f"{HOST}/fr/recherche/?q=marche")
    assert 'href="./?q=marche&amp;page=2"' in answer.html
