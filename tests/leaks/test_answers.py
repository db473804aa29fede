"""What every answer carries, what no answer does, and what the forms refuse."""

import re
from typing import Any

import pytest
from django.conf import settings as node_settings
from django.test import Client
from django.urls import reverse

from kafo.publishing.baking.reconcile import reconcile
from kafo.publishing.models import NewsPage
from kafo.publishing.tests.conftest import Browser, browser, publish  # noqa: F401
from tests.leaks.addresses import every_address
from tests.leaks.rules import ANYONE
from tests.leaks.test_matrix import ask, rule_of
from tests.leaks.world import World

EVIL = ["//evil.example/", "https://evil.example/", "/\\evil.example/", "javascript:alert(1)"]


def _is_shut_in(headers: Any) -> list[str]:
    """Give what is missing or too wide among the headers of an answer."""
    policy = headers.get("Content-Security-Policy", "")
    faults = []
    if "default-src 'none'" not in policy:
        faults.append("policy")
    scripts = re.search(r"script-src([^;]*)", policy)
    if scripts and re.search(r"unsafe|https?:|\*|data:", scripts[1]):
        faults.append(f"scripts {scripts[1]}")
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("nosniff")
    if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        faults.append("referrer")
    if headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        faults.append("frame")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        faults.append("permissions")
    return faults


@pytest.mark.parametrize("name", ["anonymous", "director"])
def test_it_shuts_in_every_answer(world: World, name: str) -> None:
    client, faults = world.client(name), []
    for address in every_address():
        record, _who = rule_of(address)
        path = address.filled(world.records["A"].get(record))
        answer = ask(client, "get", path)
        if found := _is_shut_in(answer.headers):
            faults.append((path, answer.status_code, found))
    assert faults == []


def test_it_shuts_in_what_readers_get(world: World, browser: Browser) -> None:  # noqa: F811
    publish(world.records["A"]["home"].specific)
    publish(NewsPage.objects.get(pk=world.records["A"]["page"].pk))
    reconcile()
    faults = []
    for path in ("", "fr/", "fr/none/", "fr/recherche/?q=a", "fr/news/", "desk/", "media/none.png"):
        answer = browser.get(f"http://a.localhost:8000/{path}")
        found = _is_shut_in(answer.headers)
        if answer.status in {301, 302, 304}:
            found = [each for each in found if each != "policy"]
        if found:
            faults.append((path, answer.status, found))
        assert "Set-Cookie" not in answer.headers
    assert faults == []


def test_it_sets_no_cookie_before_the_doors(world: World) -> None:
    """Only pages with a form for strangers need one: to tell their forms from forged ones."""
    doors = {"account_login", "mfa_login_webauthn", "account:enter", "account:enter-account"}
    given = set()
    for address in every_address():
        record, _who = rule_of(address)
        answer = ask(
            world.client("anonymous"), "get", address.filled(world.records["A"].get(record))
        )
        if answer.cookies:
            given.add(address.key)
        assert "sessionid" not in answer.cookies, address.key
    assert given <= doors


def test_it_refuses_every_form_without_its_token(world: World) -> None:
    strict = Client(
        headers={"host": "localhost"}, enforce_csrf_checks=True, raise_request_exception=False
    )
    strict.force_login(world.accounts["director"])
    taken = []
    for address in every_address():
        record, who = rule_of(address)
        if "director" not in who and who != ANYONE:
            continue
        path = address.filled(world.records["A"].get(record))
        answer = ask(strict, "post", path, headers={"tus-resumable": "1.0.0"})
        if answer.status_code not in {403, 404, 405}:
            taken.append((path, answer.status_code))
    assert taken == []


def test_it_keeps_its_cookies_from_scripts_and_other_sites(world: World, client: Client) -> None:
    account = world.accounts["director"]
    account.set_password("three words together")
    account.save()
    answer = client.post(
        reverse("account_login"),
        {"login": account.username, "password": "three words together"},
        headers={"host": "localhost"},
    )
    cookie = answer.cookies["sessionid"]
    assert answer.status_code == 302
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]
    assert client.get(reverse("account_login")).cookies.get("csrftoken", cookie)["httponly"]


def test_its_cookies_travel_encrypted_where_the_node_is() -> None:
    assert node_settings.SESSION_COOKIE_SECURE == node_settings.CSRF_COOKIE_SECURE
    assert node_settings.SESSION_COOKIE_SECURE == node_settings.SECURE


@pytest.mark.parametrize("target", EVIL)
def test_it_never_leads_to_another_host(world: World, client: Client, target: str) -> None:
    account = world.accounts["director"]
    account.set_password("three words together")
    account.save()
    words = {"login": account.username, "password": "three words together", "next": target}
    answers = [client.post(f"{reverse('account_login')}?next={target}", words)]
    signed_in = world.client("director")
    answers.append(signed_in.get(reverse("account_login"), {"next": target}))
    answers.append(signed_in.post(reverse("desk:language"), {"language": "fr", "next": target}))
    answers.append(signed_in.post(reverse("account_logout"), {"next": target}))
    for answer in answers:
        place = answer.headers.get("Location", "/")
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path", ["/desk/%0d%0aX-Evil:1/", "/fr/%0d%0aSet-Cookie:a=b", "//evil.example"]
)
def test_it_lets_no_header_in_by_an_address(world: World, browser: Browser, path: str) -> None:  # noqa: F811
    reconcile()
    answer = browser.get(f"http://a.localhost:8000{path}")
    assert "X-Evil" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"[\r\n]", "".join(answer.headers.values()))
    assert not answer.headers.get("Location", "/").startswith(("//", "http"))


@pytest.mark.parametrize("path", ["/fr//", "/fr///", "//fr/", "/fr//texte/", "/mirror//"])
def test_it_gives_a_page_at_one_address_only(
    world: World,
    browser: Browser,  # noqa: F811
    path: str,
) -> None:
    publish(world.records["A"]["home"].specific)
    reconcile()
    assert browser.get("http://a.localhost:8000/fr/").status == 200
    assert browser.get(f"http://a.localhost:8000{path}").status in {301, 404}


@pytest.mark.parametrize("host", ["evil.example", "a.localhost.evil.example", "localhost@evil", ""])
def test_it_answers_404_to_a_host_it_does_not_have(
    world: World,
    browser: Browser,  # noqa: F811
    host: str,
) -> None:
    reconcile()
    for path in ("/", "/desk/sign-in/", "/editor/", "/fr/"):
        answer = browser.get(f"http://{host}{path}")
        assert answer.status == 404
        assert "evil" not in answer.html


def test_it_writes_no_formula_into_a_spreadsheet(world: World) -> None:
    person = world.records["A"]["person"]
    person.family_name = '=HYPERLINK("http://evil.example")'
    person.save()
    text = b"".join(
        world.client("director").get(reverse("people:persons"), {"format": "csv"}).streaming_content
    ).decode()
    assert "HYPERLINK" in text
    assert not re.search(r'(^|,)"?[=+@-]', text, re.MULTILINE)


def test_it_exports_no_secret(world: World) -> None:
    """Passwords, codes, keys and sessions stand in no list, page or copy of one's data."""
    from allauth.mfa.models import Authenticator

    account = world.accounts["director"]
    account.set_password("three words together")
    account.save()
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": "TOTPSECRETWORD"}
    )
    client = world.client("director")
    secrets = [account.password, "TOTPSECRETWORD", client.cookies["sessionid"].value]
    secrets += [world.records["A"]["invitation"].code_hash + "\0", "argon2"]
    shown = []
    for address in every_address():
        record, who = rule_of(address)
        if "director" not in who:
            continue
        path = address.filled(world.records["A"].get(record))
        for data in ({}, {"format": "csv"}):
            answer = ask(client, "get", path, data=data)
            text = answer.read_body.decode("utf-8", "replace")
            shown += [(path, secret) for secret in secrets if secret in text]
    copy = ask(client, "post", reverse("account:me-copy")).read_body.decode("utf-8", "replace")
    assert shown == []
    assert [secret for secret in secrets if secret in copy] == []
