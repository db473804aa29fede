"""Where each node of a world keeps its rows: a SQLite file in its folder, or PostgreSQL.

KAFO_DATABASE_URL leads to a cluster; each process has databases of its own there.
"""

import os
import shutil

from django.core.management import call_command
from django.db import connections

from kafo.config import env

URL = env.text("KAFO_DATABASE_URL", "sqlite://")
IS_SQLITE = URL.startswith("sqlite:")
_MINE = os.environ.get("PYTEST_XDIST_WORKER", "alone")


def make_template(folder):
    """Make an empty database once; each node begins with a copy of it."""
    if not IS_SQLITE:
        _create("template", "template0")
    connect("template", folder, alias="default")
    call_command("migrate", database="default", run_syncdb=True, verbosity=0)
    _tidy("default")
    connections["default"].close()
    own = folder / "default"  # for what a server asks of the house: the template stays empty
    own.mkdir()
    begin("default", own, folder)
    return folder


def connect(name, folder, alias=""):
    """Lead a node, whose name is its alias, to its rows."""
    connection = connections[alias or name]
    connection.close()
    connection.settings_dict["NAME"] = str(_file(folder)) if IS_SQLITE else _named(name)


def begin(name, folder, template):
    """Give a node a database without rows."""
    if IS_SQLITE:
        shutil.copy(_file(template), _file(folder))
    else:
        _create(name, "template")
    connect(name, folder)


def back_up(name, folder):
    """Keep a copy of all rows as they are now."""
    if IS_SQLITE:
        target = folder.with_suffix(".backup")
        target.unlink(missing_ok=True)
        connections[name].cursor().execute("VACUUM INTO %s", [str(target)])
    else:
        connections[name].close()
        _create(f"{name}_backup", name)


def restore(name, folder):
    """Go back to that copy."""
    connections[name].close()
    if IS_SQLITE:
        for left in folder.glob("kafo.sqlite3-*"):
            left.unlink()
        shutil.copy(folder.with_suffix(".backup"), _file(folder))
    else:
        _create(name, f"{name}_backup")
    connect(name, folder)


def all_bytes(name, folder):
    """Give all that a node has on its disk; where PostgreSQL has it, all that its tables give."""
    found = []
    if IS_SQLITE:
        connections[name].cursor().execute("VACUUM")
        _tidy(name)
    else:
        for table in connections[name].introspection.table_names():
            with (
                connections[name].cursor() as cursor,
                cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as rows,
            ):
                found += [bytes(row) for row in rows]
    found += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return b"".join(found)


def _tidy(alias):
    if IS_SQLITE:
        connections[alias].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _file(folder):
    return folder / "kafo.sqlite3"


def _named(name):
    return f"toy_{_MINE}_{name}"


def _create(name, source):
    import psycopg

    given = env.database_at(URL)
    source = source if source == "template0" else _named(source)
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as rows:
        rows.execute(f'DROP DATABASE IF EXISTS "{_named(name)}" WITH (FORCE)')
        rows.execute(f'CREATE DATABASE "{_named(name)}" TEMPLATE "{source}"')
