"""Invented histories of a pen: offered, taken, declined, while links are cut and nodes die.

At any time one node may write for the office at most; in the end exactly one, every log is whole
everywhere, without an alarm, and nothing is lost that somebody was told is written.
HISTORIES=2000 makes a long run of it.
"""

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from kafo.federation.errors import Frozen, NotHome
from kafo.federation.models import Log, Outbox
from kafo.federation.receivers import is_laid_down
from kafo.federation.services import carrying, handing_over
from kafo.federation.services.sealing import may_seal, seal_waiting
from kafo.federation.tests.invented import Offices, histories
from kafo.federation.tests.test_killed import killed_at
from kafo.federation.tests.toy.models import Project
from kafo.federation.tests.world import Cut, office_id
from kafo.federation.wire import signatures

NAMES = ["geneva", "bamako", "dakar"]
OFFICE = office_id("mopti")
names = st.sampled_from(NAMES)
cuts = st.none() | st.integers(0, 3000)
deaths = st.none() | st.integers(0, 40)
how = histories(20, 30)


class Pens(Offices):
    def __init__(self):
        super().__init__()
        self.world.keys["mopti"] = [(self.world.nodes["geneva"].add_key(OFFICE), None)]
        self.world.spread()
        self.told, self.count = {}, 0
        self.write("geneva", "federation")

    def _writers(self):
        return [
            name
            for name, node in self.world.nodes.items()
            if node.writes(OFFICE) and not is_laid_down(node, OFFICE)
        ]

    def _logs(self, name):
        return list(Log.objects.using(name).filter(office=OFFICE))

    def _do(self, death, work):
        """Do it, or be killed at its `death`-th write."""
        if death is None:
            work()
        else:
            killed_at(self.world, death, work)

    @rule(name=names, audience=st.sampled_from(["federation", "public"]))
    def write(self, name, audience):
        self.count += 1
        title = f"titre-{self.count}"
        try:
            made = Project.objects.using(name).create(
                home_office=OFFICE, visibility=audience, title=title
            )
        except (Frozen, NotHome):
            return
        self.told[made.pk] = title

    @rule(name=names, which=st.integers(0, 9))
    def edit(self, name, which):
        found = list(Project.objects.using(name).filter(home_office=OFFICE).order_by("pk"))
        if not found:
            return
        self.count += 1
        row = found[which % len(found)]
        row.title = f"titre-{self.count}"
        try:
            row.save()
        except (Frozen, NotHome):
            return
        self.told[row.pk] = row.title

    @rule(name=names)
    def seal(self, name):
        seal_waiting(self.world.nodes[name])

    @rule(to=names, death=deaths)
    def offer(self, to, death):
        """Lay the pen down for a node, whose new key the roster names first."""
        for name in self._writers():
            if name == to:
                continue
            node = self.world.nodes[name]
            key = self.world.nodes[to].prepare_key(OFFICE)
            if (key, None) not in self.world.keys["mopti"]:
                self.world.keys["mopti"].append((key, None))
                self.world.spread()
            self._do(death, lambda node=node, key=key: handing_over.lay_down_pen(node, OFFICE, key))

    @rule(name=names, cut=cuts, death=deaths, keep=st.booleans())
    def answer(self, name, cut, death, keep):
        """Fetch all that the others have, as joining does, then take the pen or decline it."""
        for other in NAMES:
            if other != name and not self._visit(name, other, cut):
                return
        self._take(name, death, keep=keep)

    def _take(self, name, death=None, *, keep=True):
        node = self.world.nodes[name]
        giver = {bytes(log.key) for log in self._logs(name)}
        try:
            self._do(death, lambda: handing_over.take_pen(node, OFFICE, keep=keep))
        except Frozen:
            return
        assert giver

    @rule(name=names)
    def take_back(self, name):
        """The hand that laid the pen down cannot take it up again by itself."""
        node = self.world.nodes[name]
        key = node.key(OFFICE)
        mine = signatures.public_bytes(key) if key else b""
        laid_down = {bytes(log.released_to) for log in self._logs(name)}
        if mine and laid_down and not laid_down & {b"", mine}:
            with pytest.raises(Frozen):
                handing_over.take_pen(node, OFFICE)

    @rule(name=names)
    def settle(self, name):
        """Do what follows from the logs: take back what was declined, forget a key that is over."""
        node = self.world.nodes[name]
        key, logs = node.key(OFFICE), self._logs(name)
        if key is None or not logs:
            return
        mine = signatures.public_bytes(key)
        if all(bytes(log.released_to) == mine for log in logs):
            handing_over.take_pen(node, OFFICE)
        elif all(bytes(log.key) not in {b"", mine} and not log.released_to for log in logs):
            node.drop_key(OFFICE)

    @rule(client=names, server=names, cut=cuts, death=deaths)
    def visit(self, client, server, cut, death):
        if client != server:
            self._do(death, lambda: self._visit(client, server, cut))

    def _visit(self, client, server, cut):
        try:
            self.world.visit(client, server, cut)
        except Cut:
            return False
        return True

    @rule(writer=names, reader=names)
    def carry(self, writer, reader):
        drive = self.folder / f"drive-{writer}"
        drive.mkdir(exist_ok=True)
        carrying.write_stick(self.world.nodes[writer], drive, [office_id(reader)])
        carrying.read_stick(self.world.nodes[reader], drive)

    @invariant()
    def one_hand_holds_the_pen(self):
        assert len(self._writers()) <= 1
        speaking = {
            name
            for name, node in self.world.nodes.items()
            if any(may_seal(node, log) for log in self._logs(name))
        }
        assert len(speaking) <= 1

    @invariant()
    def nobody_had_to_raise_an_alarm(self):
        assert not any(self.world.alarms(name) for name in NAMES)

    def come_together(self):
        for _ in range(4):
            self.world.meet_all()
            for name in NAMES:
                self.settle(name)
                self._take(name)
        self.world.meet_all()
        assert len(self._writers()) == 1
        self.nobody_had_to_raise_an_alarm()
        for name, audience in itertools.product(NAMES, ("federation", "public")):
            assert not Outbox.objects.using(name).exists()
            assert self.world.state(name, "mopti", audience) == self.world.state(
                self._writers()[0], "mopti", audience
            )
            rows = Project.objects.using(name).filter(home_office=OFFICE)
            assert dict(rows.values_list("pk", "title")) == self.told


def test_it_lets_one_hand_hold_the_pen_whatever_happened(empty):
    Pens.empty = empty
    run_state_machine_as_test(Pens, settings=how)
