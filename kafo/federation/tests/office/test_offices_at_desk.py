from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from kafo.federation.enums import AlarmKind, Fault
from kafo.federation.erased import erasures
from kafo.federation.models import Alarm, Frame, Line, Log, Peer, PeerLog
from kafo.federation.node import forget_node
from kafo.federation.queries import peer_states
from kafo.federation.services import forgetting
from kafo.federation.services.peers import note_heads
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.tests.office.desk import BAMAKO, DAKAR
from kafo.federation.tests.office.test_handovers_at_desk import handed_over
from kafo.federation.tests.office.test_proposals_at_desk import sent
from kafo.federation.tests.world import ROOTS, office_id
from kafo.federation.wire.rosters import sign_roster
from kafo.people.models import Organization


def text_of(client, name="offices"):
    answer = client.get(reverse(f"federation:{name}"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_how_to_begin_where_there_is_no_federation(desk, signed_in):
    forget_node("default")
    text = text_of(signed_in("director"))
    assert "works alone" in text
    assert "kafo office join" in text
    assert 'role="img"' not in text


def test_it_says_of_each_peer_what_it_holds_what_waits_and_what_that_costs(desk, signed_in):
    seal_waiting(desk.node)
    log = Log.objects.get(office=desk.node.office, audience="federation")
    bamako = Peer.objects.create(office=BAMAKO, heard_at=timezone.now())
    PeerLog.objects.create(
        peer=bamako, log=log, epoch=1, sequence=log.sequence, told_at=timezone.now()
    )
    dakar = Peer.objects.create(
        office=DAKAR, heard_at=timezone.now(), tried_at=timezone.now(), fault=Fault.SILENT
    )
    text = text_of(signed_in("coordinator"))
    assert "Genève – Bamako: up to date; Genève – Dakar: the last visit failed, " in text
    assert "Nothing waits for them." in text
    assert "0.1 FCFA" in text
    assert "it does not answer" in text
    dakar.fault = Fault.BUDGET
    dakar.save()
    text = text_of(signed_in("coordinator"))
    assert "Dakar: today’s limit is used up" in text
    assert "after midnight" in text
    assert "failed" not in text
    dakar.fault, dakar.heard_at = Fault.SILENT, None
    dakar.save()
    text = text_of(signed_in("coordinator"))
    assert "Dakar: not reached yet" in text
    assert "failed" not in text
    dakar.heard_at = timezone.now()
    dakar.save()
    assert "it does not answer" not in text_of(signed_in("coordinator"))


def test_it_marks_in_the_list_whose_key_is_believed_no_more(desk, signed_in):
    browser = signed_in("director")
    assert "believed no more" not in text_of(browser, "roster")
    keys = desk.node.roster.offices[1].keys
    keys[:] = [(keys[0][0], {})]
    assert text_of(browser, "roster").count("believed no more") == 1


def test_it_cuts_the_line_only_in_the_demonstration(desk, signed_in, settings):
    browser, line = signed_in("technician"), reverse("federation:line")
    assert "Cut the link" not in text_of(browser)
    assert browser.post(line, {"cut": "yes"}).status_code == 404
    settings.KAFO_IS_DEMO = True
    assert "Cut the link" in text_of(browser)
    browser.post(line, {"cut": "yes"})
    assert Line.objects.get().is_cut
    assert "All work goes on" in text_of(browser)
    refused = browser.post(reverse("federation:exchange"), follow=True).content.decode()
    assert "The link is cut" in refused
    browser.post(line, {"cut": "no"})
    assert not Line.objects.get().is_cut


def test_it_asks_for_an_exchange_and_limits_it(desk, signed_in):
    browser = signed_in("technician")
    Peer.objects.create(office=BAMAKO, tried_at=timezone.now())
    answer = browser.post(reverse("federation:exchange"), follow=True).content.decode()
    assert "The exchange begins" in answer
    assert Peer.objects.get().tried_at is None
    limit = reverse("federation:limit")
    assert 'value="20"' in browser.get(limit).content.decode()
    browser.post(limit, {"megabytes": 3, "every_minutes": 60})
    assert (Line.objects.get().budget, Line.objects.get().every_minutes) == (3_000_000, 60)


@pytest.mark.parametrize("kind", AlarmKind.values)
def test_it_says_of_each_alarm_what_to_do(desk, signed_in, kind):
    alarm = Alarm.objects.create(kind=kind, log=Log.objects.get(office=BAMAKO))
    browser = signed_in("director")
    start = browser.get(reverse("desk:start")).content.decode()
    assert 'class="errors"' in start
    settle = reverse("federation:alarm-settle", args=[alarm.pk])
    must_be_mended = kind in {"fork", "recovery"}
    assert (settle in text_of(browser)) is not must_be_mended
    if not must_be_mended:
        browser.post(settle)
        assert Alarm.objects.get().settled_at
        assert 'class="errors"' not in browser.get(reverse("desk:start")).content.decode()


def test_it_lists_who_has_not_confirmed_an_erasure(desk, signed_in):
    gone = Organization.objects.create(short_name="GONE", visibility="federation")
    seal_waiting(desk.node)
    log = Log.objects.get(office=desk.node.office, audience="federation")
    peer = Peer.objects.create(office=BAMAKO)
    word = PeerLog.objects.create(
        peer=peer, log=log, epoch=1, sequence=log.sequence, told_at=timezone.now()
    )
    assert erasures() == []
    gone.delete()
    seal_waiting(desk.node)
    log.refresh_from_db()
    (erasure,) = erasures()
    assert (erasure.count, erasure.open, erasure.confirmed) == (1, ["Bamako", "Dakar"], [])
    assert not erasure.is_late
    word.sequence = log.sequence
    word.save()
    (erasure,) = erasures()
    assert (erasure.open, erasure.confirmed) == (["Dakar"], ["Bamako"])
    past = timezone.now() - timedelta(days=31)
    Frame.objects.filter(erasures__gt=0).update(sealed_at=int(past.timestamp()))
    text = text_of(signed_in("board_member"), "erasures")
    assert "late: call them" in text
    assert "Dakar" in text


@pytest.mark.parametrize("name", ["reader", "editor", "journalist", "partner", "stranger"])
def test_it_shows_the_offices_to_the_team_only(desk, signed_in, name):
    browser = signed_in(name)
    for page in ("offices", "erasures", "stick", "limit"):
        assert browser.get(reverse(f"federation:{page}")).status_code == 404
    assert reverse("federation:offices") not in browser.get(reverse("desk:start")).content.decode()


@pytest.mark.parametrize(("name", "most"), [("federation:offices", 12), ("desk:start", 18)])
def test_it_asks_the_database_as_often_for_twelve_offices_as_for_two(
    desk, signed_in, django_assert_max_num_queries, name, most
):
    browser, node = signed_in("director"), desk.node
    sent("GEN")
    Organization.objects.create(short_name="NEW", visibility="federation")
    seal_waiting(node)
    counts = []
    for others in (2, 12):
        offices = list(node.roster.offices)
        first = replace(offices[-1], addresses=[])
        while len(offices) <= others:
            id_ = office_id(f"other {len(offices)}").bytes
            offices.append(replace(first, id=id_, name=f"Autre {len(offices)}"))
        payload = replace(node.roster, version=node.roster.version + 1, offices=offices)
        assert node.accept_roster(sign_roster(payload, ROOTS[:2]))
        for entry in offices[1:]:
            peer, _ = Peer.objects.get_or_create(office=UUID(bytes=entry.id))
            note_heads(node, peer, [(node.office, "federation", 1, 1)])
        browser.get(reverse(name))
        with django_assert_max_num_queries(most) as asked:
            assert browser.get(reverse(name)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "name",
    ["proposals", "proposal", "propose", "handovers", "handover", "erasures", "stick", "limit"]
    + ["roster", "invite"],
)
def test_it_asks_the_database_twelve_times_at_most(
    desk, signed_in, django_assert_max_num_queries, name
):
    browser = signed_in("director")
    proposal, handover = sent("GEN"), handed_over(desk, office_id("segou"))
    forgetting.note_given(desk.node, handover.office, b"")
    about = {"proposal": [proposal.pk], "handover": [handover.pk]}
    about["propose"] = [Organization.wire.kind, desk.copy.pk]
    address = reverse(f"federation:{name}", args=about.get(name, []))
    browser.get(address)
    with django_assert_max_num_queries(12):
        assert browser.get(address).status_code == 200


def test_it_never_says_that_what_waits_weighs_nothing(desk, signed_in):
    seal_waiting(desk.node)
    Organization.objects.create(short_name="NEW", visibility="federation")
    for state in peer_states():
        assert state.waiting_entries
        assert 0 < state.waiting_bytes < 10_000
        assert state.cost > 0
    text = text_of(signed_in("director"))
    assert "wait for them: about" in text
    assert "about 0 bytes" not in text
