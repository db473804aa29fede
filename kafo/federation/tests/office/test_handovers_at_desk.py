"""An office that was kept here gets its own server, followed from the desk that kept it."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kafo.federation.asking import code_words, digits_of, sealed
from kafo.federation.enums import Stage
from kafo.federation.models import Handover
from kafo.federation.services import joining, rostering
from kafo.federation.tests.world import ROOTS
from kafo.federation.wire import signatures
from kafo.people.models import Organization
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

    assert browser.get(lay_down).status_code == 200
    assert browser.post(lay_down).status_code == 302
    text = text_of(browser, handover)
    assert "Nobody changes the records" in text
    assert "Take the invitation back" not in text
    assert len(re.findall("✓", text)) == 4
    change = reverse("people:organization-change", args=[hosted.pk])
    refused = browser.post(change, {"name_fr": "x", "short_name": "SEG", "is_partner": "on"})
    assert refused.status_code == 404 or "handed over" in refused.content.decode()
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
        for step in ("take-back", "lay-down", "take-up", "give-back", "look-again"):
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
