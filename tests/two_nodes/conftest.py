import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kafo.federation.tests.offices import Office, federate
from tests.two_nodes.line import Line
from tests.two_nodes.server import Server

NAMES = ("geneva", "bamako", "dakar")
HOSTED = 6
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


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Three offices that know each other; each test works on a copy."""
    folder = tmp_path_factory.mktemp("offices")
    offices = [Office(folder / name, name) for name in NAMES]
    federate(*offices)
    for office in offices:
        office.close()
    return folder


@pytest.fixture
def office(made, tmp_path):
    """Give an office by its name, in processes of its own."""
    running = []

    def start(name, **options):
        home = tmp_path / name
        if not home.exists():
            shutil.copytree(made / name, home)
        running.append(Office(home, name, **options))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture
def line():
    """Give a line to an office that serves."""
    drawn = []

    def draw(other):
        drawn.append(Line(other.port))
        return drawn[-1]

    yield draw
    for each in drawn:
        each.close()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """Give the address of a database in a cluster of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert found, "PostgreSQL is not installed: deploy/test-components"
    folder = tmp_path_factory.mktemp("cluster")
    as_owner = []
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(parent.stat().st_mode | 0o111)
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program, *options):
        command = [*as_owner, found[-1] / program, "-D", folder / "data", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    run("initdb", "-A", "trust", "-U", "kafo", "--locale=C.UTF-8")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
    yield f"postgresql://kafo@/postgres?host={folder}"
    run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture
def servers():
    """Give an office with a data folder of its own, which is stopped at the end."""
    made = []

    def new(home, port=0):
        made.append(Server(home, port))
        return made[-1]

    yield new
    for each in made:
        each.stop()


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """Geneva, which keeps the office of Bamako, and is the first in the list of offices."""
    made = Server(tmp_path_factory.mktemp("begun") / "geneva")
    answers = "--name Genève --town Genève --country CH --given-name V --family-name K"
    made.kafo("init", *answers.split(), "--site", "geneve", "--host", "geneve.localhost")
    made.python(FILL)
    made.kafo("roster", "new", "--name", "Genève", "--address", made.address, "--keys", "keys")
    made.stop()
    return made


@pytest.fixture
def geneva(begun, servers, tmp_path):
    """A copy of that office, as it serves."""
    shutil.copytree(begun.home.parent, tmp_path, dirs_exist_ok=True)
    return servers(tmp_path / "geneva", begun.port).serve()


def signed(geneva, file):
    """Let two holders sign a version of the list of offices, and Geneva take it."""
    geneva.kafo("roster", "sign", file, "keys/holder-1.key")
    geneva.kafo("roster", "sign", file, "keys/holder-3.key")
    geneva.kafo("roster", "take", file)
