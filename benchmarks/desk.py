"""The desk with 100,000 persons and 10,000 pages: python -m benchmarks.desk."""

import json
import subprocess
import sys
import time
from typing import Any

import django

from benchmarks.browser import chromium, view
from benchmarks.figures import Figure, percentile, show, tell
from benchmarks.office import HOST, Office, home, python, running
from benchmarks.processes import fetch

PERSONS = 100_000
PAGES = 10_000
WRITERS = 4
PAUSE = 0.05
VIEWS = 20
SEARCHED = ("people:persons", "pages:list")


def fill() -> dict[str, Any]:
    """Add the crowd and its pages; give the addresses of all lists and a director's session."""
    from django.db import transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.crowd import add_pages, add_persons
    from kafo.people.models import Account, Person

    director = Person.objects.get()
    account = Account.objects.create_user("awa", password="x", person=director)
    with transaction.atomic():
        add_persons(director, PERSONS)
        listing = add_pages(PAGES)
    client = Client(headers={"host": HOST})
    client.force_login(account)
    from django.db import connection

    lists: dict[str, dict[str, int]] = {}
    for name, address in list_addresses():
        if client.get(address).status_code == 302:
            continue  # a list of sites leads on where there is but one
        queries = {}
        for rows, query in (("many", ""), ("one", "?q=Unique")):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                answer = client.get(address + query)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status_code}.")
            queries[rows] = len(seen)
        lists[address] = {**queries, "searched": name in SEARCHED}
    return {
        "session": client.cookies["sessionid"].value,
        "lists": lists,
        "explorer": f"/editor/pages/{listing}/",
    }


def list_addresses() -> list[tuple[str, str]]:
    """Give name and address of every list of the desk that needs no further choice."""
    from django.urls import NoReverseMatch, get_resolver, reverse

    from kafo.desk.views import ListView

    found = []

    def walk(patterns: Any, space: str) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                walk(pattern.url_patterns, inner)
                continue
            view_class = getattr(pattern.callback, "view_class", None)
            if view_class is not None and issubclass(view_class, ListView):
                try:
                    found.append((space + pattern.name, reverse(space + pattern.name)))
                except NoReverseMatch:
                    continue

    walk(get_resolver().url_patterns, "")
    return found


def write(seconds: float) -> dict[str, int]:
    """Change persons until `seconds` are over; give how many, and how often it was locked."""
    import random

    from django.db import OperationalError

    from kafo.people.models import Account, Person
    from kafo.people.services.persons import change_person

    actor = Account.objects.get()
    ids = list(Person.objects.values_list("pk", flat=True)[:2000])
    done = {"writes": 0, "locked": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        person = Person.objects.get(pk=random.choice(ids))
        try:
            change_person(actor=actor, person=person, town=f"Ville {random.randrange(1000)}")
            done["writes"] += 1
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            done["locked"] += 1
        time.sleep(PAUSE)
    return done


def timed(
    node: Office, session: str, addresses: list[str]
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Ask for each address in turns; give the milliseconds of each answer, and the processor's."""
    times: dict[str, list[float]] = {address: [] for address in addresses}
    cpu = dict.fromkeys(addresses, 0.0)
    for _ in range(VIEWS):
        for address in addresses:
            used, begun = node.server.cpu_seconds(), time.perf_counter()
            url = f"http://127.0.0.1:{node.port}{address}"
            fetch(url, host=HOST, cookie=f"sessionid={session}")
            times[address].append(1000 * (time.perf_counter() - begun))
            cpu[address] += 1000 * (node.server.cpu_seconds() - used) / VIEWS
    return times, cpu


def weigh(node: Office, session: str, listing: str) -> dict[str, float]:
    """Give the bytes of first and later views of the desk and of Wagtail's back office, in KB."""
    weights: dict[str, float] = {}
    with chromium() as browser:
        for name, first, later in (
            ("desk", "/desk/persons/", "/desk/pages/"),
            ("editor", "/editor/", "/editor/"),
            ("explorer", listing, listing),
        ):
            context = browser.new_context(locale="fr-FR")
            context.add_cookies([{"name": "sessionid", "value": session, "url": node.url}])
            weights[f"{name} first"] = view(context, node.url + first).bytes / 1000
            weights[f"{name} later"] = view(context, node.url + later).bytes / 1000
            context.close()
    return weights


def main() -> None:
    with home(0) as folder:
        tell(f"{PERSONS} persons, {PAGES} pages")
        made = json.loads(python(folder, "desk", "fill"))
        session, lists = made["session"], made["lists"]
        with running(folder) as node:
            tell("bytes")
            weights = weigh(node, session, made["explorer"])
            tell(f"{len(lists)} lists, nobody writing")
            quiet, cpu = timed(node, session, [*lists, made["explorer"]])
            tell(f"{len(lists)} lists, {WRITERS} writers")
            seconds = 10 + 1.5 * sum(map(sum, quiet.values())) / 1000
            command = [sys.executable, "-m", "benchmarks.desk", "write", str(seconds)]
            env = {"KAFO_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "kafo.config.settings"}
            writers = [
                subprocess.Popen(command, stdout=subprocess.PIPE, env=env) for _ in range(WRITERS)
            ]
            time.sleep(5)
            busy, _ = timed(node, session, [*lists, made["explorer"]])
            written = [json.loads(writer.communicate()[0]) for writer in writers]
            if any(writer.returncode for writer in writers):
                raise RuntimeError("A writer broke off.")
    worst = max(lists, key=lambda address: percentile(busy[address], 0.95))
    explorer = made["explorer"]
    searched = [each for each in lists.values() if each["searched"]]
    figures = [
        Figure("queries of the list that needs most", "", max(e["many"] for e in lists.values()),
               at_most=12),
        Figure("queries more at a full page than at one row (persons, pages)", "",
               max(each["many"] - each["one"] for each in searched), at_most=0),
        Figure("“locked” errors", "", sum(each["locked"] for each in written), at_most=0),
        Figure(f"slowest list ({worst}), 95 of 100", "ms", percentile(busy[worst], 0.95),
               percentile(busy[explorer], 0.95), at_most=150),
        Figure("… its processor time", "ms", cpu[worst], cpu[explorer]),
        Figure("a desk view, the first", "KB", weights["desk first"], weights["explorer first"],
               at_most=15),
        Figure("a desk view, later", "KB", weights["desk later"], weights["explorer later"],
               at_most=5),
        Figure("Wagtail's back office, repeated visit", "KB", weights["editor later"], at_most=25),
        Figure("Wagtail's back office, first visit", "KB", weights["editor first"]),
    ]  # fmt: skip
    conditions = (
        f"{PERSONS} persons and {PAGES} pages on SQLite, asked over HTTP one after the other, "
        f"{VIEWS} times each, while {WRITERS} processes change persons and wait {PAUSE * 1000:.0f} "
        f"ms ({sum(each['writes'] for each in written)} changes in {seconds:.0f} s). Beside it: "
        "Wagtail's own listing of the same pages, in the same node and seconds."
    )
    show("The desk", conditions, "Wagtail's listing", figures)
    print("| list | queries | processor | nobody writing: half / 95 of 100 | writers: the same |")
    print("|---|---|---|---|---|")
    for address in [*lists, explorer]:
        queries = lists.get(address, {}).get("many", "")
        pairs = [
            f"{percentile(times[address], 0.5):.0f} / {percentile(times[address], 0.95):.0f} ms"
            for times in (quiet, busy)
        ]
        print(f"| {address} | {queries} | {cpu[address]:.0f} ms | {' | '.join(pairs)} |")
    print()


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        django.setup()
        print(json.dumps(fill()))
    elif sys.argv[1:2] == ["write"]:
        django.setup()
        print(json.dumps(write(float(sys.argv[2]))))
    else:
        main()
