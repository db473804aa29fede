"""One record: what is known of it, what hangs on it, what may be done, what was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import registry

from kafo.desk.columns import Column
from kafo.desk.menu import record_parts_for
from kafo.desk.views.pages import DeskView
from kafo.records.acts import act_label
from kafo.records.models import is_frozen


@dataclass(frozen=True)
class Action:
    """A link or a button, shown when the policy grants `action` for the record.

    `url_name` takes the record's id. With `is_post` it is a button that does it at once.
    """

    label: Any
    url_name: str
    action: str
    is_post: bool = False
    is_danger: bool = False


@dataclass(frozen=True)
class Section:
    """A table below the record; `link` is (label, address) of what can be added to it."""

    title: Any
    columns: Iterable[Column]
    rows: Iterable[Any]
    empty_text: Any = ""
    link: tuple[Any, str] | None = None

    def headings(self) -> list[Column]:
        return list(self.columns)

    def cells(self) -> list[list[dict[str, Any]]]:
        return [
            [
                {
                    "label": "" if column.is_deed else column.label,
                    "html": column.html(row),
                    "url": column.address(row),
                }
                for column in self.columns
            ]
            for row in self.rows
        ]


class RecordView(DeskView):
    """The page of one record. A field with an `action` is shown only when the policy grants it."""

    template_name = "desk/record.html"
    fields: Iterable[Column] = ()
    actions: Iterable[Action] = ()
    history_action = "change"
    history_length = 20

    def get_fields(self) -> Iterable[Column]:
        return self.fields

    def get_actions(self) -> Iterable[Action]:
        return self.actions

    def get_sections(self) -> Iterable[Section]:
        """Give the tables below the record; whoever overrides it gives only visible rows."""
        return []

    def get_notes(self) -> Iterable[Any]:
        """Give sentences to show above the record, such as that a mandate has ended."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        facts = [
            {
                "label": field.label,
                "html": field.html(record),
                "url": field.address(record),
                "help": field.help,
            }
            for field in self.get_fields()
            if self.may(field.action)
        ]
        frozen = is_frozen(record)
        actions = [
            {"action": action, "url": reverse(action.url_name, args=[record.pk])}
            for action in self.get_actions()
            if self.may(action.action) and not (frozen and action.action == "change")
        ]
        return super().get_context_data(
            facts=facts,
            actions=actions,
            parts=record_parts_for(self.request, record),
            notes=self.get_notes(),
            sections=list(self.get_sections()),
            history=self.get_history() if self.may(self.history_action) else [],
            **kwargs,
        )

    def get_history(self) -> list[dict[str, Any]]:
        """Give the last acts on the record, newest first: when, what, by whom."""
        logs = registry.get_logs_for_instance(self.record)
        entries = list(logs.order_by("-timestamp")[: self.history_length])
        accounts = get_user_model()._default_manager.in_bulk({entry.user_id for entry in entries})
        return [
            {
                "at": entry.timestamp,
                "label": act_label(entry.action),
                "by": _by(accounts.get(entry.user_id), entry.user_id),
            }
            for entry in entries
        ]


def _by(account: Any, user_id: Any) -> str:
    if account is not None:
        return str(account.get_full_name())
    return _("an account that is gone") if user_id else _("the node itself")
