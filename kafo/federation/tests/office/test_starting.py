"""The node of an office: made once, found again, in recovery when its folder is lost."""

import shutil
import threading
import uuid
from datetime import timedelta
from itertools import product

import pytest
from cryptography.hazmat.primitives import serialization
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kafo.federation.asking import Newcomer
from kafo.federation.enums import AlarmKind, Fault, Side, Stage
from kafo.federation.errors import Frozen, NotHome, Untrusted
from kafo.federation.figure import words_of
from kafo.federation.models import Alarm, Handover, Line, Log, Outbox, Peer
from kafo.federation.node import forget_node
from kafo.federation.queries import peer_states
from kafo.federation.services import joining, rostering
from kafo.federation.services.applying import replay_parked
from kafo.federation.services.hosting import load_home, pack_home
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.services.starting import ensure_node, open_node
from kafo.federation.services.visiting import compare_daily, visit_due, visit_now
from kafo.federation.tests.world import office_id
from kafo.federation.views.offices import Card
from kafo.federation.views.stick import office_choices
from kafo.federation.wire.rosters import sign_roster
from kafo.people.models import Organization, Person, Post, Skill
from kafo.records.errors import Refused
from kafo.records.models import home_office

pytestmark = pytest.mark.django_db
DAKAR = uuid.UUID(int=7)


@pytest.fixture
def home(settings, tmp_path):
    settings.KAFO_HOME = tmp_path
    yield tmp_path
    forget_node("default")


@pytest.fixture
def node(home):
    return ensure_node()


@pytest.fixture
def listed(node, home):
    """The node in a list of offices beside Dakar, whose server is nowhere."""
    other = rostering.own_entry(node, "Dakar", ["http://127.0.0.1:9"])
    rostering.begin_roster(
        node,
        actor=None,
        name="Genève",
        address="http://127.0.0.1:8",
        keys=home / "keys",
        others=[rostering.OfficeEntry(DAKAR.bytes, "Dakar", [(bytes(32), None)], other.addresses)],
    )
    return node


def signed(node, home, document):
    for number in (1, 2):
        key = rostering.read_holder_key(home / "keys" / f"holder-{number}.key")
        document = rostering.sign_roster(document, key)
    assert rostering.take_roster(node, actor=None, document=document)


def test_it_makes_a_node_once_and_tells_what_was_there_before(home):
    skill = Skill.objects.create()
    assert open_node() is None
    ensure_node()
    assert skill.pk in Outbox.objects.values_list("record_id", flat=True)
    key = next((home / "federation" / "keys").iterdir())
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    forget_node("default")
    assert open_node().writes(home_office())
    ensure_node()
    assert key.read_bytes() == before
    assert not Alarm.objects.exists()


def test_it_captures_what_changes_and_only_once_a_day_compares(node):
    Outbox.objects.all().delete()
    post = Organization.objects.create(short_name="GEN", visibility="public")
    assert list(Outbox.objects.values_list("record_id", flat=True)) == [post.pk]
    seal_waiting(node)
    assert Log.objects.get(audience="public").sequence == 1
    assert compare_daily() == 0
    assert Line.objects.get().compared_on
    assert compare_daily() == 0


def test_it_writes_nothing_when_its_keys_are_lost_until_the_list_names_the_new_one(listed, home):
    Organization.objects.create(short_name="GEN", visibility="public")
    seal_waiting(listed)
    shutil.rmtree(home / "federation")
    forget_node("default")
    node = ensure_node()
    assert Alarm.objects.get().kind == AlarmKind.RECOVERY
    with pytest.raises(NotHome):
        Organization.objects.create(short_name="B")
    assert node.greeting_key() is not None
    assert not node.writes(node.office)


def test_it_refuses_to_speak_when_the_line_is_cut(listed, client):
    Line.objects.create(pk=1, is_cut=True)
    with pytest.raises(Refused):
        visit_now()
    assert visit_due() == 0
    assert client.post("/federation/hello", b"\x80", content_type="x").status_code == 503
    assert peer_states()[0].is_cut


def test_it_says_in_words_why_a_visit_came_to_nothing(listed, caplog):
    visit_now(DAKAR)
    visit_now(DAKAR)
    assert caplog.text.count("The visit to Dakar failed") == 1
    assert Peer.objects.get().fault == Fault.SILENT
    assert "does not answer" in peer_states()[0].last_error
    Peer.objects.update(budget=0)
    visit_now(DAKAR)
    assert Peer.objects.get().fault == Fault.BUDGET
    assert visit_due() == 0  # tried just now: not its turn
    with pytest.raises(Refused):
        visit_now(uuid.uuid4())


def test_it_goes_on_visiting_after_a_clock_that_was_ahead(listed):
    ahead = timezone.now() + timedelta(days=4000)
    Peer.objects.create(office=DAKAR, tried_at=ahead)
    visit_due()
    assert Peer.objects.get().tried_at < ahead


def test_it_counts_what_waits_for_a_peer(listed):
    Organization.objects.create(short_name="GEN", visibility="public")
    assert peer_states()[0].waiting_entries > 0
    seal_waiting(listed)
    state = peer_states()[0]
    assert state.waiting_bytes > 100
    assert state.cost > 0
    assert state.theirs_held_at is None


def test_it_takes_a_list_only_when_enough_holders_signed(listed, home):
    with pytest.raises(Refused):
        rostering.draft_roster(listed, actor=None)
    draft = rostering.draft_roster(listed, actor=None, address="https://geneva.example.org")
    one = rostering.sign_roster(draft, rostering.read_holder_key(home / "keys" / "holder-1.key"))
    assert rostering.missing_signatures(one) == 1
    with pytest.raises(Refused):
        rostering.take_roster(listed, actor=None, document=one)
    signed(listed, home, draft)
    assert listed.roster.version == 2
    gone = rostering.draft_revocation(listed, actor=None, office=DAKAR)
    assert rostering.differences(gone, listed.roster) == ["a key of Dakar is believed no more"]
    signed(listed, home, gone)
    assert not listed.roster.believes(DAKAR.bytes, bytes(32), "public", 1, 1)


def test_it_lets_offices_move_to_other_addresses(listed, home):
    there = "https://dakar.example.org"
    draft = rostering.draft_addresses(listed, actor=None, addresses={DAKAR: there})
    assert rostering.differences(draft, listed.roster) == [f"Dakar is now at {there}"]
    signed(listed, home, draft)
    assert listed.roster.office(DAKAR.bytes).addresses == [there]


def test_it_hosts_an_office_whose_new_records_are_at_home_there(listed, home):
    office = Organization.objects.create(short_name="BKO", visibility="public")
    person = Person.objects.create(organization=office, family_name="Traoré", phone="1")
    handover = joining.invite_office(listed, actor=None, name="BKO", organization=office)
    with pytest.raises(Refused):
        joining.release_office(listed, actor=None, handover=handover)
    handover.key, handover.stage = bytes([1]) * 32, Stage.ASKED
    handover.save()
    draft = rostering.draft_roster(listed, actor=None)
    words = "what is for BKO reaches Genève, which writes for it"
    assert words in rostering.differences(draft, listed.roster)
    signed(listed, home, draft)
    assert listed.roster.reads(f"to:{handover.office.hex}", DAKAR.bytes, listed.office.bytes)
    assert joining.settle_handovers(listed) == 1
    for row in (office, person):
        row.refresh_from_db()
        assert row.home_office == handover.office
    post = Post.objects.create(organization=office)
    assert post.home_office == handover.office
    Skill.objects.create()
    assert set(Skill.objects.values_list("home_office", flat=True)) == {home_office()}

    packed = pack_home(listed, handover.office)
    assert b"Traor" in packed
    joining.release_office(listed, actor=None, handover=handover)
    with pytest.raises(Frozen):
        post.save()
    with pytest.raises(Refused):
        joining.cancel_office(listed, actor=None, handover=handover)
    assert load_home(listed, packed, handover.office) >= 3
    assert Handover.objects.get().side == Side.GIVER

    listed.drop_key(handover.office)  # it was taken up elsewhere
    draft = rostering.draft_roster(listed, actor=None)
    assert rostering.differences(draft, listed.roster) == ["what is for BKO reaches it alone"]


def test_it_answers_nobody_who_does_not_know_a_code(listed, client):
    joining.invite_office(listed, actor=None, name="Dakar 2")
    for path in ("/federation/join", "/federation/join/home", "/federation/join/held"):
        for data in (b"", b"\x80", b"\x82\x41\x00\x41\x00"):
            assert client.post(path, data, content_type="x").status_code == 404
    with pytest.raises(Untrusted):
        joining.answer_newcomer(listed, joining.sealed(bytes(10), [bytes(32), "", ""]))


@pytest.mark.only_on("sqlite")
def test_it_leaves_nothing_erased_on_the_disk():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert cursor.execute("PRAGMA journal_size_limit").fetchone() == (0,)


def test_it_begins_no_round_without_a_node_or_a_line(home):
    from kafo.federation.services.rounds import Rounds

    rounds = Rounds()
    assert rounds() == 0
    ensure_node()
    Line.objects.create(pk=1, is_cut=True)
    assert rounds() == 0
    assert rounds._under_way is None


def test_it_goes_on_with_the_same_key_when_joining_broke_off(tmp_path):
    """Else the invitation would be used up, and a new one needed."""
    first = Newcomer.begin(tmp_path / "home")
    first.settle(office_id("bamako").bytes)
    again = Newcomer.begin(tmp_path / "home")
    assert again.public == first.public
    again.settle(office_id("bamako").bytes)
    keys = tmp_path / "home" / "federation" / "keys"
    assert [path.stat().st_mode & 0o777 for path in keys.iterdir()] == [0o600]
    again.forget()
    assert not list((tmp_path / "home").glob("*.key"))


def test_it_goes_another_round_for_what_comes_up_meanwhile(node, monkeypatch):
    from kafo.federation.services import rounds

    gone, begun, ends = [], threading.Event(), threading.Event()

    def part():
        gone.append(begun.set())
        return ends.wait(60)

    monkeypatch.setattr(rounds, "_ROUND", (part,))
    loop = rounds.Rounds()
    loop()
    assert begun.wait(60)
    under_way = loop._under_way
    for _ in range(3):
        assert loop() == 0
    ends.set()
    under_way.join(60)
    assert len(gone) == 2


def test_it_visits_those_last_that_were_silent(listed, home):
    other = rostering.OfficeEntry(bytes(16), "Ségou", [(bytes(32), None)], ["http://127.0.0.1:9"])
    offices = [*listed.roster.offices, other]
    signed(listed, home, sign_roster(rostering._next(listed.roster, offices), []))
    Peer.objects.create(office=DAKAR, fault=Fault.SILENT)
    visit_due()
    assert Peer.objects.latest("tried_at").office == DAKAR


def test_it_reads_a_key_of_a_holder_with_her_passphrase(tmp_path):
    (key, *_) = rostering.new_holder_keys(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    path = tmp_path / "holder-1.key"
    assert rostering.read_holder_key(path, lambda: "not asked").private_bytes_raw() == (
        key.private_bytes_raw()
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption("sésame".encode()),
        )
    )
    read = rostering.read_holder_key(path, lambda: "sésame")
    assert read.private_bytes_raw() == key.private_bytes_raw()
    for wrong in (lambda: "", lambda: "no", None):
        with pytest.raises(Refused):
            rostering.read_holder_key(path, wrong)


def test_it_reads_no_more_when_more_is_held(listed):
    Organization.objects.create(short_name="GEN", visibility="public")
    seal_waiting(listed)
    with CaptureQueriesContext(connection) as asked:
        assert peer_states()[0].parked == 0
        replay_parked(listed)
    is_sqlite = connection.vendor == "sqlite"
    plans = {"federation_held": [], "SUM(": []}
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # these tables are small
        for sql, about in product({each["sql"] for each in asked}, plans):
            if about in sql:
                cursor.execute(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{sql}")
                plans[about].append(str(cursor.fetchall()))
    assert ["held_parked" in plan for plan in plans["federation_held"]] == [True, True]
    (counted,) = plans["SUM("]
    assert "one_frame_per_sequence" in counted


def test_it_lets_what_follows_go_with_the_visit_that_was_asked_for(listed):
    visit_due()
    tried_at = Peer.objects.get().tried_at
    Line.objects.update_or_create(pk=1, defaults={"asked_at": timezone.now()})
    visit_due()
    assert Peer.objects.get().tried_at == tried_at  # nothing follows
    Skill.objects.create()
    visit_due()
    assert Peer.objects.get().tried_at > tried_at
    Line.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    tried_at = Peer.objects.get().tried_at
    Skill.objects.create()
    visit_due()
    assert Peer.objects.get().tried_at == tried_at


def test_it_tells_nothing_to_a_server_that_is_believed_no_more(listed):
    known = listed.roster.offices[1]
    known.keys[:] = [(known.keys[0][0], {})]
    visit_now(DAKAR)
    assert Peer.objects.get().fault == Fault.NOWHERE
    Peer.objects.update(tried_at=None)
    visit_due()
    assert Peer.objects.get().tried_at is None
    (state,) = peer_states()
    assert state.is_revoked
    assert words_of(state) == "its server is believed no more"
    assert "stolen" in Card(state, "").error
    assert office_choices() == []
