import os
import subprocess
import sys
import uuid

import psycopg
import pytest

from kafo.config.env import database_at
from kafo.welcome.tests.conftest import run_kafo


@pytest.fixture
def new_address(tmp_path):
    """An empty database: beside the PostgreSQL that the tests run on, else a file."""
    tests_run_on = os.environ.get("KAFO_DATABASE_URL", "")
    if not tests_run_on.startswith("postgresql"):
        yield f"sqlite://{tmp_path}/moved.sqlite3"
        return
    server = database_at(tests_run_on)
    name = f"moved_{uuid.uuid4().hex}"
    with psycopg.connect(host=server["HOST"], user=server["USER"], dbname="postgres") as admin:
        admin.autocommit = True
        admin.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://{server['USER']}@/{name}?host={server['HOST']}"
        admin.execute(f"DROP DATABASE {name}")


def _rows(office, **extra):
    """Every row of every table, as the office itself reads them."""
    script = (
        "import django; django.setup();"
        "from django.core import serializers; from django.apps import apps;"
        "print(*sorted(serializers.serialize('jsonl', model._base_manager.order_by('pk'))"
        " for model in apps.get_models(include_auto_created=True)"
        " if not model._meta.label.startswith('modelsearch')))"
    )
    environment = {n: v for n, v in os.environ.items() if not n.startswith("KAFO_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **environment,
            "KAFO_HOME": str(office),
            "DJANGO_SETTINGS_MODULE": "kafo.config.settings",
            **extra,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_copies_every_row_and_refuses_a_full_database(office, new_address):
    before = _rows(office)
    run_kafo("move", new_address, home=office)
    assert _rows(office, KAFO_DATABASE_URL=new_address) == before
    assert _rows(office) == before

    done = run_kafo("move", new_address, home=office, check=False)
    assert done.returncode == 1
    assert "not empty" in done.stderr


def test_it_works_on_after_the_move(office, new_address):
    run_kafo("move", new_address, home=office)
    done = run_kafo("check", home=office, check=False, KAFO_DATABASE_URL=new_address)
    assert "ok    database" in done.stdout
    file = office / "after.tar.gz"
    run_kafo("backup", file, home=office, KAFO_DATABASE_URL=new_address)
    run_kafo("restore", "--verify", file, home=office, KAFO_DATABASE_URL=new_address)


def test_it_says_when_the_database_cannot_be_reached(office):
    address = "postgresql://nobody@localhost:1/nothing"
    done = run_kafo("move", address, home=office, check=False)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
