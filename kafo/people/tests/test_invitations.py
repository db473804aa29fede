"""Codes: they open once, for whom they were made, and never more than their maker holds."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from kafo.people.enums import Role
from kafo.people.models import Account, GuardianAuthorization, Invitation, Mandate, Person
from kafo.people.services.invitations import (
    ALPHABET,
    accept_invitation,
    digest_of,
    find_invitation,
    in_groups,
    invite_person,
    recover_account,
    redeem_recovery,
    revoke_invitation,
    send_invitation,
)
from kafo.records.errors import NotVisible, Refused

PASSWORD = "mil-riz-fonio-27"


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def newcomer(cast):
    return Person.objects.create(
        organization=cast.office, given_name="Seydou", family_name="Inventé"
    )


def enter(client, code):
    return client.post(reverse("account:enter"), {"code": code})


def choose(client, **values):
    values = {"password": PASSWORD, "again": PASSWORD, **values}
    return client.post(reverse("account:enter-account"), values)


def mandate(person, role, organization, **values):
    return Mandate.objects.create(person=person, role=role, organization=organization, **values)


def test_it_opens_an_account_with_a_printed_code_and_signs_in(client, cast, newcomer):
    _invitation, code = invite_person(actor=cast["coordinator"], person=newcomer)
    typed = in_groups(code).lower()
    assert enter(client, typed)["Location"] == reverse("account:enter-account")
    assert choose(client, username="seydou")["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert Account.objects.get(username="seydou").person == newcomer


def test_it_fills_the_code_in_from_the_link_and_uses_nothing_up(client, cast, newcomer):
    _invitation, code = invite_person(actor=cast["director"], person=newcomer)
    page = client.get(reverse("account:enter"), {"code": code})
    assert code in page.content.decode()
    assert find_invitation(code)


def test_it_shows_the_code_with_a_link_to_send(cast, newcomer):
    client = Client()
    client.force_login(cast["director"])
    page = client.post(reverse("account:invite", args=[newcomer.pk])).content.decode()
    link = page.partition('readonly value="')[2].partition('"')[0]
    code = link.partition("?code=")[2]
    assert link.startswith("http://testserver/desk/enter/")
    assert find_invitation(code).person == newcomer


def test_it_says_to_whoever_holds_no_mandate_why_there_is_nothing_to_do(client, cast, newcomer):
    invitation, _code = invite_person(actor=cast["director"], person=newcomer)
    account = accept_invitation(invitation=invitation, username="seydou", password=PASSWORD)
    client.force_login(account)
    assert "donne les mandats" in client.get("/desk/").content.decode()
    client.force_login(cast["director"])
    assert "donne les mandats" not in client.get("/desk/").content.decode()


def test_it_keeps_no_code_only_its_digest(cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    assert invitation.code_hash == digest_of(code)
    assert not set(code) - set(ALPHABET)
    assert not set("01IO") & set(ALPHABET)
    assert len(ALPHABET) ** len(code) >= 2**80


def test_it_opens_once(client, cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    stale = Invitation.objects.get(pk=invitation.pk)
    accept_invitation(invitation=invitation, username="seydou", password=PASSWORD)
    with pytest.raises(Refused):
        accept_invitation(invitation=stale, username="other", password=PASSWORD)
    assert enter(client, code).status_code == 422


def test_it_opens_nothing_after_its_day(client, cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    enter(client, code)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
    assert choose(client, username="seydou")["Location"] == reverse("account:enter")
    assert "expired" in enter(client, code).content.decode()


def test_it_opens_nothing_once_revoked_or_replaced(cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    revoke_invitation(actor=cast["coordinator"], invitation=invitation)
    with pytest.raises(Refused, match="revoked|révoqué"):
        find_invitation(code)
    _first, first_code = invite_person(actor=cast["director"], person=newcomer)
    _second, second_code = invite_person(actor=cast["director"], person=newcomer)
    with pytest.raises(Refused):
        find_invitation(first_code)
    assert find_invitation(second_code)


def test_it_limits_how_many_codes_one_may_try(client, cast):
    answers = [enter(client, f"AAAA {number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_it_refuses_a_weak_password_and_keeps_the_code(client, cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    enter(client, code)
    assert choose(client, username="seydou", password="short", again="short").status_code == 422
    with pytest.raises(ValidationError):
        accept_invitation(invitation=invitation, username="seydou", password="seydou")
    assert find_invitation(code)


def test_it_refuses_a_name_that_somebody_has(client, cast, newcomer):
    _invitation, code = invite_person(actor=cast["director"], person=newcomer)
    enter(client, code)
    assert choose(client, username="Director").status_code == 422


@pytest.mark.parametrize("name", ["technician", "editor", "journalist", "reader", "amm_director"])
def test_it_lets_nobody_invite_without_the_right(cast, newcomer, name):
    with pytest.raises(NotVisible):
        invite_person(actor=cast[name], person=newcomer)


def test_it_refuses_to_invite_somebody_who_has_an_account(cast):
    with pytest.raises(Refused):
        invite_person(actor=cast["director"], person=cast.person("reader"))


def test_it_refuses_a_minor_until_a_guardian_agrees(cast, newcomer):
    newcomer.born_on = date.today() - timedelta(days=16 * 365)
    newcomer.save()
    with pytest.raises(Refused, match="18"):
        invite_person(actor=cast["director"], person=newcomer)
    authorization = GuardianAuthorization.objects.create(
        person=newcomer, guardian_name="Awa", approved_at=timezone.now()
    )
    invitation, _code = invite_person(actor=cast["director"], person=newcomer)
    authorization.delete()
    with pytest.raises(Refused, match="18"):
        accept_invitation(invitation=invitation, username="lea", password=PASSWORD)


def test_it_gives_nobody_rights_by_an_invitation_she_made(cast, newcomer):
    invitation, _code = invite_person(actor=cast["coordinator"], person=newcomer)
    mandate(newcomer, Role.DIRECTOR, cast.office)
    with pytest.raises(Refused):
        invite_person(actor=cast["coordinator"], person=newcomer)
    with pytest.raises(Refused):
        accept_invitation(invitation=invitation, username="seydou", password=PASSWORD)


def test_it_counts_mandates_that_have_not_begun(cast, newcomer):
    mandate(newcomer, Role.DIRECTOR, cast.office, starts_at=timezone.now() + timedelta(days=9))
    with pytest.raises(Refused):
        invite_person(actor=cast["coordinator"], person=newcomer)


def test_it_lets_the_giver_of_a_mandate_invite_its_holder(cast, newcomer):
    mandate(newcomer, Role.TECHNICIAN, cast.office, given_by=cast.person("director"))
    invitation, _code = invite_person(actor=cast["director"], person=newcomer)
    assert accept_invitation(invitation=invitation, username="seydou", password=PASSWORD)


def test_it_lets_a_colleague_help_back_in_and_tells_who_it_was(client, cast):
    reader = cast["reader"]
    inside = Client()
    inside.force_login(reader)
    inside.get("/desk/")
    _invitation, code = recover_account(actor=cast["technician"], person=reader.person)
    page = client.get(enter(client, code)["Location"])
    assert "reader" in page.content.decode()
    start = client.get(choose(client)["Location"])
    assert "Technician Fictive" in start.content.decode()
    assert "Technician Fictive" not in client.get("/desk/").content.decode()
    act = ModelLogEntry.objects.get(action="people.account.recover")
    assert (act.user_id, act.data["weight"]) == (cast["technician"].pk, 3)


def test_it_tells_of_a_code_that_was_never_used(client, cast):
    reader = cast["reader"]
    reader.set_password(PASSWORD)
    reader.save()
    recover_account(actor=cast["technician"], person=reader.person)
    client.post("/desk/sign-in/", {"login": "reader", "password": PASSWORD})
    assert "Technician Fictive" in client.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("helper", "helped"),
    [
        ("technician", "director"),
        ("technician", "board"),
        ("technician", "coordinator"),
        ("coordinator", "director"),
        ("coordinator", "technician"),
        ("director", "board"),
        ("board", "director"),
    ],
)
def test_it_refuses_recovery_of_one_who_holds_more(cast, helper, helped):
    with pytest.raises(Refused):
        recover_account(actor=cast[helper], person=cast.person(helped))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("helped", ["technician", "coordinator", "editor", "reader"])
def test_it_lets_the_director_help_the_team_back_in(cast, helped):
    assert recover_account(actor=cast["director"], person=cast.person(helped))


def test_it_lets_the_board_help_its_own_and_invite_whom_it_seats(cast, newcomer):
    mandate(newcomer, Role.BOARD_MEMBER, cast.office, given_by=cast.person("board"))
    with pytest.raises(Refused):
        invite_person(actor=cast["director"], person=newcomer)
    invitation, _code = invite_person(actor=cast["board"], person=newcomer)
    account = accept_invitation(invitation=invitation, username="seydou", password=PASSWORD)
    assert recover_account(actor=account, person=cast.person("board"))


def test_it_refuses_a_recovery_when_the_person_has_gained_rights_since(cast):
    reader = cast.person("reader")
    invitation, _code = recover_account(actor=cast["technician"], person=reader)
    mandate(reader, Role.DIRECTOR, cast.office)
    invitation.refresh_from_db()
    with pytest.raises(Refused):
        redeem_recovery(invitation=invitation, password=PASSWORD)


def test_it_lets_rights_elsewhere_count_as_more(cast):
    reader = cast.person("reader")
    mandate(reader, Role.TECHNICIAN, cast.amm)
    with pytest.raises(Refused):
        recover_account(actor=cast["technician"], person=reader)


@pytest.mark.parametrize("name", ["editor", "reader", "amm_director"])
def test_it_lets_nobody_recover_without_the_right(cast, name):
    with pytest.raises(NotVisible):
        recover_account(actor=cast[name], person=cast.person("journalist"))


def test_it_lets_nobody_recover_herself(cast):
    with pytest.raises(Refused):
        recover_account(actor=cast["technician"], person=cast.person("technician"))


@pytest.mark.parametrize("is_removed", [True, False])
def test_it_asks_for_the_second_factor_unless_it_was_removed(client, cast, is_removed):
    reader = cast["reader"]
    Authenticator.objects.create(user=reader, type="totp", data={"secret": "A" * 32})
    _invitation, code = recover_account(
        actor=cast["technician"], person=reader.person, removes_second_factor=is_removed
    )
    assert Authenticator.objects.exists()
    enter(client, code)
    wanted = "/desk/" if is_removed else reverse("mfa_authenticate")
    assert choose(client)["Location"] == wanted
    assert Authenticator.objects.exists() is not is_removed


def test_it_closes_open_sessions_when_a_recovery_is_made(cast):
    inside = Client()
    reader = cast["reader"]
    reader.set_password(PASSWORD)
    reader.save()
    inside.post("/desk/sign-in/", {"login": "reader", "password": PASSWORD})
    assert inside.get("/desk/").status_code == 200
    recover_account(actor=cast["technician"], person=reader.person)
    assert inside.get("/desk/").status_code == 302


def sign_in(client, account):
    account.set_password(PASSWORD)
    account.language = "en"
    account.save()
    client.post("/desk/sign-in/", {"login": account.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_it_prints_the_code_once_with_a_picture_and_what_to_do(client, cast, newcomer):
    sign_in(client, cast["coordinator"])
    address = reverse("account:invite", args=[newcomer.pk])
    assert client.get(address).status_code == 200
    page = client.post(address)
    text = page.content.decode()
    assert all(group in text for group in page.context["code"].split())
    assert "<svg" in text
    assert "/desk/enter/" in text
    find_invitation(page.context["code"])
    assert page.context["code"] not in client.get(reverse("account:invitations")).content.decode()


def test_it_asks_again_who_it_is_before_a_recovery(client, cast):
    technician = cast["technician"]
    technician.set_password(PASSWORD)
    technician.save()
    client.post("/desk/sign-in/", {"login": "technician", "password": PASSWORD})
    address = reverse("account:recover", args=[cast.person("reader").pk])
    answer = client.post(address)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not Invitation.objects.exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(address).context["invitation"].person == cast.person("reader")


def test_it_revokes_at_the_desk(client, cast, newcomer):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    sign_in(client, cast["coordinator"])
    assert (
        client.post(reverse("account:invitation-revoke", args=[invitation.pk])).status_code == 302
    )
    with pytest.raises(Refused):
        find_invitation(code)


def test_it_sends_by_email_where_there_is_one(cast, newcomer, settings, mailoutbox):
    invitation, code = invite_person(actor=cast["director"], person=newcomer)
    with pytest.raises(Refused):
        send_invitation(invitation=invitation, code=code, link="https://x.example/")
    settings.EMAIL_HOST = "mail.example"
    newcomer.email = "seydou@bamako.example"
    newcomer.save()
    send_invitation(invitation=invitation, code=code, link="https://x.example/")
    assert in_groups(code) in mailoutbox[0].body


@pytest.mark.parametrize("name", ["editor", "reader", "stranger", "amm_editor"])
@pytest.mark.parametrize("page", ["invite", "recover"])
def test_it_answers_404_to_those_who_may_not(client, cast, newcomer, name, page):
    client.force_login(cast[name])
    assert client.get(reverse(f"account:{page}", args=[newcomer.pk])).status_code == 404
    assert client.get(reverse("account:invitations")).status_code == 404
