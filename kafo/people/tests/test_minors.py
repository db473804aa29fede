"""Who is under 18: a guardian signs, two persons of the office look at the paper."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kafo.people.enums import BodyKind, Purpose, Role
from kafo.people.models import (
    Account,
    Body,
    Consent,
    GuardianAuthorization,
    Mandate,
    Membership,
    Person,
)
from kafo.people.queries import lacks_authorization, shown_to
from kafo.people.services.invitations import invite_person
from kafo.people.services.mandates import give_mandate
from kafo.people.services.persons import change_person
from kafo.people.services.protection import (
    add_authorization,
    approve_authorization,
    give_consent,
    withdraw_authorization,
)
from kafo.records.enums import Visibility
from kafo.records.errors import NotVisible, Refused

SIXTEEN = date.today() - timedelta(days=16 * 365)


@pytest.fixture
def client(cast):
    Account.objects.update(language="en")
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def lea(cast):
    return Person.objects.create(
        organization=cast.office, given_name="Lea", family_name="Inventée", born_on=SIXTEEN
    )


def record(cast, who, person):
    return add_authorization(
        actor=cast[who], person=person, guardian_name="Awa", signed_on=date.today()
    )


def test_it_wants_a_second_person(cast, lea, client):
    authorization = record(cast, "director", lea)
    assert authorization.recorded_by == cast.person("director")
    with pytest.raises(NotVisible):
        approve_authorization(actor=cast["director"], authorization=authorization)
    client.force_login(cast["director"])
    page = client.get(reverse("account:authorizations")).content.decode()
    step = reverse("account:authorization-approve", args=[authorization.pk])
    assert "waits for a second person" in page
    assert step not in page
    assert client.post(step).status_code == 404
    assert lacks_authorization(lea)


def test_it_lets_the_board_approve_what_the_director_recorded(cast, lea):
    authorization = record(cast, "director", lea)
    client = Client()
    step = reverse("account:authorization-approve", args=[authorization.pk])
    for name in ("director", "coordinator", "amm_director"):
        client.force_login(cast[name])
        assert step not in client.get("/desk/").content.decode()
    client.force_login(cast["board"])
    assert step in client.get("/desk/").content.decode()
    assert step in client.get(reverse("account:authorizations")).content.decode()
    assert client.post(step).status_code == 302
    assert step not in client.get("/desk/").content.decode()
    assert not lacks_authorization(lea)
    for name in ("authorization-withdraw", "authorization-erase"):
        assert client.get(reverse(f"account:{name}", args=[authorization.pk])).status_code == 404


def test_it_holds_once_somebody_else_approved(cast, lea, client):
    record(cast, "coordinator", lea)
    client.force_login(cast["director"])
    page = client.get(reverse("account:authorizations")).content.decode()
    authorization = GuardianAuthorization.objects.get()
    step = reverse("account:authorization-approve", args=[authorization.pk])
    assert step in page
    client.post(step)
    assert not lacks_authorization(lea)
    authorization.refresh_from_db()
    assert authorization.approved_by == cast.person("director")
    with pytest.raises(Refused):
        approve_authorization(actor=cast["director"], authorization=authorization)


def test_it_gives_her_nothing_before(cast, lea):
    record(cast, "coordinator", lea)
    director = cast["director"]
    with pytest.raises(Refused):
        give_mandate(actor=director, person=lea, role=Role.READER, organization=cast.office)
    with pytest.raises(Refused):
        invite_person(actor=director, person=lea)
    for purpose in (Purpose.DIRECTORY, Purpose.PUBLIC_NAME):
        with pytest.raises(Refused):
            give_consent(actor=director, person=lea, purpose=purpose, wording="yes")
    for audience in (Visibility.FEDERATION, Visibility.PUBLIC):
        assert shown_to(lea, audience) == {}


def test_it_closes_who_turns_out_to_be_a_minor(cast):
    person = cast.person("reader")
    give_consent(actor=cast["reader"], person=person, purpose=Purpose.DIRECTORY, wording="yes")
    assert Person.objects.get(pk=person.pk).visibility == Visibility.FEDERATION
    person = Person.objects.get(pk=person.pk)
    change_person(actor=cast["coordinator"], person=person, born_on=SIXTEEN)
    assert not Mandate.objects.at().filter(person=person).exists()
    assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()
    assert Person.objects.get(pk=person.pk).visibility == Visibility.HOME


def test_it_closes_again_when_the_guardian_withdraws(cast, lea):
    authorization = record(cast, "coordinator", lea)
    approve_authorization(actor=cast["director"], authorization=authorization)
    give_mandate(actor=cast["director"], person=lea, role=Role.READER, organization=cast.office)
    invitation, _code = invite_person(actor=cast["director"], person=lea)
    give_consent(actor=cast["director"], person=lea, purpose=Purpose.PUBLIC_NAME, wording="yes")
    assert shown_to(lea, Visibility.PUBLIC)
    withdraw_authorization(actor=cast["director"], authorization=authorization)
    assert not Mandate.objects.at().filter(person=lea).exists()
    assert shown_to(lea, Visibility.PUBLIC) == {}
    invitation.refresh_from_db()
    assert invitation.revoked_at


def test_it_names_holders_outside_only_when_they_agreed(cast, client, lea):
    committee = Body.objects.create(
        organization=cast.office,
        kind=BodyKind.COMMITTEE,
        name={"fr": "Comité"},
        visibility=Visibility.FEDERATION,
    )
    known = cast.person("editor")
    give_consent(actor=cast["editor"], person=known, purpose=Purpose.DIRECTORY, wording="yes")
    for person in (lea, known, cast.person("board")):
        Membership.objects.create(person=person, body=committee)
    client.force_login(cast["amm_director"])
    page = client.get(reverse("people:body", args=[committee.pk])).content.decode()
    assert "Editor Fictive" in page
    assert "Inventée" not in page
    assert "Board Fictive" not in page
    client.force_login(cast["reader"])
    page = client.get(reverse("people:body", args=[committee.pk])).content.decode()
    assert "Inventée" in page


def test_it_knows_no_authorisation_that_is_not_approved(cast, lea):
    GuardianAuthorization.objects.create(person=lea, guardian_name="Awa", signed_on=date.today())
    assert lacks_authorization(lea)
    GuardianAuthorization.objects.update(approved_at=timezone.now())
    assert not lacks_authorization(lea)
