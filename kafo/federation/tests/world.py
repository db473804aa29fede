"""Several nodes in one process, each with a folder and a database of its own."""

import itertools

from django.db import connections

from kafo.federation.errors import Untrusted
from kafo.federation.models import Alarm, Log
from kafo.federation.node import Node, forget_node, register_node
from kafo.federation.services import answering, attachments
from kafo.federation.services.exchanging import Visit, exchange
from kafo.federation.services.recovering import check_marks
from kafo.federation.tests import databases
from kafo.federation.tests.offices import ROOT_KEYS, ROOTS, office_id
from kafo.federation.wire import signatures
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload, sign_roster


class Cut(ConnectionError):
    pass


class World:
    """Nodes, their roster, and a clock that all share unless told otherwise."""

    def __init__(self, folder, empty, names=("geneva", "bamako", "dakar")):
        self.folder, self.empty = folder, empty
        self.clock = itertools.count(1_800_000_000)
        self.nodes, self.keys, self.version, self.rosters = {}, {}, 0, []
        for name in names:
            self.add(name)
        self.spread()

    def add(self, name):
        home = self.folder / name
        home.mkdir(parents=True)
        databases.begin(name, home, self.empty)
        node = Node.create(
            name, home / "federation", office_id(name), now=lambda: float(next(self.clock))
        )
        register_node(node)
        self.nodes[name] = node
        self.keys[name] = [(signatures.public_bytes(node.key(node.office)), None)]
        return node

    def close(self):
        for name in self.nodes:
            forget_node(name)
            connections[name].close()

    def roster(self, signed_by=ROOTS[:2], **changes):
        self.version += 1
        offices = [
            OfficeEntry(
                office_id(name).bytes,
                name,
                keys,
                [],
                str(self.nodes[name].identity.to_public()) if name in self.nodes else "",
            )
            for name, keys in self.keys.items()
        ]
        given = {"threshold": 2, "roots": ROOT_KEYS, "circles": {}, **changes}
        payload = RosterPayload(self.version, 2_000_000_000, offices=offices, **given)
        return sign_roster(payload, signed_by), payload.fingerprint

    def spread(self):
        self.rosters.append(self.roster())
        for node in self.nodes.values():
            for document, fingerprint in self.rosters:
                node.accept_roster(document, fingerprint)

    def link(self, name, budget=None):
        return DirectLink(self.nodes[name], budget)

    def visit(self, client, server, budget=None):
        """Visit a node; one whose list of offices is older than one's keys has to come itself."""
        try:
            return exchange(self.nodes[client], self.link(server, budget))
        except Untrusted:
            if self.nodes[server].roster.version >= self.nodes[client].roster.version:
                raise
            return Visit()

    def meet_all(self):
        for _ in range(2):
            for client, server in itertools.permutations(self.nodes, 2):
                self.visit(client, server)

    def state(self, name, office, audience="federation"):
        log = Log.objects.using(name).filter(office=office_id(office), audience=audience).first()
        return log and (log.epoch, log.sequence, bytes(log.head_hash), bytes(log.root))

    def alarms(self, name):
        return list(
            Alarm.objects.using(name).filter(settled_at=None).values_list("kind", flat=True)
        )

    def back_up(self, name):
        databases.back_up(name, self.folder / name)

    def restore(self, name, *, marks=True):
        node = self.nodes[name]
        databases.restore(name, self.folder / name)
        if not marks:
            (node.home / "marks.cbor").unlink(missing_ok=True)
        node._marks = None
        check_marks(node)


class DirectLink:
    """A line without a network, that is cut after so many bytes."""

    def __init__(self, server, budget=None):
        self.server, self.office, self.budget = server, server.office, budget
        self.moved = 0

    def _pass(self, data):
        """Let bytes through, or those that fit and then cut."""
        if self.budget is None:
            self.moved += len(data)
            return data, False
        room, self.budget = self.budget, max(0, self.budget - len(data))
        self.moved += min(room, len(data))
        return data[:room], len(data) > room

    def hello(self, data):
        _, cut = self._pass(data)
        if cut:
            raise Cut
        answer = answering.answer_hello(self.server, data)
        _, cut = self._pass(answer)
        if cut:
            raise Cut
        return answer

    def frames(self, token, head, after, edition, skip):
        client = answering.client_of(self.server, token)
        log = answering.readable_log(self.server, client, head.office, head.audience)
        for data in answering.frames_after(log, after, edition, skip):
            through, cut = self._pass(data)
            yield through
            if cut:
                raise Cut

    def snapshot(self, token, head, at_least, begun, skip):
        client = answering.client_of(self.server, token)
        log = answering.readable_log(self.server, client, head.office, head.audience)
        position, first, _, parts = answering.snapshot_from(self.server, log, at_least, begun, skip)

        def pieces():
            for data in parts:
                through, cut = self._pass(data)
                yield through
                if cut:
                    raise Cut

        return position, first, pieces()

    def push(self, token, head, after, edition, offset, data):
        client = answering.client_of(self.server, token)
        through, cut = self._pass(data)
        taken = answering.take_frames(self.server, client, head, after, edition, offset, through)
        if cut:
            raise Cut
        return taken

    def give_snapshot(self, token, head, position, offset, size, data):
        client = answering.client_of(self.server, token)
        through, cut = self._pass(data)
        there = answering.take_snapshot(self.server, client, head, position, offset, size, through)
        if cut:
            raise Cut
        return there

    def rosters(self, token, documents):
        answering.client_of(self.server, token)
        answering.take_rosters(self.server, documents)

    def offered(self, token, hashes):
        client = answering.client_of(self.server, token)
        return attachments.offered_files(self.server, client, hashes)

    def missing(self, token):
        client = answering.client_of(self.server, token)
        return attachments.missing_files(self.server, client)

    def give_file(self, token, sha256, offset, data):
        client = answering.client_of(self.server, token)
        through, cut = self._pass(data)
        there = attachments.take_file(self.server, client, sha256, offset, through)
        if cut:
            raise Cut
        return there

    def file(self, token, sha256, first, last):
        client = answering.client_of(self.server, token)
        path = attachments.readable_file(self.server, client, sha256)
        for data in attachments.pieces_of(path, first, last + 1):
            through, cut = self._pass(data)
            yield through
            if cut:
                raise Cut
