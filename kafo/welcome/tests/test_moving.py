import json
import os
import shutil
import subprocess
import sys
import uuid
from contextlib import contextmanager

import psycopg
import pytest

from kafo.config.env import database_at
from kafo.welcome.moving import _make_tables
from kafo.welcome.tests.conftest import run_kafo

TESTS_RUN_ON = os.environ.get("KAFO_DATABASE_URL", "")
IS_POSTGRES = TESTS_RUN_ON.startswith("postgresql")


@contextmanager
def empty_database(folder):
    """Give the address of one: beside the PostgreSQL that the tests run on, else a file."""
    name = f"moved_{uuid.uuid4().hex}"
    if not IS_POSTGRES:
        yield f"sqlite://{folder}/{name}.sqlite3"
        return
    server = database_at(TESTS_RUN_ON)
    with psycopg.connect(host=server["HOST"], user=server["USER"], dbname="postgres") as admin:
        admin.autocommit = True
        admin.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://{server['USER']}@/{name}?host={server['HOST']}"
        admin.execute(f"DROP DATABASE {name}")


@pytest.fixture
def new_address(tmp_path):
    with empty_database(tmp_path) as address:
        yield address


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
    rows = (json.loads(line) for line in done.stdout.splitlines() if line.strip())
    return sorted(_in_order(row) for row in rows)


def _in_order(row):
    """PostgreSQL keeps no order within a value of JSON, and a body is JSON within JSON."""
    fields = row["fields"]
    if isinstance(body := fields.get("body"), str) and body.startswith("["):
        fields["body"] = json.loads(body)
    return json.dumps(row, sort_keys=True)


def test_it_copies_every_row_works_on_and_refuses_a_full_database(office, new_address):
    before = _rows(office)
    # Broken off before a row was copied: what is left are tables.
    _make_tables(new_address)
    run_kafo("move", new_address, home=office)
    assert _rows(office, KAFO_DATABASE_URL=new_address) == before
    assert _rows(office) == before

    done = run_kafo("move", new_address, home=office, check=False)
    assert done.returncode == 1
    assert "not empty" in done.stderr

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


@pytest.mark.only_on("postgresql")
def test_it_proves_and_restores_a_backup_of_postgresql(office, new_address, tmp_path):
    run_kafo("move", new_address, home=office)
    file = tmp_path / "backup.tar.gz"
    run_kafo("backup", file, home=office, KAFO_DATABASE_URL=new_address)
    done = run_kafo("restore", "--verify", file, home=office, check=False)
    assert "Not verified by restoring" in done.stderr
    assert not (office / "backups/restored.json").exists()
    said = run_kafo("restore", "--verify", file, home=office, KAFO_DATABASE_URL=new_address)
    assert ": 1, " in said.stdout
    assert (office / "backups/restored.json").exists()

    other = tmp_path / "other"
    refused = run_kafo("restore", file, home=other, check=False, KAFO_DATABASE_URL=new_address)
    assert "not empty" in refused.stderr
    with empty_database(tmp_path) as second:
        run_kafo("restore", file, home=other, KAFO_DATABASE_URL=second)
        assert "ok    database: PostgreSQL" in run_kafo("check", home=other, check=False).stdout
        assert (other / "baked/segou/fr/index.html.br").is_file()

        # As if the power had gone before the last step.
        shutil.rmtree(other)
        (other / ".restoring").mkdir(parents=True)
        (other / ".restoring-database").touch()
        run_kafo("restore", file, home=other, KAFO_DATABASE_URL=second)
        assert sorted(path.name for path in other.iterdir()) == ["baked", "media", "settings.env"]
