"""The cast of these tests: the association with its site and its people, an office beside it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kafo.people.enums import Role
from kafo.people.models import Account, Mandate, Organization, Person
from kafo.publishing.enums import Listed
from kafo.publishing.models import (
    Fact,
    ListPage,
    Place,
    PlacePage,
    PublicSite,
    ReferenceEntry,
    ReferenceList,
)
from kafo.publishing.services.places import write_fact
from kafo.publishing.services.sites import create_site
from kafo.records.languages import folded

TODAY = date(2007, 7, 9)


@dataclass
class Cast:
    """Aminata edits, Modibo writes, Lea reads: all for the association. Oumou edits elsewhere."""

    association: Organization
    office: Organization
    site: PublicSite
    office_site: PublicSite
    lists: list[ListPage]
    people: dict[str, Account] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Account:
        # As at a new request: nothing is remembered of what the account may do.
        return Account.objects.get(pk=self.people[name].pk)


def _account(organization: Organization, name: str, role: Role) -> Account:
    person = Person.objects.create(
        organization=organization, given_name=name.capitalize(), family_name="Fictive"
    )
    Mandate.objects.create(
        person=person,
        role=role,
        organization=organization,
        starts_at=timezone.now() - timedelta(days=30),
    )
    return Account.objects.create(username=name, person=person, password="!")


def _site(slug: str, organization: Organization) -> PublicSite:
    site = create_site(
        slug=slug, organization=organization, hosts=[f"{slug}.localhost"], name={"fr": slug}
    )
    return PublicSite.objects.get(pk=site.pk)


def publish_homes(site: PublicSite) -> list[ListPage]:
    """Give the site live homes and lists of places, in French and English."""
    home = site.wagtail_site.root_page.specific
    home.live = True
    home.save()
    places = ListPage(title="Lieux", slug="lieux", listed=Listed.PLACES, locale=home.locale)
    places.show_in_menus = True
    home.add_child(instance=places)
    lists = [places]
    for page in (home, places):
        for language in site.locales[1:]:
            copy = page.copy_for_translation(_locale(language)).specific
            copy.live = True
            copy.save()
            if isinstance(copy, ListPage):
                lists.append(copy)
    return lists


def _locale(language: str) -> Any:
    from wagtail.models import Locale

    return Locale.objects.get_or_create(language_code=language)[0]


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.KAFO_HOME = tmp_path
    settings.KAFO_BAKED = tmp_path / "baked"
    association = Organization.objects.create(name={"fr": "Association"}, short_name="AMM")
    office = Organization.objects.create(name={"fr": "Bureau"}, short_name="BUR")
    site = _site("amm", association)
    people = Cast(association, office, site, _site("bamako", office), publish_homes(site))
    people.people = {
        "aminata": _account(association, "aminata", Role.EDITOR),
        "modibo": _account(association, "modibo", Role.JOURNALIST),
        "lea": _account(association, "lea", Role.READER),
        "oumou": _account(office, "oumou", Role.EDITOR),
    }
    return people


def make_place(cast: Cast, name: str = "Goundam", code: str = "6-01-01") -> Place:
    return Place.objects.create(
        organization=cast.association, name=name, code=code, cercle="Goundam", region="Tombouctou"
    )


def make_page(cast: Cast, place: Place, parent: ListPage | None = None) -> PlacePage:
    parent = parent or cast.lists[0]
    page = PlacePage(title=place.name, place=place, locale=parent.locale)
    parent.add_child(instance=page)
    return page


def make_fact(
    place: Place, kind: str = "phone", value: str = "+22321920000", **values: Any
) -> Fact:
    age = values.pop("age", 0)
    values = {"source": "mairie", "as_of": TODAY} | values
    fact = write_fact(actor=None, place=place, kind=kind, value=value, **values)
    if age:
        fact.checked_on = timezone.localdate() - timedelta(days=age)
        fact.save()
    return fact


def make_list(cast: Cast, lines: int = 3, official: int = 703, is_active: bool = True) -> Any:
    found = ReferenceList.objects.create(
        organization=cast.association,
        name={"fr": "Communes du Mali"},
        source="loi 96-059",
        as_of=TODAY,
        official_count=official,
        is_active=is_active,
    )
    ReferenceEntry.objects.bulk_create(
        ReferenceEntry(
            list=found,
            code=f"1-01-{number:03}",
            name=f"Commune {number}",
            cercle="Kayes",
            region="Kayes",
            folded_name=folded(f"Commune {number} Kayes"),
        )
        for number in range(lines)
    )
    return found
