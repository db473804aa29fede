"""The operational panel: does the site answer its readers, and is what it holds kept safe."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kafo.publishing.models import BakedPage, PublicSite
from kafo.publishing.queries.showing import is_disk_full

BACKUP_DAYS, RESTORE_DAYS = 8, 100
LEAST_FREE = 200_000_000


class State(StrEnum):
    """Good; to be looked at, though readers notice nothing; or broken for readers."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Sign:
    """One line of the panel."""

    label: str
    words: str
    state: State


def signs_of(site: PublicSite) -> list[Sign]:
    """Give the operational panel of a site."""
    return [_pages(site), _host(site), _backup(), _restore(), _mail(), _disk()]


def is_operational(signs: list[Sign]) -> bool:
    """Say whether readers are served: no line of the panel is broken."""
    return all(sign.state != State.BAD for sign in signs)


def _pages(site: PublicSite) -> Sign:
    label = _("Pages")
    found = BakedPage.objects.filter(site=site).aggregate(
        pages=Count("pk", filter=Q(baked_at__isnull=False)),
        due=Count("pk", filter=Q(due__gt=0)),
        failing=Count("pk", filter=Q(failures__gt=0)),
        last=Max("baked_at"),
    )
    if not found["pages"]:
        return Sign(label, _("Nothing is published yet."), State.BAD)
    if found["failing"]:
        words = ngettext(
            "%(number)s page cannot be made ready.",
            "%(number)s pages cannot be made ready.",
            found["failing"],
        )
        words %= {"number": found["failing"]}
        if is_disk_full():
            words += " " + _("The disk is full.")
        return Sign(label, words, State.BAD)
    words = ngettext(
        "%(number)s page is online.", "%(number)s pages are online.", found["pages"]
    ) % {"number": found["pages"]}
    if found["due"]:
        words += " " + _("%(number)s wait for their new version.") % {"number": found["due"]}
    return Sign(label, words, State.GOOD)


def _host(site: PublicSite) -> Sign:
    label = _("Address")
    if not site.hosts:
        return Sign(label, _("The site has no host name."), State.WARN)
    host = site.hosts[0]
    if settings.SECURE or host.split(":")[0].endswith("localhost"):
        return Sign(label, host, State.GOOD)
    return Sign(label, _("%(host)s, without encryption (HTTPS)") % {"host": host}, State.WARN)


def _noted(name: str, key: str) -> tuple[datetime | None, dict[str, Any]]:
    """Read what the backup and restore commands note down in KAFO_HOME/backups."""
    path = Path(settings.KAFO_HOME) / "backups" / name
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(note[key])
    except (OSError, ValueError, KeyError, TypeError):
        return None, {}
    return (at if at.tzinfo else timezone.make_aware(at)), note


def _ago(at: datetime) -> str:
    return _("%(time)s ago") % {"time": timesince(at, depth=1)}


def _backup() -> Sign:
    label = _("Backup")
    at, note = _noted("last.json", "made_at")
    if at is None:
        return Sign(label, _("None was made yet."), State.WARN)
    words = _ago(at)
    if isinstance(size := note.get("bytes"), int):
        words += f" · {filesizeformat(size)}"
    is_recent = timezone.now() - at < timedelta(days=BACKUP_DAYS)
    return Sign(label, words, State.GOOD if is_recent else State.WARN)


def _restore() -> Sign:
    label = _("Last try of a restore")
    at, _note = _noted("restored.json", "verified_at")
    if at is None:
        return Sign(label, _("Never tried yet."), State.WARN)
    is_recent = timezone.now() - at < timedelta(days=RESTORE_DAYS)
    words = date_format(timezone.localtime(at), "DATE_FORMAT")
    return Sign(label, words, State.GOOD if is_recent else State.WARN)


def _mail() -> Sign:
    label = _("Mail")
    if settings.EMAIL_HOST:
        words = _("Sent by way of %(host)s.") % {"host": settings.EMAIL_HOST}
        return Sign(label, words, State.GOOD)
    return Sign(label, _("No mail server is set."), State.WARN)


def _disk() -> Sign:
    label = _("Room on the disk")
    home = Path(settings.KAFO_HOME)
    try:
        free = shutil.disk_usage(home if home.exists() else home.parent).free
    except OSError:
        return Sign(label, _("It cannot be read."), State.WARN)
    words = _("%(size)s free") % {"size": filesizeformat(free)}
    return Sign(label, words, State.GOOD if free > LEAST_FREE else State.BAD)
