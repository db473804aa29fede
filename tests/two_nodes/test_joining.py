"""An office that was hosted gets a server of its own; commands and processes as operators have."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KAFO = Path(sys.executable).with_name("kafo")
HOSTED = 6


class Server:
    """An office with its data folder: commands, Python inside it, and the running server."""

    def __init__(self, home):
        self.home = home
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = door.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.environment = {
            **os.environ,
            "KAFO_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "kafo.config.settings",
            "PYTHONPATH": str(ROOT),
            "LANG": "C",
        }

    def kafo(self, *words, fails=False):
        command = [KAFO, *map(str, words), "--home", self.home]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self.environment, cwd=self.home.parent
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, code):
        """Run code inside the office; give what it assigned to `answer`."""
        whole = (
            f"import django, json; django.setup()\nanswer = None\n{code}\nprint(json.dumps(answer))"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", whole],
            capture_output=True,
            text=True,
            env=self.environment,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def serve(self):
        command = [KAFO, "run", "--port", str(self.port), "--home", self.home]
        log = (self.home / "log").open("w")
        self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/desk/sign-in/", timeout=5).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.home / "log").read_text())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


FILL = f"""
from kafo.people.enums import Purpose, Role
from kafo.people.models import Organization, Post
from kafo.people.services.mandates import give_mandate
from kafo.people.services.organizations import add_organization
from kafo.people.services.persons import add_person
from kafo.people.services.protection import give_consent
from kafo.records.languages import Translated
office = add_organization(actor=None, name=Translated(fr="Mali"), short_name="Bamako",
                          town="Bamako", country="ML", visibility="public",
                          unit_of=Organization.objects.get())
for number in range({HOSTED}):
    person = add_person(actor=None, organization=office, given_name=f"A{{number}}",
                        family_name="Test", phone="+223")
    if number % 2:
        give_consent(actor=None, person=person, purpose=Purpose.DIRECTORY, wording="oui")
give_mandate(actor=None, person=person, role=Role.DIRECTOR, organization=office)
Post.objects.create(organization=office, title=Translated(fr="Comptable"), visibility="federation")
"""
COUNT = """
from kafo.people.models import Mandate, Person, Post
answer = [Person.objects.filter(organization__short_name="Bamako").count(),
          Person.objects.exclude(phone="").filter(organization__short_name="Bamako").count(),
          Mandate.objects.filter(organization__short_name="Bamako").count(), Post.objects.count()]
"""
WRITE = """
from kafo.people.models import Post
post = Post.objects.get()
post.seats += 1
try:
    post.save()
    answer = post.seats
except Exception as error:
    answer = type(error).__name__
"""
SEATS = "from kafo.people.models import Post\nanswer = Post.objects.get().seats"
ALARMS = """
from kafo.federation.models import Alarm, Held, Outbox
answer = [Alarm.objects.filter(settled_at=None).count(), Outbox.objects.count(),
          Held.objects.exclude(parked="").count()]
"""


@pytest.fixture
def servers():
    made = []

    def new(home):
        made.append(Server(home))
        return made[-1]

    yield new
    for each in made:
        each.stop()


@pytest.fixture
def geneva(servers, tmp_path):
    """Geneva, which keeps the office of Bamako, and is the first in the list of offices."""
    made = servers(tmp_path / "geneva")
    answers = "--name Genève --town Genève --country CH --given-name V --family-name K"
    made.kafo("init", *answers.split(), "--site", "geneve", "--host", "geneve.localhost")
    made.python(FILL)
    made.kafo("roster", "new", "--name", "Genève", "--address", made.address, "--keys", "keys")
    return made.serve()


def signed(geneva, file):
    geneva.kafo("roster", "sign", file, "keys/holder-1.key")
    geneva.kafo("roster", "sign", file, "keys/holder-3.key")
    geneva.kafo("roster", "take", file)


def joined(geneva, bamako):
    geneva.kafo("office", "invite", "Bamako", "--file", "invitation.txt")
    bamako.kafo("office", "join", "invitation.txt", "--own-address", bamako.address)
    geneva.kafo("roster", "draft", "r2")
    signed(geneva, "r2")
    bamako.kafo("office", "join")


def test_it_passes_a_hosted_office_to_its_own_server_and_survives_the_loss_of_that(
    geneva, servers, tmp_path
):
    bamako = servers(tmp_path / "bamako")
    joined(geneva, bamako)
    assert bamako.python(COUNT) == [HOSTED // 2, 0, 0, 1]  # what the others may read, no more
    assert (geneva.python(WRITE), bamako.python(WRITE)) == (2, "NotHome")

    geneva.kafo("office", "release", "Bamako")
    assert (geneva.python(WRITE), bamako.python(WRITE)) == ("Frozen", "NotHome")
    code = bamako.kafo("office", "accept")
    assert re.search(r"/desk/enter/ with the code [A-Z0-9 ]{19}", code)
    assert bamako.python(COUNT) == [HOSTED, HOSTED, 1, 1]
    assert bamako.python(WRITE) == 3
    assert geneva.python(WRITE) in {"Frozen", "NotHome"}  # until it heard, and since
    bamako.kafo("exchange", "Genève")
    assert "taken up" in geneva.kafo("office", "status")
    assert geneva.python(WRITE) == "NotHome"
    assert geneva.python(SEATS) == 3
    assert geneva.python(ALARMS) == bamako.python(ALARMS) == [0, 0, 0]
    assert (bamako.home / "federation" / "keys").stat().st_mode & 0o777 == 0o700

    # The backup is older than what Bamako has said since; its folder with the keys was saved too.
    backup = tmp_path / "backup.tar.gz"
    bamako.kafo("backup", backup)
    assert bamako.python(WRITE) == 4
    bamako.kafo("exchange")
    (tmp_path / "bamako").rename(tmp_path / "broken")
    bamako.kafo("restore", backup)
    (tmp_path / "broken" / "federation").rename(tmp_path / "bamako" / "federation")
    assert bamako.python(SEATS) == 3
    assert "writes again" in bamako.kafo("office", "recover")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (4, 5)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 5
    assert geneva.python(ALARMS) == bamako.python(ALARMS) == [0, 0, 0]

    # The server is lost with its keys: another machine, a backup, a new key that holders sign.
    (tmp_path / "bamako").rename(tmp_path / "lost")
    bamako.kafo("restore", backup)
    said = bamako.kafo("office", "recover", fails=True)
    key = re.search(r"\b[0-9a-f]{64}\b", said)[0]
    assert bamako.python(WRITE) == "NotHome"
    geneva.kafo("roster", "revoke", "Bamako", "r3", "--new-key", key)
    signed(geneva, "r3")
    assert "writes again" in bamako.kafo("office", "recover")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (5, 6)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 6
    lost = servers(tmp_path / "lost")
    assert lost.python(WRITE) == 6
    lost.kafo("exchange", fails=True)  # the stolen machine is greeted no more

    # Lost without any backup: what the peers hold comes back to a server that is invited anew.
    (tmp_path / "bamako").rename(tmp_path / "gone")
    geneva.kafo("office", "invite", "Bamako", "--replace", "--file", "again.txt")
    bamako.kafo("office", "join", "again.txt")
    geneva.kafo("roster", "draft", "r4")
    signed(geneva, "r4")
    bamako.kafo("office", "join")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (6, 7)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 7


def test_it_gives_a_declined_pen_back_and_joins_an_office_that_nobody_hosted(
    geneva, servers, tmp_path
):
    bamako = servers(tmp_path / "bamako")
    joined(geneva, bamako)
    geneva.kafo("office", "release", "Bamako")
    bamako.kafo("office", "decline")
    geneva.kafo("office", "status")
    assert geneva.python(WRITE) == 2
    assert bamako.python(WRITE) == "NotHome"

    said = geneva.kafo("office", "invite", "Dakar")
    code = re.search(r"code: (\S+)", said)[1]
    dakar = servers(tmp_path / "dakar")
    dakar.kafo("office", "join", geneva.address, "--code", "AAAA-AAAA-AAAA-AAAA", fails=True)
    assert not (tmp_path / "dakar" / "settings.env").exists()
    dakar.kafo("office", "join", geneva.address, "--code", code.lower(), "--yes")
    geneva.kafo("roster", "draft", "r3")
    signed(geneva, "r3")
    assert "taken up" in dakar.kafo("office", "join")
    assert dakar.python(SEATS) == 2
    assert dakar.python(
        "from kafo.people.models import Organization\n"
        "Organization.objects.create(short_name='Dakar', visibility='federation')\nanswer = 1"
    )
    dakar.kafo("exchange", "Genève")
    names = "from kafo.people.models import Organization\n"
    names += "answer = sorted(Organization.objects.values_list('short_name', flat=True))"
    assert geneva.python(names) == ["Bamako", "Dakar", "Genève"]
