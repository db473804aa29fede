"""What a node does when it starts, and what `kafo check` looks at."""

import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from kafo.federation.alarms import notices
from kafo.federation.queries import peer_offices
from kafo.federation.services.starting import ensure_node
from kafo.records.loop import run_forever

logger = logging.getLogger("kafo.node")

LOW_SPACE = 200_000_000
OLD_BACKUP = timedelta(days=8)


def is_migrated() -> bool:
    """Say whether the database is in the shape that this version of Kafo needs."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Bring the database into shape, all or nothing; one that holds something is copied first."""
    if is_migrated():
        return
    if connection.vendor == "sqlite" and "people_person" in connection.introspection.table_names():
        _copy_before_update()
    # Django notes a migration after the transaction that makes its tables: when the power goes in
    # between, the next start would make them again. So all of an update is one transaction.
    connection.disable_constraint_checking()  # SQLite heeds it outside of transactions only
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.enable_constraint_checking()


def _copy_before_update() -> None:
    folder = settings.KAFO_HOME / "backups"
    copy = folder / f"before-update-{datetime.now(UTC):%Y%m%d-%H%M%S}.sqlite3"
    draft = folder / "before-update.part"
    folder.mkdir(exist_ok=True)
    draft.unlink(missing_ok=True)
    connection.close()
    with sqlite3.connect(str(settings.DATABASES["default"]["NAME"])) as source:
        source.execute("VACUUM INTO ?", (str(draft),))
    draft.replace(copy)
    logger.info("The database was copied to %s before the update.", copy)


def start_node() -> None:
    """Bring the database into shape and start the reconciling loops in a thread of their own."""
    migrate()
    ensure_node()
    threading.Thread(
        target=run_forever, args=(threading.Event(),), name="loops", daemon=True
    ).start()


@dataclass(frozen=True)
class Finding:
    """One line of `kafo check`: what was looked at, whether it is well, and what to do if not."""

    subject: str
    is_well: bool
    text: str


def findings() -> Iterator[Finding]:
    """Look at the node from the operator's side, one subject after the other."""
    looks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        (_("settings"), _settings),
        (_("database"), _database),
        (_("disk"), _disk),
        (_("backup"), _backup),
        (_("restore drill"), _drill),
        (_("other offices"), _offices),
    ]
    for subject, look in looks:
        try:
            is_well, text = look()
        except (OSError, DatabaseError, ValueError) as error:
            is_well, text = False, str(error)
        yield Finding(subject, is_well, text)


def _settings() -> tuple[bool, str]:
    errors = [message for message in run_checks() if message.is_serious()]
    if settings.SECRET_KEY.startswith("kafo-unconfigured"):
        return False, _("No office here yet. Run: kafo init")
    return not errors, "; ".join(str(message.msg) for message in errors) or settings.KAFO_OFFICE_ID


def _database() -> tuple[bool, str]:
    if not is_migrated():
        return False, _("The database waits for an update; kafo run makes it.")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            (verdict,) = cursor.execute("PRAGMA quick_check").fetchone()
        return verdict == "ok", f"SQLite {sqlite3.sqlite_version}: {verdict}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return True, f"PostgreSQL {cursor.fetchone()[0]}"


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(settings.KAFO_HOME).free
    text = _("%(free)d MB free") % {"free": free // 1_000_000}
    if free < LOW_SPACE:
        return False, text + ". " + _("Take old backups to another disk.")
    return True, text


def _backup() -> tuple[bool, str]:
    return _age_of("last.json", "made_at", _("There is no backup yet. Run: kafo backup"))


def _drill() -> tuple[bool, str]:
    return _age_of(
        "restored.json",
        "verified_at",
        _("No backup was ever tried out. Run: kafo restore --verify FILE"),
        limit=timedelta(days=100),
    )


def _offices() -> tuple[bool, str]:
    alarms = notices()
    if alarms:
        return False, " ".join(f"{alarm.title} {alarm.text}" for alarm in alarms)
    return True, ", ".join(entry.name for entry in peer_offices()) or "—"


def _age_of(name: str, key: str, missing: str, limit: timedelta = OLD_BACKUP) -> tuple[bool, str]:
    path = settings.KAFO_HOME / "backups" / name
    if not path.is_file():
        return False, missing
    made = datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))[key])
    age = datetime.now(UTC) - made
    return age < limit, _("%(days)d days ago") % {"days": age.days}
