"""Django's own `migrate`, which takes the short way with an empty SQLite database."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from kafo.welcome.tables import fill_empty_database


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["app_label"]:
            fill_empty_database(connections[options["database"]])
        super().handle(*args, **options)
