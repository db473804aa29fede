"""kill -9 at the n-th time that seal, apply or a mark reaches the disk; then all goes on."""

import os
import signal

import pytest
from django.db import connections

from kafo.federation import node as node_module
from kafo.federation.models import Log, Outbox
from kafo.federation.services import recovering
from kafo.federation.tests.databases import connect
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.test_trust import titles
from kafo.federation.tests.world import office_id

POINTS = int(os.environ.get("KILLS", "14"))


def killed_at(world, number, work):
    """Run `work` in a process of its own that dies at its `number`-th write; say if it died."""
    for name in world.nodes:
        connections[name].close()
    child = os.fork()
    if child == 0:
        left = [number]

        def count(*_args):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        original = os.fsync

        def fsync(descriptor):
            count()
            original(descriptor)

        node_module.os.fsync = fsync
        for name in world.nodes:
            connect(name, world.folder / name)
            connections[name].execute_wrappers.append(
                lambda execute, sql, params, many, context: (
                    count() if sql.split()[0] in WRITES else None,
                    execute(sql, params, many, context),
                )[1]
            )
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    for name, node in world.nodes.items():
        connect(name, world.folder / name)
        node.forget()
        recovering.check_marks(node)
    return os.WIFSIGNALED(status)


WRITES = {"INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"}


@pytest.mark.parametrize("step", [1, 3])
def test_it_loses_and_repeats_nothing_when_killed_at_any_write(world, step):
    died = 0
    for number in range(0, POINTS * step, step):
        made = project("bamako", title=f"Projet {number:02}")
        project("geneva", title=f"Genève {number:02}")
        if number % 2:
            made.delete()
        died += killed_at(world, number, lambda: world.visit("geneva", "bamako"))
    assert died
    world.meet_all()
    for name in ("bamako", "geneva"):
        assert not Outbox.objects.using(name).exists()
        assert titles(name) == titles("dakar")
        for office in ("bamako", "geneva"):
            assert world.state(name, office) == world.state("dakar", office)
        assert world.alarms(name) == []
    log = Log.objects.using("geneva").get(office=office_id("bamako"))
    assert log.frames.count() == log.sequence
