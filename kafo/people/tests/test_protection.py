"""What is held on a person: who sees it, how she takes it, corrects it, has it erased."""

import io
import json
import uuid
import zipfile
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from kafo.people.enums import Cefr, Level, Purpose, Role, SeatRole
from kafo.people.models import (
    Account,
    Consent,
    GuardianAuthorization,
    Mandate,
    Membership,
    Person,
    PersonLanguage,
    PersonSkill,
    Skill,
)
from kafo.people.protection import check_personal_fields, personal_fields, subject_of
from kafo.people.queries import fields_for, lacks_authorization, shown_to
from kafo.people.services.bodies import add_membership
from kafo.people.services.copies import take_copy
from kafo.people.services.invitations import invite_person, recover_account
from kafo.people.services.mandates import end_mandate, give_mandate
from kafo.people.services.persons import change_person
from kafo.people.services.protection import (
    add_authorization,
    approve_authorization,
    correct_own_data,
    erase_person,
    give_consent,
    withdraw_authorization,
    withdraw_consent,
)
from kafo.people.signals import person_erased
from kafo.records.enums import Visibility
from kafo.records.errors import NotVisible, Refused

PASSWORD = "mil-riz-fonio-27"
GIVEN, FAMILY = "Zoumana", "Quelquefois-Inventé"
TRACES = (
    GIVEN,
    FAMILY,
    "quelquefois",
    "zoum@nowhere.example",
    "00 12 34 56",
    "zoum77",
    "Kidalville",
)


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def zoumana(cast):
    """An editor with everything there can be, made the way the desk makes it."""
    person = Person.objects.create(
        organization=cast.office,
        given_name=GIVEN,
        family_name=FAMILY,
        email="zoum@nowhere.example",
        phone="00 12 34 56",
        town="Kidalville",
        born_on=date(1990, 5, 4),
        note=f"{GIVEN} speaks softly.",
    )
    account = Account.objects.create(
        username="zoum77", person=person, email="zoum@nowhere.example", language="en"
    )
    account.set_password(PASSWORD)
    account.save()
    PersonSkill.objects.create(person=person, skill=Skill.objects.create(), level=Level.TEACHES)
    PersonLanguage.objects.create(person=person, code="bm", level=Cefr.C2)
    change_person(actor=cast["director"], person=person, town="Kidalville ")
    add_membership(
        actor=cast["director"],
        person=person,
        body=cast.team,
        role=SeatRole.MEMBER,
        starts_on=date(2007, 1, 1),
    )
    given = give_mandate(
        actor=cast["director"],
        person=person,
        role=Role.EDITOR,
        organization=cast.office,
        reason=f"{GIVEN} {FAMILY} was chosen by the board",
    )
    end_mandate(actor=cast["director"], mandate=given, reason=f"{GIVEN} {FAMILY} asked for it")
    give_mandate(actor=cast["director"], person=person, role=Role.EDITOR, organization=cast.office)
    give_consent(actor=account, person=person, purpose=Purpose.DIRECTORY, wording="I agree")
    EmailAddress.objects.create(user=account, email="zoum@nowhere.example", primary=True)
    Authenticator.objects.create(user=account, type="totp", data={"secret": "A" * 32})
    return person


def texts_of_the_database():
    """Every text of every table: nothing is trusted to have been thought of."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield table, str(value)


def found(words):
    return {
        (table, word)
        for table, text in texts_of_the_database()
        for word in words
        if word.lower() in text.lower() or json.dumps(word)[1:-1].lower() in text.lower()
    }


def test_it_leaves_no_name_in_any_table(cast, zoumana, client):
    client.post("/desk/sign-in/", {"login": "zoum77", "password": PASSWORD})
    recover_account(actor=cast["director"], person=zoumana)
    take_copy(actor=cast["director"], person=zoumana)
    assert {word for _table, word in found(TRACES)} == set(TRACES)
    erase_person(actor=cast["director"], person=zoumana)
    assert found(TRACES) == set()


def test_it_keeps_acts_by_number_and_seats_by_a_former_member(cast, zoumana):
    account_id = zoumana.account.pk
    acts = ModelLogEntry.objects.filter(object_id=str(zoumana.pk)).count()
    erase_person(actor=zoumana.account, person=zoumana)
    held = Membership.objects.get(person=zoumana)
    assert str(held.person) in {"a former member", "un ancien membre", "une personne partie"}
    assert ModelLogEntry.objects.filter(object_id=str(zoumana.pk)).count() == acts + 1
    assert ModelLogEntry.objects.filter(user_id=account_id).exists()
    assert not Account.objects.filter(pk=account_id).exists()
    assert Mandate.objects.filter(person=zoumana).count() == 2
    assert not Mandate.objects.at().filter(person=zoumana).exists()
    assert not Authenticator.objects.exists()
    assert not Consent.objects.exists()


def test_it_leaves_the_records_of_others_alone(cast, zoumana):
    before = list(Person.objects.exclude(pk=zoumana.pk).values())
    erase_person(actor=zoumana.account, person=zoumana)
    assert list(Person.objects.exclude(pk=zoumana.pk).values()) == before


def test_it_says_that_somebody_was_erased(cast, zoumana, django_capture_on_commit_callbacks):
    seen = []

    def note(record, **kwargs):
        seen.append(record.pk)

    person_erased.connect(note)
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(actor=zoumana.account, person=zoumana)
    assert seen == [zoumana.pk]


def test_it_erases_once(cast, zoumana):
    erase_person(actor=cast["director"], person=zoumana)
    zoumana.refresh_from_db()
    with pytest.raises(Refused):
        erase_person(actor=cast["director"], person=zoumana)


def test_it_asks_the_last_director_to_hand_over_first(cast):
    director = cast["director"]
    with pytest.raises(Refused):
        erase_person(actor=director, person=director.person)
    assert str(Person.objects.get(pk=director.person_id)) == "Director Fictive"


@pytest.mark.parametrize("name", ["board", "coordinator", "technician", "reader", "amm_director"])
def test_it_lets_nobody_erase_or_copy_somebody_else_without_the_right(cast, zoumana, name):
    with pytest.raises(NotVisible):
        erase_person(actor=cast[name], person=zoumana)
    with pytest.raises(NotVisible):
        take_copy(actor=cast[name], person=zoumana)


def sign_in(client, username):
    client.post("/desk/sign-in/", {"login": username, "password": PASSWORD})


def confirm(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_it_erases_at_the_desk_after_asking_twice(client, cast, zoumana):
    Authenticator.objects.all().delete()
    sign_in(client, "zoum77")
    assert client.post(reverse("account:me-erase"), {"understood": "on"})["Location"].startswith(
        reverse("account_reauthenticate")
    )
    client.session.pop("account_reauthentication_state", None)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("account:me-erase"))
    assert "cannot be undone" in page.content.decode()
    assert client.post(reverse("account:me-erase"), {}).status_code == 422
    answer = client.post(reverse("account:me-erase"), {"understood": "on"}, follow=True)
    assert "It is erased" in answer.content.decode()
    assert client.get("/desk/").status_code == 302
    assert found(TRACES) == set()


def test_it_puts_all_that_is_held_into_the_copy(cast, zoumana):
    archive = zipfile.ZipFile(io.BytesIO(take_copy(actor=zoumana.account, person=zoumana)))
    page, data = archive.read("data.html").decode(), json.loads(archive.read("data.json"))
    for word in (GIVEN, FAMILY, "zoum@nowhere.example", "00 12 34 56", "zoum77", "Kidalville"):
        assert word in page
        assert word in json.dumps(data, ensure_ascii=False)
    kinds = {each["record"] for each in data}
    assert kinds >= {
        "people.person",
        "people.personskill",
        "people.personlanguage",
        "people.membership",
        "people.mandate",
        "people.consent",
        "people.account",
        "account.emailaddress",
        "mfa.authenticator",
        "wagtailcore.modellogentry",
    }
    for each in data:
        declared = {
            f.name for f in personal_fields() if f.model._meta.label_lower == each["record"]
        }
        assert set(each["fields"]) == declared
    assert zoumana.account.password not in page
    assert "A" * 32 not in page


def test_it_shows_what_is_held_and_why(client, cast, zoumana):
    Authenticator.objects.all().delete()
    sign_in(client, "zoum77")
    text = client.get(reverse("account:me-data")).content.decode()
    for word in (GIVEN, "Running the office", "membership or agreement", "this office only"):
        assert word in text
    copy = client.post(reverse("account:me-copy"))
    assert copy["Content-Type"] == "application/zip"


def test_it_leads_back_to_the_button_after_the_session_ended(client, cast, zoumana):
    Authenticator.objects.all().delete()
    door = client.post(reverse("account:me-copy"))["Location"]
    assert 'class="warn"' in client.get(door).content.decode()
    values = {"login": "zoum77", "password": PASSWORD, "next": reverse("account:me-copy")}
    answer = client.post(door, values, follow=True)
    chain = [(reverse("account:me-copy"), 302), (reverse("account:me-data"), 302)]
    assert answer.redirect_chain == chain
    assert 'class="warn"' in answer.content.decode()


def test_it_lets_the_one_who_protects_answer_a_request_on_paper(client, cast, zoumana):
    client.force_login(cast["director"])
    address = reverse("account:held-data", args=[zoumana.pk])
    assert FAMILY in client.get(address).content.decode()
    for name in ("reader", "coordinator", "technician"):
        client.force_login(cast[name])
        assert client.get(address).status_code == 404


def test_it_corrects_ones_own_record_and_nothing_else(client, cast, zoumana):
    correct_own_data(actor=zoumana.account, town="Ségou")
    assert Person.objects.get(pk=zoumana.pk).town == "Ségou"
    with pytest.raises(NotVisible):
        correct_own_data(actor=zoumana.account, organization=cast.amm)
    Authenticator.objects.all().delete()
    sign_in(client, "zoum77")
    values = {"given_name": "Zou", "family_name": FAMILY, "language": "fr", "town": "Gao"}
    client.post(reverse("account:me-correct"), values)
    assert Person.objects.get(pk=zoumana.pk).town == "Gao"


def test_it_never_lets_an_edited_record_change_where_passwords_go(cast, zoumana):
    change_person(actor=cast["coordinator"], person=zoumana, email="thief@nowhere.example")
    assert Account.objects.get(person=zoumana).email == "zoum@nowhere.example"


def outside(person, audience):
    return {key.removeprefix("people.") for key in fields_for(person, audience)}


NAMES = {"person.given_name", "person.family_name", "person.folded_name"}
FOUND_BY_OFFICES = NAMES | {
    "person.organization",
    "person.is_fictional",
    "person.email",
    "person.town",
    "personskill.skill",
    "personskill.level",
    "personlanguage.code",
    "personlanguage.level",
}


@pytest.mark.parametrize(
    ("purposes", "federation", "public"),
    [
        ([], set(), set()),
        ([Purpose.DIRECTORY], FOUND_BY_OFFICES, set()),
        ([Purpose.PUBLIC_NAME], NAMES, NAMES),
        ([Purpose.DIRECTORY, Purpose.PUBLIC_NAME], FOUND_BY_OFFICES, NAMES),
    ],
)
def test_it_shows_outside_only_what_was_agreed_to(cast, purposes, federation, public):
    account = cast["reader"]
    for purpose in purposes:
        give_consent(actor=account, person=account.person, purpose=purpose, wording="yes")
    assert outside(account.person, Visibility.FEDERATION) == federation
    assert outside(account.person, Visibility.PUBLIC) == public
    assert len(outside(account.person, Visibility.HOME)) == len(personal_fields())


def test_it_shows_nothing_to_an_audience_it_does_not_know(cast):
    assert fields_for(cast.person("reader"), "everyone") == set()
    assert shown_to(cast.person("reader"), Visibility.PUBLIC) == {}


def test_it_takes_a_consent_back_at_once(client, cast):
    account = cast["reader"]
    client.force_login(account)
    client.post(reverse("account:me-consents"), {"directory": "on", "public_name": "on"})
    assert outside(account.person, Visibility.PUBLIC) == NAMES
    client.post(reverse("account:me-consents"), {"directory": "on"})
    assert outside(account.person, Visibility.PUBLIC) == set()
    assert Person.objects.get(pk=account.person_id).visibility == Visibility.FEDERATION
    assert Consent.objects.filter(person=account.person).count() == 2
    withdraw_consent(actor=account, person=account.person, purpose=Purpose.DIRECTORY)
    assert Person.objects.get(pk=account.person_id).visibility == Visibility.HOME


def test_it_asks_no_consent_for_what_is_not_optional(cast):
    account = cast["reader"]
    with pytest.raises(Refused):
        give_consent(actor=account, person=account.person, purpose=Purpose.SIGN_IN, wording="")


@pytest.fixture
def lea(cast):
    return Person.objects.create(
        organization=cast.office,
        given_name="Lea",
        family_name="Inventée",
        born_on=date.today() - timedelta(days=16 * 365),
    )


def test_it_gives_a_minor_no_mandate_and_no_invitation_before_a_guardian_agrees(cast, lea):
    coordinator, director = cast["coordinator"], cast["director"]
    assert lacks_authorization(lea)
    mandate = {"person": lea, "role": Role.READER, "organization": cast.office}
    with pytest.raises(Refused, match="18"):
        give_mandate(actor=director, **mandate)
    with pytest.raises(Refused, match="18"):
        invite_person(actor=coordinator, person=lea)
    authorization = add_authorization(
        actor=coordinator, person=lea, guardian_name="Awa", signed_on=date.today()
    )
    assert lacks_authorization(lea)
    approve_authorization(actor=director, authorization=authorization)
    assert not lacks_authorization(lea)
    assert give_mandate(actor=director, **mandate)
    assert invite_person(actor=coordinator, person=lea)


def test_it_asks_no_authorisation_at_eighteen(cast, lea):
    lea.born_on = date.today().replace(year=date.today().year - 18, day=1)
    lea.save()
    assert not lacks_authorization(lea)
    with pytest.raises(Refused):
        add_authorization(actor=cast["coordinator"], person=lea, guardian_name="Awa")


def test_it_lets_nobody_approve_her_own_authorisation(cast):
    director = cast["director"]
    Person.objects.filter(pk=director.person_id).update(
        born_on=date.today() - timedelta(days=17 * 365)
    )
    own = GuardianAuthorization.objects.create(
        person=director.person, guardian_name="Awa", signed_on=date.today()
    )
    with pytest.raises(NotVisible):
        approve_authorization(actor=cast["director"], authorization=own)
    for name in ("coordinator", "reader", "amm_director"):
        with pytest.raises(NotVisible):
            approve_authorization(actor=cast[name], authorization=own)


def test_it_ends_what_a_minor_holds_when_the_guardian_takes_it_back(cast, lea):
    authorization = GuardianAuthorization.objects.create(
        person=lea, guardian_name="Awa", signed_on=date.today(), approved_at=timezone.now()
    )
    Mandate.objects.create(person=lea, role=Role.READER, organization=cast.office)
    Consent.objects.create(person=lea, purpose=Purpose.PUBLIC_NAME, given_at=timezone.now())
    assert outside(lea, Visibility.PUBLIC) == NAMES
    withdraw_authorization(actor=cast["director"], authorization=authorization)
    assert not Mandate.objects.at().filter(person=lea).exists()
    assert outside(lea, Visibility.PUBLIC) == set()


def test_it_shows_no_minor_outside_without_authorisation(cast, lea):
    Consent.objects.create(person=lea, purpose=Purpose.PUBLIC_NAME, given_at=timezone.now())
    assert outside(lea, Visibility.PUBLIC) == set()


def test_it_records_and_approves_an_authorisation_at_the_desk(client, cast, lea):
    client.force_login(cast["coordinator"])
    values = {"guardian_name": "Awa", "signed_on": "2026-01-05"}
    answer = client.post(reverse("account:authorize", args=[lea.pk]), values)
    assert answer["Location"] == reverse("account:authorizations")
    approve = reverse(
        "account:authorization-approve", args=[GuardianAuthorization.objects.get().pk]
    )
    assert client.post(approve).status_code == 404
    client.force_login(cast["director"])
    assert "Awa" in client.get(reverse("account:authorizations")).content.decode()
    client.post(approve)
    assert not lacks_authorization(lea)


def test_it_does_not_let_a_minor_make_herself_older(cast, lea):
    account = Account.objects.create(username="lea", person=lea, password="!")
    with pytest.raises(Refused):
        correct_own_data(actor=account, born_on=date(1990, 1, 1))


def test_it_knows_every_field_about_persons():
    assert check_personal_fields(None) == []


def test_it_refuses_a_field_of_which_nobody_said_what_it_is_for(monkeypatch):
    from kafo.people import protection

    forgotten = dict(protection._fields)
    del forgotten["people.person.phone"]
    monkeypatch.setattr(protection, "_fields", forgotten)
    (fault,) = check_personal_fields(None)
    assert (fault.id, "people.person.phone" in fault.msg) == ("people.E001", True)


def test_it_knows_every_table_that_points_to_a_person_or_an_account():
    known = {field.model for field in personal_fields()}
    ours = [model for model in apps.get_models() if model.__module__.startswith("kafo.")]
    about = {model for model in ours if subject_of(model)}
    assert {Account, Consent, Mandate, Membership} <= about <= known


def test_it_answers_404_for_persons_who_are_not_there(client, cast):
    client.force_login(cast["director"])
    for name in ("held-data", "held-consents", "held-erase", "invite", "recover", "authorize"):
        assert client.get(reverse(f"account:{name}", args=[uuid.uuid4()])).status_code == 404
