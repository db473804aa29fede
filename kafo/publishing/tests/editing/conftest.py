"""Two sites that must not know of each other, and one account per role. Nobody here is real."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.models import Locale

from kafo.people.enums import Role
from kafo.people.models import Account, Mandate, Organization, Person
from kafo.people.tests.conftest import ROLES
from kafo.publishing.models import HomePage, ListPage, NewsPage, Picture, PublicSite
from kafo.publishing.services.sites import create_site

WRITERS = ("director", "editor", "journalist", "coordinator")


@dataclass
class World:
    """Bamako with all roles, and the association with one editor."""

    bamako: PublicSite
    amm: PublicSite
    news: NewsPage
    amm_news: NewsPage
    picture: Picture
    amm_picture: Picture
    document: Any
    amm_document: Any

    def account(self, name: str) -> Account:
        """As at a new request: nothing is remembered of what the account may do."""
        return Account.objects.get(username=name)

    def client(self, name: str | None) -> Client:
        client = Client()
        if name:
            client.force_login(self.account(name), "kafo.people.backends.MandateBackend")
        return client

    def list_of(self, site: PublicSite, language: str = "fr") -> ListPage:
        home = site.homes()[language]
        return ListPage.objects.child_of(home).get()


def make_account(name: str, role: Role | None, organization: Organization) -> Account:
    person = Person.objects.create(
        organization=organization, given_name=name.capitalize(), family_name="Fictive"
    )
    if role:
        Mandate.objects.create(
            person=person,
            role=role,
            organization=organization,
            starts_at=timezone.now() - timedelta(days=30),
        )
    return Account.objects.create(username=name, person=person, password="!", language="fr")


def png(size: tuple[int, int] = (800, 600), **save: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "sienna").save(file, "PNG", **save)
    return file.getvalue()


def sent(content: bytes, name: str = "photo.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def paragraph(text: str, key: str = "11111111-1111-4111-8111-111111111111") -> dict[str, Any]:
    return {"type": "paragraph", "value": f"<p>{text}</p>", "id": key}


def _fill(slug: str, organization: Organization, secret: str) -> dict[str, Any]:
    site = create_site(
        slug=slug,
        organization=organization,
        hosts=[f"{slug}.localhost"],
        name={"fr": f"Site {secret}", "en": f"Site {secret}"},
    )
    home = HomePage.objects.get(pk=site.wagtail_site.root_page_id)
    home.title = f"Accueil {secret}"
    home.save_revision().publish()
    english = home.copy_for_translation(Locale.objects.get(language_code="en")).specific
    english.save_revision().publish()
    news_list = ListPage(title=f"Nouvelles {secret}", slug="nouvelles", locale=home.locale)
    home.add_child(instance=news_list)
    news_list.save_revision().publish()
    news_list.copy_for_translation(
        Locale.objects.get(language_code="en")
    ).specific.save_revision().publish()
    news = NewsPage(
        title=f"Nouvelle {secret}",
        news_on=date(2007, 7, 9),
        locale=home.locale,
        lead="En bref.",
        body=[("paragraph", f"<p>Texte {secret}</p>")],
    )
    news_list.add_child(instance=news)
    news.save_revision().publish()
    picture = Picture(
        title=f"Image {secret}",
        description=f"Image {secret}",
        alternatives={"fr": f"Image {secret}"},
        credit="Atelier",
        collection=site.collection,
        file=ContentFile(png(), f"{slug}.png"),
    )
    picture._set_image_file_metadata()
    picture.save()
    document = get_document_model()(
        title=f"Document {secret}",
        collection=site.collection,
        file=ContentFile(b"%PDF-1.4", f"{slug}.pdf"),
    )
    document._set_document_file_metadata()
    document.save()
    return {
        "site": site,
        "news": NewsPage.objects.get(pk=news.pk),
        "picture": picture,
        "document": document,
    }


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.KAFO_HOME = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    office = Organization.objects.create(name={"fr": "Bureau"}, short_name="BUR")
    association = Organization.objects.create(name={"fr": "Association"}, short_name="AMM")
    bamako = _fill("bamako", office, "Niger")
    amm = _fill("amm", association, "Baobab")
    for name, role in ROLES.items():
        make_account(name, role, office)
    make_account("amm_editor", Role.EDITOR, association)
    make_account("stranger", None, office)
    return World(
        bamako=bamako["site"],
        amm=amm["site"],
        news=bamako["news"],
        amm_news=amm["news"],
        picture=bamako["picture"],
        amm_picture=amm["picture"],
        document=bamako["document"],
        amm_document=amm["document"],
    )
