"""An office that was kept here gets its own server, followed from the desk that kept it."""

import hashlib
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from kafo.federation.asking import code_words, digits_of, opened, sealed
from kafo.federation.enums import Stage
from kafo.federation.errors import Untrusted
from kafo.federation.models import Handover, Held, Log
from kafo.federation.node import receiving
from kafo.federation.services import forgetting, joining, rostering
from kafo.federation.services.holding import State
from kafo.federation.tests.world import ROOTS, office_id
from kafo.federation.wire import signatures
from kafo.people.models import Mandate, Organization, Person
from kafo.records.errors import Refused
from kafo.records.models import is_copy


@pytest.fixture
def hosted(desk):
    return Organization.objects.create(
        name={"fr": "Bureau de Ségou"}, short_name="SEG", visibility="federation"
    )


def invited(browser, hosted):
    form = {"organization": str(hosted.pk), "name": "Ségou"}
    answer = browser.post(reverse("federation:invite"), form)
    handover = Handover.objects.get()
    assert answer["Location"] == reverse("federation:handover", args=[handover.pk])
    return handover


def text_of(browser, handover):
    return browser.get(reverse("federation:handover", args=[handover.pk])).content.decode()


def shown_key(desk, handover):
    """The new server asks with the code that it was told."""
    key = Ed25519PrivateKey.generate()
    public = signatures.public_bytes(key)
    question = sealed(bytes(handover.secret), [public, "", "http://192.0.2.7:8000"])
    joining.answer_newcomer(desk.node, question)
    return public


def signed_list(browser):
    answer = browser.get(reverse("federation:roster"), {"draft": ""})
    assert "attachment" in answer["Content-Disposition"]
    document = answer.content
    for key in ROOTS[:2]:
        document = rostering.sign_roster(document, key)
    return document


def test_it_is_followed_from_the_invitation_to_the_last_signature(desk, signed_in, hosted):
    mandate = Mandate(person=desk["director"].person, role="director", organization=hosted)
    mandate.starts_at = timezone.now()
    mandate.save()
    browser = signed_in("director")
    handover = invited(browser, hosted)
    text = text_of(browser, handover)
    assert code_words(bytes(handover.secret)) in text
    assert desk.node.roster.fingerprint in text
    assert "next" in text

    key = shown_key(desk, handover)
    text = text_of(browser, handover)
    assert digits_of(key) in text
    assert code_words(bytes(handover.secret)) not in text
    lay_down = reverse("federation:lay-down", args=[handover.pk])
    assert browser.get(lay_down).status_code == 404

    roster = reverse("federation:roster")
    unsigned = browser.get(roster, {"draft": ""}).content
    file = SimpleUploadedFile("kafo-list-2.bin", unsigned)
    assert browser.post(roster, {"document": file}).status_code == 422
    file = SimpleUploadedFile("kafo-list-2.bin", signed_list(browser))
    assert browser.post(roster, {"document": file}).status_code == 302
    handover.refresh_from_db()
    assert handover.stage == Stage.KNOWN
    assert lay_down in text_of(browser, handover)

    page = reverse("people:organization", args=[hosted.pk])
    change = reverse("people:organization-change", args=[hosted.pk])
    assert change in browser.get(page).content.decode()
    assert browser.get(lay_down).status_code == 200
    assert browser.post(lay_down).status_code == 302
    text = text_of(browser, handover)
    assert "Nobody changes the records" in text
    assert "Take the invitation back" not in text
    assert len(re.findall("✓", text)) == 4
    shown = browser.get(page).content.decode()
    assert change not in shown
    assert "Nobody changes its records" in shown
    refused = browser.post(change, {"name_fr": "x", "short_name": "SEG", "is_partner": "on"})
    assert refused.status_code == 422
    assert "being handed over" in refused.content.decode()
    hosted.refresh_from_db()
    assert not is_copy(hosted)


@pytest.mark.parametrize("stage", [Stage.INVITED, Stage.ASKED, Stage.KNOWN])
def test_it_can_be_taken_back_until_the_pen_is_laid_down(desk, signed_in, hosted, stage):
    browser = signed_in("director")
    handover = invited(browser, hosted)
    Handover.objects.update(stage=stage)
    back = reverse("federation:take-back", args=[handover.pk])
    assert back in text_of(browser, handover)
    browser.post(back)
    handover.refresh_from_db()
    assert (handover.stage, bytes(handover.secret)) == (Stage.ENDED, b"")
    assert "Taken back" in text_of(browser, handover)
    assert browser.post(back).status_code == 404


def test_it_asks_for_an_office_or_a_name(desk, signed_in):
    browser = signed_in("director")
    assert browser.post(reverse("federation:invite"), {}).status_code == 422
    browser.post(reverse("federation:invite"), {"name": "Kayes"})
    assert not Handover.objects.get().is_hosted
    assert "Kayes" in browser.get(reverse("federation:handovers")).content.decode()


def test_it_never_hands_over_the_office_that_one_works_in(desk, signed_in, hosted):
    above = Organization.objects.create(short_name="ABOVE")
    Organization.objects.filter(pk=desk.office.pk).update(unit_of=above)
    browser = signed_in("director")
    text = browser.get(reverse("federation:invite")).content.decode()
    assert str(hosted.pk) in text
    for kept in (desk.office, above, desk.partner, desk.copy):
        assert str(kept.pk) not in text
    form = {"organization": str(desk.office.pk)}
    assert browser.post(reverse("federation:invite"), form).status_code == 422


def test_it_shows_the_code_to_those_who_sign_alone(desk, signed_in, hosted):
    handover = invited(signed_in("director"), hosted)
    code = code_words(bytes(handover.secret))
    assert code not in text_of(signed_in("technician"), handover)
    for name in ("technician", "coordinator", "board_member", "partner"):
        for step in ("take-back", "lay-down", "take-up", "give-back", "look-again", "forget"):
            address = reverse(f"federation:{step}", args=[handover.pk])
            assert signed_in(name).post(address).status_code == 404
        assert signed_in(name).get(reverse("federation:roster")).status_code == 404


def test_it_says_when_the_inviting_server_does_not_answer(desk, signed_in):
    handover = Handover.objects.create(
        office=desk.node.office,
        name="Genève",
        side="taker",
        is_hosted=True,
        stage=Stage.ASKED,
        secret=b"x" * 10,
        peer_address="http://127.0.0.1:9",
    )
    browser = signed_in("director")
    assert "Look how far it is" in text_of(browser, handover)
    again = reverse("federation:look-again", args=[handover.pk])
    answer = browser.post(again, follow=True).content.decode()
    assert "does not answer" in answer
    Handover.objects.update(stage=Stage.RELEASED)
    text = text_of(browser, handover)
    assert "Take up the right to write" in text
    take_up = browser.post(reverse("federation:take-up", args=[handover.pk]))
    assert take_up.status_code == 422
    assert "does not answer" in take_up.content.decode()


def handed_over(desk, office):
    return Handover.objects.create(
        office=office,
        name="Ségou",
        side="giver",
        is_hosted=True,
        stage=Stage.TAKEN,
        secret=b"x" * 10,
        key=b"k" * 32,
    )


def said_to_hold(desk, handover, data):
    digest = hashlib.sha256(data).digest()
    question = sealed(bytes(handover.secret), [bytes(handover.key), digest])
    answer = joining.answer_held(desk.node, question)
    return opened(bytes(handover.secret), answer, is_answer=True)


def test_it_deletes_what_is_left_of_an_office_only_when_that_has_confirmed(desk, signed_in):
    office = office_id("segou")
    with receiving():
        kept = Organization.objects.create(short_name="OURS NEEDS IT", home_office=office)
        gone = Organization.objects.create(short_name="GONE", home_office=office)
        person = Person.objects.create(
            organization=gone, given_name="A", family_name="B", phone="+223 1", home_office=office
        )
        told = Person.objects.create(
            organization=desk.copy,
            given_name="C",
            family_name="D",
            phone="+223 2",
            email="c@example.org",
            home_office=office,
            visibility="federation",
        )
    Person.objects.filter(pk=desk.accounts["stranger"].person_id).update(organization=kept)
    numbers = {name: number for number, name in Person.wire.fields.items()}
    state = State(
        told.pk.bytes, Person.wire.kind, 1, 1,
        {
            numbers["organization"]: desk.copy.pk.bytes,
            numbers["given_name"]: "C",
            numbers["family_name"]: "D",
        },
    )  # fmt: skip
    log = Log.objects.create(office=office, audience="federation", sequence=1)
    Held.objects.create(
        log=log, number=1, record_id=told.pk, kind=Person.wire.kind, state=state.encoded()
    )
    handover = handed_over(desk, office)
    browser, forget = signed_in("director"), reverse("federation:forget", args=[handover.pk])
    assert "3 records that only this office may read" in text_of(browser, handover)
    assert forget not in text_of(browser, handover)
    assert browser.post(forget).status_code == 404
    with pytest.raises(Refused):
        forgetting.forget_home(desk.node, actor=None, handover=handover)

    forgetting.note_given(desk.node, office, b"what was given")
    assert said_to_hold(desk, handover, b"something else") == [False]
    assert browser.post(forget).status_code == 404
    assert said_to_hold(desk, handover, b"what was given") == [True]
    assert forget in text_of(browser, handover)
    page = browser.get(forget).content.decode()
    assert "the only other copy" in page
    assert Person.objects.filter(pk=person.pk).exists()
    for name in ("technician", "coordinator", "board_member"):
        assert signed_in(name).post(forget).status_code == 404
    assert signed_in("director").post(forget).status_code == 302
    assert not Person.objects.filter(pk=person.pk).exists()
    assert not Organization.objects.filter(pk=gone.pk).exists()
    assert Organization.objects.filter(pk=kept.pk).exists()
    told.refresh_from_db()
    assert (told.given_name, told.phone, told.email) == ("C", "", "")
    assert ModelLogEntry.objects.filter(action="federation.office.forget").count() == 1
    assert browser.post(forget).status_code == 404
    assert "records that only this office may read" not in text_of(browser, handover)
    with pytest.raises(Untrusted):
        said_to_hold(desk, handover, b"what was given")
