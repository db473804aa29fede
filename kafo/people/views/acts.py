"""The act log in words: who did what to what, and how much it weighs."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from kafo.desk.views import Column, Filter, ListView
from kafo.people import permissions
from kafo.people.models import Account
from kafo.people.queries.acts import acts_in, kinds_in, of_weight, weight_of_act
from kafo.records.acts import act_label
from kafo.records.enums import Weight

PERIODS = (
    ("1", gettext_lazy("last day")),
    ("7", gettext_lazy("last 7 days")),
    ("30", gettext_lazy("last 30 days")),
    ("365", gettext_lazy("last year")),
)


def _who(act: dict[str, Any]) -> str:
    if not act["user_id"]:
        return _("the node itself")
    names = (act["user__person__given_name"], act["user__person__family_name"])
    return " ".join(filter(None, names)) or act["user__username"] or _("an account that is gone")


def _detail(act: dict[str, Any]) -> str:
    """Say which fields changed; the log holds their names and never their values."""
    names = (act["data"] or {}).get("fields") or []
    if not names:
        return ""
    model = ContentType.objects.get_for_id(act["content_type_id"]).model_class()
    words = (
        {
            each.name: str(getattr(each, "verbose_name", each.name))
            for each in model._meta.get_fields()
        }
        if model
        else {}
    )
    return _("changed: %(fields)s") % {"fields": ", ".join(words.get(each, each) for each in names)}


class ActList(ListView):
    """Both logs as one union, which is why the conditions are gathered before it is made."""

    model = ModelLogEntry
    policy = permissions.acts
    title = gettext_lazy("Acts")
    intro = gettext_lazy(
        "Each act on the records and pages of your organisations. Of personal fields only the "
        "names are kept, never what they held."
    )
    columns = (
        Column(gettext_lazy("When"), lambda act: act["timestamp"], sort="timestamp"),
        Column(gettext_lazy("Who"), _who),
        Column(gettext_lazy("Did what"), lambda act: act_label(act["action"])),
        Column(gettext_lazy("To what"), lambda act: act["label"]),
        Column(gettext_lazy("Details"), _detail),
        Column(gettext_lazy("Weight"), lambda act: weight_of_act(act).label),
    )
    order = ("-timestamp",)
    empty_text = gettext_lazy("No act yet.")

    @cached_property
    def organizations(self) -> set[Any]:
        return self.policy.scope(self.request.user, "view")

    @cached_property
    def kinds(self) -> tuple[set[str], set[Any]]:
        return kinds_in(self.organizations)

    def get_filters(self) -> Iterable[Filter]:
        def actors(request: Any) -> list[tuple[Any, str]]:
            accounts = Account.objects.filter(pk__in=self.kinds[1])
            found = ((row.pk, row.get_full_name()) for row in accounts.select_related("person"))
            return sorted(found, key=lambda pair: pair[1])

        def kinds(request: Any) -> list[tuple[str, str]]:
            found = ((name, act_label(name)) for name in self.kinds[0])
            return sorted(found, key=lambda pair: pair[1])

        yield Filter("person", _("Person"), actors)
        yield Filter("kind", _("Kind"), kinds)
        yield Filter("weight", _("Weight"), Weight.choices)
        yield Filter("days", _("When"), PERIODS)

    def condition(self) -> Q:
        """Give the filters that were asked for, as one condition that fits both logs."""
        asked = {each["filter"].name: each["value"] for each in self.asked_filters}
        found = Q()
        if asked["person"]:
            found &= Q(user=asked["person"])
        if asked["kind"]:
            found &= Q(action=asked["kind"])
        if asked["weight"]:
            found &= of_weight(Weight(int(asked["weight"])))
        if asked["days"]:
            found &= Q(timestamp__gte=timezone.now() - timedelta(days=int(asked["days"])))
        return found

    def narrowed(self) -> QuerySet[Any]:
        return acts_in(self.organizations, self.condition())

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        column, is_backward = self.sort
        return rows.order_by("timestamp" if column and not is_backward else "-timestamp", "-id")

    def page_rows(self, rows: QuerySet[Any], start: int, count: int) -> list[Any]:
        return list(rows[start : start + self.page_length])
