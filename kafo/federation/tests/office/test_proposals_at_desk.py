from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kafo.federation.models import Decision, Proposal
from kafo.federation.node import receiving
from kafo.federation.tests.office.desk import BAMAKO
from kafo.people.models import Organization
from kafo.records.models import home_office

KIND = Organization.wire.kind if Organization.wire else 0


def page(client, name, *args):
    return client.get(reverse(f"federation:{name}", args=args)).content.decode()


def sent(name, town="Carouge"):
    """A proposal of Bamako to this office."""
    number = next(n for n, each in Organization.wire.fields.items() if each == "town")
    with receiving():
        return Proposal.objects.create(
            home_office=BAMAKO,
            owner=home_office(),
            kind=KIND,
            record_id=Organization.objects.get(short_name=name).pk,
            seen={str(number): ""},
            changes={str(number): town},
            author="Awa (fictive)",
            reason="Read on the door",
        )


def test_it_says_whose_a_copy_is_and_offers_to_correct_it(desk, signed_in):
    browser = signed_in("director")
    text = browser.get(reverse("people:organization", args=[desk.copy.pk])).content.decode()
    assert "Of Bamako" in text
    assert reverse("federation:propose", args=[KIND, desk.copy.pk]) in text
    assert reverse("people:organization-change", args=[desk.copy.pk]) not in text
    own = browser.get(reverse("people:organization", args=[desk.office.pk])).content.decode()
    assert "Propose a correction" not in own


def test_it_sends_a_correction_and_shows_it_pending(desk, signed_in):
    browser = signed_in("journalist")
    address = reverse("federation:propose", args=[KIND, desk.copy.pk])
    form = browser.get(address)
    assert 'value="Segou"' in form.content.decode()
    fields = {"name_fr": "École", "name_en": "School", "short_name": "ECO", "town": "Segou"}
    same = browser.post(address, fields | {"reason": "x"})
    assert same.status_code == 422
    assert "Nothing is changed yet" in same.content.decode()
    done = browser.post(address, fields | {"town": "Ségou", "reason": "Seen on their letter"})
    made = Proposal.objects.get()
    assert done["Location"] == reverse("federation:proposal", args=[made.pk])
    assert (made.owner, made.audience) == (BAMAKO, f"to:{BAMAKO.hex}")
    text = page(browser, "proposal", made.pk)
    for word in ("Segou", "Ségou", "Seen on their letter", "waits for an answer", "Bamako"):
        assert word in text
    assert "Accept" not in text
    desk.copy.refresh_from_db()
    assert desk.copy.town == "Segou"
    assert str(made.pk) in page(browser, "proposals")
    copy = browser.get(reverse("people:organization", args=[desk.copy.pk])).content.decode()
    assert "it waits for an answer" in copy


def test_it_shows_the_answer_of_the_other_office(desk, signed_in):
    browser = signed_in("journalist")
    address = reverse("federation:propose", args=[KIND, desk.copy.pk])
    browser.post(address, {"name_fr": "École", "town": "Ségou", "reason": "x"})
    made = Proposal.objects.get()
    with receiving():
        Decision.objects.create(
            home_office=BAMAKO,
            proposer=home_office(),
            proposal_id=made.pk,
            is_accepted=False,
            word="Segou sans accent",
            decided_by="Cheick",
        )
    text = page(browser, "proposal", made.pk)
    assert "Segou sans accent" in text
    assert "declined" in text


def test_it_lets_who_leads_accept_or_decline(desk, signed_in):
    proposal = sent("GEN")
    browser = signed_in("director")
    assert "Awa (fictive)" in browser.get(reverse("desk:start")).content.decode()
    text = page(browser, "proposal", proposal.pk)
    assert "Carouge" in text
    assert "Read on the door" in text
    accept = reverse("federation:proposal-accept", args=[proposal.pk])
    decline = reverse("federation:proposal-decline", args=[proposal.pk])
    assert browser.get(accept).status_code == 200
    assert browser.post(decline, {"word": ""}).status_code == 422
    assert browser.post(accept, {"word": "Merci"}).status_code == 302
    desk.office.refresh_from_db()
    assert desk.office.town == "Carouge"
    assert Decision.objects.get().word == "Merci"
    assert browser.post(decline, {"word": "Non"}).status_code == 422
    assert "accepted" in page(browser, "proposal", proposal.pk)


def test_it_warns_when_the_record_moved_since(desk, signed_in):
    proposal = sent("GEN")
    desk.office.town = "Lancy"
    desk.office.save()
    browser = signed_in("director")
    text = page(browser, "proposal", proposal.pk)
    assert "was changed after this was proposed" in text
    assert "Lancy" in text
    assert "change the record yourself" in text
    assert reverse("federation:proposal-accept", args=[proposal.pk]) not in text
    refused = browser.post(reverse("federation:proposal-accept", args=[proposal.pk]), {"word": ""})
    assert refused.status_code == 422
    assert "then decline it" in refused.content.decode()
    desk.office.refresh_from_db()
    assert desk.office.town == "Lancy"


@pytest.mark.parametrize("town", ["x" * 200, ["a", "b"], {"fr": "x"}])
def test_it_accepts_nothing_that_cannot_be_stored(desk, signed_in, town):
    proposal = sent("GEN", town)
    browser = signed_in("director")
    page(browser, "proposal", proposal.pk)
    accept = reverse("federation:proposal-accept", args=[proposal.pk])
    answer = browser.post(accept, {"word": ""})
    assert answer.status_code == 422
    assert "cannot be stored" in answer.content.decode()
    desk.office.refresh_from_db()
    assert desk.office.town == ""


@pytest.mark.parametrize("name", ["reader", "board_member", "technician", "partner", "stranger"])
def test_it_lets_nobody_else_propose(desk, signed_in, name):
    address = reverse("federation:propose", args=[KIND, desk.copy.pk])
    assert signed_in(name).get(address).status_code == 404


@pytest.mark.parametrize("name", ["coordinator", "editor", "board_member", "partner"])
def test_it_lets_nobody_else_decide(desk, signed_in, name):
    proposal = sent("GEN")
    for verb in ("accept", "decline"):
        address = reverse(f"federation:proposal-{verb}", args=[proposal.pk])
        assert signed_in(name).post(address, {"word": "x"}).status_code == 404
    assert not Decision.objects.exists()


def test_it_proposes_nothing_that_is_at_home_or_unknown(desk, signed_in):
    browser = signed_in("director")
    for kind, record in ((KIND, desk.office), (KIND, desk.copy), (9999, desk.copy)):
        address = reverse("federation:propose", args=[kind, record.pk])
        expected = 200 if record == desk.copy and kind == KIND else 404
        assert browser.get(address).status_code == expected
    with receiving():
        Organization.objects.filter(pk=desk.copy.pk).update(visibility="home")
    assert browser.get(reverse("federation:propose", args=[KIND, desk.copy.pk])).status_code == 404


def test_it_lets_a_proposal_without_an_answer_rest_after_90_days(desk, signed_in):
    proposal = sent("GEN")
    with receiving():
        Proposal.objects.update(made_at=timezone.now() - timedelta(days=91))
    browser = signed_in("director")
    assert "not answered in 90 days" in page(browser, "proposal", proposal.pk)


def test_it_says_in_words_what_no_field_can_say(desk, signed_in):
    browser = signed_in("journalist")
    address = reverse("federation:propose", args=[KIND, desk.copy.pk])
    assert "not among these fields" in browser.get(address).content.decode()
    fields = {"name_fr": "École", "name_en": "School", "short_name": "ECO", "town": "Segou"}
    said = fields | {"in_words": "on", "reason": "Its unit in Kati is closed"}
    done = browser.post(address, said)
    made = Proposal.objects.get()
    assert done["Location"] == reverse("federation:proposal", args=[made.pk])
    assert made.changes == {}
    text = page(browser, "proposal", made.pk)
    assert "they change the record themselves" in text
    assert "Its unit in Kati is closed" in text
    assert "What would change" not in text


def test_it_answers_what_was_said_in_words(desk, signed_in):
    proposal = sent("GEN")
    with receiving():
        Proposal.objects.update(changes={}, seen={})
    browser = signed_in("director")
    assert "accepting changes nothing by itself" in page(browser, "proposal", proposal.pk)
    assert "yourself first" in page(browser, "proposal-accept", proposal.pk)
    accept = reverse("federation:proposal-accept", args=[proposal.pk])
    answer = browser.post(accept, {"word": "Fait"}, follow=True).content.decode()
    assert "Answered. They will hear of it." in answer
    assert "Fait" in page(browser, "proposal", proposal.pk)
    desk.office.refresh_from_db()
    assert desk.office.town == ""
