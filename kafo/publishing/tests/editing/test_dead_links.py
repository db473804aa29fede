"""Whoever writes a page notes that what it links to is gone, and of when an archived copy is."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from kafo.publishing.models import ExternalLink, NewsPage
from kafo.publishing.services.links import note_link
from kafo.publishing.services.writing import publish_page, save_draft
from kafo.publishing.tests.conftest import read
from kafo.records.errors import NotVisible, Refused

from .conftest import World, paragraph

ADDRESS = "http://www.example.org/amm"
ARCHIVE = "https://web.archive.org/web/2006/http://www.example.org/amm"
WORDS = "le site de l’association"


def link_from(world: World, account: str, page: NewsPage) -> Page:
    actor = world.account(account)
    body = [paragraph(f'Voir <a href="{ADDRESS}">{WORDS}</a>.')]
    save_draft(actor=actor, page=page.page_ptr, based_on=None, body=body)
    publish_page(actor=actor, page=page.page_ptr)
    return page.page_ptr


@pytest.fixture
def page(world: World, baked: Any) -> Page:
    linking = link_from(world, "editor", world.news)
    baked()
    return linking


def shown(page: Page, baked: Any) -> str:
    return read(baked(), f"bamako/fr/nouvelles/{page.slug}/")


def test_it_is_noted_at_the_desk_and_readers_keep_the_words_with_the_date(
    world: World, page: Page, baked: Any
) -> None:
    client = world.client("journalist")
    address = reverse("pages:links", args=[page.pk])
    assert address in client.get(reverse("pages:page", args=[page.pk])).content.decode()
    assert ADDRESS in client.get(address).content.decode()
    form = {"address": ADDRESS, "archived_on": "2006-05-01", "archive_address": ARCHIVE}
    assert client.post(address, form | {"is_dead": "on"}).status_code == 302
    html = shown(page, baked)
    assert f'<span>{WORDS}</span> (<a href="{ARCHIVE}">' in html
    assert "2006" in html
    assert f'href="{ADDRESS}"' not in html
    assert PageLogEntry.objects.filter(page=page, action="publishing.link.note").exists()
    assert 'value="2006-05-01"' in client.get(address).content.decode()
    assert client.post(address, form).status_code == 302
    assert f'href="{ADDRESS}"' in shown(page, baked)


def test_it_is_noted_for_a_link_of_this_page_only(world: World, page: Page) -> None:
    ExternalLink.objects.create(address="https://elsewhere.example/")
    actor = world.account("editor")
    with pytest.raises(NotVisible):
        note_link(actor=actor, page=page, address="https://elsewhere.example/", is_dead=True)
    with pytest.raises(NotVisible):
        note_link(actor=world.account("amm_editor"), page=page, address=ADDRESS, is_dead=True)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused):
        note_link(actor=actor, page=page, address=ADDRESS, is_dead=True, archived_on=tomorrow)
    bad = {"address": ADDRESS, "archive_address": "javascript:alert(1)"}
    answer = world.client("editor").post(reverse("pages:links", args=[page.pk]), bad)
    assert answer.status_code == 422
    assert not ExternalLink.objects.get(address=ADDRESS).archive_address


def test_it_changes_no_page_of_a_site_one_does_not_write_for(
    world: World, page: Page, baked: Any
) -> None:
    link_from(world, "amm_editor", world.amm_news)
    baked()
    with pytest.raises(Refused):
        note_link(actor=world.account("editor"), page=page, address=ADDRESS, is_dead=True)
