"""Offices on different releases: what an old one said is read, what a new one says is kept."""

import json
from pathlib import Path

import pytest

from kafo.federation.models import Frame, Held, Log
from kafo.federation.services.applying import apply_frame, replay_parked
from kafo.federation.services.exchanging import exchange
from kafo.federation.services.snapshots import load_snapshot
from kafo.federation.tests.make_log import rows_of
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.toy.models import Project
from kafo.federation.tests.world import office_id
from kafo.federation.wire import cbor, frames
from kafo.records.sharing import Wire

RECORDED = Path(__file__).parent / "vectors" / "1" / "log"
OLDER = Wire(kind=902, fields={1: "title", 2: "text", 3: "begins_on", 6: "leader"})


@pytest.fixture
def recorded(world):
    """What Dakar said with the first release of the format; its key is in the roster."""
    told = json.loads((RECORDED / "log.json").read_text())
    world.keys["dakar"] = [(bytes.fromhex(told["key"]), None)]
    world.spread()
    return told


def parts(data):
    position = 0
    while position < len(data):
        end = frames.frame_end(data, position)
        yield data[position:end]
        position = end


def test_it_reads_the_log_of_the_first_release(world, recorded):
    node = world.nodes["geneva"]
    for data in parts((RECORDED / "frames.cborseq").read_bytes()):
        apply_frame(node, office_id("dakar"), recorded["audience"], data)
    assert rows_of("geneva") == recorded["projects"]
    epoch, sequence, hash_, root = world.state("geneva", "dakar")
    assert (sequence, hash_.hex()) == (recorded["sequence"], recorded["hash"])
    assert root.hex() == recorded["root"]
    world.visit("bamako", "geneva")
    assert rows_of("bamako") == recorded["projects"]


def test_it_reads_the_state_of_the_first_release(world, recorded):
    log, _ = Log.objects.using("geneva").get_or_create(
        office=office_id("dakar"), audience=recorded["audience"]
    )
    with (RECORDED / "state.cborseq").open("rb") as file:
        load_snapshot(world.nodes["geneva"], log, file)
    assert rows_of("geneva") == recorded["projects"]
    assert world.state("geneva", "dakar")[3].hex() == recorded["root"]


def test_an_older_version_keeps_and_passes_on_what_it_cannot_read(world, monkeypatch):
    made = project("bamako", title="Un", budget="12.50", tags=["eau"])
    link = world.link("bamako")
    with monkeypatch.context() as older:
        world.visit("bamako", "dakar")  # all is sealed before the version changes
        older.setattr(Project, "wire", OLDER)
        exchange(world.nodes["geneva"], link)
        replay_parked(world.nodes["geneva"])
        there = Project.objects.using("geneva").get()
        assert (there.title, str(there.budget), there.tags) == ("Un", "0.00", [])
    world.visit("geneva", "dakar")
    assert world.state("dakar", "bamako") == world.state("geneva", "bamako")
    replay_parked(world.nodes["geneva"])
    there = Project.objects.using("geneva").get(pk=made.pk)
    assert (str(there.budget), there.tags) == ("12.50", ["eau"])


def test_a_newer_version_reads_what_an_older_one_wrote(world, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(Project, "wire", OLDER)
        made = project("bamako", title="Un", budget="12.50")
        world.visit("geneva", "bamako")
    assert str(Project.objects.using("geneva").get().budget) == "0.00"
    made.title = "Deux"
    made.save()
    world.visit("geneva", "bamako")
    there = Project.objects.using("geneva").get()
    assert (there.title, str(there.budget)) == ("Deux", "12.50")


def test_frames_pass_unchanged_through_a_version_that_knows_nothing_of_a_kind(world, monkeypatch):
    project("bamako", title="Un")
    world.visit("bamako", "dakar")
    from kafo.federation.services import applying

    known = dict(applying.kinds())
    known.pop(902)
    with monkeypatch.context() as older:
        older.setattr(applying, "kinds", lambda: known)
        world.visit("geneva", "dakar")
        assert Held.objects.using("geneva").get().parked == "kind"
    sent = [bytes(frame.data) for frame in Frame.objects.using("bamako")]
    assert sent == [bytes(frame.data) for frame in Frame.objects.using("geneva")]
    replay_parked(world.nodes["geneva"])
    assert Project.objects.using("geneva").get().title == "Un"


@pytest.mark.parametrize(("cut", "added"), [(5, []), (6, ["later"])])
def test_it_understands_greetings_of_other_versions(world, cut, added):
    project("bamako", title="Un")
    link = world.link("bamako")
    greet = link.hello
    link.hello = lambda data: cbor.encode(cbor.decode(greet(data))[:cut] + added)
    assert exchange(world.nodes["geneva"], link).frames == 1
