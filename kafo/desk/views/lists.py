"""Lists: search, filters, sorting, pages, export, all from one declaration."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.desk.columns import Column
from kafo.desk.exports import FORMATS
from kafo.desk.views.pages import DeskView
from kafo.records.acts import record_act
from kafo.records.languages import folded


@dataclass(frozen=True)
class Filter:
    """A choice that narrows the list. `name` is the parameter, and the field without `apply`.

    `choices` are pairs, or a callable of the request that gives them; None takes the field's own.
    """

    name: str
    label: Any
    choices: (
        Iterable[tuple[Any, Any]] | Callable[[HttpRequest], Iterable[tuple[Any, Any]]] | None
    ) = None
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None


class ListView(DeskView):
    """A list of the rows of `model` that the policy lets the account see.

    Opening it asks `policy.may(actor, "view", None)`; the rows come from `policy.visible_to`.
    Override `get_columns` or `get_filters` for what depends on the request.
    """

    template_name = "desk/list.html"
    columns: Iterable[Column] = ()
    search_fields: Iterable[str] = ()
    search_label: Any = _("Search")
    filters: Iterable[Filter] = ()
    order: tuple[str, ...] = ("pk",)
    page_length = 50
    add_url_name = ""
    add_label: Any = _("Add")
    empty_text: Any = _("There is nothing here yet.")
    intro: Any = ""

    def get_columns(self) -> Iterable[Column]:
        return self.columns

    def get_filters(self) -> Iterable[Filter]:
        return self.filters

    def get_links(self) -> list[tuple[Any, str]]:
        """Give label and address of further links above the list."""
        return []

    @cached_property
    def shown_columns(self) -> list[Column]:
        return [column for column in self.get_columns() if self.may(column.action)]

    @cached_property
    def asked_filters(self) -> list[dict[str, Any]]:
        """Each filter with its choices and the value that was asked for, if it is one of them."""
        asked = []
        for filter_ in self.get_filters():
            choices = filter_.choices
            if callable(choices):
                choices = choices(self.request)
            elif choices is None:
                choices = self.model._meta.get_field(filter_.name).choices or ()  # type: ignore[union-attr]
            pairs = [(str(value), label) for value, label in choices]
            value = self.request.GET.get(filter_.name, "")
            value = value if value in dict(pairs) else ""
            asked.append({"filter": filter_, "choices": pairs, "value": value})
        return asked

    @property
    def words(self) -> str:
        return " ".join(self.request.GET.get("q", "").replace("\0", " ").split())[:100]

    @cached_property
    def sort(self) -> tuple[Column | None, bool]:
        """The column to sort by and whether from the end; none when it was not asked for."""
        asked = self.request.GET.get("sort", "")
        key = asked.removeprefix("-")
        for column in self.shown_columns:
            if column.key and column.key == key:
                return column, asked.startswith("-")
        return None, False

    def narrowed(self) -> QuerySet[Any]:
        """Give the visible rows that the search and the filters leave."""
        rows = self.visible_rows()
        for asked in self.asked_filters:
            if value := asked["value"]:
                filter_ = asked["filter"]
                rows = (
                    filter_.apply(rows, value)
                    if filter_.apply
                    else rows.filter(**{filter_.name: value})
                )
        if self.words and self.search_fields:
            rows = rows.filter(reduce(and_, map(self._has_word, self.words.split()[:8])))
        return rows

    def _has_word(self, word: str) -> Q:
        # Folded columns hold letters without accents, plain ones hold them as typed.
        spellings = {word, folded(word)}
        return reduce(
            or_,
            (
                Q(**{f"{field}__icontains": spelling})
                for field in self.search_fields
                for spelling in spellings
            ),
        )

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Give `rows` in the asked order; the id last, so that no row moves between two pages."""
        column, is_backward = self.sort
        fields = column.order if column else self.order
        if is_backward:
            fields = tuple(field[1:] if field.startswith("-") else f"-{field}" for field in fields)
        return rows.order_by(*fields, "pk")

    def page_rows(self, rows: QuerySet[Any], start: int, count: int) -> list[Any]:
        """Give the page of `rows` that begins at `start`, of `count` in all.

        The ids are sorted alone, as whole rows would be carried through the sort; what lies in the
        second half is counted off from the end.
        """
        end = min(start + self.page_length, count)
        ids = rows.values_list("pk", flat=True)
        if start > count // 2:
            page = list(ids.reverse()[count - end : count - start])[::-1]
        else:
            page = list(ids[start:end])
        found = {row.pk: row for row in self.get_rows().filter(pk__in=page)}
        return [found[pk] for pk in page if pk in found]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (name := request.GET.get("format", "")) in FORMATS:
            return self.export(name)
        return super().get(request, *args, **kwargs)

    def export(self, kind: str) -> HttpResponseBase:
        """Give what the filters show as a file, and note in the act log that it was taken."""
        rows = self.sorted(self.narrowed())
        meta = self.model._meta  # type: ignore[union-attr]
        account: Any = self.request.user
        record_act(
            "desk.list.export",
            actor=account,
            record=account,
            list=meta.label_lower,
            format=kind,
            rows=rows.count(),
        )
        name = f"{meta.model_name}-{timezone.localdate():%Y-%m-%d}"
        columns = [column for column in self.shown_columns if not column.is_deed]
        return FORMATS[kind](name, columns, rows.iterator(chunk_size=2000))

    def query(self, **changes: Any) -> str:
        """Give the query string with some of its values changed."""
        query = self.request.GET.copy()
        query.pop("format", None)
        query.pop("page", None)
        for name, value in changes.items():
            query[name] = str(value)
        return f"?{query.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.narrowed()
        count = rows.count()
        pages = max(1, -(-count // self.page_length))
        asked = self.request.GET.get("page", "")
        page = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 9 else 1), pages)
        found = self.page_rows(self.sorted(rows), (page - 1) * self.page_length, count)
        is_filtered = any(asked["value"] for asked in self.asked_filters)
        may_add = self.add_url_name and self.policy.may(self.request.user, "add", None)
        column, is_backward = self.sort
        return super().get_context_data(
            intro=self.intro,
            columns=[self._heading(each, column, is_backward) for each in self.shown_columns],
            rows=[self._cells(row) for row in found],
            count=count,
            page=page,
            pages=pages,
            previous=self.query(page=page - 1) if page > 1 else "",
            next=self.query(page=page + 1) if page < pages else "",
            exports=[(kind.upper(), self.query(format=kind)) for kind in FORMATS] if count else [],
            search_label=self.search_label if self.search_fields else "",
            words=self.words,
            filters=self.asked_filters,
            sort=self.request.GET.get("sort", "") if column else "",
            is_filtered=is_filtered or column is not None,
            is_narrowed=is_filtered or bool(self.words),
            empty_text=self.empty_text,
            add_url=reverse(self.add_url_name) if may_add else "",
            add_label=self.add_label,
            links=self.get_links(),
            **kwargs,
        )

    def _heading(
        self, column: Column, sorted_by: Column | None, is_backward: bool
    ) -> dict[str, Any]:
        is_sorted = column is sorted_by or (
            sorted_by is None and column.order and column.order[0] == self.order[0]
        )
        turn = "-" if is_sorted and not is_backward else ""
        return {
            "label": column.label,
            "is_number": column.is_number,
            "is_deed": column.is_deed,
            "key": column.key,
            "url": self.query(sort=turn + column.key) if column.key else "",
            "sorted": ("descending" if is_backward else "ascending") if is_sorted else "",
        }

    def _cells(self, row: Any) -> list[dict[str, Any]]:
        return [
            {
                "label": "" if column.is_deed else column.label,
                "html": column.html(row),
                "url": column.address(row),
                "is_number": column.is_number,
            }
            for column in self.shown_columns
        ]
