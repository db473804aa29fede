"""Four people write at once, a backup runs, and nobody meets a locked database."""

import sqlite3
import threading
import time

from tests.crash.at_desk import AtTheDesk
from tests.crash.conftest import kafo


def test_it_takes_four_writers_and_a_backup_at_once(node):
    node.start()
    people = [AtTheDesk(node).sign_in() for _ in range(4)]
    written, faults = [], []
    end = time.monotonic() + 12

    def write(number, desk):
        count = 0
        while time.monotonic() < end:
            name = f"Personne {number}-{count} (fictif)"
            answer = desk.send("/desk/persons/add/", family_name=name)
            (written if answer.status == 200 else faults).append((name, answer.status))
            count += 1

    threads = [
        threading.Thread(target=write, args=(number, desk)) for number, desk in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    file = kafo(node.home, "backup").stdout.split(" (")[0]
    for thread in threads:
        thread.join()
    assert faults == []
    assert "locked" not in node.log.read_text()
    with sqlite3.connect(node.home / "kafo.sqlite3") as rows:
        names = {name for (name,) in rows.execute("SELECT family_name FROM people_person")}
    assert {name for name, _status in written} <= names
    assert "restores" in kafo(node.home, "restore", "--verify", file).stdout
