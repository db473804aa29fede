"""Many persons and many pages, written row by row past the services: only their number counts."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Locale, Page

from kafo.people.models import Person
from kafo.publishing.baking.frames import recipe
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import BakedFrame, BakedPage, ListPage, NewsPage, PublicSite
from kafo.records.languages import folded

GIVEN = ("Awa", "Issa", "Fanta", "Moussa", "Kadiatou", "Seydou", "Ramata", "Ibrahima")
FAMILY = ("Traoré", "Coulibaly", "Keïta", "Diarra", "Sissoko", "Dembélé", "Konaté", "Touré")
BATCH = 5000


def add_persons(director: Any, count: int) -> None:
    """Add `count` persons to the director's organisation, one of them named Unique."""
    people = []
    for number in range(count):
        given = GIVEN[number % 8]
        family = f"{FAMILY[number // 8 % 8]} {number}" if number else "Unique"
        people.append(
            Person(
                organization=director.organization,
                home_office=director.home_office,
                given_name=given,
                family_name=family,
                folded_name=folded(f"{family} {given}"),
                is_fictional=True,
            )
        )
    Person.objects.bulk_create(people, batch_size=BATCH)


def add_pages(count: int) -> int:
    """Add `count` live news items, one of them titled Unique; give the list above them."""
    french = Locale.objects.get(language_code="fr")
    above = ListPage.objects.get(locale=french)
    kind = ContentType.objects.get_for_model(NewsPage)
    now = timezone.now()
    pages = []
    for number in range(count):
        title = f"Nouvelle {number}" if number else "Unique"
        pages.append(
            Page(
                path=Page._get_path(above.path, above.depth + 1, number + 1),
                depth=above.depth + 1,
                title=title,
                draft_title=title,
                slug=f"nouvelle-{number}",
                url_path=f"{above.url_path}nouvelle-{number}/",
                content_type=kind,
                locale=french,
                translation_key=uuid.uuid4(),
                live=True,
                latest_revision_created_at=now - timedelta(minutes=number),
                first_published_at=now,
                last_published_at=now,
            )
        )
    Page.objects.bulk_create(pages, batch_size=BATCH)
    Page.objects.filter(pk=above.pk).update(numchild=count)
    site = PublicSite.objects.get()
    frame = BakedFrame.objects.get(site=site, language="fr").digest
    baked = []
    for number, page in enumerate(Page.objects.child_of(above).order_by("path")):
        row = NewsPage(page_ptr_id=page.pk, news_on=now.date(), number=number + 100)
        row.save_base(raw=True, force_insert=True)
        baked.append(
            BakedPage(
                site=site,
                language="fr",
                path=f"fr/{above.slug}/{page.slug}/",
                kind=BakedKind.PAGE,
                page=page,
                title=page.title,
                frame=frame,
                recipe=recipe(),
                weight=15_000,
                due=0,
            )
        )
    BakedPage.objects.bulk_create(baked, batch_size=BATCH)
    return above.pk
