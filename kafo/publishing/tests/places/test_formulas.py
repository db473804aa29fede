"""The formulas of content health, checked by hand and by chance."""

from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kafo.publishing.facts import COMMUNE
from kafo.publishing.health import (
    POINTS_OF_PLACE,
    POINTS_WITH_SUBSTANCE,
    Counts,
    content_health_index,
    fact_points,
    freshness,
    gain,
    indicators,
    name_of,
    verdict,
)
from kafo.publishing.queries.reports import said_indicators

CHECK = Counts(
    listed=703,
    covered=120,
    place_pages=120,
    places_with_substance=30,
    points=round(0.35 * 120 * POINTS_OF_PLACE),
    freshness_sum=0.20 * 840,
    dated=840,
    flaws=12,
    linked=120,
    translated=12,
    translations_due=120,
    sourced=126,
    facts=840,
    light=120,
    pages=120,
)


def test_it_gives_the_check_value():
    assert round(content_health_index(CHECK), 1) == 28.6
    with translation.override("en"):
        assert str(name_of(28.6)) == "outline"


def test_it_weighs_seven_indicators_to_a_hundred():
    weights = [indicator.weight for indicator in indicators(CHECK)]
    assert weights == [25, 20, 20, 10, 10, 10, 5]
    assert sum(weights) == 100


def test_it_says_the_coverage_shown_and_the_real_one():
    with translation.override("en"):
        words = said_indicators(CHECK)[0].words
    assert words == (
        "30 of 703 communes have a page with substance (4.3 %); 120 have a page (17.1 %)"
    )


@pytest.mark.parametrize(
    ("age", "interval", "expected"),
    [(0, 180, 1), (180, 180, 1), (360, 180, 0.5), (540, 180, 0), (4000, 180, 0), (730, 365, 0.5)],
)
def test_it_lets_freshness_fall_to_nothing_at_three_intervals(age, interval, expected):
    assert freshness(age, interval) == pytest.approx(expected)


def test_it_counts_a_fact_for_ten_and_three_and_three():
    assert fact_points(is_current=True, is_full=False, in_form=False) == 10
    assert fact_points(is_current=True, is_full=True, in_form=False) == 13
    assert fact_points(is_current=True, is_full=True, in_form=True) == 16
    assert fact_points(is_current=False, is_full=True, in_form=True) == 0


def test_it_asks_for_twenty_facts_a_commune():
    assert len(COMMUNE) == 20
    assert POINTS_OF_PLACE == 320
    assert POINTS_WITH_SUBSTANCE == 128


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0, "shell"),
        (19.9, "shell"),
        (20, "outline"),
        (39.9, "outline"),
        (40, "useful"),
        (60, "solid"),
        (80, "reference"),
        (100, "reference"),
    ],
)
def test_it_has_a_word_for_each_index(index, name):
    with translation.override("en"):
        assert str(name_of(index)) == name


@pytest.mark.parametrize(
    ("index", "is_operational", "words"),
    [
        (39.9, True, "Operational but lacking substance"),
        (40, True, "Operational, and with substance"),
        (39.9, False, "Not in working order, and lacking substance"),
        (40, False, "With substance, but not in working order"),
    ],
)
def test_it_says_both_panels_in_one_sentence(index, is_operational, words):
    with translation.override("en"):
        assert str(verdict(index, is_operational=is_operational)) == words


def test_it_leaves_out_what_is_not_to_be_counted():
    only_light = Counts(light=1, pages=2)
    assert content_health_index(only_light) == 50
    assert [i.code for i in indicators(only_light) if i.value is not None] == ["H7"]


def test_it_counts_an_empty_site_with_a_list_as_empty():
    assert content_health_index(Counts(listed=703)) == 0
    assert content_health_index(Counts()) == 0


def counts_of_any_site() -> st.SearchStrategy[Counts]:
    many = st.integers(0, 100_000)

    @st.composite
    def draw_counts(draw: st.DrawFn) -> Counts:
        whole = {name: draw(many) for name in ("listed", "place_pages", "dated", "linked")}
        whole |= {name: draw(many) for name in ("translations_due", "facts", "pages")}
        share = st.floats(0, 1)
        return Counts(
            **whole,
            covered=draw(many),
            places_with_substance=int(draw(share) * whole["listed"]),
            points=int(draw(share) * whole["place_pages"] * POINTS_OF_PLACE),
            freshness_sum=draw(share) * whole["dated"],
            flaws=int(draw(share) * whole["linked"]),
            translated=int(draw(share) * whole["translations_due"]),
            sourced=int(draw(share) * whole["facts"]),
            light=int(draw(share) * whole["pages"]),
        )

    return draw_counts()


@given(counts_of_any_site())
def test_it_stays_between_nothing_and_a_hundred(counts):
    assert 0 <= content_health_index(counts) <= 100 + 1e-9
    assert all(i.value is None or 0 <= i.value <= 1 for i in indicators(counts))


PARTS = {
    "places_with_substance": "listed",
    "freshness_sum": "dated",
    "translated": "translations_due",
    "sourced": "facts",
    "light": "pages",
}


@given(counts_of_any_site(), st.sampled_from(sorted(PARTS)))
def test_it_never_falls_when_a_part_is_done(counts, part):
    counts = replace(counts, **{PARTS[part]: getattr(counts, PARTS[part]) + 1})
    assert gain(counts, **{part: 1}) >= 0


@given(counts_of_any_site())
def test_it_never_falls_when_a_flaw_is_repaired(counts):
    counts = replace(counts, flaws=counts.flaws + 1, linked=counts.linked + 1)
    assert gain(counts, flaws=-1) >= 0


@given(st.integers(0, 5000), st.integers(0, 500), st.sampled_from([180, 365]))
def test_it_never_gets_fresher_with_age(age, more, interval):
    assert 0 <= freshness(age + more, interval) <= freshness(age, interval) <= 1
