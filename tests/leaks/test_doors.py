"""What strangers, and those who send what no form offers, find at the doors."""

import unicodedata
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kafo.people.models import Account, PostTemplateVersion
from kafo.people.services.invitations import invite_person
from tests.leaks.addresses import every_address
from tests.leaks.test_matrix import ask, rule_of
from tests.leaks.world import World

PASSWORD = "three words together"
# Addresses that change with what they give, and such as tell of nobody.
KEPT = {"desk:asset", "editor/sprite/", "editor/words/<slug:name>/", "wagtailadmin_sprite"}
KEPT |= {"wagtailadmin_javascript_catalog"}


@pytest.mark.parametrize("name", ["anonymous", "director"])
def test_it_leaves_no_page_of_the_desk_in_a_cache(world: World, name: str) -> None:
    client, faults = world.client(name), []
    for address in every_address():
        if not address.route.startswith(("desk/", "editor/")) or address.key in KEPT:
            continue
        record, _who = rule_of(address)
        path = address.filled(world.records["A"].get(record))
        for method in ("get", "post"):
            answer = ask(client, method, path)
            if "no-store" not in answer.headers.get("Cache-Control", ""):
                faults.append((method, path, answer.status_code))
    assert faults == []


def _enter(world: World, username: str) -> Any:
    person = world.records["A"]["person"]
    person.mandates.all().delete()
    _invitation, code = invite_person(actor=world.accounts["director"], person=person)
    client = Client(headers={"host": "localhost"})
    client.post(reverse("account:enter"), {"code": code})
    words = {"username": username, "password": PASSWORD, "again": PASSWORD}
    return client.post(reverse("account:enter-account"), words)


@pytest.mark.parametrize("name", ["ｄｉｒｅｃｔｏｒ", "DIRECTOR", "ｄirector "])
def test_it_gives_no_name_that_looks_like_another(world: World, name: str) -> None:
    answer = _enter(world, name)
    assert answer.status_code == 422
    assert "username" in answer.context["form"].errors
    assert Account.objects.filter(username__iexact="director").count() == 1


def test_it_knows_a_name_however_the_keyboard_writes_it(world: World) -> None:
    assert _enter(world, unicodedata.normalize("NFD", "Aïché")).status_code == 302
    for form in ("NFC", "NFD"):
        client = Client(headers={"host": "localhost"})
        words = {"login": unicodedata.normalize(form, "Aïché"), "password": PASSWORD}
        assert client.post(reverse("account_login"), words).status_code == 302, form


def test_it_takes_no_big_file_from_a_stranger(world: World, client: Client) -> None:
    for path in (reverse("account_login"), reverse("account:enter"), reverse("pages:picture-add")):
        file = SimpleUploadedFile("a.bin", bytes(6_000_000))
        answer = client.post(path, {"file": file}, headers={"host": "localhost"})
        assert answer.status_code in {302, 413}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/desk/sign-in/")


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 18, "x", "-1", "²", "٣", ""])
def test_it_takes_no_number_for_more_than_it_is(world: World, number: str) -> None:
    director, post = world.client("director"), world.records["A"]["post"]
    answer = director.post(reverse("usersessions_list"), {"end": number})
    assert answer.status_code in {302, 404}
    assert PostTemplateVersion.objects.filter(template=post.template).exists()
    answer = director.post(
        reverse("people:post-difference", args=[post.pk]),
        {"number": number, "decision": "decline", "reason": "Because"},
    )
    assert answer.status_code == 422
    page = world.records["A"]["page"]
    answer = director.post(
        reverse("pages:restore", args=[page.pk, page.latest_revision_id]), {"seen": number}
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("kind", ["people/person", "publishing/place", "publishing/picture", "a/b"])
def test_it_knows_of_nobody_at_work_but_on_pages(world: World, kind: str) -> None:
    app, model = kind.split("/")
    page = world.records["A"]["page"]
    path = reverse("wagtailadmin_editing_sessions:ping", args=[app, model, page.pk, 1])
    assert world.client("director").post(path).status_code == 404
