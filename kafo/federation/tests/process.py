"""One office in processes of its own: a server, and a worker that does what it is told.

python -m kafo.federation.tests.process HOME NAME  reads a command a line on its standard input,
as JSON, and answers each with a line.
"""

import json
import os
import resource
import sys
import time
import uuid
from collections import deque
from pathlib import Path

CHUNK = 2000


def own_node():
    """Give the node of this process, and let its writes be captured."""
    from kafo.config import env
    from kafo.federation.node import Node, register_node
    from kafo.federation.services.recovering import check_marks

    home = env.HOME
    office = uuid.UUID((home / "office").read_text())
    options = {}
    if clock := os.environ.get("KAFO_CLOCK"):
        options["now"] = lambda: float(clock)
    node = Node("default", home / "federation", office, **options)
    register_node(node)
    check_marks(node)
    return node


def _counting(base):
    from kafo.federation.wire import cbor

    class CountingLink(base):
        streamed = 0
        giver = None  # the office that only gives what is its own, when there is one

        def hello(self, data):
            answer = super().hello(data)
            said = cbor.decode(answer)
            if self.giver is None or len(said) == 1:
                return answer
            said[3] = [offer for offer in said[3] if offer[0][0] == self.giver.bytes]
            return cbor.encode(said)

        def _parts(self, response):
            for data in super()._parts(response):
                self.streamed += len(data)
                yield data

    return CountingLink


class Worker:
    def __init__(self, home, name):
        self.home, self.name = home, name
        self.node = own_node() if (home / "office").exists() else None
        self.link = None

    def create(self):
        from django.core.management import call_command

        from kafo.federation.node import Node
        from kafo.federation.tests.offices import office_id
        from kafo.federation.wire import signatures

        call_command("migrate", run_syncdb=True, verbosity=0)
        office = office_id(self.name)
        node = Node.create("default", self.home / "federation", office)
        (self.home / "office").write_text(str(office))
        self.node = own_node()
        return {
            "key": signatures.public_bytes(node.key(office)).hex(),
            "recipient": str(node.identity.to_public()),
        }

    def roster(self, document, fingerprint):
        return self.node.accept_roster(bytes.fromhex(document), fingerprint)

    def write(self, title, **fields):
        from kafo.federation.tests.toy.models import Project

        fields = {"visibility": "federation", **fields}
        made = Project.objects.create(home_office=self.node.office, title=title, **fields)
        return str(made.pk)

    def rewrite(self, title, **fields):
        from kafo.federation.tests.toy.models import Project

        row = Project.objects.get(title=title, home_office=self.node.office)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()

    def erase(self, title):
        from kafo.federation.tests.toy.models import Project

        Project.objects.get(title=title, home_office=self.node.office).delete()

    def titles(self):
        from kafo.federation.tests.toy.models import Project

        return sorted(Project.objects.values_list("title", flat=True))

    def fill(self, count, seed=7):
        """Write records of an office; their ids go to a file, by number."""
        from benchmarks.exchange.data import records
        from kafo.federation.tests.toy.models import Sheet

        last, batch = deque(maxlen=200), []
        with (self.home / "ids").open("wb") as ids:

            def write():
                Sheet.objects.bulk_create(batch)
                ids.write(b"".join(sheet.pk.bytes for sheet in batch))
                batch.clear()

            for fields in records(count, seed):
                back = fields.pop("leader")
                sheet = Sheet(home_office=self.node.office, visibility="federation", **fields)
                sheet.leader_id = last[-back] if 0 < back <= len(last) else None
                sheet.derive()
                last.append(sheet.pk)
                batch.append(sheet)
                if len(batch) == CHUNK:
                    write()
            write()

    def edit(self, count, seed):
        from django.db import transaction

        from benchmarks.exchange.data import edits
        from kafo.federation.tests.toy.models import Sheet

        ids = (self.home / "ids").read_bytes()
        with transaction.atomic():
            for number, changed in edits(count, len(ids) // 16, seed):
                row = Sheet.objects.get(pk=uuid.UUID(bytes=ids[16 * number : 16 * number + 16]))
                for name, value in changed.items():
                    setattr(row, name, value)
                row.save()

    def seal(self):
        from kafo.federation.services.sealing import seal_waiting

        return seal_waiting(self.node)

    def compact(self):
        from kafo.federation.models import Log
        from kafo.federation.services.erasing import drop_frames

        return sum(drop_frames(log, log.sequence) for log in Log.objects.all())

    def visit(self, office, address, keep=False, gives=False):
        """Visit an office; with `gives` nothing is taken, and only what is our own is given."""
        from kafo.federation.http_link import HttpLink
        from kafo.federation.services.exchanging import exchange
        from kafo.federation.tests.offices import office_id

        if self.link is None or not keep:
            self.link = _counting(HttpLink)(
                office_id(office), address, timeout=float(os.environ.get("KAFO_WAIT", "60"))
            )
        self.link.giver = self.node.office if gives else None
        before, streamed = self.link.moved, self.link.streamed
        try:
            visit = exchange(self.node, self.link)
        except (ConnectionError, OSError) as error:
            moved, self.link = self.link.moved - before, None
            return {"cut": f"{type(error).__name__}: {error}", "moved": moved}
        told = {"moved": self.link.moved - before, "streamed": self.link.streamed - streamed}
        if not keep:
            self.link.close()
            self.link = None
        return {**vars(visit), **told}

    def state(self):
        from kafo.federation.models import Log

        return {
            f"{log.office.hex}/{log.audience}": [
                log.epoch,
                log.sequence,
                bytes(log.head_hash).hex(),
                bytes(log.root).hex(),
            ]
            for log in Log.objects.filter(sequence__gt=0).order_by("office", "audience")
        }

    def check(self):
        """Say what is here, and what is not as it must be."""
        from django.db.models import Sum

        from kafo.federation.models import Alarm, Frame, Held, Outbox
        from kafo.federation.tests.toy.models import Sheet
        from kafo.records.languages import folded

        wrong = [
            sheet
            for sheet in Sheet.objects.order_by("pk")[:3000]
            if sheet.folded != folded(f"{sheet.title} {sheet.text}")
        ]
        return {
            "alarms": list(Alarm.objects.filter(settled_at=None).values_list("kind", flat=True)),
            "frames": Frame.objects.filter(size__gt=0).count(),
            "bytes": Frame.objects.aggregate(size=Sum("size"))["size"] or 0,
            "incoming": [p.name for p in (self.node.home / "incoming").iterdir()],
            "outbox": Outbox.objects.count(),
            "held": Held.objects.count(),
            "parked": Held.objects.exclude(parked="").count(),
            "sheets": Sheet.objects.count(),
            "leaders": Sheet.objects.exclude(leader=None).count(),
            "not folded": len(wrong),
        }

    def ballast(self, left):
        """Fill the disk up to so many bytes; or empty it."""
        path = self.home / "ballast"
        path.unlink(missing_ok=True)
        if left is not None:
            free = os.statvfs(self.home)
            path.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - left)))

    def sizes(self):
        """Give how many bytes of a stream or a state are on the disk and not in the tables yet."""
        return sum(p.stat().st_size for p in (self.node.home / "incoming").iterdir())


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "kafo.federation.tests.process_settings"
    import django

    django.setup()
    worker = Worker(Path(os.environ["KAFO_HOME"]), sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        begun, used = time.monotonic(), time.process_time()
        answer = {}
        try:
            answer["is"] = getattr(worker, asked.pop("do"))(**asked)
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            answer["error"] = f"{type(error).__name__}: {error}"
        answer["seconds"] = time.monotonic() - begun
        answer["processor"] = time.process_time() - used
        answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
