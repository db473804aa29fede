"""What to do next, in which order, and who took it."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from wagtail.models import Page

from kafo.publishing.baking.reconcile import bake_due, find_due
from kafo.publishing.health import content_health_index
from kafo.publishing.models import BakedPage, PlainPage, ReviewTask, TaskKind
from kafo.publishing.queries.health import SiteSurvey
from kafo.publishing.queries.tasks import (
    best_of_each_gain,
    best_of_each_kind,
    minutes_given,
    my_tasks,
    next_tasks,
)
from kafo.publishing.services.place_pages import publish_place
from kafo.publishing.services.places import confirm_fact, open_place, write_fact
from kafo.publishing.services.tasks import finish_task, release_task, take_task
from kafo.publishing.services.writing import confirm_page
from kafo.publishing.tests.places.conftest import (
    TODAY,
    make_fact,
    make_list,
    make_page,
    make_place,
)
from kafo.publishing.tests.places.test_health import WHOLE, bake
from kafo.records.errors import NotVisible, Refused


def tasks_of(cast, kind=None):
    with translation.override("en"):
        found = next_tasks(SiteSurvey(cast.site))
    return [task for task in found if kind is None or task.kind == kind]


def index_of(cast):
    return content_health_index(SiteSurvey(cast.site).counts)


def place_with_page(cast, name="Goundam", code="6-01-01", facts=None):
    place = make_place(cast, name, code)
    make_page(cast, place)
    for kind, value in (facts or {}).items():
        make_fact(place, kind, value)
    return place


def bake_all():
    find_due()
    while bake_due():
        pass


def test_it_gives_a_stale_phone_as_a_task_and_takes_it_away_when_confirmed(cast):
    place = place_with_page(cast)
    fact = make_fact(place, age=400)
    (task,) = tasks_of(cast, TaskKind.CONFIRM)
    assert task.title == "Telephone of the town hall of Goundam: still true?"
    assert task.why == "last checked 400 days ago"
    assert task.minutes == 10
    before = index_of(cast)
    confirm_fact(actor=cast["aminata"], fact=fact)
    assert index_of(cast) == pytest.approx(before + task.gain)
    assert tasks_of(cast, TaskKind.CONFIRM) == []


def test_it_counts_the_points_that_come_back_with_a_forgotten_fact(cast):
    place = place_with_page(cast)
    make_fact(place, age=600)
    (task,) = tasks_of(cast, TaskKind.CONFIRM)
    before = index_of(cast)
    confirm_fact(actor=cast["aminata"], fact=place.facts.get())
    assert index_of(cast) == pytest.approx(before + task.gain)


def test_it_gains_what_it_promised_for_a_missing_fact(cast):
    make_list(cast)
    place = place_with_page(cast, facts={"phone": "21920000"})
    task = tasks_of(cast, TaskKind.FILL)[0]
    before = index_of(cast)
    write_fact(
        actor=cast["aminata"],
        place=place,
        kind=task.detail,
        value="Exemple",
        source="mairie",
        as_of=TODAY,
    )
    assert index_of(cast) == pytest.approx(before + task.gain)


def test_it_gains_what_it_promised_for_a_source(cast):
    place = place_with_page(cast, facts={"phone": "21920000"})
    make_fact(place, "schools", "3", source="", as_of=None)
    (task,) = tasks_of(cast, TaskKind.SOURCE)
    assert (task.detail, task.why) == ("schools", "no source or no date")
    before = index_of(cast)
    write_fact(actor=None, place=place, kind="schools", value="3", source="académie", as_of=TODAY)
    assert index_of(cast) == pytest.approx(before + task.gain)


def test_it_gains_what_it_promised_for_a_new_page(cast, django_capture_on_commit_callbacks):
    line = make_list(cast, lines=1, official=10).entries.get()
    bake_all()
    (task,) = tasks_of(cast, TaskKind.PLACE)
    assert task.minutes == 12 + 8 * 6
    assert task.why == "no page yet; 8 facts give it substance"
    before = index_of(cast)
    place = open_place(actor=cast["aminata"], entry=line)
    for kind, value in WHOLE.items():
        make_fact(place, kind, value)
    with django_capture_on_commit_callbacks(execute=True):
        pages = publish_place(actor=cast["aminata"], place=place)
    bake_all()
    assert [page.locale.language_code for page in pages] == ["fr", "en"]
    assert BakedPage.objects.filter(page__in=pages, baked_at__isnull=False).count() == 2
    counts = SiteSurvey(cast.site).counts
    assert (counts.places_with_substance, counts.place_pages) == (1, 1)
    # Baking found more links than the one that was promised; the rest is as promised.
    assert index_of(cast) == pytest.approx(before + task.gain, abs=0.5)
    assert tasks_of(cast, TaskKind.PLACE) == []
    assert publish_place(actor=cast["aminata"], place=place) == pages


def test_it_puts_first_what_gains_most_in_a_quarter_of_an_hour(cast):
    make_list(cast, lines=3, official=3)
    place = place_with_page(cast, facts=dict(list(WHOLE.items())[:7]))
    make_fact(place, "villages", "3", source="")
    make_fact(place, "phone", age=400)
    found = tasks_of(cast)
    per_quarter = [task.gain_per_quarter for task in found]
    assert per_quarter == sorted(per_quarter, reverse=True)
    assert all(task.gain > 0 for task in found)
    assert {task.kind for task in found} >= {
        TaskKind.CONFIRM,
        TaskKind.FILL,
        TaskKind.SOURCE,
        TaskKind.PLACE,
    }


def test_it_puts_first_the_fact_that_gives_a_commune_substance(cast):
    lines = list(make_list(cast, lines=2, official=2).entries.all())
    for line, number in zip(lines, (2, 7), strict=True):
        line.place = place_with_page(cast, line.name, line.code, dict(list(WHOLE.items())[:number]))
        line.save()
    best = tasks_of(cast, TaskKind.FILL)[0]
    assert best.name == lines[1].name


def test_it_asks_for_translations_links_and_lighter_pages(cast):
    home = cast.site.wagtail_site.root_page
    about = PlainPage(
        title="Qui sommes-nous", slug="qui", locale=home.locale, checked_on=timezone.localdate()
    )
    home.add_child(instance=about)
    bake(cast, about, weight=150_000)
    titles = {task.kind: task.title for task in tasks_of(cast)}
    assert titles == {
        TaskKind.TRANSLATE: "Translate “Qui sommes-nous” (English)",
        TaskKind.LINK: "Links of “Qui sommes-nous”",
        TaskKind.LIGHTEN: "Make “Qui sommes-nous” lighter",
    }


def test_it_asks_for_a_translation_again_when_its_source_changed_meaning(cast):
    home = cast.site.wagtail_site.root_page.specific
    home.meaning_version += 1
    home.save()
    (task,) = tasks_of(cast, TaskKind.TRANSLATE)
    english = home.get_translations().get()
    assert (task.subject, task.detail) == (str(english.pk), "")
    assert task.why == "the original has changed its meaning"


def test_it_gives_nothing_of_another_site(cast):
    make_list(cast)
    make_fact(place_with_page(cast), age=400)
    assert next_tasks(SiteSurvey(cast.office_site)) == []


def take(cast, name, **changes):
    values = {
        "organization_id": cast.association.pk,
        "kind": TaskKind.CONFIRM,
        "subject": "x",
        "detail": "phone",
        "name": "Goundam",
        "minutes": 15,
    }
    return take_task(actor=cast[name], **(values | changes))


def test_it_lets_one_person_hold_a_task(cast):
    assert take(cast, "aminata") == take(cast, "aminata")
    with pytest.raises(Refused, match="Aminata"):
        take(cast, "modibo")
    assert my_tasks(cast["modibo"]) == []
    release_task(actor=cast["aminata"], task=my_tasks(cast["aminata"])[0])
    assert take(cast, "modibo").person == cast["modibo"].person


def test_it_lets_somebody_else_take_over_what_was_left_lying(cast):
    task = take(cast, "aminata")
    ReviewTask.objects.filter(pk=task.pk).update(taken_at=timezone.now() - timedelta(days=8))
    assert take(cast, "modibo").pk == task.pk
    assert my_tasks(cast["aminata"]) == []


def test_it_shows_who_took_a_task(cast):
    place = place_with_page(cast)
    make_fact(place, age=400)
    take(cast, "modibo", subject=str(place.pk))
    (task,) = tasks_of(cast, TaskKind.CONFIRM)
    assert task.taken_by == cast["modibo"].person


def test_it_credits_the_minutes_of_a_task_once(cast):
    task = take(cast, "aminata", kind=TaskKind.LIGHTEN, detail="")
    finish_task(actor=cast["aminata"], task=task, minutes=20)
    finish_task(actor=cast["aminata"], task=task, minutes=20)
    assert minutes_given(cast["aminata"]) == 20
    assert my_tasks(cast["aminata"]) == []


@pytest.mark.parametrize("name", ["lea", "oumou"])
def test_it_gives_no_task_to_who_may_not_write_there(cast, name):
    with pytest.raises(NotVisible):
        take(cast, name)
    task = take(cast, "aminata")
    with pytest.raises(NotVisible):
        finish_task(actor=cast[name], task=task, minutes=15)
    with pytest.raises(NotVisible):
        release_task(actor=cast[name], task=task)


def test_it_asks_whether_an_old_page_is_still_true_and_credits_it_once(cast):
    home = cast.site.wagtail_site.root_page
    contact = PlainPage(title="Nous joindre", slug="joindre", locale=home.locale)
    home.add_child(instance=contact)
    (task,) = tasks_of(cast, TaskKind.CHECK)
    before = content_health_index(SiteSurvey(cast.site).counts)
    for _again in range(2):
        confirm_page(actor=cast["aminata"], page=Page.objects.get(pk=contact.pk))
    assert tasks_of(cast, TaskKind.CHECK) == []
    gained = content_health_index(SiteSurvey(cast.site).counts) - before
    assert gained == pytest.approx(task.gain)
    assert ReviewTask.objects.filter(kind=TaskKind.CHECK, done_at__isnull=False).count() == 1


def test_it_lets_no_reader_say_that_a_page_is_still_true(cast):
    home = cast.site.wagtail_site.root_page
    contact = PlainPage(title="Nous joindre", slug="joindre", locale=home.locale)
    home.add_child(instance=contact)
    for name in ("lea", "oumou"):
        with pytest.raises(NotVisible):
            confirm_page(actor=cast[name], page=Page.objects.get(pk=contact.pk))


def test_it_shows_the_best_of_each_kind_in_the_order_of_their_gain(cast):
    make_list(cast, lines=30, official=30)
    for number, age in enumerate((300, 400)):
        make_fact(place_with_page(cast, f"Place {number}", f"9-{number}"), age=age, source="")
    rows = best_of_each_kind(tasks_of(cast))
    kinds = [task.kind for task, _has_others in rows]
    assert len(kinds) == len(set(kinds))
    assert {TaskKind.CONFIRM, TaskKind.FILL, TaskKind.SOURCE, TaskKind.PLACE} <= set(kinds)
    gains = [task.gain_per_quarter for task, _has_others in rows]
    assert gains == sorted(gains, reverse=True)
    assert all(has_others for task, has_others in rows if task.kind == TaskKind.PLACE)
    grouped = best_of_each_gain(tasks_of(cast))
    assert sum(task.kind == TaskKind.PLACE for task, _has_others in grouped) == 1
    assert sum(task.kind == TaskKind.CONFIRM for task, _has_others in grouped) == 2


def test_it_offers_the_next_free_one_of_a_kind(cast):
    make_list(cast, lines=3, official=3)
    first, *_others = tasks_of(cast, TaskKind.PLACE)
    take_task(
        actor=cast["aminata"],
        organization_id=cast.association.pk,
        kind=first.kind,
        subject=first.subject,
        detail=first.detail,
        name=first.name,
        minutes=first.minutes,
    )
    shown = [task for task, _others in best_of_each_kind(tasks_of(cast))]
    assert [task.key for task in shown if task.kind == TaskKind.PLACE] != [first.key]
