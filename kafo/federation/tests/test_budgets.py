"""Bytes of bodies, held to the budgets of the design; headers and TLS are measured elsewhere."""

import random
import sys
import time

from benchmarks.federation.office_data import edit, records
from kafo.federation.http_link import HttpLink
from kafo.federation.models import Frame, Log
from kafo.federation.services.exchanging import exchange
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.services.snapshots import write_snapshot
from kafo.federation.tests.test_http import address  # noqa: F401 - a fixture
from kafo.federation.tests.toy.models import Project
from kafo.federation.tests.world import office_id


def _fields(each):
    return {
        "title": each["title"],
        "text": each["text"],
        "begins_on": each["day"],
        "budget": each["amount"],
        "tags": each["tags"],
    }


def test_it_keeps_to_its_budgets(world, address, capsys):  # noqa: F811
    chance = random.Random(7)
    wanted = list(records(3000, seed=2013))
    made = [
        Project(home_office=office_id("bamako"), visibility="federation", **_fields(each))
        for each in wanted
    ]
    Project.objects.using("bamako").bulk_create(made)
    seal_waiting(world.nodes["bamako"])
    frames = [bytes(f.data) for f in Frame.objects.using("bamako")]
    initial = sum(map(len, frames))
    begun = time.perf_counter()
    exchange(world.nodes["geneva"], HttpLink(office_id("bamako"), address))
    rate = len(made) / (time.perf_counter() - begun)
    measured = {"initial a record": initial / len(made), "applied a second": rate}
    state = sum(len(part) for part in write_snapshot(Log.objects.using("bamako").get()))
    measured["snapshot a record"] = state / len(made)
    for count in (100, 1000):
        for row, each in chance.sample(list(zip(made, wanted, strict=True)), count):
            changed = edit(chance, each)
            row.text = changed.get("text", row.text)
            row.begins_on = changed.get("day", row.begins_on)
            row.budget = changed.get("amount", int(row.budget) + 25_000)
            row.save()
        link = HttpLink(office_id("bamako"), address)
        exchange(world.nodes["geneva"], link)
        measured[f"{count} edits"] = link.moved
    link = HttpLink(office_id("bamako"), address)
    exchange(world.nodes["geneva"], link)
    measured["nothing new"] = link.moved
    with capsys.disabled():
        sys.stdout.write(f"{ {name: round(value) for name, value in measured.items()} }\n")
    assert measured["100 edits"] <= 5_000
    assert measured["1000 edits"] <= 40_000
    assert measured["nothing new"] <= 600
    assert measured["initial a record"] <= 200
    assert measured["snapshot a record"] <= 200
    there = Project.objects.using("geneva").values_list("pk", "text", "begins_on", "budget")
    assert set(there) == set(
        Project.objects.using("bamako").values_list("pk", "text", "begins_on", "budget")
    )
