"""What each page type tells at a glance, and where it takes it from."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kafo.publishing.models import (
    BakedPage,
    Fact,
    ListPage,
    Place,
    PlacePage,
    PlainPage,
    ProjectPage,
    PublicSite,
    PublishedFrame,
)
from kafo.publishing.services.places import confirm_fact
from kafo.publishing.services.sites import create_site
from kafo.publishing.tests.conftest import add, publish, read, translate
from kafo.records.signals import records_received


@pytest.fixture
def place(organization) -> Place:
    return Place.objects.create(
        organization=organization, name="Goundam", cercle="Goundam", region="Tombouctou", code="1"
    )


@pytest.fixture
def place_page(home, place):
    places = add(home, ListPage(title="Communes", slug="communes", listed="places"))
    return add(places, PlacePage(title="Goundam", slug="goundam", place=place))


def test_it_shows_the_facts_of_a_place_with_source_and_date(place_page, place, baked):
    Fact.objects.create(
        place=place,
        kind="phone",
        value="+22300000000",
        in_form=True,
        source="Mairie",
        checked_on=date(2007, 6, 12),
    )
    html = read(baked(), "bamako/fr/communes/goundam/")
    assert '<a href="tel:+22300000000">+223 00 00 00 00</a>' in html
    assert "Mairie" in html
    assert "12 juin 2007" in html
    assert "Tombouctou" in html


def test_it_bakes_a_place_again_in_all_languages_when_a_fact_changes(
    place_page, place, home, baked
):
    translate(home, "en", title="Home")
    places = place_page.get_parent().specific
    translate(places, "en", title="Communes", slug="communes")
    translate(place_page, "en", title="Goundam", slug="goundam")
    baked()
    Fact.objects.create(place=place, kind="radio", value="Radio Exemple")
    due = BakedPage.objects.filter(due__gt=0).values_list("path", flat=True)
    assert set(due) == {"fr/communes/goundam/", "en/communes/goundam/"}
    folder = baked()
    assert "Radio Exemple" in read(folder, "bamako/en/communes/goundam/")
    assert "Radio Exemple" in read(folder, "bamako/fr/communes/goundam/texte/")


def _set(record: Any, **values: Any) -> None:
    """Write as other rooms do, an accepted proposal for example: without a service of this one."""
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda place, fact: _set(place, region="Taoudénit"),
        lambda place, fact: Place.objects.filter(pk=place.pk).update(cercle="Diré"),
        lambda place, fact: _set(fact, value="Radio Autre"),
        lambda place, fact: fact.delete(),
        lambda place, fact: confirm_fact(actor=None, fact=fact),
        lambda place, fact: records_received.send(Fact, rows=[fact.pk], using="default"),
        lambda place, fact: records_received.send(Place, rows=[place.pk], using="default"),
    ],
)
def test_it_bakes_a_place_again_whoever_changed_it(place_page, place, baked, change):
    fact = Fact.objects.create(place=place, kind="radio", value="Radio Exemple")
    baked()
    change(place, fact)
    due = BakedPage.objects.filter(due__gt=0).values_list("path", flat=True)
    assert set(due) == {"fr/communes/goundam/"}


def test_it_tells_other_offices_how_the_organisation_of_a_site_is_called_now(
    home, organization, baked, django_capture_on_commit_callbacks
):
    baked()
    with django_capture_on_commit_callbacks(execute=True):
        _set(organization, name={"fr": "Bureau rebaptisé"})
    frame = PublishedFrame.objects.get(language="fr")
    assert frame.organization == "Bureau rebaptisé"


def test_it_tells_a_project_at_a_glance_and_leads_to_its_place(place_page, place, home, baked):
    projects = add(home, ListPage(title="Projets", slug="projets", listed="projects"))
    add(
        projects,
        ProjectPage(
            title="Un site",
            slug="un-site",
            place=place,
            starts_on=date(2007, 7, 1),
            partners="Association\nBureau de Genève",
        ),
    )
    html = read(baked(), "bamako/fr/projets/un-site/")
    assert '<a href="../../communes/goundam/">Goundam</a>' in html
    assert "Association<br>Bureau de Genève" in html
    assert "juillet 2007" in html
    assert "<dt>Contact</dt>" not in html


def test_it_refuses_a_project_that_ends_before_it_starts(home):
    projects = add(home, ListPage(title="Projets", slug="projets", listed="projects"))
    page = ProjectPage(
        title="Un site", slug="un-site", starts_on=date(2007, 7, 1), ends_on=date(2007, 6, 1)
    )
    with pytest.raises(ValidationError):
        add(projects, page)


@pytest.mark.parametrize("slug", ["texte", "recherche", "media", "n", "2"])
def test_it_keeps_the_addresses_of_the_site_itself_free(home, slug):
    with pytest.raises(ValidationError):
        add(home, PlainPage(title="Page", slug=slug))


def test_it_makes_addresses_without_accents(home):
    assert add(home, PlainPage(title="Éléphants à Gossi")).slug == "elephants-a-gossi"


def test_it_refuses_a_second_site_at_the_same_host(site, organization):
    with pytest.raises(ValidationError):
        create_site(
            slug="autre", organization=organization, hosts=["bamako.localhost"], name={"fr": "X"}
        )
    assert PublicSite.objects.count() == 1


def test_it_knows_where_its_pages_are_read(make_news):
    page = make_news("Deux jours")
    assert page.full_url == "http://bamako.localhost:8000/fr/nouvelles/deux-jours/"


def test_it_shows_editors_a_preview_and_writes_nothing(make_news, make_picture, baked, settings):
    page = make_news("Deux jours")
    folder = baked()
    before = set(folder.rglob("*"))
    page.title = "Ébauche"
    page.picture = make_picture()
    html = page.serve_preview(None, "").content.decode()
    assert "Ébauche" in html
    assert 'src="/media/images/' in html
    assert set(folder.rglob("*")) == before


def test_it_says_that_an_empty_list_is_empty(home, baked):
    add(home, ListPage(title="Documents", slug="documents", listed="documents"))
    assert 'class="note"' in read(baked(), "bamako/fr/documents/")


def test_it_shows_the_latest_of_each_list_on_the_home_page(make_news, home, baked):
    for number in range(5):
        make_news(f"Nouvelle {number}", news_on=date(2007, 1, 1 + number))
    html = read(baked(), "bamako/fr/")
    assert html.count("<li>") == 3
    assert "Nouvelle 4" in html
    assert "Nouvelle 1" not in html
    publish(home, lead="Un mot.")
    assert "Un mot." in read(baked(), "bamako/fr/")
