"""Columns of lists, facts of records: what a reader sees of a row, on the page and in an export."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Manager
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Column:
    """`value` is an attribute path ("office.name") or a callable of the row.

    `sort` names the fields to order by; `link` is a URL name that takes the row's id, or a callable
    of the row; `action` is what the policy is asked before the column is shown at all; `help` says
    who sees it or what it is for (records only); `is_deed` stands for something one may do, which
    no file holds.
    """

    label: Any
    value: str | Callable[[Any], Any]
    sort: str | tuple[str, ...] = ()
    link: str | Callable[[Any], str | None] | None = None
    action: str = ""
    is_number: bool = False
    help: Any = ""
    is_deed: bool = False

    @property
    def key(self) -> str:
        """The name of the column in `?sort=`."""
        return self.order[0].lstrip("-").replace("__", ".") if self.order else ""

    @property
    def order(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    def read(self, row: Any) -> Any:
        """Give the plain value for `row`."""
        if callable(self.value):
            return self.value(row)
        *before, last = self.value.split(".")
        for name in before:
            row = getattr(row, name, None)
        display = getattr(row, f"get_{last}_display", None)
        value = display() if display else getattr(row, last, None)
        return value() if callable(value) and not isinstance(value, Manager) else value

    def address(self, row: Any) -> str | None:
        """Give the address that the cell of `row` links to."""
        if isinstance(self.link, str):
            return reverse(self.link, args=[row.pk])
        return self.link(row) if self.link else None

    def html(self, row: Any) -> SafeString:
        """Give the cell of `row` for a page."""
        return as_html(self.read(row))


def as_text(value: Any) -> str:
    """Give `value` in the reader's language and time zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, Manager):
        value = value.all()
    if isinstance(value, Iterable) and not isinstance(value, str | Promise | dict):
        return ", ".join(as_text(part) for part in value)
    if isinstance(value, int | float):
        return str(formats.localize(value, use_l10n=True))
    return str(value)


def as_html(value: Any) -> SafeString:
    """Give `value` as safe HTML; dates carry their machine form."""
    if isinstance(value, datetime | date):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), as_text(value))
    if isinstance(value, SafeString):
        return value
    return conditional_escape(as_text(value))
