"""The tables of a new SQLite database in one script, instead of through all migrations.

`tables.sql` is what the migrations make of an empty database, written by `make tables`. It notes
from which migrations: with any others it is left alone, and the migrations make the tables.
"""

import hashlib
import os
import re
import sqlite3
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

FILE = Path(__file__).with_name("tables.sql")
_HEAD = "-- What the migrations {} make of an empty database; `make tables` writes it anew.\n"
_UUID = re.compile(r"'[0-9a-f]{32}'")
_APPLIED = re.compile(r"(?<=')\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?=')")


def fill_empty_database(connection: BaseDatabaseWrapper) -> bool:
    """Make all tables in an empty SQLite database, or give False when migrations have to."""
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        return False
    script = FILE.read_text(encoding="utf-8")
    if not script.startswith(_HEAD.format(_digest_of_migrations())):
        return False
    script = re.sub("'@uuid'", lambda _mark: f"'{uuid.uuid4().hex}'", script)
    script = script.replace("@now", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
    with connection.cursor() as cursor:
        cursor.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
    return True


def _digest_of_migrations() -> str:
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for path in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label}/{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def _script_of(database: Path) -> Iterator[str]:
    """Give the statements that make `database`; its own ids and times are marks in them."""
    with sqlite3.connect(database) as rows:
        things = rows.execute(
            "SELECT name, sql, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'sqlite_%' ORDER BY type = 'trigger', type = 'index', name"
        ).fetchall()
        searches = tuple(f"{name}_" for name, _sql, is_virtual in things if is_virtual)
        tables = [thing for thing in things if not (searches and thing[0].startswith(searches))]
        for _name, sql, _is_virtual in tables:
            yield f"{sql};\n"
        for line in rows.iterdump():
            found = re.match(r'INSERT INTO "(\w+)"', line)
            if found and any(
                found[1] == name for name, _sql, is_virtual in tables if not is_virtual
            ):
                yield _APPLIED.sub("@now", _UUID.sub("'@uuid'", line)) + "\n"


def write_script(target: Path = FILE) -> None:
    """Run all migrations on an empty database, and write to `target` what they made."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"KAFO_HOME": folder, "KAFO_DATABASE_URL": "sqlite://"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "kafo.config.settings"
        import django
        from django.core.management import call_command
        from django.core.management.commands.migrate import Command

        django.setup()
        call_command(Command(), verbosity=0)
        head = _HEAD.format(_digest_of_migrations())
        target.write_text(head + "".join(_script_of(Path(folder) / "kafo.sqlite3")))


if __name__ == "__main__":
    write_script(*map(Path, sys.argv[1:]))
