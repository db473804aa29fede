"""What the writing desk shows: where pages stand, and what waits for whom."""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, Revision, WorkflowState

from kafo.publishing.enums import Listed
from kafo.publishing.models import PAGE_TYPES, ListPage, Picture, PublicSite
from kafo.publishing.permissions.editing import (
    PUBLISH,
    WRITE,
    homes_where,
    page_policy,
    sites_where,
)
from kafo.publishing.queries.showing import is_unseen

STATES: dict[str, str | Promise] = {
    "draft": _("draft"),
    "live": _("online"),
    "changed": _("online, with a newer draft"),
    "waiting": _("waits for approval"),
    "returned": _("changes are asked for"),
    "planned": _("goes online by itself"),
    "stale": _("translation to look at again"),
    "unseen": _("not shown to readers yet"),
}


def _in_workflow(status: str) -> Q:
    ids = WorkflowState.objects.filter(
        status=status, base_content_type__model="page", base_content_type__app_label="wagtailcore"
    ).values(number=Cast("object_id", IntegerField()))
    return Q(pk__in=ids)


def _is_planned() -> Q:
    rows = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    return Q(pk__in=rows.values(number=Cast("object_id", IntegerField())))


WAITING = WorkflowState.STATUS_IN_PROGRESS
RETURNED = WorkflowState.STATUS_NEEDS_CHANGES


def is_stale() -> Q:
    """Give the condition for pages whose source changed its meaning since they were translated."""
    parts = []
    for model in PAGE_TYPES:
        sources = model.objects.filter(
            translation_key=OuterRef("translation_key"),
            locale__language_code=OuterRef("source_language"),
            meaning_version__gt=OuterRef("source_meaning"),
        )
        stale = model.objects.exclude(source_language="").filter(Exists(sources))
        parts.append(Q(pk__in=stale.values("pk")))
    return reduce(or_, parts)


_CONDITIONS: dict[str, Callable[[], Q]] = {
    "draft": lambda: Q(live=False),
    "live": lambda: Q(live=True),
    "changed": lambda: Q(live=True, has_unpublished_changes=True),
    "waiting": lambda: _in_workflow(WAITING),
    "returned": lambda: _in_workflow(RETURNED),
    "planned": _is_planned,
    "stale": is_stale,
    "unseen": is_unseen,
}


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Narrow `rows` to the pages in one of STATES."""
    return rows.filter(_CONDITIONS[state]())


def with_states(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add to each page whether it waits, was returned, is stale: one query for a whole list."""
    pages = Page.objects.filter(pk=OuterRef("pk"))
    return rows.annotate(
        is_waiting=Exists(pages.filter(_in_workflow(WAITING))),
        is_returned=Exists(pages.filter(_in_workflow(RETURNED))),
        is_planned=Exists(pages.filter(_is_planned())),
        is_behind=Exists(pages.filter(is_stale())),
        is_unseen=Exists(pages.filter(is_unseen())),
    )


def states_of(page: Any) -> list[str | Promise]:
    """Give the words for where a page of `with_states` stands."""
    words = []
    if page.is_waiting:
        words.append(STATES["waiting"])
    elif page.is_returned:
        words.append(STATES["returned"])
    if page.live:
        words.append(STATES["changed" if page.has_unpublished_changes else "live"])
    elif not words and not page.is_planned:
        words.append(STATES["draft"])
    if page.is_planned:
        words.append(STATES["planned"])
    if page.is_behind:
        words.append(STATES["stale"])
    if page.is_unseen:
        words.append(STATES["unseen"])
    return words


def site_finder(account: Any) -> Callable[[Page], PublicSite | None]:
    """Give a function that names the site of a page without a query for each."""
    sites = {
        site.wagtail_site.root_page.translation_key: site for site in sites_where(account, WRITE)
    }
    by_path = {
        home.path: sites[home.translation_key]
        for home in homes_where(account, WRITE)
        if home.translation_key in sites
    }
    return lambda page: by_path.get(page.path[: 2 * Page.steplen])


def news_lists(account: Any) -> list[ListPage]:
    """Give the lists in which `account` may begin a news item, one per site and language."""
    rows = ListPage.objects.filter(listed=Listed.NEWS).select_related("locale").order_by("path")
    return list(page_policy.visible_to(account, rows))


def pictures_of(site: PublicSite) -> QuerySet[Picture]:
    """Give the pictures of a site's library, the newest first."""
    return Picture.objects.filter(collection=site.collection_id).order_by("-created_at", "-pk")


def missing_languages(page: Any, site: PublicSite) -> list[Locale]:
    """Give the languages of the site in which the page does not exist yet."""
    have = set(
        Page.objects.filter(translation_key=page.translation_key).values_list("locale", flat=True)
    )
    rows = Locale.objects.filter(language_code__in=site.locales).exclude(pk__in=have)
    return sorted(rows, key=lambda locale: site.locales.index(locale.language_code))


def translations_of(account: Any, page: Page) -> Iterable[Page]:
    """Give the page in its other languages."""
    rows = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
    return page_policy.visible_to(account, with_states(rows).select_related("locale"))


def waiting_for(account: Any) -> dict[str, list[Page]]:
    """Give what the start page reminds of: one's drafts, approvals to give, stale translations."""
    pages = page_policy.visible_to(account, Page.objects.select_related("locale"))
    own = pages.filter(owner=account)
    found = {
        "drafts": own.filter(live=False).exclude(
            _in_workflow(WAITING) | _in_workflow(RETURNED) | _is_planned()
        ),
        "returned": own.filter(_in_workflow(RETURNED)),
        "stale": pages.filter(live=True).filter(is_stale()),
    }
    if homes := homes_where(account, PUBLISH):
        below = reduce(or_, (Q(path__startswith=home.path) for home in homes))
        found["approvals"] = pages.filter(below).filter(_in_workflow(WAITING))
    return {
        name: list(rows.order_by("-latest_revision_created_at")[:5]) for name, rows in found.items()
    }
