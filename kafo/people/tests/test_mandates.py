"""Mandates are given and ended by services, and by nothing else."""

import contextlib
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from kafo.people.enums import Role
from kafo.people.mandates import may
from kafo.people.models import GuardianAuthorization, Mandate, Person
from kafo.people.services.mandates import end_mandate, give_again, give_mandate
from kafo.records.errors import NotVisible, Refused


@pytest.fixture
def newcomer(cast: Any) -> Person:
    return Person.objects.create(organization=cast.office, family_name="Nouvelle")


def give(cast: Any, who: str, person: Person, role: Role = Role.EDITOR, **values: Any) -> Mandate:
    values = {"organization": cast.office, **values}
    return give_mandate(actor=cast[who], person=person, role=role, **values)


def test_it_gives_rights_at_the_next_request(cast):
    assert not may(cast["stranger"], "people.enter")
    give(cast, "director", cast.person("stranger"), Role.COORDINATOR)
    assert may(cast["stranger"], "people.edit", cast.office.pk)
    assert not may(cast["stranger"], "people.edit", cast.amm.pk)


def test_it_takes_rights_away_at_the_next_request(cast):
    end_mandate(actor=cast["director"], mandate=cast.mandate("coordinator"), reason="Départ.")
    assert not may(cast["coordinator"], "people.enter")


def test_it_shuts_the_desk_once_the_mandate_is_ended_there(cast):
    coordinator, director = Client(), Client()
    coordinator.force_login(cast["coordinator"])
    director.force_login(cast["director"])
    assert coordinator.get(reverse("people:persons")).status_code == 200
    url = reverse("people:mandate-end", args=[cast.mandate("coordinator").pk])
    assert director.post(url, {"when": "now", "reason": "Départ."}).status_code == 302
    assert coordinator.get(reverse("people:persons")).status_code == 404


def test_it_ends_at_a_day_without_any_job(cast):
    mandate = cast.mandate("editor")
    later = timezone.now() + timedelta(days=2)
    end_mandate(actor=cast["director"], mandate=mandate, ends_at=later, reason="Fin.")
    assert Mandate.objects.at().filter(pk=mandate.pk).exists()
    assert not Mandate.objects.at(later).filter(pk=mandate.pk).exists()


@pytest.mark.parametrize("who", ["coordinator", "reader", "technician", "amm_director", "stranger"])
def test_it_does_not_let_others_give_or_end(cast, newcomer, who):
    with pytest.raises(NotVisible):
        give(cast, who, newcomer)
    with pytest.raises(NotVisible):
        end_mandate(actor=cast[who], mandate=cast.mandate("editor"), reason="Non.")


@pytest.mark.parametrize("who", ["director", "board"])
def test_it_refuses_a_mandate_to_oneself(cast, who):
    with pytest.raises(Refused, match="herself"):
        give(cast, who, cast.person(who), Role.TECHNICIAN)


def test_it_leaves_directors_and_board_members_to_the_board(cast, newcomer):
    for role in (Role.DIRECTOR, Role.BOARD_MEMBER):
        with pytest.raises(Refused, match="board"):
            give(cast, "director", newcomer, role)
        assert give(cast, "board", newcomer, role).role == role
    with pytest.raises(Refused, match="board"):
        end_mandate(actor=cast["director"], mandate=cast.mandate("board"), reason="Non.")


def test_it_lets_a_director_name_the_board_while_there_is_none(cast, newcomer):
    Mandate.objects.filter(role=Role.BOARD_MEMBER).delete()
    given = give(cast, "director", newcomer, Role.BOARD_MEMBER)
    assert given in Mandate.objects.at()


def test_it_lets_a_director_name_the_director_of_a_unit(cast, newcomer):
    assert give(cast, "director", newcomer, Role.DIRECTOR, organization=cast.unit)


def test_it_lets_the_office_name_the_first_director_of_a_partner_and_no_second_one(cast, newcomer):
    give(cast, "director", newcomer, Role.DIRECTOR, organization=cast.school)
    with pytest.raises(NotVisible):
        give(cast, "director", cast.person("reader"), Role.EDITOR, organization=cast.school)


def test_it_does_not_end_the_last_director(cast, newcomer):
    with pytest.raises(Refused, match="successor"):
        end_mandate(actor=cast["board"], mandate=cast.mandate("director"), reason="Fin.")
    successor = give(
        cast, "board", newcomer, Role.DIRECTOR, starts_at=timezone.now() + timedelta(days=3)
    )
    with pytest.raises(Refused, match="successor"):
        end_mandate(actor=cast["board"], mandate=cast.mandate("director"), reason="Fin.")
    end_mandate(
        actor=cast["board"],
        mandate=cast.mandate("director"),
        ends_at=successor.starts_at,
        reason="Fin.",
    )


def test_it_lets_everybody_lay_down_her_own_mandate(cast):
    end_mandate(actor=cast["reader"], mandate=cast.mandate("reader"), reason="Je pars.")
    assert not may(cast["reader"], "people.enter")
    with pytest.raises(Refused, match="successor"):
        end_mandate(actor=cast["director"], mandate=cast.mandate("director"), reason="Je pars.")


def test_it_asks_for_a_reason_and_for_a_day_that_is_not_past(cast):
    mandate = cast.mandate("editor")
    with pytest.raises(Refused, match="why"):
        end_mandate(actor=cast["director"], mandate=mandate, reason=" ")
    yesterday = timezone.now() - timedelta(days=1)
    with pytest.raises(Refused, match="today or later"):
        end_mandate(actor=cast["director"], mandate=mandate, ends_at=yesterday, reason="Fin.")


def test_it_does_not_prolong_by_ending_later(cast):
    soon = timezone.now() + timedelta(days=1)
    mandate = cast.mandate("editor")
    end_mandate(actor=cast["director"], mandate=mandate, ends_at=soon, reason="Fin.")
    with pytest.raises(Refused, match="give a new one"):
        end_mandate(
            actor=cast["director"], mandate=mandate, ends_at=soon + timedelta(days=1), reason="."
        )


def test_it_never_starts_a_coming_mandate_that_was_ended(cast, newcomer):
    start = timezone.now() + timedelta(days=5)
    mandate = give(cast, "director", newcomer, starts_at=start)
    end_mandate(actor=cast["director"], mandate=mandate, reason="Erreur.")
    assert not Mandate.objects.at(start + timedelta(days=1)).filter(pk=mandate.pk).exists()


def test_it_refuses_the_same_mandate_twice(cast, newcomer):
    end = timezone.now() + timedelta(days=5)
    give(cast, "director", newcomer, ends_at=end)
    with pytest.raises(Refused, match="until"):
        give(cast, "director", newcomer)
    assert give(cast, "director", newcomer, starts_at=end)


def test_it_gives_again_what_was_ended_by_mistake_with_the_same_values(cast, newcomer):
    end = timezone.now() + timedelta(days=50)
    mandate = give(cast, "director", newcomer, ends_at=end, reason="Conseil du 12 juin.")
    with pytest.raises(Refused, match="not ended"):
        give_again(actor=cast["director"], mandate=mandate)
    end_mandate(actor=cast["director"], mandate=mandate, reason="Erreur.")
    again = give_again(actor=cast["director"], mandate=mandate)
    assert again in Mandate.objects.at()
    assert (again.role, again.organization, again.ends_at, again.reason) == (
        mandate.role,
        mandate.organization,
        end,
        "Conseil du 12 juin.",
    )
    mandate.refresh_from_db()
    assert mandate.ended_reason == "Erreur."


def test_it_gives_nothing_again_whose_term_is_over(cast, newcomer):
    past = timezone.now() - timedelta(days=1)
    mandate = Mandate.objects.create(
        person=newcomer,
        organization=cast.office,
        starts_at=past - timedelta(days=1),
        ends_at=past,
    )
    with pytest.raises(Refused, match="term is over"):
        give_again(actor=cast["director"], mandate=mandate)


def test_it_asks_for_the_authorisation_of_a_minor(cast, newcomer):
    newcomer.born_on = timezone.localdate() - timedelta(days=16 * 365)
    newcomer.save()
    with pytest.raises(Refused, match="guardian"):
        give(cast, "director", newcomer)
    GuardianAuthorization.objects.create(person=newcomer, approved_at=timezone.now())
    assert give(cast, "director", newcomer)


def test_it_notes_the_act_with_its_weight(cast, newcomer):
    mandate = give(cast, "director", newcomer)
    end_mandate(actor=cast["director"], mandate=mandate, reason="Fin.")
    given, ended = ModelLogEntry.objects.filter(object_id=str(mandate.pk)).order_by("pk")
    assert (given.action, ended.action) == ("people.mandate.give", "people.mandate.end")
    assert given.data["weight"] == ended.data["weight"] == 5
    assert given.data["organization"] == str(cast.office.pk)


def test_it_writes_nothing_when_it_refuses(cast, newcomer):
    before = Mandate.objects.count(), ModelLogEntry.objects.count()
    with pytest.raises(Refused):
        give(cast, "director", newcomer, Role.DIRECTOR)
    assert (Mandate.objects.count(), ModelLogEntry.objects.count()) == before


def test_it_says_in_the_form_why_it_refuses(cast, newcomer):
    client = Client()
    client.force_login(cast["director"])
    answer = client.post(
        reverse("people:mandate-add", args=[newcomer.pk]),
        {
            "role": "director",
            "organization": cast.office.pk,
            "starts_on": timezone.localdate().isoformat(),
            "reason": "Moi.",
        },
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 422
    assert not newcomer.mandates.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_keeps_one_director_when_two_end_each_other_at_the_same_moment(cast):
    second = cast.person("board")
    Mandate.objects.filter(person=second).update(role=Role.DIRECTOR)
    pairs = [("director", cast.mandate("board")), ("board", cast.mandate("director"))]
    start = Barrier(2)

    def end(who: str, mandate: Mandate) -> None:
        try:
            actor = cast[who]
            start.wait(10)
            with contextlib.suppress(Refused, NotVisible):
                end_mandate(actor=actor, mandate=mandate, reason="Fin.")
        finally:
            connection.close()

    threads = [Thread(target=end, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    left = Mandate.objects.at().filter(role=Role.DIRECTOR, organization=cast.office)
    assert left.count() == 1
