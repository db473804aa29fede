"""Makes the office of the story: Bamako in July 2007, and the association's site that is empty."""

import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Site

from kafo.people.models import Account
from kafo.publishing.baking.reconcile import baked_together
from kafo.publishing.models import PublicSite
from kafo.records.durable import write_whole
from kafo.welcome.demo.neighbours import FIRST, OFFICES, federate, join, move, office_ids
from kafo.welcome.demo.pages import load_sites
from kafo.welcome.demo.people import load_people
from kafo.welcome.home import GUIDE
from kafo.welcome.node import migrate

FOLDER = Path(__file__).parent
PASSWORD = "bamako-2007"  # noqa: S105 - invented, and shown in the terminal


def read_tables(office: str = FIRST) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of all .toml files that tell of an office, by table."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    others = FOLDER / "offices"
    found = FOLDER.rglob("*.toml") if office == FIRST else (others / office).glob("*.toml")
    for path in sorted(path for path in found if office != FIRST or others not in path.parents):
        for name, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables[name] += rows
    return tables


def load_demo(
    *, port: int, office: str = FIRST, progress: Callable[[str], None] = lambda text: None
) -> None:
    """Make one office of the demonstration; `port` is its own.

    What tells a visitor where to look and how to sign in is written last, to KAFO_HOME/demo.txt.
    """
    progress(_("database"))
    migrate()
    tables = read_tables(office)
    home: Path = settings.KAFO_HOME
    first = home if office == FIRST else home.parents[1]
    if office != FIRST:
        join(home)
    with baked_together():
        with transaction.atomic():
            progress(_("people"))
            organizations = load_people(tables, PASSWORD, office_ids(first))
            authors = {
                row["key"]: f"{row.get('given_name', '')} {row['family_name']}".strip()
                for row in tables["person"]
            }
            load_sites(tables, organizations, authors, port=port, progress=progress)
        progress(_("baking"))
    if office == FIRST:
        federate(first, port)
    _write_guide(port, office)


def move_demo(
    *, port: int, office: str = FIRST, progress: Callable[[str], None] = lambda text: None
) -> None:
    """Let the sites of a demonstration that is there, its guide and the list name another port."""
    migrate()
    progress(_("baking"))
    with baked_together(), transaction.atomic():
        for site in Site.objects.all():
            site.port = port
            site.save()
    if office == FIRST:
        move(settings.KAFO_HOME, port)
    _write_guide(port, office)


def _write_guide(port: int, office: str) -> None:
    guide = "\n".join(_guide(port, office))
    write_whole(settings.KAFO_HOME / GUIDE, guide.encode())


def _guide(port: int, office: str) -> list[str]:
    sites = [
        f"{site.name!s:<46} http://{site.hosts[0]}:{port}/"
        for site in PublicSite.objects.order_by("-slug")
    ]
    accounts = Account.objects.exclude(person=None).select_related("person").order_by("username")
    people = [f"{account.username:<18} {account.person}" for account in accounts]
    return [
        *sites,
        _("Desk").ljust(46) + f" http://{office}.localhost:{port}/desk/",
        *_others(port, office),
        "",
        _("Sign in with the password %(password)s as one of:") % {"password": PASSWORD},
        *people,
    ]


def _others(port: int, office: str) -> list[str]:
    """Tell the first office's visitor of the other two, which are there a little later."""
    if office != FIRST:
        return []
    return [
        f"{each.name:<46} http://{each.key}.localhost:{each.port(port)}/ (directrice, redacteur)"
        for each in OFFICES[1:]
    ]
