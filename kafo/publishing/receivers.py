"""When something changes that readers see, it is marked due, and baked after the commit."""

import errno
import sys
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.signals import got_request_exception
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    transaction,
)
from django.db.models import F
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Page, Site
from wagtail.signals import (
    copy_for_translation_done,
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from kafo.people.models import Organization
from kafo.people.signals import person_erased
from kafo.publishing.baking.dependents import mark_due
from kafo.publishing.baking.frames import refresh_frames
from kafo.publishing.baking.pages import bake_page, expect_page
from kafo.publishing.baking.reconcile import after_commit, find_due
from kafo.publishing.baking.rendering import link_key
from kafo.publishing.baking.sharing import unshare_site
from kafo.publishing.models import (
    BakedPage,
    ExternalLink,
    Fact,
    HeardOffice,
    HomePage,
    Picture,
    Place,
    PublicSite,
    PublishedFrame,
    PublishedPage,
    SitePage,
)
from kafo.publishing.services.names import forget_name
from kafo.publishing.serving.application import DATABASE_SILENT, DISK_FULL, FAILURE
from kafo.records import loop
from kafo.records.signals import file_arrived, home_heard, records_changed, records_received

_AT_ONCE = 500  # a database takes only so many values in one question


def _bake_after_commit(page: Page) -> None:
    expect_page(page)
    had = list(BakedPage.objects.filter(page=page).values_list("pk", flat=True))

    def bake() -> None:
        bake_page(page.pk, had)
        if isinstance(page, HomePage):
            find_due()
        loop.wake()

    after_commit(bake)


@receiver(page_published)
def _on_published(instance: Page, revision: Any, **kwargs: Any) -> None:
    if not isinstance(instance, SitePage):
        return
    if instance.live:  # also sent for what is to go out on a day to come
        _count_meaning(instance, revision)
    _bake_after_commit(instance)


def _count_meaning(page: SitePage, revision: Any) -> None:
    """Take note of what the editor declared; the declaration is used up by it."""
    changes: dict[str, Any] = {}
    if page.changes_meaning or page.checked_on is None:
        changes["checked_on"] = timezone.localdate()
    if page.changes_meaning:
        page.meaning_version += 1
        changes |= {"changes_meaning": False, "meaning_version": F("meaning_version") + 1}
        if page.first_published_at != page.last_published_at:
            changes["updated_on"] = timezone.localdate()
    source = page.source()
    if source is not None and (page.follows_source or page.source_meaning == 0):
        changes |= {"follows_source": False, "source_meaning": source.meaning_version}
    if not changes:
        return
    type(page).objects.filter(pk=page.pk).update(**changes)
    mark_due(f"translations:{page.translation_key}")
    if revision is not None:
        used_up = {"changes_meaning": False, "follows_source": False}
        if day := changes.get("updated_on"):
            used_up["updated_on"] = day.isoformat()
        revision.content.update(used_up)
        revision.save(update_fields=["content"])


@receiver(page_unpublished)
def _on_unpublished(instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, SitePage):
        _bake_after_commit(instance)


@receiver(pre_delete)
def _before_delete(sender: Any, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        mark_due(f"address:{instance.pk}", f"card:{instance.pk}")


@receiver([post_page_move, page_slug_changed])
def _on_moved(instance: Page, **kwargs: Any) -> None:
    """Bake it at its new address at once; of what is below it there may be a thousand pages."""
    if instance.live and isinstance(instance.specific, SitePage):
        _bake_after_commit(instance.specific)
    for page in instance.get_descendants().live().specific():
        if isinstance(page, SitePage):
            expect_page(page)
    transaction.on_commit(loop.wake)


@receiver(copy_for_translation_done)
def _on_copied(source_obj: Any, target_obj: Any, **kwargs: Any) -> None:
    """A fresh translation renders what its source says now, and is nobody's work yet."""
    source, target = source_obj, getattr(target_obj, "specific", target_obj)
    if not isinstance(target, SitePage):
        return
    target.source_language = source.locale.language_code
    target.source_meaning = source.specific.meaning_version
    target.meaning_version = 1
    type(target).objects.filter(pk=target.pk).update(
        source_language=target.source_language,
        source_meaning=target.source_meaning,
        meaning_version=1,
    )


@receiver(post_save, sender=Picture)
def _on_picture(instance: Picture, raw: bool = False, **kwargs: Any) -> None:
    Picture.objects.filter(pk=instance.pk).update(renditions_made=False)
    mark_due(f"picture:{instance.pk}")
    transaction.on_commit(loop.wake)


@receiver([post_save, post_delete], sender=get_document_model())
def _on_document(instance: Any, **kwargs: Any) -> None:
    mark_due(f"document:{instance.pk}")


@receiver(post_delete, sender=Picture)
def _on_picture_deleted(instance: Picture, **kwargs: Any) -> None:
    mark_due(f"picture:{instance.pk}")


@receiver(post_save, sender=ExternalLink)
def _on_link(
    instance: ExternalLink, created: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    if not created and (update_fields is None or "is_dead" in update_fields):
        mark_due(link_key(instance.address))


@receiver([records_changed, records_received], sender=Place)
def _on_places(rows: list[Any], using: str, **kwargs: Any) -> None:
    _mark_places(rows, using)


@receiver([records_changed, records_received], sender=Fact)
def _on_facts(rows: list[Any], using: str, **kwargs: Any) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        facts = Fact.objects.using(using).filter(pk__in=rows[start : start + _AT_ONCE])
        _mark_places(list(facts.order_by().values_list("place", flat=True).distinct()), using)


@receiver(post_delete, sender=Fact)
def _on_fact_deleted(instance: Fact, using: str, **kwargs: Any) -> None:
    _mark_places([instance.place_id], using)


def _mark_places(ids: list[Any], using: str) -> None:
    """Mark the pages of places, whoever wrote: the desk, a command, an accepted proposal."""
    if using != DEFAULT_DB_ALIAS:  # sites are baked from this database
        return
    for start in range(0, len(ids), _AT_ONCE):
        mark_due(*(f"place:{pk}" for pk in ids[start : start + _AT_ONCE]))


@receiver([records_changed, records_received], sender=Organization)
def _on_organizations(rows: list[Any], using: str, **kwargs: Any) -> None:
    """The frame of a site names the organisation it belongs to."""
    if using != DEFAULT_DB_ALIAS:
        return
    for site in PublicSite.objects.filter(organization__in=rows):
        after_commit(partial(_redraw, site.pk))


def _redraw(site_id: int) -> None:
    for site in PublicSite.objects.select_related("wagtail_site__root_page").filter(pk=site_id):
        refresh_frames(site)
    loop.wake()


@receiver(person_erased)
def _on_person_erased(words: Any = (), **kwargs: Any) -> None:
    forget_name(words=words)


@receiver(post_save, sender=PublicSite)
def _on_site(instance: PublicSite, **kwargs: Any) -> None:
    mark_due(f"site:{instance.slug}")
    after_commit(find_due)


@receiver(post_delete, sender=PublicSite)
def _on_site_deleted(instance: PublicSite, **kwargs: Any) -> None:
    unshare_site(instance)
    after_commit(find_due)


@receiver([records_received, post_delete], sender=PublishedPage)
@receiver([records_received, post_delete], sender=PublishedFrame)
def _on_copy_received(using: str, **kwargs: Any) -> None:
    transaction.on_commit(loop.wake, using=using)


@receiver(file_arrived)
def _on_file_arrived(**kwargs: Any) -> None:
    loop.wake()


@receiver(home_heard)
def _on_home_heard(office: UUID, at: datetime, using: str, **kwargs: Any) -> None:
    """Take note until when an office is known to stand by its pages; time never runs back."""
    rows = HeardOffice.objects.using(using)
    at = min(at, timezone.now())
    heard, is_new = rows.get_or_create(office=office, defaults={"confirmed_at": at})
    if not is_new and heard.confirmed_at < at:
        rows.filter(pk=heard.pk).update(confirmed_at=at)


@receiver(post_save, sender=Site)
def _on_wagtail_site(instance: Site, created: bool, **kwargs: Any) -> None:
    public = PublicSite.objects.filter(wagtail_site=instance).first()
    if public is not None:
        mark_due(f"site:{public.slug}")
        after_commit(find_due)


@receiver(got_request_exception)
def _on_exception(request: Any = None, **kwargs: Any) -> None:
    """Tell the server's front what failed below, so that readers get its words for it."""
    error = sys.exc_info()[1]
    if request is None:
        return
    if getattr(error, "errno", None) == errno.ENOSPC or _is_full(error):
        request.META[FAILURE] = DISK_FULL
    elif isinstance(error, (OperationalError, InterfaceError)):
        request.META[FAILURE] = DATABASE_SILENT


def _is_full(error: BaseException | None) -> bool:
    words = str(error)
    return isinstance(error, DatabaseError) and ("is full" in words or "No space left" in words)
