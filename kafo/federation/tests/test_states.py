"""The whole state of a log: fetched or pushed in parts, taken run by run, gone after an erasure."""

import io
import os

import pyrage
import pytest

from kafo.federation.errors import Diverged, Malformed
from kafo.federation.models import Held, Log
from kafo.federation.services import carrying, snapshots
from kafo.federation.services.erasing import drop_confirmed, drop_frames, kept_from, state_files
from kafo.federation.services.exchanging import exchange
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.services.snapshots import load_snapshot, write_snapshot
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.test_trust import titles
from kafo.federation.tests.toy.models import Project
from kafo.federation.tests.world import Cut, office_id
from kafo.federation.wire import cbor
from kafo.records.errors import TryAgain

COUNT = 600


@pytest.fixture
def log(world):
    """The log of Bamako, of which only the state is left."""
    Project.objects.using("bamako").bulk_create(
        Project(
            home_office=office_id("bamako"),
            visibility="federation",
            title=f"Projet {number}",
            text=os.urandom(200).hex(),
        )
        for number in range(COUNT)
    )
    seal_waiting(world.nodes["bamako"])
    log = Log.objects.using("bamako").get()
    drop_frames(log, log.sequence)
    return log


def in_parts(world, client, server, budget):
    """Visit until it is done; give how many bytes that took, and how often the line was cut."""
    moved = cuts = 0
    for _ in range(60):
        link = world.link(server, budget)
        try:
            exchange(world.nodes[client], link)
        except Cut:
            cuts += 1
        finally:
            moved += link.moved
        if titles("geneva") == titles("bamako"):
            return moved, cuts
    raise AssertionError("It never ends.")


@pytest.mark.parametrize("client", ["geneva", "bamako"])
def test_it_goes_on_with_a_state_at_the_byte_where_the_line_was_cut(world, log, client):
    server = "bamako" if client == "geneva" else "geneva"
    whole = sum(map(len, write_snapshot(log)))
    moved, cuts = in_parts(world, client, server, 30_000)
    assert cuts > 1
    # Nothing twice but the greetings.
    assert moved < whole + cuts * 1_000
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
    assert list(world.nodes["geneva"].home.glob("incoming/*")) == []


def test_it_gives_a_slow_peer_the_state_that_it_began_and_then_what_followed(world, log):
    with pytest.raises(Cut):
        world.visit("geneva", "bamako", 30_000)
    project("bamako", title="Nouveau")
    assert world.visit("geneva", "bamako").snapshots == 1
    assert "Nouveau" in titles("geneva")
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
    assert len(state_files(world.nodes["bamako"], log)) == 1


def test_it_keeps_no_state_with_what_was_erased(world, log):
    with pytest.raises(Cut):
        world.visit("geneva", "bamako", 30_000)
    Project.objects.using("bamako").get(title="Projet 7").delete()
    seal_waiting(world.nodes["bamako"])
    assert state_files(world.nodes["bamako"], log) == []
    world.visit("geneva", "bamako")
    assert "Projet 7" not in titles("geneva")
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")


def test_it_takes_nothing_of_a_state_that_is_not_what_the_office_signed(world, log):
    node = world.nodes["geneva"]
    mine, _ = Log.objects.using("geneva").get_or_create(office=log.office, audience=log.audience)
    whole = list(write_snapshot(log))
    for wrong in (whole[:-1], [whole[0], *reversed(whole[1:])], [*whole, whole[-1]], whole[1:]):
        with pytest.raises((Diverged, Malformed)):
            load_snapshot(node, mine, io.BytesIO(b"".join(wrong)))
    with pytest.raises(Malformed):
        load_snapshot(node, mine, io.BytesIO(b"".join(whole)[:-3]))
    assert not Held.objects.using("geneva").exists()
    assert not Project.objects.using("geneva").exists()
    load_snapshot(node, mine, io.BytesIO(b"".join(whole)))
    assert titles("geneva") == titles("bamako")


def test_it_removes_what_the_state_does_not_have_and_writes_what_changed(world, log):
    world.visit("geneva", "bamako")
    Project.objects.using("bamako").filter(title__startswith="Projet 1").delete()
    changed = Project.objects.using("bamako").get(title="Projet 2")
    changed.text = "autrement"
    changed.save()
    seal_waiting(world.nodes["bamako"])
    log.refresh_from_db()
    drop_frames(log, log.sequence)
    assert world.visit("geneva", "bamako").snapshots == 1
    assert titles("geneva") == titles("bamako")
    assert Project.objects.using("geneva").get(pk=changed.pk).text == "autrement"
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")


def test_it_asks_to_come_again_while_a_state_is_written(world, log, monkeypatch):
    monkeypatch.setattr(snapshots, "PATIENCE", 0)
    with snapshots._writing, pytest.raises(TryAgain):
        snapshots.snapshot_file(world.nodes["bamako"], log, (0, 0))


def test_it_carries_a_large_state_on_a_stick(world, log, tmp_path, monkeypatch):
    monkeypatch.setattr(carrying, "PART", 2 * 1024 * 1024)
    Project.objects.using("bamako").bulk_create(
        Project(
            home_office=office_id("bamako"),
            visibility="federation",
            title=f"Grand {number}",
            text=os.urandom(45_000).hex(),
        )
        for number in range(95)
    )
    seal_waiting(world.nodes["bamako"])
    log.refresh_from_db()
    drop_frames(log, log.sequence)
    assert sum(map(len, write_snapshot(log))) > 4 * 1024 * 1024
    carrying.write_stick(world.nodes["bamako"], tmp_path, [office_id("geneva")])
    geneva = world.nodes["geneva"]
    assert len(list(tmp_path.glob("kafo1/K*.AGE"))) > 2
    visit = carrying.read_stick(geneva, tmp_path)
    assert (visit.snapshots, visit.broken, visit.faults) == (1, 0, [])
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
    assert titles("geneva") == titles("bamako")
    assert list(geneva.home.glob("incoming/*")) == []
    again = carrying.read_stick(geneva, tmp_path)
    assert (again.snapshots, again.broken, again.faults) == (0, 0, [])


@pytest.mark.parametrize("lost", ["last", "middle"])
def test_it_goes_on_with_a_state_when_the_stick_is_whole_again(
    world, log, tmp_path, monkeypatch, lost
):
    monkeypatch.setattr(carrying, "PART", 10_000)
    carrying.write_stick(world.nodes["bamako"], tmp_path, [office_id("geneva")])
    geneva, parts = world.nodes["geneva"], sorted(tmp_path.glob("kafo1/K*.AGE"))
    part = parts[-1] if lost == "last" else parts[1]
    whole = part.read_bytes()
    part.write_bytes(whole[:-30])
    visit = carrying.read_stick(geneva, tmp_path)
    assert (visit.snapshots, visit.broken, visit.faults) == (0, 2, [])
    assert world.state("geneva", "bamako")[1] == 0
    part.write_bytes(whole)
    for early in parts[: parts.index(part)]:
        early.unlink()
    assert carrying.read_stick(geneva, tmp_path).snapshots == 1
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")


def test_it_reads_a_state_as_sticks_had_it_at_first(world, log, tmp_path):
    geneva = world.nodes["geneva"]
    about = ["snapshot", log.office.bytes, log.audience, log.epoch, log.sequence]
    part = cbor.encode(about) + cbor.encode(b"".join(write_snapshot(log)))
    (tmp_path / "kafo1").mkdir()
    sealed = pyrage.encrypt(part, [geneva.identity.to_public()])
    (tmp_path / "kafo1" / "K0000001.AGE").write_bytes(sealed)
    assert carrying.read_stick(geneva, tmp_path).snapshots == 1
    assert titles("geneva") == titles("bamako")


def test_it_drops_what_was_said_long_ago_once_every_office_holds_it(world):
    project("bamako", title="Il y a longtemps")
    bamako, geneva = world.nodes["bamako"], world.nodes["geneva"]
    for _ in range(2):  # an office says what it holds when it comes again
        world.visit("geneva", "bamako")
    started = next(world.clock)
    bamako.now = geneva.now = lambda: float(started + 31 * 86400)
    assert drop_confirmed(bamako) == 0  # Dakar has not said so
    for _ in range(2):
        world.visit("dakar", "bamako")
    project("bamako", title="Hier")
    seal_waiting(bamako)
    assert drop_confirmed(bamako) == 1
    assert kept_from(Log.objects.using("bamako").get()) == 2
    assert drop_confirmed(bamako) == 0
    world.meet_all()
    assert titles("geneva") == titles("dakar") == ["Hier", "Il y a longtemps"]
    assert drop_confirmed(geneva) == 1  # a copy is no older than the original
