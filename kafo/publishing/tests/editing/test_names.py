"""The name of an erased person leaves what the sites keep, and what says her name waits."""

import gzip
import json
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.models import PageLogEntry

from kafo.people.models import Account, Person
from kafo.people.services.protection import erase_person
from kafo.publishing.baking.reconcile import reconcile
from kafo.publishing.models import NewsPage, Picture, ReaderCount, RemainingName
from kafo.publishing.queries.names import Name, Surname
from kafo.publishing.services.names import leave_name, neutral, replace_name, settle_names
from kafo.publishing.services.writing import newest, publish_page, save_draft
from kafo.records.errors import NotVisible

from .conftest import World, paragraph

NAME = "Aïssétou Fictive-Keïta"
TOKENS = ("Aïssétou", "A\\u00efss\\u00e9tou", "aissetou", "AÏSSÉTOU")


@pytest.fixture
def aissetou(world: World) -> Person:
    """Author, translator, maker of a picture, and named in a text, in old and new versions."""
    account = world.account("journalist")
    person = account.person
    person.given_name, person.family_name = NAME.split(" ")
    person.save()
    credits = {"author": f"{NAME}, M. Fictif", "translator": NAME}
    page = stored(world)
    save_draft(
        actor=account,
        page=page,
        based_on=None,
        body=[paragraph(f"Selon {NAME.upper()}, le pont tient.")],
        **credits,
    )
    publish_page(actor=world.account("editor"), page=page)
    save_draft(actor=account, page=page, based_on=None, title="Le pont", body=[paragraph("Sec.")])
    publish_page(actor=world.account("editor"), page=page)
    save_draft(actor=account, page=page, based_on=None, title=f"Le pont de {NAME}")
    Picture.objects.filter(pk=world.picture.pk).update(credit=f"Photo {NAME}")
    draft = newest(stored(world))
    draft.picture = world.picture
    draft.save_revision(user=account)
    publish_page(actor=world.account("editor"), page=stored(world))
    ReaderCount.objects.create(
        site=world.bamako, month="2026-11-01", kind="search", subject="aissetou fictive-keita"
    )
    reconcile()
    return person


def stored(world: World) -> NewsPage:
    return NewsPage.objects.get(pk=world.news.pk)


def columns_with(tokens: tuple[str, ...]) -> set[str]:
    """Give every column of the database that holds one of the tokens."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            for field in model._meta.local_concrete_fields:
                cursor.execute(
                    f'SELECT CAST("{field.column}" AS TEXT) FROM "{table}" '  # noqa: S608
                    f'WHERE "{field.column}" IS NOT NULL'
                )
                for (value,) in cursor.fetchall():
                    text = str(value)
                    if any(token.lower() in text.lower() for token in tokens):
                        found.add(f"{table}.{field.column}")
    return found


def files_with(folder: Path, tokens: tuple[str, ...]) -> set[str]:
    """Give every baked file that holds one of the tokens."""
    found = set()
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        content = file.read_bytes()
        if file.suffix == ".br":
            content = brotli.decompress(content)
        elif file.suffix == ".gz":
            content = gzip.decompress(content)
        text = content.decode("utf-8", "replace").lower()
        if any(token.lower() in text for token in tokens):
            found.add(str(file))
    return found


def test_it_lists_what_says_the_name_and_takes_it_out_of_all_else(
    world: World, aissetou: Person, settings: Any
) -> None:
    assert files_with(settings.KAFO_BAKED, TOKENS)
    erase_person(actor=world.account("director"), person=aissetou)
    reconcile()
    page = stored(world)
    assert page.author == f"{neutral('fr')}, M. Fictif"
    assert page.translator == neutral("fr")
    assert Picture.objects.get(pk=world.picture.pk).credit == f"Photo {neutral('fr')}"
    for revision in page.revisions.all():
        said = json.dumps(revision.content, ensure_ascii=False)
        is_kept = revision.pk in {page.live_revision_id, page.latest_revision_id}
        assert Name([NAME]).is_in(said) is is_kept, said
        assert not Name([NAME]).is_in([revision.content["author"], revision.content["translator"]])
    (remaining,) = RemainingName.objects.all()
    assert str(remaining) == NAME
    assert (remaining.site, remaining.texts) == (world.bamako, [f"page:{page.pk}"])
    client = world.client("director")
    start = client.get(reverse("desk:start")).content.decode()
    assert reverse("pages:name", args=[remaining.pk]) in start
    shown = client.get(reverse("pages:name", args=[remaining.pk])).content.decode()
    assert reverse("pages:write", args=[page.pk]) in shown


def test_it_leaves_the_name_nowhere_once_it_is_replaced(
    world: World, aissetou: Person, settings: Any
) -> None:
    erase_person(actor=world.account("director"), person=aissetou)
    (remaining,) = RemainingName.objects.all()
    client = world.client("director")
    answer = client.post(reverse("pages:name-replace", args=[remaining.pk]))
    assert answer.status_code == 302
    reconcile()
    assert stored(world).title == f"Le pont de {neutral('fr')}"
    assert not RemainingName.objects.exists()
    # The address of a page stays; whoever wants another one changes it in the back office.
    assert columns_with(TOKENS) == set()
    assert files_with(settings.KAFO_BAKED, TOKENS) == set()
    assert PageLogEntry.objects.filter(page=world.news.pk).exists()


@pytest.mark.parametrize("language", ["en", "fr", "bm"])
def test_it_puts_words_that_fit_after_any_other(language: str) -> None:
    """After “de” or “of the” as well: what stands in brackets is never elided nor declined."""
    words = neutral(language)
    assert (words[0], words[-1]) == ("(", ")")


def test_it_forgets_the_name_when_the_texts_were_changed_by_hand(
    world: World, aissetou: Person, settings: Any
) -> None:
    erase_person(actor=world.account("director"), person=aissetou)
    save_draft(actor=world.account("editor"), page=stored(world), based_on=None, title="Le pont")
    assert settle_names() == 0  # readers still see it
    publish_page(actor=world.account("editor"), page=stored(world))
    assert settle_names() == 1
    reconcile()
    assert not RemainingName.objects.exists()
    assert columns_with(TOKENS) == set()
    assert files_with(settings.KAFO_BAKED, TOKENS) == set()


def test_it_lets_the_director_alone_decide(world: World, aissetou: Person) -> None:
    erase_person(actor=world.account("director"), person=aissetou)
    (remaining,) = RemainingName.objects.all()
    for name in ("editor", "amm_editor", "reader"):
        client = world.client(name)
        for address in ("name", "name-replace", "name-leave"):
            found = client.get(reverse(f"pages:{address}", args=[remaining.pk]))
            assert found.status_code == 404
        with pytest.raises(NotVisible):
            replace_name(actor=world.account(name), remaining=remaining)
    title = stored(world).title
    leave_name(actor=world.account("director"), remaining=remaining)
    assert not RemainingName.objects.exists()
    assert stored(world).title == title


def test_it_lists_the_address_and_the_surname_alone_to_be_looked_at(
    world: World, aissetou: Person
) -> None:
    page = stored(world)
    NewsPage.objects.filter(pk=page.pk).update(slug="entretien-aissetou-fictive-keita")
    draft = newest(page)
    draft.body = [paragraph(f"{NAME} parle. Mme Fictive-Keïta sourit.")]
    draft.save_revision()
    erase_person(actor=world.account("director"), person=aissetou)
    (remaining,) = RemainingName.objects.all()
    by_hand = [f"address:{page.pk}", f"surname:page:{page.pk}"]
    assert sorted(remaining.texts) == sorted([f"page:{page.pk}", *by_hand])
    client = world.client("director")
    shown = client.get(reverse("pages:name", args=[remaining.pk])).content.decode()
    assert "…/entretien-aissetou-fictive-keita/" in shown
    assert "Peut-être quelqu’un d’autre" in shown
    client.post(reverse("pages:name-replace", args=[remaining.pk]))
    remaining.refresh_from_db()
    assert sorted(remaining.texts) == by_hand
    left = client.get(reverse("pages:name", args=[remaining.pk])).content.decode()
    assert reverse("pages:name-replace", args=[remaining.pk]) not in left
    assert reverse("pages:name-leave", args=[remaining.pk]) in left
    assert "Mme Fictive-Keïta sourit" in json.dumps(
        newest(stored(world)).body.get_prep_value(), ensure_ascii=False
    )
    leave_name(actor=world.account("director"), remaining=remaining)
    assert not RemainingName.objects.exists()


def test_it_says_nothing_of_a_surname_that_others_bear_or_that_is_a_short_word(
    world: World, aissetou: Person
) -> None:
    words = [f"Aïssétou {family}" for family in ("Fictive-Keïta", "Sy")]
    long, short = (Surname([each, " ".join(reversed(each.split()))]) for each in words)
    assert (long.is_telling(), short.is_telling()) == (False, False)  # she herself is still here
    aissetou.family_name = "Autre"
    aissetou.save()
    assert (long.is_telling(), short.is_telling()) == (True, False)
    assert not Surname(["awa@example.org", "76 00 00 00"]).is_telling()


def test_it_finds_the_surname_alone_where_a_capital_begins_it() -> None:
    surname = Surname(["Awa Rosé", "Rosé Awa"])
    assert surname.is_in("Mme Rosé, M. Rose, ROSÉ")
    assert not surname.is_in("Awa Rosé boit du rosé, Rosée")
    assert surname.is_in_address("portrait-rose")
    assert not surname.is_in_address("rosee")
    assert not surname.is_in_address("awa-rose")


def test_it_finds_whole_names_only() -> None:
    name = Name(["Awa Keïta", "awa@example.org"])
    assert name.is_in("Merci à awa\u00a0KEÏTA !")
    assert name.is_in([{"value": "écrire à awa@example.org"}])
    assert not name.is_in("Mawa Keïta, Awa Keïtane")
    assert name.without({"a": ["Awa Keïta chante"]}, "X") == {"a": ["X chante"]}
    assert not Name([]).is_in("")


def test_it_erases_nobody_when_a_room_cannot_forget(
    world: World, aissetou: Person, monkeypatch: Any
) -> None:
    def fail(**kwargs: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("kafo.publishing.receivers.forget_name", fail)
    client: Client = world.client("director")
    client.raise_request_exception = False
    with pytest.raises(RuntimeError):
        erase_person(actor=world.account("director"), person=aissetou)
    assert Person.objects.get(pk=aissetou.pk).given_name == "Aïssétou"
    assert Account.objects.filter(username="journalist").exists()
