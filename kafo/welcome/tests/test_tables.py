"""The tables of a new office are those that the migrations make."""

import os
import sqlite3
import subprocess
import sys

import pytest
from django.apps import apps
from django.db import ConnectionHandler
from django.db.backends.sqlite3.base import DatabaseWrapper

from kafo.welcome import tables


@pytest.fixture
def empty(tmp_path, django_db_blocker):
    """An empty SQLite database beside the one of the tests."""
    about = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "empty.sqlite3")}
    settings = ConnectionHandler({"default": about}).settings["default"]
    with django_db_blocker.unblock():
        connection = DatabaseWrapper(settings, "default")
        yield connection
        connection.close()


def test_it_makes_the_tables_that_the_migrations_make(tmp_path):
    again = tmp_path / "again.sql"
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("KAFO_", "DJANGO_"))}
    command = [sys.executable, "-m", "kafo.welcome.tables", str(again)]
    subprocess.run(command, check=True, env=kept)
    same = again.read_text() == tables.FILE.read_text()
    assert same, "The migrations changed: run `make tables`."


def test_it_gives_each_office_ids_of_its_own(empty, tmp_path):
    assert tables.fill_empty_database(empty)
    assert not tables.fill_empty_database(empty)
    with sqlite3.connect(tmp_path / "empty.sqlite3") as rows:
        keys = [key for (key,) in rows.execute("SELECT translation_key FROM wagtailcore_page")]
        assert len(set(keys)) == 2
        assert {len(key) for key in keys} == {32}
        assert not rows.execute("PRAGMA foreign_key_check").fetchall()


def test_it_leaves_an_empty_database_to_migrations_that_it_does_not_know(
    empty, tmp_path, monkeypatch
):
    room = apps.get_app_config("records")
    copy = tmp_path / "records"
    (copy / "migrations").mkdir(parents=True)
    (copy / "migrations/0099_new.py").write_text("")
    monkeypatch.setattr(room, "path", str(copy))
    assert not tables.fill_empty_database(empty)
    assert empty.introspection.table_names() == []
