"""What readers and their browsers get, with the database or without."""

import re
import threading
from base64 import b64encode
from hashlib import sha256

import pytest
from django.db import DatabaseError

from kafo.publishing.models import NewsPage, PlainPage
from kafo.publishing.services.sites import add_address
from kafo.publishing.serving.application import Serving
from kafo.publishing.tests.conftest import Browser, add, publish, translate

HOST = "http://bamako.localhost:8000"
ITEM = "/fr/nouvelles/deux-jours/"


@pytest.fixture
def item(make_news) -> NewsPage:
    return make_news("Deux jours")


@pytest.fixture
def shut(baked) -> Browser:
    """A browser before a server whose database and Django are gone."""

    def load():
        raise DatabaseError("unable to open database file")

    return Browser(Serving(baked=baked(), desk_hosts=["localhost"], load_behind=load))


def test_it_serves_a_baked_page_without_the_database(item, shut, django_db_blocker):
    with django_db_blocker.block():
        answer = shut.get(HOST + ITEM)
    assert answer.status == 200
    assert "<h1>Deux jours</h1>" in answer.html


def test_it_says_that_the_desk_is_closed_and_the_sites_go_on(item, shut):
    answer = shut.get(f"{HOST}/desk/")
    assert answer.status == 503
    assert "Le bureau est fermé" in answer.html
    assert "The desk is closed" in answer.html
    assert answer.headers["Retry-After"] == "60"


def test_it_says_that_it_is_starting_while_django_is_loaded(item, baked):
    may_start, is_loading = threading.Event(), threading.Event()

    def load():
        is_loading.set()
        may_start.wait()
        raise DatabaseError("unable to open database file")

    server = Serving(baked=baked(), desk_hosts=["localhost"], load_behind=load, patience=0.01)
    loading = threading.Thread(target=server.load)
    loading.start()
    is_loading.wait()
    answer = Browser(server).get(f"{HOST}/fr/recherche/?q=pont")
    may_start.set()
    loading.join()
    assert answer.status == 503
    assert answer.headers["Retry-After"] == answer.headers["Refresh"] == "5"
    assert "démarrent" in answer.html
    assert "Le bureau est fermé" in Browser(server).get(f"{HOST}/desk/").html


def test_it_says_so_too_when_the_database_fails_inside_a_request(item, baked, browser, monkeypatch):
    baked()

    def locked(*args, **kwargs):
        from django.db import OperationalError

        raise OperationalError("database is locked")

    monkeypatch.setattr("kafo.publishing.views.public.search", locked)
    answer = browser.get(f"{HOST}/fr/recherche/?q=a")
    assert answer.status == 503
    assert "Les sites publics se lisent" in answer.html


def test_it_serves_the_same_site_below_a_path(item, shut):
    answer = shut.get(f"http://localhost:8000/bamako{ITEM}")
    assert answer.status == 200
    assert answer.body == shut.get(HOST + ITEM).body


@pytest.mark.parametrize("base", [HOST, "http://localhost:8000/bamako"])
def test_it_leads_by_its_links_to_pages_that_exist(
    item, news_list, home, make_picture, shut, base, baked
):
    add(home, PlainPage(title="À propos", slug="a-propos", show_in_menus=True))
    publish(item, picture=make_picture())
    baked()
    from urllib.parse import urljoin

    seen, edge = set(), {f"{base}/fr/"}
    while edge:
        address = edge.pop()
        seen.add(address)
        answer = shut.get(address)
        assert answer.status == 200, address
        if answer.headers["Content-Type"].startswith("text/html"):
            for link in re.findall(r'(?:href|src)="([^"#]+)"', answer.html):
                target = urljoin(address, link)
                if "/recherche/" not in target and "canonical" not in link:
                    edge.add(target.replace(HOST, base) if link.startswith("http") else target)
        edge -= seen
    assert len(seen) > 10


def test_it_answers_404_for_a_host_that_no_site_has(item, shut):
    assert shut.get(f"http://evil.example{ITEM}").status == 404
    assert shut.get("http://evil.example/desk/").status == 404


def test_it_lists_the_sites_on_the_desk_s_own_host(item, shut):
    answer = shut.get("http://localhost:8000/")
    assert answer.status == 200
    assert 'href="bamako/"' in answer.html


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "fr"), ("en-GB,en;q=0.9", "en"), ("de,bm;q=0.5", "fr"), ("x;q=y,,;", "fr")],
)
def test_it_leads_from_the_root_to_a_language_the_reader_knows(
    item, home, shut, baked, accepted, language
):
    translate(home, "en", title="Home")
    baked()
    answer = shut.get(f"{HOST}/", accept_language=accepted)
    assert answer.status == 302
    assert answer.headers["Location"] == f"/{language}/"


def test_it_answers_404_for_a_language_without_pages(item, shut):
    for path in ("/en/", "/en/nouvelles/", "/en/nouvelles/deux-jours/", "/bm/"):
        assert shut.get(HOST + path).status == 404


def test_it_helps_a_reader_on_from_an_address_that_is_lost(item, shut):
    for address, root in ((HOST, "/"), ("http://localhost:8000/bamako", "/bamako/")):
        answer = shut.get(f"{address}/fr/nouvelles/rien/du/tout/", accept_encoding="br")
        assert answer.status == 404
        assert answer.headers["Content-Encoding"] == "br"
        assert "Bureau de Bamako" in answer.html
        for place in ("fr/", "fr/nouvelles/", "fr/recherche/"):
            assert f'href="{root}{place}"' in answer.html
        assert f'<form role="search" action="{root}fr/recherche/">' in answer.html
        assert "@@" not in answer.html
        assert shut.get(f"{address}/fr/rien/").html == answer.html


def test_it_says_that_an_address_is_lost_in_the_language_of_the_address_or_the_reader(
    item, home, baked, shut
):
    translate(home, "en", title="Home")
    baked()
    for path, accepted, language in (
        ("/en/none/", "fr", "en"),
        ("/fr/none/", "en", "fr"),
        ("/none/", "en", "en"),
        ("/none/", "de", "fr"),
        ("/none/", "", "fr"),
    ):
        answer = shut.get(HOST + path, accept_language=accepted)
        assert f'<html lang="{language}">' in answer.html, path
        assert "Accept-Language" in answer.headers["Vary"]


def test_it_answers_301_for_an_old_address_however_it_is_written(item, baked, shut):
    add_address(actor=None, page=item, address="index.php?what=news&id=220&language=fr")
    baked()
    for query in (
        "what=news&id=220&language=fr",
        "language=fr&id=220&what=news",
        "what=news&id=220&language=fr&print=true",
        "what=news&amp;id=220&amp;language=fr",
        "what=news&id=220",
        "what=news&id=220&language=de",
    ):
        answer = shut.get(f"{HOST}/index.php?{query}")
        assert answer.status == 301, query
        assert answer.headers["Location"] == ITEM
        answer = shut.get(f"http://localhost:8000/bamako/index.php?{query}")
        assert answer.headers["Location"] == f"/bamako{ITEM}"


def test_it_sends_no_page_to_a_browser_that_asks_for_an_icon(item, shut):
    answer = shut.get(f"{HOST}/favicon.ico")
    assert answer.status == 404
    assert answer.body == b""
    assert answer.headers["Cache-Control"] == "max-age=604800"


def test_it_answers_404_for_an_old_address_of_something_else(item, baked, shut):
    add_address(actor=None, page=item, address="index.php?what=news&id=220&language=fr")
    baked()
    assert shut.get(f"{HOST}/index.php?what=news&id=221&language=fr").status == 404
    assert shut.get(f"{HOST}/index.php").status == 404


def test_it_answers_301_where_a_page_was_before(item, baked, shut):
    baked()
    publish(item, slug="trois-jours")
    baked()
    assert shut.get(HOST + ITEM).headers["Location"] == "/fr/nouvelles/trois-jours/"
    text = shut.get(f"{HOST}{ITEM}texte/")
    assert text.headers["Location"] == "/fr/nouvelles/trois-jours/texte/"


def test_it_answers_301_below_a_list_that_is_elsewhere(home, item, news_list, baked, shut):
    translate(home, "en", title="Welcome", slug="welcome")
    translate(news_list, "en", title="News", slug="news")
    translate(item, "en", title="Two days", slug="two-days")
    baked()
    for page, slug in ((news_list, "actualites"), (news_list.get_translations().get(), "reports")):
        publish(page.specific, slug=slug)
    NewsPage.objects.get(pk=item.pk).move(home, pos="last-child")
    baked()
    for old, new in (
        ("/fr/nouvelles/", "/fr/actualites/"),
        (ITEM, "/fr/deux-jours/"),
        ("/en/news/two-days/texte/", "/en/reports/two-days/texte/"),
    ):
        answer = shut.get(HOST + old)
        assert (answer.status, answer.headers["Location"]) == (301, new)
        assert shut.get(HOST + new).status == 200


def test_it_answers_410_for_a_page_taken_away_and_200_when_it_is_back(item, baked, shut):
    baked()
    item.unpublish()
    baked()
    assert shut.get(HOST + ITEM).status == 410
    publish(item)
    baked()
    assert shut.get(HOST + ITEM).status == 200


def test_it_answers_410_for_a_page_that_was_deleted(item, baked, shut):
    baked()
    item.delete()
    baked()
    assert shut.get(HOST + ITEM).status == 410


def test_it_knows_each_page_by_its_number_for_ever(item, baked, shut):
    baked()
    item.refresh_from_db()
    publish(item, slug="trois-jours")
    baked()
    answer = shut.get(f"{HOST}/n/{item.number}/")
    assert answer.headers["Location"] == "/fr/nouvelles/trois-jours/"


def test_it_adds_the_slash_that_a_reader_forgot(item, shut):
    answer = shut.get(HOST + ITEM.rstrip("/"))
    assert answer.status == 301
    assert answer.headers["Location"] == ITEM


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_it_sends_what_the_browser_takes(item, shut, accepted, encoding):
    answer = shut.get(HOST + ITEM, accept_encoding=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    assert "<h1>Deux jours</h1>" in answer.html
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


def test_it_sends_nothing_twice_to_a_browser_that_has_it(item, shut):
    first = shut.get(HOST + ITEM, accept_encoding="br")
    again = shut.get(HOST + ITEM, accept_encoding="br", if_none_match=first.headers["ETag"])
    assert again.status == 304
    assert again.body == b""


def test_it_sends_a_new_page_as_soon_as_it_is_baked(item, baked, shut):
    first = shut.get(HOST + ITEM)
    publish(item, title="Trois jours")
    baked()
    again = shut.get(HOST + ITEM, if_none_match=first.headers["ETag"])
    assert again.status == 200
    assert "Trois jours" in again.html


def test_it_answers_head_without_a_body(item, shut):
    answer = shut.get(HOST + ITEM, method="HEAD", accept_encoding="br")
    assert answer.status == 200
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 500


def test_it_takes_no_other_methods(item, shut):
    assert shut.get(HOST + ITEM, method="POST").status == 405


def test_it_gives_nothing_but_what_was_baked_for_readers(item, shut):
    for path in (
        "/../sites.json",
        "/fr/../../sites.json",
        "/fr/%2e%2e/%2e%2e/sites.json",
        "/redirects.json",
        "/fr/404.html",
        "/fr/index.html.br",
        "/media/../redirects.json",
        "/media/%2e%2e%2fredirects.json",
        "/fr/\\..\\..\\",
        "/fr/%00",
        "/%ff%fe/",
        "/" + "a" * 5000,
        "//evil.example/",
        "/fr//evil.example",
    ):
        assert shut.get(HOST + path).status == 404, path
        assert shut.get(f"http://localhost:8000/bamako{path}").status == 404, path


def test_it_never_redirects_to_another_host(item, shut):
    for path in ("//evil.example", "//evil.example/fr/nouvelles"):
        location = shut.get(HOST + path).headers.get("Location", "/")
        assert not location.startswith("//")


def test_it_shuts_each_page_in(item, shut):
    answer = shut.get(HOST + ITEM)
    style = re.search(r"<style>(.*?)</style>", answer.html, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers


def test_it_lets_browsers_keep_pictures_for_ever(item, make_picture, baked, shut):
    publish(item, picture=make_picture())
    baked()
    name = re.search(r"media/([^ \"]+\.avif)", shut.get(HOST + ITEM).html)[1]
    answer = shut.get(f"{HOST}/media/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/avif"
    assert "immutable" in answer.headers["Cache-Control"]
    # Twenty of them stand in a list: every header travels twenty times.
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items()) <= 140


@pytest.mark.parametrize("ending", ["br", "gz"])
@pytest.mark.parametrize("left", [0, 1, 700])
def test_it_serves_a_page_whole_when_one_of_its_files_is_cut_off(item, baked, shut, ending, left):
    file = baked() / f"bamako{ITEM}index.html.{ending}"
    whole = file.read_bytes()
    file.write_bytes(whole[:left])
    for accepted in ("br", "gzip", ""):
        answer = shut.get(HOST + ITEM, accept_encoding=accepted)
        assert answer.status == 200
        assert answer.html.endswith("</html>")
    baked()
    assert file.read_bytes() == whole


def test_it_answers_503_for_a_page_that_is_cut_off_wholly_and_bakes_it_anew(item, baked, shut):
    folder = baked() / f"bamako{ITEM}"
    for file in folder.glob("index.html.*"):
        file.write_bytes(file.read_bytes()[:50])
    answer = shut.get(HOST + ITEM)
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "30"
    assert "refaite" in answer.html
    baked()
    assert shut.get(HOST + ITEM).status == 200


def test_it_goes_on_when_what_it_knows_of_the_sites_is_cut_off(item, baked, shut):
    folder = baked()
    assert shut.get(HOST + ITEM).status == 200
    (folder / "bamako/redirects.json").write_bytes(b'{"a')
    assert shut.get(f"{HOST}/fr/none/").status == 404
    (folder / "sites.json").write_bytes(b"")
    assert shut.get(HOST + ITEM).status == 200
    baked()
    assert (folder / "sites.json").read_bytes().startswith(b'{"bamako')
    assert (folder / "bamako/redirects.json").read_bytes() != b'{"a'


def test_it_goes_on_with_a_broken_download_where_it_stopped(item, baked, make_document, shut):
    document = make_document(bytes(range(256)) * 10)
    publish(item, body=[("document", document)])
    baked()
    name = re.search(r"media/([^ \"]+\.pdf)", shut.get(HOST + ITEM).html)[1]
    address = f"{HOST}/media/{name}"
    whole = shut.get(address)
    assert whole.headers["Content-Disposition"] == "attachment"
    rest = shut.get(address, range="bytes=1000-", if_range=whole.headers["ETag"])
    assert rest.status == 206
    assert rest.headers["Content-Range"] == "bytes 1000-2559/2560"
    assert whole.body[1000:] == rest.body
    assert shut.get(address, range="bytes=9999-").status == 416
    assert shut.get(address, if_none_match=whole.headers["ETag"]).status == 304


def test_it_hides_pictures_that_no_published_page_shows(item, make_picture, baked, browser):
    picture = make_picture()
    baked()
    for rendition in picture.renditions.all():
        assert browser.get(f"{HOST}/media/{rendition.file.name}").status == 404
    assert browser.get(f"{HOST}/media/{picture.file.name}").status == 404


def test_it_gives_robots_and_sitemap_and_sign(item, shut):
    assert (
        "Sitemap: http://bamako.localhost:8000/sitemap.xml" in shut.get(f"{HOST}/robots.txt").html
    )
    sitemap = shut.get(f"{HOST}/sitemap.xml")
    assert sitemap.headers["Content-Type"].startswith("application/xml")
    assert f"<loc>{HOST}{ITEM}</loc>" in sitemap.html
    assert shut.get(f"{HOST}/favicon.svg").headers["Content-Type"] == "image/svg+xml"
