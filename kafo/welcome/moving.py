"""Copying an office from one database to another, every table and row."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import OperationalError, connections, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from kafo.config.env import database_at
from kafo.people.models import Organization
from kafo.records.errors import Refused

BATCH = 500


def move_database(address: str, *, progress: Callable[[str], None] = lambda text: None) -> None:
    """Copy all rows of this office's database to the empty one at `address`, in one transaction.

    The source is only read. Raises Refused when the target cannot be reached or is not empty.
    """
    connections.settings["target"] = connections.configure_settings(
        {"default": settings.DATABASES["default"], "target": database_at(address)}
    )["target"]
    target = connections["target"]
    try:
        tables = target.introspection.table_names()
    except OperationalError as error:
        raise Refused(_("The database cannot be reached: %(why)s") % {"why": error}) from error
    if tables and not _is_begun(tables):
        raise Refused(_("The database at the new address is not empty. Make an empty one first."))
    progress(_("tables"))
    _make_tables(address)
    there = set(target.introspection.table_names())
    # The table of SQLite's own search, which is kept empty, is not in PostgreSQL.
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.db_table in there
    ]
    with transaction.atomic(using="target"), target.constraint_checks_disabled():
        for model in models:  # migrations put first rows of their own into some tables
            model._base_manager.using("target")._raw_delete("target")
        for model in models:
            progress(str(model._meta.label))
            fields = model._meta.local_concrete_fields
            batch = []
            for row in model._base_manager.using("default").order_by("pk").iterator(BATCH):
                batch.append(row)
                if len(batch) == BATCH:
                    _insert(model, fields, batch)
                    batch = []
            _insert(model, fields, batch)
        target.check_constraints()
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _is_begun(tables: list[str]) -> bool:
    """Say whether the tables are those of a copy that was broken off: no office is in them."""
    own = Organization._meta.db_table
    return own in tables and not Organization.objects.using("target").exists()


def _make_tables(address: str) -> None:
    # In a process of its own: some libraries' migrations write to the default database, whichever
    # one they are asked to migrate. -P: of what lies where the operator stands nothing is imported.
    command = [sys.executable, "-P", "-m", "django", "migrate", "--verbosity", "0", "--no-input"]
    wanted = {"KAFO_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}
    done = subprocess.run(  # noqa: S603 - the command is our own
        command, env={**os.environ, **wanted}, capture_output=True, text=True
    )
    if done.returncode:
        raise Refused(_("The tables could not be made: %(why)s") % {"why": done.stderr[-500:]})


def _insert(model: type[Model], fields: Any, rows: list[Model]) -> None:
    if rows:
        model._base_manager.using("target")._insert(  # type: ignore[attr-defined]
            rows, fields=fields, using="target", raw=True
        )
