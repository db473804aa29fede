"""The power goes at any moment: nothing acknowledged is lost, and nobody has to lend a hand."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPException

import pytest

from tests.crash.at_desk import AtTheDesk, Node, code_in
from tests.crash.conftest import ANSWERS, kafo
from tests.node import KAFO, environment

SETTINGS = "kafo.config.settings"
POWER_WENT = 9
TAKE_BACK = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", "mfa", "zero", verbosity=0)
"""
CUT_BEFORE_NOTING = f"""
import os, django
django.setup()
from django.db.migrations.recorder import MigrationRecorder
from kafo.welcome.node import migrate
MigrationRecorder.record_applied = lambda *_: os._exit({POWER_WENT})
migrate()
"""


def while_working(work, done, seconds):
    """Let `work` go on in a thread until something is in `done`, and for some seconds more."""

    def until_cut():
        try:
            work()
        except (OSError, HTTPException, ValueError, KeyError, AssertionError):
            return  # the answer never came, or only a part of it: not an acknowledgement

    thread = threading.Thread(target=until_cut)
    thread.start()
    while thread.is_alive() and not done:
        time.sleep(0.01)
    time.sleep(seconds)
    return thread


@pytest.mark.parametrize("seed", [1, 2])
def test_it_keeps_every_page_that_was_published(node, seed):
    desk = AtTheDesk(node.start()).sign_in()
    published = []

    def publish():
        for number in range(1000):
            title = f"Nouvelle {number}"
            answer = desk.send("/desk/pages/add/", title=title, lead="Le fil", press="publish")
            answer.read()
            if answer.status != 200 or "/add/" in answer.url:
                raise ValueError(answer.status)
            published.append(title)

    working = while_working(publish, published, 2 + 2 * random.Random(seed).random())
    node.switch_off()
    working.join()
    assert published

    node.start()
    for title in published:
        page = node.get(f"/fr/nouvelles/{title.lower().replace(' ', '-')}/")
        assert page.status == 200, title
        assert title.encode() in page.body
    end = time.monotonic() + 180
    while f"{published[-1]}<".encode() not in node.get("/fr/nouvelles/").body:
        assert time.monotonic() < end, "the list was never baked again"
        time.sleep(0.5)


def test_it_keeps_every_piece_of_a_picture_that_was_received(node):
    desk = AtTheDesk(node.start()).sign_in()
    desk.form("/desk/pages/add/")
    size, piece = 3_000_000, 30_000
    content = random.Random(7).randbytes(size)
    tus = {"Tus_Resumable": "1.0.0", "X_CSRFToken": desk.token()}
    made = desk.open("/desk/uploads/", b"", "POST", Upload_Length=str(size), **tus)
    assert made.status == 201, made.read()
    address = made.headers["Location"]
    received = []

    def send(start, end):
        for at in range(start, end, piece):
            answer = desk.open(
                address,
                content[at : at + piece],
                "PATCH",
                Upload_Offset=str(at),
                Content_Type="application/offset+octet-stream",
                **tus,
            )
            assert answer.status == 204, answer.read()
            received.append(int(answer.headers["Upload-Offset"]))

    working = while_working(lambda: send(0, size - piece), received, 0.2)
    first = node.process  # alone, as the system does where memory is short: the other one follows
    first.kill()
    first.wait()
    working.join()
    assert received

    node.start()
    held = int(desk.open(address, method="HEAD", **tus).headers["Upload-Offset"])
    assert held >= received[-1]
    send(held, size)
    assert received[-1] == size


def test_it_leaves_no_half_backup(node):
    backups = node.home / "backups"
    for delay in (0.5, 1, 1.5, 2):
        running = subprocess.Popen(
            [KAFO, "backup"],
            env=environment(KAFO_HOME=str(node.home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        running.send_signal(signal.SIGKILL)
        running.wait()
        for file in backups.glob("kafo-*.tar.gz"):
            kafo(node.home, "restore", "--verify", file)
            file.unlink()
    file = kafo(node.home, "backup").stdout.split(" (")[0]
    assert "restores" in kafo(node.home, "restore", "--verify", file).stdout


def test_it_restores_after_the_power_went_while_it_restored(node, tmp_path):
    file = kafo(node.home, "backup").stdout.split(" (")[0]
    home = tmp_path / "again"
    for delay in (0.5, 1.5, 2.5):
        restoring = subprocess.Popen(
            [KAFO, "restore", file],
            env=environment(KAFO_HOME=str(home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        os.killpg(restoring.pid, signal.SIGKILL)
        restoring.wait()
    done = kafo(home, "restore", file, check=False)
    assert done.returncode == 0 or "already holds an office" in done.stderr
    again = Node(home).start()
    try:
        assert again.get("/fr/").status == 200
        AtTheDesk(again).sign_in()
    finally:
        again.switch_off()


def test_it_moves_a_restored_office_in_after_the_power_went_in_between(node):
    whole = {path.name for path in node.home.iterdir()}
    (node.home / ".restored").mkdir()
    for name in ("settings.env", "kafo.sqlite3", "baked"):
        (node.home / name).rename(node.home / ".restored" / name)
    AtTheDesk(node.start()).sign_in()
    assert whole <= {path.name for path in node.home.iterdir()}
    assert not (node.home / ".restored").exists()


def test_it_makes_the_office_after_the_power_went_while_it_was_made(tmp_path):
    home = tmp_path / "office"
    for delay in (1, 1.5, 2, 3, 4):
        making = subprocess.Popen(
            [KAFO, "init", *ANSWERS],
            env=environment(KAFO_HOME=str(home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        making.send_signal(signal.SIGKILL)
        making.wait()
    code = code_in(kafo(home, "init", *ANSWERS).stdout)
    node = Node(home).start()
    try:
        AtTheDesk(node).accept(code)
    finally:
        node.switch_off()


def test_it_goes_on_with_an_update_that_was_broken_off(node):
    older = [sys.executable, "-m", "django", "migrate", "-v", "0"]
    settings = {"DJANGO_SETTINGS_MODULE": SETTINGS}
    for app in ("usersessions", "mfa"):
        subprocess.run(
            [*older, app, "zero"],
            env={**environment(KAFO_HOME=str(node.home)), **settings},
            check=True,
        )
    for delay in (0.5, 1.5, 2.5):
        running = subprocess.Popen(
            [KAFO, "run", "--port", str(node.port)],
            env=environment(KAFO_HOME=str(node.home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    AtTheDesk(node.start()).sign_in()
    assert list((node.home / "backups").glob("before-update-*.sqlite3"))
    done = kafo(node.home, "check", check=False)
    assert "ok    database" in done.stdout


def test_it_goes_on_with_an_update_whose_tables_were_made_but_not_noted(node):
    django = [sys.executable, "-c"]
    around = {**environment(KAFO_HOME=str(node.home)), "DJANGO_SETTINGS_MODULE": SETTINGS}
    subprocess.run([*django, TAKE_BACK], env=around, check=True)
    assert subprocess.run([*django, CUT_BEFORE_NOTING], env=around).returncode == POWER_WENT
    AtTheDesk(node.start()).sign_in()


def test_it_lets_readers_read_while_the_database_is_updated(node):
    node.start()
    node.switch_off()
    (node.home / "kafo.sqlite3").rename(node.home / "away.sqlite3")
    (node.home / "kafo.sqlite3").mkdir()  # no database can be opened here
    running = subprocess.Popen(
        [KAFO, "run", "--port", str(node.port)],
        env=environment(KAFO_HOME=str(node.home)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    node.process = running
    node.wait_for("/fr/")
    assert node.get("/desk/sign-in/").status == 503
    assert node.get("/fr/").status == 200
