"""Looks, now and then, whether links out of the house still lead somewhere."""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from kafo.publishing.models import ExternalLink

TRIES = 3
OVER = timedelta(days=7)
EVERY = timedelta(days=3)
AT_ONCE = 10
ARCHIVE = "https://archive.org/wayback/available?url="


def answers(address: str) -> bool:
    """Say whether somebody answers at `address`; an answer that asks for patience counts."""
    request = urllib.request.Request(  # noqa: S310 - only http and https are stored
        address, method="HEAD", headers={"User-Agent": "Kafo link check"}
    )
    try:
        with urllib.request.urlopen(request, timeout=15):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        return error.code not in {404, 410}
    except (OSError, ValueError):
        return False


def archived_copy(address: str) -> tuple[date, str] | None:
    """Give day and address of the copy that the Internet Archive holds, or None.

    Its answer: https://archive.org/help/wayback_api.php.
    """
    question = ARCHIVE + urllib.parse.quote(address, safe="")
    try:
        with urllib.request.urlopen(question, timeout=15) as answer:  # noqa: S310
            copy = json.loads(answer.read(100_000))["archived_snapshots"]["closest"]
        found, day = str(copy["url"]), datetime.strptime(copy["timestamp"][:8], "%Y%m%d")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (day.date(), found) if found.startswith(("http://", "https://")) else None


def note_answer(link: ExternalLink, is_answered: bool) -> None:
    """Write down one try; three failed ones over seven days make a link dead."""
    now = timezone.now()
    was_dead = link.is_dead
    link.checked_at = now
    if is_answered:
        link.failures, link.failing_since, link.is_dead = 0, None, False
    else:
        link.failures += 1
        link.failing_since = link.failing_since or now
        link.is_dead = link.failures >= TRIES and now - link.failing_since >= OVER
    tries = ["checked_at", "failures", "failing_since"]
    link.save(update_fields=tries if link.is_dead == was_dead else [*tries, "is_dead"])


def check_links() -> int:
    """Try some links that nobody looked at of late; does nothing unless KAFO_CHECK_LINKS is set."""
    if not settings.KAFO_CHECK_LINKS:
        return 0
    before = timezone.now() - EVERY
    due = ExternalLink.objects.filter(Q(checked_at=None) | Q(checked_at__lt=before))
    links = list(due.order_by("checked_at")[:AT_ONCE])
    for link in links:
        note_answer(link, answers(link.address))
        if link.is_dead and not link.archived_on and (copy := archived_copy(link.address)):
            link.archived_on, link.archive_address = copy[0], copy[1][:700]
            link.save(update_fields=["is_dead", "archived_on", "archive_address"])
    return len(links)
