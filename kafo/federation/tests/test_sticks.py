"""What lies on a drive was put there by anybody."""

import os
import socket
import threading

import pytest

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.http_link import HttpLink
from kafo.federation.models import Log
from kafo.federation.services import answering, carrying, exchanging, visiting
from kafo.federation.services.answering import Head
from kafo.federation.services.carrying import FOLDER
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.test_trust import titles
from kafo.federation.tests.world import office_id
from kafo.federation.wire import cbor

GENEVA, DAKAR = office_id("geneva"), office_id("dakar")


def parts(drive):
    return sorted((drive / FOLDER).glob("K*.AGE"))


def test_it_replaces_its_own_parts_and_leaves_those_of_others(world, tmp_path):
    bamako = world.nodes["bamako"]
    project("bamako", title="Un")
    project("dakar", title="De Dakar")
    carrying.write_stick(world.nodes["dakar"], tmp_path, [GENEVA])
    carrying.write_stick(bamako, tmp_path, [GENEVA, DAKAR])
    before = parts(tmp_path)
    assert len(before) == 3
    project("bamako", title="Deux")
    carrying.write_stick(bamako, tmp_path, [GENEVA])
    after = parts(tmp_path)
    assert len(after) == 3
    assert set(before) - set(after) == {before[1]}  # only what was for Geneva, from Bamako
    carrying.read_stick(world.nodes["geneva"], tmp_path)
    assert titles("geneva") == ["De Dakar", "Deux", "Un"]


def test_it_keeps_the_old_part_until_the_new_one_is_whole(world, tmp_path, monkeypatch):
    project("bamako", title="Un")
    carrying.write_stick(world.nodes["bamako"], tmp_path, [GENEVA])
    before = parts(tmp_path)
    write = carrying._write

    def full(path, data):
        if path.suffix == ".AGE":
            raise carrying.Refused("full")
        return write(path, data)

    monkeypatch.setattr(carrying, "_write", full)
    with pytest.raises(carrying.Refused):
        carrying.write_stick(world.nodes["bamako"], tmp_path, [GENEVA])
    assert parts(tmp_path) == before


@pytest.mark.parametrize(
    "item",
    [
        [10**15],
        {"a": 1},
        10**15,
        [cbor.encode([cbor.encode([float("inf")]), []])],
        [cbor.encode([cbor.encode([2**63]), []])],
        [b""],
    ],
)
def test_it_reads_no_bomb_in_a_list_of_offices(world, tmp_path, item):
    project("bamako", title="Un")
    carrying.write_stick(world.nodes["bamako"], tmp_path, [GENEVA])
    (tmp_path / FOLDER / "ROSTER.BIN").write_bytes(cbor.encode(item))
    visit = carrying.read_stick(world.nodes["geneva"], tmp_path)
    assert visit.faults
    assert titles("geneva") == ["Un"]


def test_it_passes_over_what_is_no_plain_file(world, tmp_path):
    project("bamako", title="Un")
    carrying.write_stick(world.nodes["bamako"], tmp_path, [GENEVA])
    folder = tmp_path / FOLDER
    os.mkfifo(folder / "K0000002.AGE")
    (folder / "K0000003.AGE").mkdir()
    (folder / "K0000004.AGE").symlink_to("/dev/zero")
    (folder / "K\udcff\nx.AGE").write_bytes(b"x")
    (folder / "K99999999999999999999.AGE").write_bytes(b"")
    visit = carrying.read_stick(world.nodes["geneva"], tmp_path)
    assert (visit.whole, visit.broken) == (1, 2)
    assert titles("geneva") == ["Un"]
    carrying.write_stick(world.nodes["bamako"], tmp_path, [GENEVA])


@pytest.mark.parametrize(
    ("office", "audience"),
    [(office_id("nobody"), "public"), (GENEVA, "x"), (GENEVA, f"to:{'f' * 32}"), (GENEVA, "home")],
)
def test_it_makes_no_log_that_no_list_names(world, office, audience):
    """A lying peer could make any number of them, or hold a handing over up with one."""
    geneva, head = world.nodes["geneva"], Head(office, audience, 1, 1, b"")
    with pytest.raises(Untrusted):
        answering.take_frames(geneva, DAKAR, head, 0, 0, 0, b"x")
    with pytest.raises(Untrusted):
        answering.take_snapshot(geneva, DAKAR, head, (1, 1), 0, 1, b"x")

    class Liar:
        office = DAKAR

        def __getattr__(self, name):
            return getattr(world.link("dakar"), name)

        def hello(self, data):
            said = cbor.decode(world.link("dakar").hello(data))
            said[3].append([head.packed(), 0, 1, None, 0, 0, 0])
            return cbor.encode(said)

    exchanging.exchange(geneva, Liar())
    assert not Log.objects.using("geneva").filter(office=office, audience=audience).exists()


@pytest.mark.parametrize(("epoch", "sequence"), [(2**31, 1), (1, 2**63), (0, 1), (1, -1)])
def test_it_takes_no_number_that_no_database_holds(epoch, sequence):
    with pytest.raises(Malformed):
        Head.read([GENEVA.bytes, "public", epoch, sequence, b""])


def test_it_ends_a_visit_to_a_peer_that_never_answers(world, monkeypatch):
    """Else one that drips would keep all others waiting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = HttpLink(DAKAR, f"http://127.0.0.1:{server.getsockname()[1]}", timeout=3600)
        heard = threading.Event()

        def silent():
            line, _ = server.accept()
            line.recv(100)
            heard.set()
            line.recv(10**6)

        threading.Thread(target=silent, daemon=True).start()
        threading.Thread(target=lambda: heard.wait() and link.cut(), daemon=True).start()
        with pytest.raises(ConnectionError):
            link.hello(b"x" * 1000)
    assert visiting.MOST_SECONDS <= 3600
