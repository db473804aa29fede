"""From a live page to the files that readers get."""

import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page

from kafo.publishing.baking.cards import card_digest, count_of_list_pages
from kafo.publishing.baking.dependents import mark_due
from kafo.publishing.baking.files import remove_compressed, site_folder, write_compressed
from kafo.publishing.baking.frames import Frame, drawn_once, recipe, refresh_frame, refresh_frames
from kafo.publishing.baking.parts import TEXT_VIEW, render_page
from kafo.publishing.baking.sharing import share_page, unshare_page
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import (
    Address,
    BakeDependency,
    BakedFrame,
    BakedPage,
    HomePage,
    ListPage,
    NewsPage,
    PlainPage,
    PublicSite,
    SitePage,
    site_of,
)
from kafo.publishing.models.sites import site_path
from kafo.records.durable import sync_disk
from kafo.records.languages import folded

logger = logging.getLogger("kafo.baking")
_INVENTORIES = (BakedKind.SITEMAP, BakedKind.REDIRECTS)
_one_at_a_time = threading.RLock()


def frame_of(site: PublicSite, language: str) -> Frame:
    """Give the frame of a site in a language, made now if it was never made.

    Without a published home page it is drawn for this once, so that pages can be previewed.
    """
    rows = BakedFrame.objects.filter(site=site, language=language).select_related(
        "site__wagtail_site"
    )
    row = rows.first()
    if row is None:
        refresh_frame(site, language)
        row = rows.first()
    return Frame.of(row) if row else drawn_once(site, language)


def expect_page(page: Page) -> list[BakedPage]:
    """Make sure that a row stands for each baked file that `page` should have; mark them due.

    Rows at addresses where the page no longer is are marked due as well: baking removes them.
    """
    rows = []
    site = site_of(page) if page.live else None
    if site is not None and page.locale.language_code in site.locales:
        path = site_path(page)
        count = count_of_list_pages(page) if isinstance(page, ListPage) else 1
        for number in range(1, count + 1):
            row, _ = BakedPage.objects.update_or_create(
                site=site,
                path=path if number == 1 else f"{path}{number}/",
                defaults={
                    "page": page,
                    "kind": BakedKind.PAGE,
                    "language": page.locale.language_code,
                },
            )
            rows.append(row)
    BakedPage.objects.filter(page=page).update(due=F("due") + 1)
    return rows


def _number_of(row: BakedPage, page: SitePage) -> int | None:
    """Give which page of a list the row is; None when the page is not to be found there."""
    path = site_path(page)
    if row.path == path:
        return 1
    tail = row.path.removeprefix(path).rstrip("/")
    if not isinstance(page, ListPage) or not tail.isdigit():
        return None
    return int(tail) if int(tail) <= count_of_list_pages(page) else None


def _belongs(row: BakedPage, page: Page | None) -> bool:
    if page is None or not page.live or row.language not in row.site.locales:
        return False
    return isinstance(page, SitePage) and site_of(page) == row.site


class Done(NamedTuple):
    """A row that was baked, the changes that are in it, and when."""

    pk: int
    changes: int
    baked_at: datetime


def bake_row(row: BakedPage) -> Done | None:
    """Bake or remove what `row` stands for; give what `settle` needs, None when it was removed.

    One at a time, and the page is read anew: a slow bake of an older state never overwrites a
    newer one.
    """
    with _one_at_a_time:
        seen = BakedPage.objects.filter(pk=row.pk).values_list("due", flat=True).first()
        return None if seen is None else _bake_row(row, seen)


def settle(done: Iterable[Done | None]) -> None:
    """Count as baked what was baked, once it is on the disk: a power cut leaves the rest due.

    A row that somebody baked again in the meantime is settled by the later one.
    """
    sync_disk(settings.KAFO_BAKED)
    # Not while somebody bakes the row again, who has read already how much of it is due.
    with _one_at_a_time, transaction.atomic():
        for each in filter(None, done):
            rows = BakedPage.objects.filter(pk=each.pk, baked_at=each.baked_at)
            rows.update(due=F("due") - each.changes, failures=0)


def _bake_row(row: BakedPage, seen: int) -> Done | None:
    page: Any = Page.objects.filter(pk=row.page_id).select_related("locale").first()
    page = page.specific if page else None
    number = _number_of(row, page) if _belongs(row, page) else None
    if number is None:
        remove_row(row)
        return None
    _give_number(row.site, page)
    parts, rendering = render_page(page, row.site, path=row.path, number=number)
    frame = frame_of(row.site, row.language)
    write_compressed(page_file(row).parent / TEXT_VIEW / "index.html", parts["text"])
    weight = write_full(row, frame, parts)
    now = timezone.now()
    with transaction.atomic():
        if number == 1 and isinstance(page, ListPage):
            _expect_list_pages(row, page)
        unused = _replace_dependencies(row, rendering.all_keys())
        if number == 1:
            _tell_dependents(row, page)
        elif row.baked_at is None:
            Address.objects.update_or_create(site=row.site, path=row.path, defaults={"page": page})
        share_page(row, parts)
        BakedPage.objects.filter(pk=row.pk).update(
            title=page.title,
            lead=page.lead,
            shown_on=page.shown_on,
            folded_title=folded(page.title, 255) if number == 1 else "",
            folded_text=folded(parts["words"]),
            parts=parts,
            frame=frame.digest,
            recipe=recipe(),
            card=card_digest(page),
            revision=page.live_revision_id,
            weight=weight + rendering.pictures.bytes,
            baked_at=now,
        )
    _withdraw_files(row.site, unused)
    return Done(row.pk, seen, now)


def _expect_list_pages(row: BakedPage, page: ListPage) -> None:
    for number in range(2, count_of_list_pages(page) + 1):
        BakedPage.objects.get_or_create(
            site=row.site,
            path=f"{row.path}{number}/",
            defaults={"page": page, "kind": BakedKind.PAGE, "language": row.language},
        )


def page_file(row: BakedPage) -> Path:
    """Give the name of the baked file, without the ending of its compression."""
    return site_folder(row.site.slug) / row.path / "index.html"


def write_full(row: BakedPage, frame: Frame, parts: dict[str, Any]) -> int:
    """Join a page with its frame and write it; give its bytes on the wire."""
    return write_compressed(page_file(row), frame.join(parts, row.path))


def remove_row(row: BakedPage) -> None:
    """Take a page away from readers, and tell all that linked to it."""
    file = page_file(row)
    remove_compressed(file.parent / TEXT_VIEW / "index.html")
    remove_compressed(file)
    with transaction.atomic():
        keys = set(row.dependencies.values_list("key", flat=True))
        row_keys = {key for key in keys if key.startswith("translations:")}
        parent_keys = _keys_of_parents(row)
        if row.page_id:
            row_keys |= {f"address:{row.page_id}", f"card:{row.page_id}"}
        site = row.site
        unshare_page(row)
        row.delete()
        mark_due(*row_keys, *parent_keys)
        _mark_site_files(site, row.language, BakedKind.FEED, *_INVENTORIES)
    _withdraw_files(site, keys)
    refresh_frames(site)


def _withdraw_files(site: PublicSite, keys: set[str]) -> None:
    """Take away from readers what a page used and no page of the site uses any more."""
    files = {key for key in keys if key.startswith("file:")}
    used = BakeDependency.objects.filter(baked__site=site, key__in=files)
    for key in files - set(used.values_list("key", flat=True)):
        file = site_folder(site.slug) / "media" / key.removeprefix("file:")
        file.unlink(missing_ok=True)


def _keys_of_parents(row: BakedPage) -> set[str]:
    above = "/".join(row.path.split("/")[:-2]) + "/"
    parents = BakedPage.objects.filter(site=row.site, path=above).values_list("page_id", flat=True)
    return {f"{noun}:{parent}" for parent in parents for noun in ("list", "lists")}


def _mark_site_files(site: PublicSite, language: str, *kinds: BakedKind) -> None:
    BakedPage.objects.filter(site=site, language__in=("", language), kind__in=kinds).update(
        due=F("due") + 1
    )


def _give_number(site: PublicSite, page: SitePage) -> None:
    """Give the page its number for ever; all its translations share it."""
    if page.number is not None:
        return
    others = type(page).objects.filter(translation_key=page.translation_key)
    number = others.exclude(number=None).values_list("number", flat=True).first()
    if number is None:
        taken = Address.objects.filter(site=site, path__startswith="n/").values_list("path")
        number = 1 + max((int(path.split("/")[1]) for (path,) in taken), default=0)
    type(page).objects.filter(pk=page.pk).update(number=number)
    page.number = number


def _replace_dependencies(row: BakedPage, keys: Iterable[str]) -> set[str]:
    """Note what the row was made from; give what it was made from before and is not any more."""
    wanted = set(keys)
    had = set(row.dependencies.values_list("key", flat=True))
    row.dependencies.filter(key__in=had - wanted).delete()
    BakeDependency.objects.bulk_create(
        [BakeDependency(baked=row, key=key) for key in sorted(wanted - had)]
    )
    return had - wanted


def _tell_dependents(row: BakedPage, page: SitePage) -> None:
    """Mark what shows something of `page` that is now different."""
    is_new = row.baked_at is None
    card = card_digest(page)
    parent = page.get_parent()
    keys = []
    if is_new:
        _keep_address(row, page)
        keys += [f"address:{page.pk}", f"translations:{page.translation_key}", f"list:{parent.pk}"]
        if isinstance(page, ListPage):
            keys.append(f"lists:{parent.pk}")
        _mark_site_files(row.site, row.language, *_INVENTORIES)
    if row.card != card:
        keys.append(f"card:{page.pk}")
        if (row.shown_on, row.title) != (page.shown_on, page.title):
            keys.append(f"list:{parent.pk}")
        if isinstance(page, NewsPage):
            _mark_site_files(row.site, row.language, BakedKind.FEED)
    mark_due(*keys)


def _keep_address(row: BakedPage, page: SitePage) -> None:
    Address.objects.update_or_create(site=row.site, path=row.path, defaults={"page": page})
    short = f"n/{page.number}/"
    main = row.language == row.site.main_locale
    if main or not Address.objects.filter(site=row.site, path=short).exists():
        Address.objects.update_or_create(site=row.site, path=short, defaults={"page": page})


def bake_page(page_id: int, had: Iterable[int] = ()) -> bool:
    """Bake a page at once, for readers to find it as soon as its editor is told so.

    `had` are rows that stood for the page before; those no longer right are removed. An error
    leaves all of it due, for the loop to try again. Gives whether readers find the page.
    """
    try:
        page = Page.objects.filter(pk=page_id).first()
        rows = expect_page(page.specific) if page else []
        kept = [row.pk for row in rows]
        old = BakedPage.objects.filter(pk__in=had).exclude(pk__in=kept)
        settle([bake_row(row) for row in [*rows[:1], *old]])
        if rows and isinstance(page.specific, HomePage | ListPage | PlainPage):
            refresh_frames(rows[0].site)
    except Exception:
        logger.exception("Page %s could not be baked; the loop will try again.", page_id)
        # On a full disk the database may have no room for this note either.
        with suppress(DatabaseError):
            BakedPage.objects.filter(page=page_id, due__gt=0).update(failures=F("failures") + 1)
        return False
    return bool(rows)
