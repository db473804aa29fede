"""Invented histories of three offices: whatever happens, in the end all hold the same, or know why.

HISTORIES=2000 makes a long run of it.
"""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Frozen, Untrusted
from kafo.federation.models import Alarm, Frame, Held, Log, Outbox
from kafo.federation.services import (
    answering,
    carrying,
    exchanging,
    handing_over,
    recovering,
)
from kafo.federation.services.applying import apply_frame, replay_parked
from kafo.federation.services.erasing import drop_frames
from kafo.federation.services.sealing import compare_tables, may_seal, seal_waiting
from kafo.federation.tests import databases
from kafo.federation.tests.invented import Offices, histories
from kafo.federation.tests.test_skew import OLDER
from kafo.federation.tests.toy.models import Project, Step
from kafo.federation.tests.world import Cut, office_id
from kafo.federation.wire import frames, signatures

NAMES = ["geneva", "bamako", "dakar"]
names = st.sampled_from(NAMES)
audiences = st.sampled_from(["federation", "federation", "public", "home"])
how = histories(12, 25)


class Histories(Offices):
    def __init__(self):
        super().__init__()
        self.backed_up, self.count, self.erased = {}, 0, []

    def _own(self, name):
        return Project.objects.using(name).filter(home_office=office_id(name)).order_by("pk")

    @rule(name=names, audience=audiences)
    def write(self, name, audience):
        self.count += 1
        made = Project.objects.using(name).create(
            home_office=office_id(name), visibility=audience, title=f"titre-{self.count}-secret"
        )
        if self.count % 2 and audience != "home":
            Step.objects.using(name).create(
                home_office=office_id(name), visibility="federation", project=made, words="pas"
            )

    @rule(name=names, which=st.integers(0, 9), audience=audiences)
    def edit(self, name, which, audience):
        found = list(self._own(name))
        if found:
            record = found[which % len(found)]
            self.count += 1
            record.text, record.visibility = f"texte-{self.count}", audience
            record.save()

    @rule(name=names)
    def edit_in_bulk(self, name):
        self.count += 1
        self._own(name).update(budget=self.count)

    @rule(name=names, which=st.integers(0, 9))
    def erase(self, name, which):
        found = list(self._own(name))
        if found:
            self.erased.append(found[which % len(found)].title)
            found[which % len(found)].delete()

    @rule(name=names)
    def seal(self, name):
        seal_waiting(self.world.nodes[name])

    @rule(client=names, server=names, cut=st.none() | st.integers(0, 4000))
    def visit(self, client, server, cut):
        if client == server:
            return
        try:
            self.world.visit(client, server, cut)
        except Cut:
            return

    @rule(writer=names, reader=names, damage=st.none() | st.integers(1, 5000))
    def carry(self, writer, reader, damage):
        drive = self.folder / f"drive-{writer}"
        drive.mkdir(exist_ok=True)
        files = carrying.write_stick(self.world.nodes[writer], drive, [office_id(reader)])
        if damage:
            whole = files[-1].read_bytes()
            files[-1].write_bytes(whole[: damage % len(whole)])
        carrying.read_stick(self.world.nodes[reader], drive)
        carrying.read_stick(self.world.nodes[reader], drive)

    @rule(name=names)
    def back_up(self, name):
        self.world.back_up(name)
        self.backed_up[name] = dict(self.world.nodes[name].marks or {})

    @precondition(lambda self: self.backed_up)
    @rule(name=names, kind=st.sampled_from(["with marks", "without", "machine"]))
    def restore(self, name, kind):
        if name not in self.backed_up:
            return
        self.world.restore(name, marks=kind != "without")
        if kind == "machine":
            self.world.nodes[name].write_marks(self.backed_up[name])

    @rule(name=names)
    def rotate_key(self, name):
        """The office lays the pen down for a new key of its own, and takes it up."""
        node = self.world.nodes[name]
        new = Ed25519PrivateKey.generate()
        self.world.keys[name].append((signatures.public_bytes(new), None))
        self.world.spread()
        try:
            handing_over.lay_down_pen(node, node.office, signatures.public_bytes(new))
        except Frozen:
            return
        (node.home / "keys" / node.office.hex).write_bytes(new.private_bytes_raw())
        node._keys.clear()
        handing_over.take_pen(node, node.office)

    @rule(name=names)
    def revoke_key(self, name):
        """The server was stolen: the old key is believed up to here, the office goes on with a new
        one, and what the thief says after that is nowhere believed."""
        node = self.world.nodes[name]
        seal_waiting(node)
        own = list(Log.objects.using(name).filter(office=node.office, sequence__gt=0))
        if not own or not all(may_seal(node, log) for log in own):
            return
        stolen, new = node.key(node.office), Ed25519PrivateKey.generate()
        limits = {log.audience: [log.epoch, log.sequence] for log in own}
        self.world.keys[name] = [
            (key, limits if key == signatures.public_bytes(stolen) else known)
            for key, known in self.world.keys[name]
        ] + [(signatures.public_bytes(new), None)]
        self.world.spread()
        (node.home / "keys" / node.office.hex).write_bytes(new.private_bytes_raw())
        node._keys.clear()
        for log, other in itertools.product(own, NAMES):
            if other != name:
                self._speak_as_thief(stolen, log, self.world.nodes[other])
        for log in own:
            recovering.open_epoch(node, log)

    def _speak_as_thief(self, stolen, log, node):
        there = Log.objects.using(node.using)
        there = there.filter(office=log.office, audience=log.audience).first()
        if there is None or there.sequence < log.sequence:
            return  # there the list of offices came before what it still believes
        data, _ = frames.seal(
            key=stolen,
            place=there.place,
            sequence=there.sequence + 1,
            entries=[],
            root=bytes(there.root),
            sealed_at=1,
        )
        with pytest.raises(Untrusted):
            apply_frame(node, log.office, log.audience, data)

    @rule(seconds=st.sampled_from([0, 86_400, 1_700_000_000, 4_000_000_000]))
    def jump_clock(self, seconds):
        self.world.clock = itertools.count(seconds)

    @rule(client=names, server=names, cut=st.none() | st.integers(0, 4000))
    def visit_with_an_older_version(self, client, server, cut):
        """Both read less than was written; whatever they say themselves is said before."""
        if client == server:
            return
        nodes = self.world.nodes[client], self.world.nodes[server]
        for node in nodes:
            seal_waiting(node)
        newer = Project.wire
        Project.wire = OLDER
        try:
            self.visit(client, server, cut)
            for node in nodes:
                replay_parked(node)
        finally:
            Project.wire = newer

    @rule(name=names)
    def drop(self, name):
        for log in Log.objects.using(name):
            drop_frames(log, log.sequence)

    @rule(name=names)
    def compare(self, name):
        assert compare_tables(self.world.nodes[name]) == 0

    def come_together(self):
        """End as offices would: talk, open epochs where a machine may not decide, talk again."""
        self._talk()
        for _ in range(3):
            if not self._open_epochs():
                break
            self._talk()
        self._check()

    def _talk(self):
        for _ in range(2):
            self.world.meet_all()
            for node in self.world.nodes.values():
                replay_parked(node)
                recovering.settle_recovery(node)

    def _open_epochs(self):
        opened = False
        for name, node in self.world.nodes.items():
            for log in Log.objects.using(name).filter(office=node.office):
                told = Alarm.objects.using(name).filter(log=log, settled_at=None)
                elsewhere = [
                    alarm
                    for other in NAMES
                    for alarm in Alarm.objects.using(other).filter(
                        settled_at=None,
                        log__office=log.office,
                        log__audience=log.audience,
                        kind__in=[AlarmKind.FORK, AlarmKind.DIVERGED, AlarmKind.UNTRUSTED],
                    )
                ]
                if told.exists() or elsewhere or node.is_behind(log):
                    recovering.open_epoch(node, log)
                    opened = True
                    for alarm in elsewhere:
                        alarm.delete()
        return opened

    def _check(self):
        for name, node in self.world.nodes.items():
            assert not Outbox.objects.using(name).exists()
            for log in Log.objects.using(name):
                assert log.records == Held.objects.using(name).filter(log=log).count()
            for log in Log.objects.using(name).filter(office=node.office):
                mine = self.world.state(name, name, log.audience)
                for other in NAMES:
                    theirs = self.world.state(other, name, log.audience)
                    assert theirs == mine or log.sequence == 0, (name, other, log.audience)
            for other in NAMES:
                assert _visible(other, name) == _visible(name, name), (name, other)
                copies = Project.objects.using(other).filter(home_office=node.office)
                assert other == name or not copies.filter(visibility="home").exists()
        self._check_erased()

    def _check_erased(self):
        alive = set()
        for name in NAMES:
            alive |= set(Project.objects.using(name).values_list("title", flat=True))
        for name in NAMES:
            for log in Log.objects.using(name):
                drop_frames(log, log.sequence)
            disk = databases.all_bytes(name, self.folder / name)
            for title in set(self.erased) - alive:
                assert title.encode() not in disk, (name, title)


def _visible(name, office):
    projects = Project.objects.using(name).filter(home_office=office_id(office))
    steps = Step.objects.using(name).filter(home_office=office_id(office))
    return (
        set(projects.exclude(visibility="home").values_list("pk", "title", "text", "budget")),
        set(
            steps.exclude(visibility="home")
            .exclude(project__visibility="home")
            .values_list("pk", "words", "project")
        ),
    )


def test_it_holds_the_same_everywhere_whatever_happened(empty):
    Histories.empty = empty
    run_state_machine_as_test(Histories, settings=how)


def test_it_would_notice_if_hashes_were_not_compared(empty, monkeypatch):
    """The proof of the proof: without the chain, a restored machine diverges unseen."""
    bound = frames._bound

    def without_chain(place, digest):
        return bound(frames.Place(place.office, place.audience, 1, frames.FIRST), digest)

    monkeypatch.setattr(frames, "_bound", without_chain)
    monkeypatch.setattr(exchanging, "note_fork", lambda *a: False)
    monkeypatch.setattr(answering, "note_fork", lambda *a: False)
    monkeypatch.setattr(answering, "SHORT", 0)
    monkeypatch.setattr(exchanging, "SHORT", 0)
    machine_history(empty)


def machine_history(empty):
    Histories.empty = empty
    machine = Histories()
    try:
        machine.write("bamako", "federation")
        machine.visit("geneva", "bamako", None)
        machine.back_up("bamako")
        machine.write("bamako", "federation")
        machine.visit("geneva", "bamako", None)
        machine.restore("bamako", "machine")
        machine.write("bamako", "federation")
        machine.seal("bamako")
        with pytest.raises((AssertionError, Untrusted)):
            machine.come_together()
        assert not Alarm.objects.using("geneva").filter(kind=AlarmKind.FORK).exists()
        assert Frame.objects.using("geneva").exists()
        assert Held.objects.using("geneva").exists()
    finally:
        machine.world.close()
        machine._folder.cleanup()
