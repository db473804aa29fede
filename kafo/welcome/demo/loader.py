"""Makes the office of the story: Bamako in July 2007, and the association's site that is empty."""

import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from kafo.people.models import Account
from kafo.publishing.baking.reconcile import baked_together
from kafo.publishing.models import PublicSite
from kafo.welcome.demo.pages import load_sites
from kafo.welcome.demo.people import load_people
from kafo.welcome.home import GUIDE
from kafo.welcome.node import migrate

FOLDER = Path(__file__).parent
PASSWORD = "bamako-2007"  # noqa: S105 - invented, and shown in the terminal


def read_tables() -> dict[str, list[dict[str, Any]]]:
    """Give the rows of all .toml files of the story, by table."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(FOLDER.rglob("*.toml")):
        for name, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables[name] += rows
    return tables


def load_demo(*, port: int, progress: Callable[[str], None] = lambda text: None) -> None:
    """Make the demonstration in an empty office.

    What tells a visitor where to look and how to sign in is written last, to KAFO_HOME/demo.txt.
    """
    progress("database")
    migrate()
    tables = read_tables()
    with baked_together():
        with transaction.atomic():
            progress("people")
            organizations = load_people(tables, PASSWORD)
            authors = {
                row["key"]: f"{row.get('given_name', '')} {row['family_name']}".strip()
                for row in tables["person"]
            }
            load_sites(tables, organizations, authors, port=port, progress=progress)
        progress("baking")
    guide = "\n".join(_guide(port))
    (settings.KAFO_HOME / GUIDE).write_text(guide, encoding="utf-8")


def _guide(port: int) -> list[str]:
    sites = [
        f"{site.name!s:<46} http://{site.hosts[0]}:{port}/"
        for site in PublicSite.objects.order_by("-slug")
    ]
    accounts = Account.objects.exclude(person=None).select_related("person").order_by("username")
    people = [f"{account.username:<18} {account.person}" for account in accounts]
    return [
        *sites,
        f"{'Desk':<46} http://bamako.localhost:{port}/desk/",
        "",
        f"Sign in with the password {PASSWORD} as one of:",
        *people,
    ]
