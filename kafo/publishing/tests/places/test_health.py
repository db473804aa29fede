"""Counting the health of a site from its rows."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from wagtail.models import Locale

from kafo.publishing.baking.rendering import link_key
from kafo.publishing.facts import COMMUNE
from kafo.publishing.models import (
    BakeDependency,
    BakedPage,
    ExternalLink,
    Fact,
    ListPage,
    PlainPage,
)
from kafo.publishing.queries.health import SiteSurvey
from kafo.publishing.queries.operations import State, is_operational, signs_of
from kafo.publishing.queries.readers import readership
from kafo.publishing.queries.reports import health_of
from kafo.publishing.queries.tasks import next_tasks
from kafo.publishing.tests.places.conftest import (
    make_fact,
    make_list,
    make_page,
    make_place,
    publish_homes,
)

WHOLE = {
    "phone": "21920000",
    "population": "16253",
    "villages": "12",
    "schools": "11",
    "health_centres": "1",
    "water_points": "40",
    "council_size": "17",
    "budget_year": "2007",
}


def bake(cast, page, weight=4000, **values):
    return BakedPage.objects.create(
        site=cast.site,
        language=page.locale.language_code,
        path=f"{page.pk}/index.html",
        page=page,
        title=page.title,
        weight=weight,
        due=values.pop("due", 0),
        baked_at=timezone.now(),
        **values,
    )


def test_it_counts_an_empty_site_with_its_list(cast):
    make_list(cast)
    counts = SiteSurvey(cast.site).counts
    assert (counts.listed, counts.place_pages, counts.facts) == (703, 0, 0)
    assert counts.translations_due == counts.translated == 2


def test_it_counts_pages_with_substance_against_the_list_that_counts(cast):
    lines = list(make_list(cast, lines=3, official=703).entries.all())
    for number, line in enumerate(lines):
        place = make_place(cast, line.name, line.code)
        line.place = place
        line.save()
        make_page(cast, place)
        for kind, value in list(WHOLE.items())[: 8 if number == 0 else 2]:
            make_fact(place, kind, value)
    counts = SiteSurvey(cast.site).counts
    assert (counts.covered, counts.place_pages, counts.places_with_substance) == (3, 3, 1)
    assert counts.points == 12 * 16
    assert counts.facts == counts.sourced == counts.dated == 12
    assert counts.freshness_sum == 12


def test_it_does_not_cover_the_list_with_places_that_are_not_on_it(cast):
    make_list(cast)
    place = make_place(cast, code="none")
    make_page(cast, place)
    for kind, value in WHOLE.items():
        make_fact(place, kind, value)
    counts = SiteSurvey(cast.site).counts
    assert (counts.place_pages, counts.covered, counts.places_with_substance) == (1, 0, 0)


@pytest.mark.parametrize(
    ("age", "points", "fresh"), [(180, 16, 1), (360, 16, 0.5), (539, 16, 1 / 360), (540, 0, 0)]
)
def test_it_counts_a_fact_as_long_as_it_is_somewhat_fresh(cast, age, points, fresh):
    place = make_place(cast)
    make_page(cast, place)
    make_fact(place, age=age)
    counts = SiteSurvey(cast.site).counts
    assert counts.points == points
    assert counts.freshness_sum == pytest.approx(fresh)


def test_it_counts_less_for_a_part_and_for_words(cast):
    place = make_place(cast)
    make_page(cast, place)
    make_fact(place, "schools", "3", is_full=False)
    make_fact(place, "population", "about ten", as_words=True)
    make_fact(place, "mayor", "Exemple", source="", is_full=False)
    counts = SiteSurvey(cast.site).counts
    assert counts.points == 13 + 13 + 13
    assert (counts.facts, counts.sourced) == (3, 2)


def test_it_sees_nothing_of_drafts_and_of_other_sites(cast):
    publish_homes(cast.office_site)
    place = make_place(cast)
    make_fact(place)
    page = make_page(cast, place)
    assert SiteSurvey(cast.site).counts.facts == 1
    assert SiteSurvey(cast.office_site).counts.facts == 0
    page.live = False
    page.save()
    assert SiteSurvey(cast.site).counts.facts == 0


def test_it_counts_a_translation_as_fresh_until_its_source_changes_meaning(cast):
    page = make_page(cast, make_place(cast))
    copy = page.copy_for_translation(Locale.objects.get(language_code="en")).specific
    assert SiteSurvey(cast.site).counts.translations_due == 3
    assert SiteSurvey(cast.site).counts.translated == 2
    copy.live = True
    copy.save()
    assert SiteSurvey(cast.site).counts.translated == 3
    page.meaning_version += 1
    page.save()
    assert SiteSurvey(cast.site).counts.translated == 2


def test_it_counts_dead_links_and_pages_out_of_reach(cast):
    home = cast.site.wagtail_site.root_page
    lost = PlainPage(title="Perdue", slug="perdue", locale=home.locale)
    home.add_child(instance=lost)
    ExternalLink.objects.create(address="https://gone.example/", is_dead=True)
    ExternalLink.objects.create(address="https://there.example/")
    baked = bake(cast, home)
    BakeDependency.objects.bulk_create(
        BakeDependency(baked=baked, key=key)
        for key in (
            link_key("https://gone.example/"),
            link_key("https://there.example/"),
            f"address:{cast.lists[0].pk}",
            "address:999999",
            f"list:{cast.lists[0].pk}",
        )
    )
    links = SiteSurvey(cast.site).links
    assert links.dead_external == [(home.pk, "https://gone.example/")]
    assert links.dead_internal == [(home.pk, 999999)]
    assert [page.title for page in links.orphans] == ["Perdue"]
    assert links.flaws == 3
    assert links.items == 5 + 4  # pages and links
    BakeDependency.objects.create(baked=baked, key=f"card:{lost.pk}")
    assert SiteSurvey(cast.site).links.orphans == []


def test_it_counts_light_pages(cast):
    bake(cast, cast.lists[0], weight=100_000)
    bake(cast, cast.lists[1], weight=100_001)
    counts = SiteSurvey(cast.site).counts
    assert (counts.light, counts.pages) == (1, 2)


def test_it_calls_a_site_that_works_and_says_nothing_what_it_is(cast):
    make_list(cast)
    bake(cast, cast.lists[0])
    with translation.override("en"):
        health = health_of(cast.site)
        assert health.is_operational
        assert health.verdict == "Operational but lacking substance"
        words = health.indicators[0].words
        assert words.startswith("0 of 703 communes have a page with substance (0.0 %)")


def test_it_is_broken_when_pages_fail_or_none_is_there(cast):
    assert not is_operational(signs_of(cast.site))
    bake(cast, cast.lists[0])
    assert is_operational(signs_of(cast.site))
    bake(cast, cast.lists[1], failures=1, due=1)
    assert not is_operational(signs_of(cast.site))


def test_it_reads_when_the_last_backup_and_restore_were(cast, tmp_path):
    def states():
        return [sign.state for sign in signs_of(cast.site)[2:4]]

    assert states() == [State.WARN, State.WARN]
    folder = tmp_path / "backups"
    folder.mkdir()
    now = timezone.now()
    (folder / "last.json").write_text(json.dumps({"made_at": now.isoformat(), "bytes": 41}))
    (folder / "restored.json").write_text(json.dumps({"verified_at": now.isoformat()}))
    assert states() == [State.GOOD, State.GOOD]
    old = (now - timedelta(days=200)).isoformat()
    (folder / "last.json").write_text(json.dumps({"made_at": old}))
    (folder / "restored.json").write_text("{half")
    assert states() == [State.WARN, State.WARN]


def fill(cast, number, start=0):
    for each in range(start, start + number):
        place = make_place(cast, f"Lieu {each}", f"x{each}")
        page = make_page(cast, place)
        bake(cast, page, weight=200_000)
        Fact.objects.bulk_create(
            Fact(place=place, kind=kind, value="1", checked_on=timezone.localdate())
            for kind in list(COMMUNE)[:5]
        )


def test_it_asks_as_many_queries_for_one_page_as_for_thirty(cast, django_assert_num_queries):
    make_list(cast, lines=40)
    fill(cast, 1)

    def survey():
        site = (
            type(cast.site).objects.select_related("wagtail_site__root_page").get(pk=cast.site.pk)
        )
        health = health_of(site)
        readership(site)
        return health.index, next_tasks(health.survey)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        survey()
    fill(cast, 29, start=1)
    with django_assert_num_queries(len(few)):
        index, tasks = survey()
    assert len(tasks) > 50
    assert index > 0


def test_it_counts_no_list_page_as_a_place(cast):
    assert ListPage.objects.count() == 2
    assert SiteSurvey(cast.site).counts.place_pages == 0
