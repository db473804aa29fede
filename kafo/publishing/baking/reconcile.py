"""Brings what is baked to what should be: each pass does what is due, and can be broken off."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from wagtail.models import Page

from kafo.publishing.baking.dependents import complete_since
from kafo.publishing.baking.files import is_whole, site_folder
from kafo.publishing.baking.frames import Frame, recipe, refresh_frames
from kafo.publishing.baking.pages import bake_row, expect_page, settle, write_full
from kafo.publishing.baking.parts import TEXT_VIEW
from kafo.publishing.baking.pictures import make_renditions
from kafo.publishing.baking.sharing import share_missing
from kafo.publishing.baking.site_files import (
    bake_missing,
    bake_site_file,
    expect_site_files,
    write_sites,
)
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import (
    PAGE_TYPES,
    BakeDependency,
    BakedFrame,
    BakedPage,
    Picture,
    PublicSite,
)
from kafo.publishing.models.sites import path_within_site
from kafo.publishing.serving.files import BROKEN
from kafo.records.durable import sync_disk

logger = logging.getLogger("kafo.baking")

BATCH = 200
MOST_FAILURES = 20

_is_waiting: ContextVar[bool] = ContextVar("is_waiting", default=False)


def after_commit(act: Callable[[], object]) -> None:
    """Do `act`, which bakes, once the transaction is through; not inside `baked_together`."""
    transaction.on_commit(lambda: None if _is_waiting.get() else act())


@contextmanager
def baked_together() -> Iterator[None]:
    """Publish many pages inside, while no other process does: each is baked once, at the end."""
    token = _is_waiting.set(True)
    try:
        yield
    finally:
        _is_waiting.reset(token)
    since = complete_since.set(timezone.now())
    try:
        reconcile()
    finally:
        complete_since.reset(since)


def bake_due(limit: int = BATCH) -> int:
    """Bake up to `limit` of what is due, the ones that failed before last; give how many moved."""
    rows = (
        BakedPage.objects.filter(due__gt=0, failures__lt=MOST_FAILURES)
        .select_related("site__wagtail_site__root_page", "page")
        # Those of a page's new address before those of its old one, for it to be at one of them.
        .order_by("failures", "kind", "-pk")[:limit]
    )
    done = []
    # Pages first: feeds and old addresses tell of where they ended up.
    for row in sorted(rows, key=lambda row: row.kind != BakedKind.PAGE):
        try:
            done.append(bake_row(row) if row.kind == BakedKind.PAGE else bake_site_file(row))
        except Exception:
            logger.exception("%s could not be baked.", row)
            BakedPage.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    if done:
        settle(done)
    return len(done)


def join_due() -> int:
    """Join all pages whose frame changed with the present one; give how many."""
    joined = 0
    for row in BakedFrame.objects.select_related("site__wagtail_site"):
        frame = Frame.of(row)
        behind = BakedPage.objects.filter(
            site=row.site,
            language=row.language,
            due=0,
            kind__in=[BakedKind.PAGE, BakedKind.MISSING],
        ).exclude(frame=frame.digest)
        done = []
        for page in behind.iterator(chunk_size=BATCH):
            page.site = row.site
            if page.kind == BakedKind.MISSING:
                bake_missing(page)
            else:
                write_full(page, frame, page.parts)
            done.append(page.pk)
            if len(done) >= BATCH:
                joined += _mark_joined(done, frame)
        joined += _mark_joined(done, frame)
    return joined


def _mark_joined(done: list[int], frame: Frame) -> int:
    if done:
        sync_disk(settings.KAFO_BAKED)
    BakedPage.objects.filter(pk__in=done).update(frame=frame.digest)
    count = len(done)
    done.clear()
    return count


def find_due() -> int:
    """Compare pages with what was baked of them, and mark the differences.

    Run at every start: whatever a crash, a restored backup or a new version left behind is found.
    """
    found = BakedPage.objects.filter(due=0).exclude(recipe=recipe()).update(due=1)
    BakedPage.objects.filter(failures__gt=0).update(failures=0)
    baked = {
        (page_id, path): revision
        for page_id, path, revision in BakedPage.objects.filter(
            kind=BakedKind.PAGE, page__isnull=False
        ).values_list("page_id", "path", "revision")
    }
    for model in PAGE_TYPES:
        rows = model.objects.live().values_list(
            "pk", "url_path", "locale__language_code", "live_revision_id"
        )
        for pk, url_path, language, revision in rows:
            key = (pk, path_within_site(url_path, language))
            if key not in baked or baked[key] != revision:
                found += len(expect_page(Page.objects.get(pk=pk).specific))
    gone = BakedPage.objects.filter(kind=BakedKind.PAGE, due=0).filter(
        Q(page=None) | Q(page__live=False)
    )
    found += gone.update(due=1)
    for site in PublicSite.objects.select_related("wagtail_site__root_page"):
        expect_site_files(site)
        refresh_frames(site)
    write_sites()
    return found + _mark_lost() + share_missing()


def _mark_lost() -> int:
    """Mark due what was baked and is not on the disk; give how many."""
    lost = []
    rows = BakedPage.objects.filter(due=0).values_list("pk", "kind", "site__slug", "path")
    for pk, kind, slug, path in rows.iterator():
        file = site_folder(slug) / path
        if kind == BakedKind.PAGE:
            whole = is_whole(file / "index.html") and is_whole(file / TEXT_VIEW / "index.html")
        else:
            whole = is_whole(file)
        if not whole:
            lost.append(pk)
    for start in range(0, len(lost), BATCH):
        some = lost[start : start + BATCH]
        BakedPage.objects.filter(pk__in=some).update(due=F("due") + 1)
    return len(lost)


def mark_broken() -> int:
    """Mark due what the server found damaged on the disk; give how many files that are."""
    note = settings.KAFO_BAKED / BROKEN
    try:
        names = set(note.read_text(encoding="utf-8").splitlines())
        note.unlink()
    except FileNotFoundError:
        return 0
    for name in names:
        slug, _, path = name.partition("/")
        folder = path.removesuffix("index.html")
        places = {path, folder, folder.removesuffix(TEXT_VIEW)}
        BakedPage.objects.filter(site__slug=slug, path__in=places).update(due=F("due") + 1)
    write_sites()
    return len(names)


def publish_scheduled() -> int:
    """Publish what is set for a time that has come, and take away what has run out."""
    from wagtail.models import Revision

    moved = 0
    for revision in Revision.page_revisions.filter(approved_go_live_at__lt=Now()):
        publish = partial(revision.publish, log_action="wagtail.publish.scheduled")
        moved += _tried(revision, publish)
    for page in Page.objects.live().filter(expire_at__lt=Now()):
        unpublish = page.specific.unpublish
        moved += _tried(
            page, partial(unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")
        )
    return moved


def _tried(row: object, act: Callable[[], object]) -> int:
    """Do it and give 1, or log why not and give 0: one broken row must not keep all pages back."""
    try:
        act()
    except Exception:
        logger.exception("%s could not be brought up to date.", row)
        return 0
    return 1


def make_missing_renditions() -> int:
    """Make the renditions that pictures added of late still lack."""
    moved = 0
    for picture in Picture.objects.filter(renditions_made=False):
        if _tried(picture, partial(make_renditions, picture)):
            Picture.objects.filter(pk=picture.pk).update(renditions_made=True)
            moved += 1
    return moved


def sweep_files() -> int:
    """Remove pictures and documents that no baked page shows, and drafts that a crash left."""
    moved = 0
    # A page being baked right now links its files before it notes that it needs them.
    long_ago = time.time() - 3600
    for site in PublicSite.objects.all():
        folder = site_folder(site.slug)
        keys = BakeDependency.objects.filter(baked__site=site, key__startswith="file:")
        used = {key.removeprefix("file:") for key in keys.values_list("key", flat=True)}
        unused = [file for file in folder.glob("media/*") if file.name not in used]
        for file in [*unused, *folder.rglob(".*.*")]:
            if file.stat().st_ctime < long_ago:
                file.unlink(missing_ok=True)
                moved += 1
    return moved


class BakingLoop:
    """One pass does all that is due; now and then it also looks for what nobody marked."""

    LOOK_EVERY_SECONDS = 600

    def __init__(self) -> None:
        self._looked_at: float | None = None

    def __call__(self) -> int:
        now = time.monotonic()
        mark_broken()
        if self._looked_at is None or now - self._looked_at > self.LOOK_EVERY_SECONDS:
            find_due()
            sweep_files()
            self._looked_at = now
        return make_missing_renditions() + publish_scheduled() + join_due() + bake_due()


def reconcile() -> None:
    """Bring everything that is baked to what it should be, and return when it is."""
    mark_broken()
    find_due()
    make_missing_renditions()
    while bake_due() or join_due():
        pass
