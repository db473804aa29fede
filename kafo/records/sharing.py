"""What a model says of its travels: that it may, and under which numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, router, transaction
from django.db.models.fields.related import ForeignObjectRel

from kafo.records.errors import Refused
from kafo.records.signals import records_changed, records_changing


@dataclass(frozen=True)
class Wire:
    """Numbers under which a kind of record and its fields are known between offices.

    A number is given once and for ever. `schema` grows with each new field; `min_reader` is the
    lowest schema that still understands what is written now.
    """

    kind: int
    fields: Mapping[int, str]
    schema: int = 1
    min_reader: int = 1


_Row = TypeVar("_Row", bound=models.Model)
_told: dict[type[models.Model], Callable[[Any, str], set[str]]] = {}


def register_told(model: type[models.Model], names_for: Callable[[Any, str], set[str]]) -> None:
    """Say that not all of a record may be told: `names_for(record, audience)` gives the fields."""
    _told[model] = names_for


def told_names(record: models.Model, audience: str) -> set[str] | None:
    """Give the fields of `record` that `audience` may be told; None for all of them."""
    names_for = _told.get(type(record))
    return None if names_for is None else names_for(record, audience)


class SharedQuerySet(models.QuerySet[_Row]):
    """Rows of a shared model: what is written in bulk is told as what is written one by one."""

    def update(self, **values: Any) -> int:
        with transaction.atomic(using=self._writing):
            ids = list(self.order_by().values_list("pk", flat=True))
            self._tell(records_changing, ids)
            done = super().update(**values)
            self._tell(records_changed, ids)
        return done

    def bulk_create(self, objs: Iterable[_Row], *args: Any, **options: Any) -> list[_Row]:
        if options.get("ignore_conflicts"):
            raise Refused(
                "Which rows were written would not be known: ignore_conflicts is refused."
            )
        rows = list(objs)
        with transaction.atomic(using=self._writing):
            self._tell(records_changing, rows)
            made = super().bulk_create(rows, *args, **options)
            self._tell(records_changed, [row.pk for row in rows])
        return made

    def _raw_delete(self, using: str | None) -> int:
        raise Refused("Rows of a shared model are deleted by delete(), which tells of it.")

    @property
    def _writing(self) -> str:
        return getattr(self, "_db", None) or router.db_for_write(self.model)

    def _tell(self, signal: Any, ids: list[Any]) -> None:
        if ids:
            signal.send(self.model, rows=ids, using=self._writing)


def tell_of_saving(sender: type[models.Model], instance: Any, using: str, **kwargs: Any) -> None:
    """Pass on that a shared record is about to be saved or deleted."""
    records_changing.send(sender, rows=[instance], using=using)


def tell_of_saved(sender: type[models.Model], instance: Any, using: str, **kwargs: Any) -> None:
    """Pass on that a shared record was saved or deleted."""
    records_changed.send(sender, rows=[instance.pk], using=using)


def tell_of_loosened(sender: type[models.Model], instance: Any, using: str, **kwargs: Any) -> None:
    """Pass on which shared records will lose their reference to one that is about to be deleted."""
    from kafo.records.models import SharedRecord

    relation: Any
    for relation in sender._meta.get_fields(include_hidden=True):
        model = relation.related_model if isinstance(relation, ForeignObjectRel) else None
        if not isinstance(model, type) or not issubclass(model, SharedRecord):
            continue
        if relation.on_delete in (models.SET_NULL, models.SET_DEFAULT):
            pointing = model._base_manager.using(using).filter(**{relation.field.name: instance.pk})
            if ids := list(pointing.values_list("pk", flat=True)):
                records_changed.send(model, rows=ids, using=using)
