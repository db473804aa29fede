"""The act log of an organisation: acts on records and acts on pages in one list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.models import ModelLogEntry, PageLogEntry

from kafo.people.models import Account
from kafo.records.acts import WAGTAIL_PUBLISHES, weight_of
from kafo.records.enums import Weight

COLUMNS = (
    "id",
    "timestamp",
    "action",
    "label",
    "data",
    "target",
    "content_type_id",
    "user_id",
    "user__username",
    "user__person__given_name",
    "user__person__family_name",
)

_page_acts_where: list[Callable[[set[UUID]], Q]] = []


def show_page_acts(where: Callable[[set[UUID]], Q]) -> None:
    """Say which page acts belong to organisations: `where(ids)` narrows Wagtail's page log.

    As long as no room says so, no page act is shown.
    """
    _page_acts_where[:] = [where]


def _logs(organization_ids: set[UUID], condition: Q) -> list[QuerySet[Any]]:
    """Give both logs, narrowed to what belongs to these organisations, with a common `target`."""
    accounts = Account.objects.filter(person__organization__in=organization_ids)
    on_accounts = Q(
        content_type=ContentType.objects.get_for_model(Account),
        object_id__in=accounts.annotate(text=Cast("pk", CharField())).values("text"),
    )
    on_records = Q(data__organization__in=[str(each) for each in organization_ids]) | on_accounts
    records = ModelLogEntry.objects.filter(on_records, condition)
    logs = [records.annotate(target=F("object_id"))]
    for where in _page_acts_where:
        pages = PageLogEntry.objects.filter(where(organization_ids), condition)
        logs.append(pages.annotate(target=Cast("page_id", CharField())))
    return [log.order_by() for log in logs]


def acts_in(organization_ids: set[UUID], condition: Q | None = None) -> QuerySet[Any]:
    """Give the acts on what belongs to these organisations, as one union of values (COLUMNS).

    `condition` narrows both logs; it must be complete, since a union cannot be filtered.
    """
    first, *others = (log.values(*COLUMNS) for log in _logs(organization_ids, condition or Q()))
    return first.union(*others, all=True)


def kinds_in(organization_ids: set[UUID]) -> tuple[set[str], set[Any]]:
    """Give the names of the acts that have happened there, and the accounts that did them."""
    first, *others = (log.values_list("action", "user") for log in _logs(organization_ids, Q()))
    pairs = set(first.distinct().union(*others))
    return {action for action, _user in pairs}, {user for _action, user in pairs if user}


def of_weight(weight: Weight) -> Q:
    """Give the condition for acts of `weight`; those of Wagtail itself carry none in their row."""
    named = Q(data__weight=int(weight))
    unnamed = Q(data__weight__isnull=True)
    if weight == Weight.PUBLISH:
        return named | unnamed & Q(action__in=WAGTAIL_PUBLISHES)
    if weight == Weight.EDIT:
        return named | unnamed & ~Q(action__in=WAGTAIL_PUBLISHES)
    return named


def weight_of_act(act: dict[str, Any]) -> Weight:
    """Give the weight of one row of `acts_in`."""
    data = act["data"] or {}
    return Weight(data["weight"]) if "weight" in data else weight_of(act["action"])
