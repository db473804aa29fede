"""Whether readers see what was published, and if not, why in words an editor understands."""

import shutil
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from kafo.publishing.models import BakedPage

# Less than a page and its pictures need.
NO_ROOM = 1_000_000


def is_unseen() -> Q:
    """Give the condition for pages whose last change could not be shown to readers yet."""
    failed = BakedPage.objects.filter(due__gt=0, failures__gt=0, page__isnull=False)
    return Q(pk__in=failed.values("page_id"))


def is_disk_full() -> bool:
    """Say whether there is no room for baked pages."""
    try:
        return shutil.disk_usage(settings.KAFO_BAKED).free < NO_ROOM
    except OSError:
        return False


def why_unseen(page: Any) -> str:
    """Give why readers do not see the last change of `page`; an empty text when they do."""
    if not BakedPage.objects.filter(page=page.pk, due__gt=0, failures__gt=0).exists():
        return ""
    if is_disk_full():
        return _(
            "It is kept, but the site does not show it yet: the disk of the server is full. The "
            "person who keeps the server must make room; then it appears by itself."
        )
    return _(
        "It is kept, but the site does not show it yet: the page could not be made ready. It is "
        "tried again by itself; if it does not appear, tell the person who keeps the server."
    )
