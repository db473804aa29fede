import gzip
import re

import brotli
import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.utils.safestring import mark_safe

from kafo.desk import menu
from kafo.desk.assets import assets
from kafo.desk.checks import check_policies
from kafo.desk.content_policy import editor_policy
from kafo.desk.middleware import CompressMiddleware, SecurityHeadersMiddleware
from kafo.desk.permissions import Anyone, declare_policy, policy_of
from kafo.desk.tests import toy
from kafo.desk.tests.toy import Village

pytestmark = pytest.mark.urls("kafo.desk.tests.toy")


def weight(client, url):
    response = client.get(url, HTTP_ACCEPT_ENCODING="br")
    assert response.status_code == 200
    return len(response.content), response


def test_it_greets_and_shows_the_panels_that_have_something_to_say(cast):
    assert "Nothing waits for you today." in cast.alice.get("/desk/").content.decode()
    menu.register_panel(lambda request: mark_safe("<p>second</p>"), 20)
    menu.register_panel(lambda request: mark_safe("<p>first</p>"), 10)
    menu.register_panel(lambda request: None, 15)
    text = cast.alice.get("/desk/").content.decode()
    assert "Hello alice" in text
    assert text.index("first") < text.index("second")
    assert cast.anonymous.get("/desk/").status_code == 302


def test_it_shows_the_menu_that_is_for_the_account(cast, villages):
    menu.register_menu_item("Villages", "toy:villages", 20, lambda user: user.username != "bob")
    menu.register_menu_item("My tasks", "desk:start", 10)
    menu.register_office_name(lambda request: "Office of Bamako")
    text = cast.alice.get("/desk/villages/").content.decode()
    assert '<a href="/desk/">My tasks</a>' in text
    assert '<a href="/desk/villages/" aria-current="page">Villages</a>' in text
    assert "<title>Villages · Office of Bamako</title>" in text
    assert ">Villages</a>" not in cast.bob.get("/desk/").content.decode()


def test_it_speaks_the_language_of_the_account(cast):
    assert 'lang="en"' in cast.alice.get("/desk/").content.decode()
    data = {"language": "fr", "next": "/desk/villages/"}
    assert cast.alice.post("/desk/language/", data)["Location"] == "/desk/villages/"
    assert '<html lang="fr">' in cast.alice.get("/desk/").content.decode()
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        data = {"language": "bm", "next": target}
        assert cast.alice.post("/desk/language/", data)["Location"] == "/desk/"
    assert '<html lang="fr">' in cast.alice.get("/desk/").content.decode()
    assert cast.anonymous.post("/desk/language/", {"language": "fr"}).status_code == 302
    assert "django_language" not in cast.alice.cookies


def test_it_leads_to_the_page_of_a_button_that_was_not_pressed(cast):
    answer = cast.alice.get("/desk/language/", follow=True)
    assert answer.redirect_chain == [("/desk/", 302)]
    assert 'class="warn"' in answer.content.decode()
    assert cast.alice.head("/desk/language/").status_code == 405
    assert cast.anonymous.get("/desk/language/")["Location"].startswith("/desk/sign-in/")


def test_it_gives_style_and_script_once_and_for_long(client):
    asset = assets()["desk.css"]
    response = client.get(asset.url, HTTP_ACCEPT_ENCODING="gzip, br")
    assert response["Content-Encoding"] == "br"
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Type"] == "text/css"
    assert brotli.decompress(response.content) == asset.bodies[""]
    assert client.get(asset.url).content == asset.bodies[""]
    assert client.get("/desk/static/000000000000/desk.css")["Cache-Control"] == "no-cache"
    for name in ("settings.py", "..%2Fapps.py", "nothing.css"):
        assert client.get(f"/desk/static/{asset.digest}/{name}").status_code == 404


def test_it_keeps_to_its_weight(cast):
    Village.objects.bulk_create(
        Village(name=f"Village number {n}", folded_name=f"v{n:03}", people=n * 37)
        for n in range(120)
    )
    frame = sum(len(asset.bodies["br"]) for asset in assets().values())
    assert len(assets()["desk.js"].bodies[""]) <= 2048
    for url in ("/desk/", "/desk/villages/", "/desk/villages/add/"):
        page, _ = weight(cast.alice, url)
        assert page <= 5_000, url
        assert page + frame <= 15_000, url


def test_it_shuts_the_page_in(cast):
    response = cast.alice.get("/desk/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    text = response.content.decode()
    assert "<script>" not in text
    assert not re.search(r"\sstyle=|\son\w+=", text)


@pytest.mark.parametrize(
    ("accepted", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)]
)
def test_it_hides_the_length_of_a_compressed_page(accepted, unpack):
    page = b"<p>" + b"secret " * 100 + b"</p>"
    middleware = CompressMiddleware(lambda request: HttpResponse(page))
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepted)
    answers = [middleware(request) for _ in range(40)]
    assert len({len(answer.content) for answer in answers}) > 5
    assert all(unpack(answer.content).startswith(page) for answer in answers)
    assert answers[0]["Content-Encoding"] == accepted
    assert answers[0]["Vary"] == "Accept-Encoding"


def test_it_leaves_alone_what_is_short_packed_or_not_text():
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING="br")
    for response in (
        HttpResponse(b"short"),
        HttpResponse(b"x" * 999, content_type="image/webp"),
        HttpResponse(b"x" * 999, headers={"Content-Encoding": "gzip"}),
    ):
        before = response.content
        assert (
            CompressMiddleware(lambda request, response=response: response)(request).content
            == before
        )


def test_it_does_not_start_with_an_address_that_asks_no_policy(settings):
    assert check_policies(None) == []

    def bare(request):
        return HttpResponse()

    class Addresses:
        urlpatterns = [*toy.urlpatterns, path("desk/bare/", bare), path("public/", bare)]

    settings.ROOT_URLCONF = Addresses
    assert [(error.id, error.msg) for error in check_policies(None)] == [
        ("desk.E001", "/desk/bare/ asks no policy.")
    ]
    declare_policy(Addresses.urlpatterns[-2:], Anyone())
    assert check_policies(None) == []
    assert isinstance(policy_of(bare), Anyone)


def test_it_says_in_plain_words_that_too_much_was_sent(cast, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = cast.alice.post("/desk/villages/add/", {"name": "x" * 99})
    assert response.status_code == 413
    assert "Too much was sent at once" in response.content.decode()


def test_it_says_in_plain_words_that_it_failed(cast, monkeypatch):
    def fail(request):
        raise RuntimeError

    menu.register_panel(fail)
    cast.alice.raise_request_exception = False
    response = cast.alice.get("/desk/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_it_runs_in_wagtails_pages_only_what_starts_a_chooser():
    known = [
        'initDateChooser("id_on", {"dayOfWeekStart": 0, "format": "Y-m-d"});',
        'new ImageChooser("id_picture", {"modalUrl": "/editor/images/chooser/"});',
    ]
    strange = [
        "alert(1)",
        'initDateChooser("id_on", {"a": alert(1)});',
        'initDateChooser("id_on", {"a": 1}); alert(1);',
        'initDateChooser("id_on", {a: location="https://example.org"});',
        "initDateChooser(`${alert(1)}`);",
    ]
    page = "".join(f"<script>{each}</script>" for each in known + strange)
    scripts = re.search(r"script-src ([^;]*)", editor_policy(page))[1]
    assert scripts.count("'sha256-") == len(known)
    assert "unsafe" not in scripts
    assert re.search(r"script-src ([^;]*)", editor_policy("<p>"))[1] == "'self'"


def test_it_leaves_a_page_that_wagtail_asks_itself_for_to_the_answer_that_carries_it():
    page = "<p>text</p>" * 50
    middleware = SecurityHeadersMiddleware(lambda request: HttpResponse(page))
    inner = RequestFactory().get("/fr/")
    inner.is_dummy = True
    assert not middleware(inner).has_header("Content-Security-Policy")
    outer = SecurityHeadersMiddleware(lambda request: middleware(inner))
    policy = outer(RequestFactory().get("/editor/pages/1/view_draft/"))["Content-Security-Policy"]
    assert "style-src 'self';" in policy
    assert "script-src 'self';" in policy


def test_it_lets_the_editor_of_text_write_style_elements_and_nothing_else():
    assert "unsafe" not in editor_policy("<p>")
    policy = editor_policy('<script src="/static/wagtailadmin/js/draftail.js"></script>')
    assert "style-src 'self' 'unsafe-inline'; style-src-attr 'none';" in policy
    assert policy.count("unsafe") == 1
