import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kafo.federation.tests.offices import Office, federate
from tests.two_nodes.line import Line

NAMES = ("geneva", "bamako", "dakar")


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
    if not found:
        pytest.skip("PostgreSQL is not installed.")
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
