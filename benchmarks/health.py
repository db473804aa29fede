"""Content health of a site with many pages: python -m benchmarks.health."""

import json
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import django

from benchmarks.figures import Figure, show, tell
from benchmarks.office import home, python

PLACES, FACTS = 800, 12
FEW, MANY = 100, 10_000 - PLACES
LINKS = 6
ROUNDS = 5


def fill(news: int) -> None:
    """Add news items that link to each other, and places with their pages and facts."""
    from django.db import transaction

    from benchmarks.crowd import add_pages
    from kafo.publishing.models import BakeDependency, BakedPage, PublicSite

    with transaction.atomic():
        add_pages(news)
        _add_places(PublicSite.objects.get())
        pages = list(BakedPage.objects.filter(page__isnull=False).values_list("pk", "page_id"))
        targets = [page for _baked, page in pages]
        BakeDependency.objects.filter(baked__in=[baked for baked, _page in pages]).delete()
        BakeDependency.objects.bulk_create(
            (
                BakeDependency(baked_id=baked, key=key)
                for number, (baked, page) in enumerate(pages)
                for key in _keys(number, page, targets)
            ),
            batch_size=5000,
        )


def _keys(number: int, page: int, pages: list[int]) -> set[str]:
    others = {pages[(number * 7 + step) % len(pages)] for step in range(1, LINKS)}
    return {f"card:{page}", f"link:{number % 500}", *(f"address:{each}" for each in others)}


def _add_places(site: Any) -> None:
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from wagtail.models import Locale, Page

    from kafo.publishing.enums import BakedKind, Listed
    from kafo.publishing.facts import COMMUNE
    from kafo.publishing.models import (
        BakedPage,
        Fact,
        ListPage,
        Place,
        PlacePage,
        ReferenceEntry,
        ReferenceList,
    )

    today = timezone.localdate()
    french = Locale.objects.get(language_code="fr")
    above = ListPage(title="Communes", slug="communes", listed=Listed.PLACES, locale=french)
    site.homes()["fr"].add_child(instance=above)
    listed = ReferenceList.objects.create(
        organization=site.organization,
        name={"fr": "Communes"},
        source="essai",
        as_of=today,
        official_count=PLACES + 15,
        is_active=True,
    )
    places = Place.objects.bulk_create(
        Place(organization=site.organization, name=f"Commune {number}", code=f"c{number}")
        for number in range(PLACES)
    )
    ReferenceEntry.objects.bulk_create(
        ReferenceEntry(
            list=listed,
            place=places[number] if number < PLACES else None,
            code=f"c{number}",
            name=f"Commune {number}",
            folded_name=f"commune {number}",
        )
        for number in range(PLACES + 15)
    )
    Fact.objects.bulk_create(
        Fact(
            place=place,
            kind=kind,
            value="1",
            source="mairie" if number % 2 else "",
            as_of=today,
            checked_on=today - timedelta(days=10 * (number % 90)),
        )
        for number, place in enumerate(places)
        for kind in list(COMMUNE)[:FACTS]
    )
    kind = ContentType.objects.get_for_model(PlacePage)
    pages = Page.objects.bulk_create(
        Page(
            path=Page._get_path(above.path, above.depth + 1, number + 1),
            depth=above.depth + 1,
            title=place.name,
            draft_title=place.name,
            slug=place.code,
            url_path=f"{above.url_path}{place.code}/",
            content_type=kind,
            locale=french,
            translation_key=uuid.uuid4(),
            live=True,
        )
        for number, place in enumerate(places)
    )
    for page, place in zip(pages, places, strict=True):
        PlacePage(page_ptr_id=page.pk, place=place).save_base(raw=True, force_insert=True)
    BakedPage.objects.bulk_create(
        BakedPage(
            site=site,
            language="fr",
            path=f"fr/communes/{page.slug}/",
            kind=BakedKind.PAGE,
            page=page,
            title=page.title,
            weight=15_000,
            due=0,
            baked_at=timezone.now(),
        )
        for page in pages
    )
    Page.objects.filter(pk=above.pk).update(numchild=PLACES)


def measure() -> dict[str, float]:
    """Show the page of content health and that of all tasks; give their time and queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.office import HOST, SLUG
    from kafo.people.models import Account, Person

    account = Account.objects.create_user("awa", password="x", person=Person.objects.get())
    client = Client(headers={"host": HOST})
    client.force_login(account)
    found: dict[str, float] = {}
    for name, address in (
        ("health", f"/desk/health/{SLUG}/"),
        ("tasks", f"/desk/health/{SLUG}/tasks/"),
    ):
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = client.get(address)
        found[f"{name} queries"] = len(seen)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}.")
        begun = time.process_time()
        for _round in range(ROUNDS):
            client.get(address)
        found[name] = (time.process_time() - begun) / ROUNDS
    return found


def main() -> None:
    results = []
    for news in (FEW, MANY):
        with home(0) as folder:
            tell(f"{news} news items, {PLACES} places with {FACTS} facts each")
            python(folder, "health", "fill", news)
            results.append(json.loads(python(folder, "health", "measure")))
    few, many = results
    figures = [
        Figure("both panels and the next tasks, 10 000 pages", "ms", 1000 * many["health"],
               at_most=1000),
        Figure(f"… with {FEW + PLACES} pages", "ms", 1000 * few["health"]),
        Figure("all tasks, 10 000 pages", "ms", 1000 * many["tasks"], at_most=1000),
        Figure("queries of the page", "", many["health queries"]),
        Figure("queries more than with few pages", "",
               many["health queries"] - few["health queries"], at_most=0),
    ]  # fmt: skip
    conditions = (
        f"Processor time of a request, mean of {ROUNDS}; {PLACES} pages are of communes with "
        f"{FACTS} facts each, the others news items; each page links to {LINKS - 1} others and to "
        "one outside."
    )
    show("Content health", conditions, "", figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        django.setup()
        fill(int(sys.argv[2]))
    elif sys.argv[1:2] == ["measure"]:
        django.setup()
        print(json.dumps(measure()))
    else:
        main()
