"""Real processes and a line between them: what one side writes arrives at the other, once."""

import contextlib
import random
import time

import pytest

from kafo.federation.tests.offices import Failed, Office, federate


def write(office, count, prefix):
    """Write projects that do not compress, some 500 bytes each."""
    chance = random.Random(prefix)
    for number in range(count):
        office.do("write", title=f"{prefix} {number}", text=chance.randbytes(450).hex())


def on_disk(office):
    """Give how much of what was fetched is on the disk and not in the tables yet."""
    return sum(path.stat().st_size for path in office.home.glob("federation/incoming/*"))


def wait(event):
    assert event.wait(60), "So many bytes were never sent."


def same(*offices):
    """Say that all hold the same, nothing waits, and nobody has been alarmed."""
    states = [office.do("state") for office in offices]
    assert all(state == states[0] for state in states)
    titles = [office.do("titles") for office in offices]
    assert all(each == titles[0] for each in titles)
    assert len(set(titles[0])) == len(titles[0])
    for office in offices:
        checked = office.do("check")
        assert (checked["alarms"], checked["outbox"], checked["parked"]) == ([], 0, 0)
    return titles[0]


def test_it_works_on_both_sides_while_cut_and_each_thing_arrives_once(office, line):
    bamako, geneva = office("bamako").serve(), office("geneva")
    way = line(bamako)
    bamako.do("write", title="Avant")
    geneva.visit(bamako, way.address)
    way.cut_after(0)
    bamako.do("write", title="Coupé à Bamako")
    geneva.do("write", title="Coupé à Genève")
    assert "cut" in geneva.visit(bamako, way.address)
    bamako.do("rewrite", title="Avant", text="corrigé")
    way.mend()
    assert geneva.visit(bamako, way.address)["frames"] == 1
    assert same(geneva, bamako) == ["Avant", "Coupé à Bamako", "Coupé à Genève"]
    again = geneva.visit(bamako, way.address)
    assert (again["frames"], again["pushed"], again["streamed"]) == (0, 0, 0)


def test_it_sends_nothing_twice_that_was_on_the_disk(office, line):
    bamako, geneva = office("bamako"), office("geneva")
    write(bamako, 120, "Projet")
    bamako.do("seal")
    bamako.serve()
    way = line(bamako)
    whole = bamako.do("check")["bytes"]
    for share in (0, 7, 3, 2):
        here = on_disk(geneva)
        way.cut_after(300 + (whole - here) // share if share else 300)
        assert "cut" in geneva.visit(bamako, way.address)
        way.mend()
        assert on_disk(geneva) >= here
    here = on_disk(geneva)
    assert 0 < here < whole
    assert geneva.visit(bamako, way.address)["streamed"] == whole - here
    assert len(same(geneva, bamako)) == 120


@pytest.mark.parametrize("which", ["client", "server"])
def test_it_goes_on_after_kill_9_in_the_middle(office, line, which):
    bamako, geneva = office("bamako", KAFO_WAIT="5"), office("geneva", KAFO_WAIT="5")
    write(bamako, 60, "Projet")
    write(geneva, 20, "Genève")
    bamako.serve()
    way = line(bamako)
    for count in (1_000, 9_000, 30_000):
        way.cut_after(count, silently=True)
        geneva.tell("visit", office="bamako", address=way.address)
        wait(way.is_over)
        if which == "client":
            geneva.kill()
        else:
            bamako.kill("server")
        way.mend()
        if which == "server":
            assert "cut" in geneva.hear()["is"]
            bamako.serve()
    for _ in range(2):
        assert geneva.visit(bamako, way.address)["faults"] == []
    assert len(same(geneva, bamako)) == 80


def test_it_mixes_sqlite_and_postgresql_and_passes_on_what_it_heard(tmp_path, postgresql):
    geneva = Office(tmp_path / "geneva", "geneva", url=postgresql)
    bamako, dakar = (Office(tmp_path / name, name) for name in ("bamako", "dakar"))
    try:
        federate(geneva, bamako, dakar)
        geneva.serve()
        write(bamako, 40, "Bamako")
        write(geneva, 40, "Genève")
        write(dakar, 5, "Dakar")
        for _ in range(2):
            for each in (bamako, dakar):
                assert each.visit(geneva)["faults"] == []
        bamako.do("erase", title="Bamako 7")
        geneva.do("rewrite", title="Genève 7", text="corrigé")
        for _ in range(2):
            for each in (bamako, dakar):
                assert each.visit(geneva)["faults"] == []
        assert len(same(geneva, bamako, dakar)) == 84
    finally:
        for each in (geneva, bamako, dakar):
            each.close()


def test_it_applies_the_rest_when_a_full_disk_has_room_again(office, tmp_path):
    bamako = office("bamako")
    write(bamako, 150, "Projet")
    bamako.serve()
    small = office("geneva")
    # In a mount namespace of its own: the small disk goes with the process.
    small.inside = [
        "unshare", "--user", "--map-root-user", "--mount", "bash", "-c",
        'cp -a "$KAFO_HOME" "$KAFO_HOME.kept" && mount -t tmpfs -o size=12m none "$KAFO_HOME" '
        '&& cp -a "$KAFO_HOME.kept/." "$KAFO_HOME" && exec "$@"', "small",
    ]  # fmt: skip
    for left in (20_000, 200_000, 400_000):
        small.do("ballast", left=left)
        with contextlib.suppress(Failed):
            assert "cut" in small.visit(bamako)
        assert "full" in small.said_last or "space" in small.said_last
        small.do("ballast", left=None)
    assert small.visit(bamako)["faults"] == []
    assert len(same(small, bamako)) == 150


def test_it_takes_the_state_after_six_months_of_absence(office, line):
    bamako, geneva, dakar = office("bamako"), office("geneva"), office("dakar")
    bamako.serve()
    write(bamako, 30, "Projet")
    geneva.visit(bamako)
    write(bamako, 300, "Plus tard")
    bamako.do("erase", title="Projet 3")
    bamako.do("seal")
    assert bamako.do("compact")
    geneva.do("write", title="De Genève")
    way = line(bamako)
    for _ in range(3):
        before = on_disk(geneva)
        way.cut_after(30_000, silently=True)
        geneva.tell("visit", office="bamako", address=way.address)
        wait(way.is_over)
        while on_disk(geneva) < before + 10_000:
            time.sleep(0.02)
        geneva.kill()
        way.mend()
    here = on_disk(geneva)
    bamako.do("write", title="Pendant ce temps")
    visit = geneva.visit(bamako, way.address)
    assert (visit["snapshots"], visit["frames"]) == (1, 1)
    assert here >= 30_000
    assert dakar.visit(bamako)["snapshots"] == 1
    titles = same(geneva, bamako, dakar)
    assert len(titles) == 331
    assert "Projet 3" not in titles


def test_it_exchanges_with_a_clock_that_stands_at_1970(office):
    bamako = office("bamako", KAFO_CLOCK="0")
    geneva = office("geneva")
    bamako.do("write", title="De 1970")
    geneva.do("write", title="De Genève")
    geneva.serve()
    for _ in range(2):
        assert bamako.visit(geneva)["faults"] == []
    bamako.close()
    bamako = office("bamako")
    bamako.do("write", title="À l’heure")
    assert bamako.visit(geneva)["faults"] == []
    bamako.close()
    bamako = office("bamako", KAFO_CLOCK="86400")
    bamako.do("write", title="De nouveau en 1970")
    assert bamako.visit(geneva)["faults"] == []
    assert len(same(geneva, bamako)) == 4
