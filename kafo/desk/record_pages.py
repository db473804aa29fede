"""Where the page of a record is, and which policy it asks: found from the addresses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kafo.desk.views.records import RecordView


@dataclass(frozen=True)
class RecordPage:
    """The page of one kind of record; `url_name` takes the record's id."""

    url_name: str
    view: type[RecordView]

    def address(self, pk: Any) -> str:
        """Give the address of the page of the record with that id."""
        return reverse(self.url_name, args=[pk])


def record_page(model: type[Model]) -> RecordPage | None:
    """Give the page of the records of `model`, or None when they have none."""
    return _record_pages().get(model)


@cache
def _record_pages() -> dict[type[Model], RecordPage]:
    found: dict[type[Model], RecordPage] = {}
    for name, pattern in _named(get_resolver().url_patterns):
        view = getattr(pattern.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, RecordView) and view.model:
            found.setdefault(view.model, RecordPage(name, view))
    return found


def _named(
    patterns: Iterable[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _named(each.url_patterns, inner)
        elif each.name:
            yield space + each.name, each
