"""Seats, posts held, and what the team lacks for its posts."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from kafo.people.enums import BodyKind, Cefr, Level, Profile
from kafo.people.models import Body, Membership, Person, Post, Skill
from kafo.people.queries.team import free_seats, matrix_of, team_of
from kafo.people.services.bodies import add_membership, end_membership, restore_membership
from kafo.people.services.organizations import change_body
from kafo.people.services.persons import set_language, set_skill
from kafo.people.services.posts import set_requirement
from kafo.records.errors import NotVisible, Refused


@pytest.fixture
def server(db: None) -> Skill:
    return Skill.objects.create(profile=Profile.TECHNICAL, name={"fr": "Serveur", "en": "Server"})


def sit(cast: Any, name: str, **values: Any) -> Membership:
    values = values or {"body": cast.team}
    return add_membership(actor=cast["director"], person=cast.person(name), **values)


def need(cast: Any, name: str, **asked: Any) -> Post:
    post = Post.objects.create(organization=cast.office, title={"fr": name}, is_sought=True)
    set_requirement(actor=cast["director"], post=post, **asked)
    return post


def gaps(cast: Any) -> list[str]:
    with translation.override("en"):
        return [str(gap) for group in matrix_of(cast.office).groups for gap in group.gaps]


def test_it_counts_what_posts_ask_for_against_what_the_team_holds(cast, server):
    need(cast, "Un", skill=server, level=Level.PRACTISES)
    need(cast, "Deux", skill=server, level=Level.PRACTISES)
    for name, level in (("technician", Level.TEACHES), ("editor", Level.BEGINS)):
        set_skill(actor=cast["director"], person=cast.person(name), skill=server, level=level)
        sit(cast, name)
    (gap,) = matrix_of(cast.office).groups[0].gaps
    assert (gap.needed, gap.held, gap.missing, gap.signs) == (2, 1, 1, "●◐")
    assert gaps(cast) == [
        "2 posts ask for “Server” at level “practises”, 1 person holds it.",
    ]


def test_it_counts_a_post_that_asks_for_more_at_each_lower_level(cast, server):
    need(cast, "Un", skill=server, level=Level.BEGINS)
    need(cast, "Deux", skill=server, level=Level.TEACHES)
    begins, teaches = matrix_of(cast.office).groups[0].gaps
    assert (begins.needed, teaches.needed) == (2, 1)


def test_it_compares_languages_by_their_level(cast):
    need(cast, "Un", language="bm", cefr=Cefr.B2)
    set_language(actor=cast["director"], person=cast.person("journalist"), code="bm", level=Cefr.B1)
    sit(cast, "journalist")
    assert gaps(cast) == ["1 post asks for “Bambara” at level “B2”, nobody holds it."]
    set_language(actor=cast["director"], person=cast.person("journalist"), code="bm", level=Cefr.C1)
    assert matrix_of(cast.office).missing == []


def test_it_leaves_out_of_the_team_who_has_left_it(cast):
    seat = sit(cast, "editor", body=cast.team, starts_on=date(2007, 1, 1))
    assert team_of(cast.office) == [cast.person("editor")]
    end_membership(actor=cast["director"], membership=seat)
    assert team_of(cast.office) == []


def test_it_counts_who_holds_a_post_to_the_team_but_not_the_board(cast):
    board = Body.objects.create(organization=cast.office, kind=BodyKind.BOARD, name={"fr": "CA"})
    sit(cast, "board", body=board)
    sit(cast, "technician", post=Post.objects.create(organization=cast.office))
    assert team_of(cast.office) == [cast.person("technician")]


def test_it_shows_the_matrix_in_words_and_as_a_file(cast, server):
    need(cast, "Un", skill=server, level=Level.TEACHES)
    set_skill(
        actor=cast["director"],
        person=cast.person("technician"),
        skill=server,
        level=Level.PRACTISES,
    )
    sit(cast, "technician")
    client = Client()
    client.force_login(cast["board"])
    page = client.get(reverse("people:matrix")).content.decode()
    assert "Technician Fictive" in page
    assert "◐" in page
    exported = b"".join(client.get(reverse("people:matrix") + "?format=csv").streaming_content)
    assert "Technician Fictive" in exported.decode()


def test_it_does_not_show_the_matrix_of_another_organisation(cast):
    client = Client()
    client.force_login(cast["amm_director"])
    url = reverse("people:matrix")
    assert client.get(url).status_code == 200
    assert client.get(f"{url}?organization={cast.office.pk}").status_code == 404
    assert client.get(f"{url}?organization=x").status_code == 404


def test_it_counts_seats_taken_and_free_and_keeps_history(cast):
    team = change_body(actor=cast["coordinator"], body=cast.team, seats=2)
    first = sit(cast, "editor", body=team, starts_on=date(2007, 1, 1))
    assert free_seats({cast.office.pk})[0].free == 1
    sit(cast, "reader")
    with pytest.raises(Refused, match="taken"):
        sit(cast, "technician")
    with pytest.raises(Refused, match="2 persons"):
        change_body(actor=cast["director"], body=Body.objects.get(pk=team.pk), seats=1)
    end_membership(actor=cast["director"], membership=first)
    sit(cast, "technician")
    assert free_seats({cast.office.pk}) == []
    assert team.memberships.count() == 3


def test_it_counts_only_those_who_sit_there_on_the_same_day(cast):
    change_body(actor=cast["director"], body=cast.team, seats=1)
    sit(cast, "editor", body=cast.team, starts_on=date(2005, 1, 1), ends_on=date(2006, 1, 1))
    sit(cast, "reader", body=cast.team, starts_on=date(2008, 1, 1), ends_on=date(2009, 1, 1))
    with pytest.raises(Refused, match="taken"):
        sit(cast, "technician", body=cast.team, starts_on=date(2007, 1, 1))
    assert sit(
        cast, "technician", body=cast.team, starts_on=date(2006, 1, 1), ends_on=date(2008, 1, 1)
    )
    assert sit(cast, "technician", body=cast.team)


def test_it_ends_on_a_day_that_is_no_longer_part_of_it(cast):
    today = timezone.localdate()
    seat = sit(cast, "editor", body=cast.team, starts_on=today - timedelta(days=9))
    end_membership(actor=cast["director"], membership=seat, ends_on=today)
    assert Membership.objects.on(today - timedelta(days=1)).filter(pk=seat.pk).exists()
    assert not Membership.objects.on(today).filter(pk=seat.pk).exists()
    restore_membership(actor=cast["director"], membership=seat)
    assert Membership.objects.on(today).filter(pk=seat.pk).exists()


def test_it_does_not_take_back_an_end_when_the_seat_is_taken(cast):
    change_body(actor=cast["director"], body=cast.team, seats=1)
    seat = sit(cast, "editor", body=cast.team, starts_on=date(2007, 1, 1))
    end_membership(actor=cast["director"], membership=seat)
    sit(cast, "reader", body=cast.team, starts_on=timezone.localdate())
    with pytest.raises(Refused, match="taken"):
        restore_membership(actor=cast["director"], membership=seat)


def test_it_gives_nobody_two_seats_in_the_same_body_at_once(cast):
    sit(cast, "editor", body=cast.team, starts_on=date(2007, 1, 1), ends_on=date(2008, 1, 1))
    with pytest.raises(Refused, match="already"):
        sit(cast, "editor", body=cast.team, starts_on=date(2007, 6, 1))
    assert sit(cast, "editor", body=cast.team, starts_on=date(2008, 1, 1))


def test_it_no_longer_looks_for_somebody_once_the_post_is_held(cast, server):
    post = need(cast, "Un", skill=server, level=Level.BEGINS)
    sit(cast, "technician", post=post)
    post.refresh_from_db()
    assert not post.is_sought


def test_it_seats_nobody_whom_the_actor_may_not_see(cast):
    person = Person.objects.create(organization=cast.amm, family_name="Élue")
    with pytest.raises(NotVisible):
        add_membership(actor=cast["director"], person=person, body=cast.team)
    with pytest.raises(NotVisible):
        add_membership(actor=cast["amm_director"], person=person, body=cast.team)


def test_it_gives_a_seat_at_the_desk(cast):
    client = Client()
    client.force_login(cast["coordinator"])
    url = reverse("people:person-seat", args=[cast.person("editor").pk])
    sent = {"place": cast.team.pk, "role": "secretary", "starts_on": "2007-06-15"}
    assert client.post(url, sent).status_code == 302
    seat = cast.person("editor").memberships.get()
    assert (seat.body, seat.role, seat.starts_on) == (cast.team, "secretary", date(2007, 6, 15))
