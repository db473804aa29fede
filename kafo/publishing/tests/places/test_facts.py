"""Writing and confirming facts."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from wagtail.log_actions import registry

from kafo.publishing.facts import COMMUNE, clean_value, href_of, shown_value
from kafo.publishing.models import CheckedHow, Fact, Place, ReviewTask, TaskKind
from kafo.publishing.queries.places import facts_for_page
from kafo.publishing.services.places import (
    change_place,
    confirm_fact,
    open_place,
    remove_fact,
    write_fact,
)
from kafo.publishing.services.tasks import take_task
from kafo.publishing.tests.places.conftest import TODAY, make_fact, make_list, make_place
from kafo.records.enums import Visibility
from kafo.records.errors import NotVisible, Refused


def acts_on(record):
    return list(registry.get_logs_for_instance(record).values_list("action", flat=True))


@pytest.mark.parametrize(
    ("kind", "written", "stored", "shown"),
    [
        ("phone", "21 92 00 00", "+22321920000", "+223 21 92 00 00"),
        ("phone", "00221 33 800 00 00", "+221338000000", "+221338000000"),
        ("email", "mairie@goundam.example", "mairie@goundam.example", "mairie@goundam.example"),
        ("population", "16 253", "16253", "16,253"),
        ("elections_on", "2004-05-30", "2004-05-30", "30 May 2004"),
        ("budget_year", "2007", "2007", "2007"),
        ("market_days", "Th, Mo", "Mo,Th", "Monday, Thursday"),
        ("languages", "taq ses", "ses,taq", "Songhay, Tamasheq"),
        ("association", "yes", "yes", "yes"),
        ("road_access", "dry", "dry", "track open in the dry season only"),
        ("electricity_hours", "6", "6", "6"),
        (
            "registry_hours",
            "Mo-Th 07:30-16:00;  Fr 07:30-12:30",
            "Mo-Th 07:30-16:00; Fr 07:30-12:30",
            "Monday to Thursday 07:30–16:00; Friday 07:30–12:30",
        ),
        ("mayor", " M. Exemple Fictif ", "M. Exemple Fictif", "M. Exemple Fictif"),
    ],
)
def test_it_stores_a_fact_without_words_and_shows_it_in_words(kind, written, stored, shown):
    assert clean_value(kind, written) == stored
    with translation.override("en"):
        assert shown_value(kind, stored, in_form=True) == shown


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("phone", "21 92 00"),
        ("phone", "ask the guard"),
        ("email", "mairie"),
        ("population", "about ten"),
        ("population", "-3"),
        ("electricity_hours", "25"),
        ("elections_on", "30/05/2004"),
        ("elections_on", "2004-13-01"),
        ("market_days", "Monday"),
        ("association", "yes no"),
        ("registry_hours", "mornings"),
        ("registry_hours", "Mo 16:00-07:30"),
        ("mayor", "one\ntwo"),
    ],
)
def test_it_refuses_what_has_not_the_form_of_its_kind(kind, written):
    with pytest.raises(ValidationError):
        clean_value(kind, written)


def test_it_shows_as_it_is_what_a_newer_office_wrote():
    for kind in ("market_days", "population", "elections_on"):
        assert shown_value(kind, "Xx", in_form=True) == "Xx"


def test_it_gives_every_kind_a_label_a_rhythm_and_a_form():
    assert {kind.review_days for kind in COMMUNE.values()} == {180, 365}
    assert all(kind.label and kind.form.hint for kind in COMMUNE.values())
    assert href_of("phone", "+22321920000", in_form=True) == "tel:+22321920000"
    assert href_of("phone", "ask the guard", in_form=False) == ""


def test_it_writes_a_fact_with_its_source_and_who_checked_it(cast):
    place = make_place(cast)
    fact = write_fact(
        actor=cast["aminata"],
        place=place,
        kind="phone",
        value="21 92 00 00",
        source="mairie, par appel",
        as_of=TODAY,
        how=CheckedHow.CALL,
    )
    fact.refresh_from_db()
    assert (fact.value, fact.in_form, fact.is_full) == ("+22321920000", True, True)
    assert fact.checked_by == cast["aminata"].person
    assert fact.checked_on == timezone.localdate()
    assert fact.visibility == Visibility.PUBLIC
    assert acts_on(fact) == ["publishing.fact.write"]
    task = ReviewTask.objects.get()
    assert (task.kind, task.minutes, task.person) == (TaskKind.FILL, 15, cast["aminata"].person)


def test_it_keeps_words_that_have_no_form_only_when_told_so(cast):
    place = make_place(cast)
    with pytest.raises(Refused):
        write_fact(actor=cast["aminata"], place=place, kind="population", value="about ten")
    fact = write_fact(
        actor=cast["aminata"], place=place, kind="population", value="about ten", as_words=True
    )
    assert not fact.in_form
    assert fact.shown == "about ten"


def test_it_credits_a_source_as_a_source_and_a_correction_as_a_check(cast):
    place = make_place(cast)
    write_fact(actor=None, place=place, kind="schools", value="11")
    write_fact(
        actor=cast["aminata"],
        place=place,
        kind="schools",
        value="11",
        source="académie",
        as_of=TODAY,
    )
    write_fact(actor=cast["modibo"], place=place, kind="schools", value="12", source="mairie")
    kinds = ReviewTask.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [TaskKind.SOURCE, TaskKind.CONFIRM]


def test_it_restarts_the_clock_when_a_fact_is_still_true(cast):
    fact = make_fact(make_place(cast), age=400)
    assert confirm_fact(actor=cast["aminata"], fact=fact, how=CheckedHow.CALL)
    fact.refresh_from_db()
    assert fact.checked_on == timezone.localdate()
    assert fact.checked_how == CheckedHow.CALL
    assert fact.checked_by == cast["aminata"].person
    assert fact.as_of == TODAY


def test_it_counts_the_same_confirmation_once(cast):
    fact = make_fact(make_place(cast), age=400)
    before = len(acts_on(fact))
    assert confirm_fact(actor=cast["aminata"], fact=fact)
    assert not confirm_fact(actor=cast["aminata"], fact=fact)
    assert len(acts_on(fact)) == before + 1
    assert ReviewTask.objects.get().minutes == 10


def test_it_closes_the_task_that_was_taken_and_credits_it_once(cast):
    place = make_place(cast)
    fact = make_fact(place, age=400)
    taken = take_task(
        actor=cast["aminata"],
        organization_id=cast.association.pk,
        kind=TaskKind.CONFIRM,
        subject=str(place.pk),
        detail="phone",
        name=place.name,
        minutes=15,
    )
    confirm_fact(actor=cast["aminata"], fact=fact, minutes=10)
    task = ReviewTask.objects.get()
    assert task.pk == taken.pk
    assert task.done_at is not None
    assert task.minutes == 10


def test_it_credits_whoever_did_it_not_who_took_it(cast):
    place = make_place(cast)
    fact = make_fact(place, age=400)
    take_task(
        actor=cast["modibo"],
        organization_id=cast.association.pk,
        kind=TaskKind.CONFIRM,
        subject=str(place.pk),
        detail="phone",
        name=place.name,
        minutes=15,
    )
    confirm_fact(actor=cast["aminata"], fact=fact)
    assert ReviewTask.objects.get().person == cast["aminata"].person


@pytest.mark.parametrize("name", ["lea", "oumou"])
def test_it_hides_the_place_from_who_may_not_write_there(cast, name):
    place = make_place(cast)
    fact = make_fact(place)
    with pytest.raises(NotVisible):
        write_fact(actor=cast[name], place=place, kind="schools", value="3")
    with pytest.raises(NotVisible):
        confirm_fact(actor=cast[name], fact=fact)
    with pytest.raises(NotVisible):
        remove_fact(actor=cast[name], fact=fact)
    with pytest.raises(NotVisible):
        open_place(actor=cast[name], entry=make_list(cast).entries.first())


def test_it_opens_the_place_of_a_line_once(cast):
    entry = make_list(cast).entries.first()
    place = open_place(actor=cast["aminata"], entry=entry)
    assert (place.name, place.region, place.code) == ("Commune 0", "Kayes", "1-01-000")
    assert open_place(actor=cast["aminata"], entry=entry) == place
    assert Place.objects.count() == 1
    assert acts_on(place) == ["publishing.place.open"]


def test_it_shows_the_facts_of_a_page_in_order_and_in_its_language(cast):
    place = make_place(cast)
    make_fact(place, "population", "16253")
    make_fact(place, "phone", age=400)
    make_fact(place, "mayor", "M. Exemple Fictif")
    with translation.override("fr"):
        shown = facts_for_page(place, "en")
    assert [fact.kind for fact in shown] == ["mayor", "phone", "population"]
    assert [fact.label for fact in shown] == ["Mayor", "Telephone of the town hall", "Population"]
    assert [fact.is_stale for fact in shown] == [False, True, False]
    assert shown[1].href == "tel:+22321920000"
    assert shown[2].value == "16,253"
    assert shown[1].checked_on == timezone.localdate() - timedelta(days=400)


def test_it_names_a_delegation_where_the_council_is_dissolved(cast):
    place = make_place(cast)
    make_fact(place, "mayor", "Mme Exemple Fictive")
    change_place(actor=cast["aminata"], place=place, is_under_delegation=True)
    assert facts_for_page(place, "en")[0].label == "Head of the special delegation"


def test_it_asks_one_query_for_the_facts_of_a_page(cast, django_assert_num_queries):
    place = make_place(cast)
    for kind in ("mayor", "radio", "twinning"):
        make_fact(place, kind, "Exemple")
    place = Place.objects.get(pk=place.pk)
    with django_assert_num_queries(1):
        assert len(facts_for_page(place, "fr")) == 3


def test_it_lets_a_fact_be_known_once_per_kind(cast):
    place = make_place(cast)
    make_fact(place, "schools", "3")
    make_fact(place, "schools", "4")
    assert Fact.objects.get().value == "4"
