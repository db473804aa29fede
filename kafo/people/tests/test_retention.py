"""What is past its period: shown to whoever protects the data, decided by a hand."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kafo.people.enums import InvitationKind, Purpose, Role
from kafo.people.models import (
    Account,
    GuardianAuthorization,
    Invitation,
    Mandate,
    Membership,
    Person,
    Processing,
)
from kafo.people.queries.retention import months_before, papers_past_period, persons_past_period
from kafo.people.services.invitations import forget_invitations
from kafo.people.services.protection import erase_person
from kafo.people.services.retention import erase_authorization, keep_person
from kafo.records.errors import NotVisible, Refused

PASSWORD = "mil-riz-fonio-27"


def years_ago(count):
    return timezone.now() - timedelta(days=366 * count)


@pytest.fixture
def client(cast):
    Account.objects.update(language="en")
    return Client(headers={"accept-language": "en"})


def person_of(cast, name, years, **values):
    person = Person.objects.create(
        organization=cast.office, given_name=name, family_name="Inventée", **values
    )
    Person.objects.filter(pk=person.pk).update(created_at=years_ago(years))
    return person


@pytest.fixture
def gone(cast):
    """Somebody whose seat ended three years ago."""
    person = person_of(cast, "Gone", 5)
    Membership.objects.create(
        person=person, body=cast.team, ends_on=years_ago(3).date(), starts_on=years_ago(5).date()
    )
    return person


def past(cast):
    return set(persons_past_period({cast.office.pk}))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 24), 24, date(2024, 11, 24)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
    ],
)
def test_it_counts_months_back(day, months, before):
    assert months_before(day, months) == before


def test_it_finds_who_left_longer_ago_than_the_period(cast, gone):
    recent = person_of(cast, "Recent", 5)
    Membership.objects.create(person=recent, body=cast.team, ends_on=years_ago(1).date())
    seated = person_of(cast, "Seated", 5)
    Membership.objects.create(person=seated, body=cast.team)
    mandated = person_of(cast, "Mandated", 5)
    Mandate.objects.create(
        person=mandated, role=Role.READER, organization=cast.office, starts_at=years_ago(5)
    )
    never = person_of(cast, "Never", 3)
    person_of(cast, "New", 0)
    assert past(cast) == {gone, never}


def test_it_takes_the_period_that_the_office_declared(cast, gone):
    Processing.objects.create(
        organization=cast.office, purpose=Purpose.CONTACT, retention_months=60
    )
    assert past(cast) == set()


def test_it_asks_again_after_the_day_until_which_it_is_kept(cast, gone):
    until = timezone.localdate() + timedelta(days=30)
    keep_person(actor=cast["director"], person=gone, reason="Anniversary book", until=until)
    assert past(cast) == set()
    Person.objects.filter(pk=gone.pk).update(kept_until=timezone.localdate())
    assert past(cast) == {gone}


@pytest.mark.parametrize(("reason", "days"), [(" ", 30), ("Book", 0)])
def test_it_keeps_nothing_without_a_reason_and_a_day(cast, gone, reason, days):
    until = timezone.localdate() + timedelta(days=days)
    with pytest.raises(Refused):
        keep_person(actor=cast["director"], person=gone, reason=reason, until=until)


@pytest.mark.parametrize("who", ["coordinator", "board", "reader", "amm_director"])
def test_it_lets_only_those_decide_who_protect_the_data(cast, gone, client, who):
    until = timezone.localdate() + timedelta(days=30)
    with pytest.raises(NotVisible):
        keep_person(actor=cast[who], person=gone, reason="Book", until=until)
    client.force_login(cast[who])
    assert client.get(reverse("account:person-keep", args=[gone.pk])).status_code == 404
    assert "Gone" not in client.get("/desk/").content.decode()


def paper(person, **values):
    return GuardianAuthorization.objects.create(person=person, guardian_name="Awa", **values)


def test_it_finds_papers_of_those_who_came_of_age(cast):
    grown = paper(person_of(cast, "Grown", 0, born_on=years_ago(21).date()))
    withdrawn = paper(
        person_of(cast, "Young", 0, born_on=years_ago(15).date()), withdrawn_at=years_ago(3)
    )
    paper(person_of(cast, "Just", 0, born_on=years_ago(19).date()))
    paper(person_of(cast, "Minor", 0, born_on=years_ago(16).date()))
    assert set(papers_past_period({cast.office.pk})) == {grown, withdrawn}


def test_it_erases_no_paper_that_is_needed(cast):
    needed = paper(person_of(cast, "Minor", 0, born_on=years_ago(16).date()))
    with pytest.raises(Refused):
        erase_authorization(actor=cast["director"], authorization=needed)


def test_it_shows_both_at_the_desk_and_carries_out_what_is_decided(cast, gone, client):
    grown = paper(person_of(cast, "Grown", 0, born_on=years_ago(21).date()))
    director = cast["director"]
    director.set_password(PASSWORD)
    director.save()
    client.post("/desk/sign-in/", {"login": "director", "password": PASSWORD})
    start = client.get("/desk/").content.decode()
    assert reverse("account:retention") in start
    page = client.get(reverse("account:retention")).content.decode()
    assert "Gone Inventée" in page
    assert reverse("account:held-erase", args=[gone.pk]) in page
    keep = reverse("account:person-keep", args=[gone.pk])
    assert client.post(keep, {"reason": "", "until": ""}).status_code == 422
    until = timezone.localdate() + timedelta(days=30)
    assert client.post(keep, {"reason": "Book", "until": until}).status_code == 302
    erase = reverse("account:authorization-erase", args=[grown.pk])
    assert "cannot be taken back" in client.get(erase).content.decode()
    assert client.post(erase).status_code == 302
    page = client.get(reverse("account:retention")).content.decode()
    assert "Gone" not in page
    assert "Awa" not in page


def test_it_says_nothing_at_the_start_when_nothing_is_past(cast, client):
    client.force_login(cast["director"])
    assert "longer than the register" not in client.get("/desk/").content.decode()


@pytest.mark.parametrize("is_due", [False, True])
def test_it_does_not_count_again_at_each_view(cast, client, request, is_due):
    if is_due:
        request.getfixturevalue("gone")
    client.force_login(cast["director"])
    with CaptureQueriesContext(connection) as first:
        client.get("/desk/")
    with CaptureQueriesContext(connection) as again:
        text = client.get("/desk/").content.decode()
    assert any('"kept_until" IS NULL' in each["sql"] for each in first)
    assert not any('"kept_until" IS NULL' in each["sql"] for each in again)
    assert ("longer than the register" in text) is is_due


def test_it_counts_anew_after_an_erasure_and_when_somebody_looks(cast, client, gone):
    client.force_login(cast["director"])
    assert "longer than the register" in client.get("/desk/").content.decode()
    erase_person(actor=cast["director"], person=gone)
    assert "longer than the register" not in client.get("/desk/").content.decode()
    person_of(cast, "Also", 5)
    client.get(reverse("account:retention"))
    assert "longer than the register" in client.get("/desk/").content.decode()


def test_it_finds_whose_period_may_be_over_by_an_index(cast):
    rows = persons_past_period({cast.office.pk}).order_by().values_list("pk")
    if connection.vendor == "sqlite":  # PostgreSQL chooses by how many rows there are
        assert "organization_id=? AND created_at<?" in rows.explain()


def test_it_removes_codes_that_open_nothing_any_more(cast):
    def code(number, days, kind=InvitationKind.JOIN, told=False):
        at = timezone.now() - timedelta(days=days)
        return Invitation.objects.create(
            kind=kind,
            person=cast.person("reader"),
            code_hash=str(number),
            expires_at=at,
            told_at=at if told else None,
        )

    code(1, 40)
    recent = code(2, 5)
    untold = code(3, 40, InvitationKind.RECOVERY)
    code(4, 40, InvitationKind.RECOVERY, told=True)
    forget_invitations()
    assert set(Invitation.objects.all()) == {recent, untold}
