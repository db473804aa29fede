"""Records and their values as they travel: from a model's fields to numbered fields and back."""

import datetime
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import models

from kafo.records.enums import Visibility
from kafo.records.models import SharedRecord, shared_models
from kafo.records.sharing import Wire, told_names

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


@cache
def kinds() -> dict[int, type[SharedRecord]]:
    """Give the models that travel, by the number of their kind."""
    found: dict[int, type[SharedRecord]] = {}
    for model in shared_models():
        if model.wire:
            if model.wire.kind in found:
                raise ValueError(f"{model.__name__}: its kind {model.wire.kind} is taken.")
            found[model.wire.kind] = model
    return found


def wire_of(model: type[SharedRecord] | SharedRecord) -> Wire:
    """Give the numbers of a model that travels."""
    if model.wire is None:
        raise TypeError(f"{model} does not travel.")
    return model.wire


def values_of(record: SharedRecord, audience: str = "") -> dict[int, Any]:
    """Give the numbered values of a record; a reference is the bytes of the other's id.

    With an audience, a field that it may not be told is what it would be if nothing were known.
    """
    told = told_names(record, audience) if audience else None
    unsaid = {} if told is None else defaults_of(type(record))
    return {
        number: _out(getattr(record, record._meta.get_field(name).attname))  # type: ignore[union-attr]
        if told is None or name in told
        else unsaid[number]
        for number, name in wire_of(record).fields.items()
    }


def audience_of(record: SharedRecord) -> str:
    """Give the widest audience that may be told anything of a record; "home" when there is none."""
    widest = record.audience
    if widest == Visibility.HOME:
        return Visibility.HOME
    narrower = [Visibility.FEDERATION] if widest == Visibility.PUBLIC else []
    for audience in [widest, *narrower]:
        told = told_names(record, audience)
        if told is None or told:
            return str(audience)
    return Visibility.HOME


def _out(value: Any) -> Any:
    match value:
        case uuid.UUID():
            return value.bytes
        case datetime.datetime():
            return (value - _EPOCH) // _MICROSECOND
        case datetime.date():
            return value.toordinal()
        case datetime.timedelta():
            return value // _MICROSECOND
        case Decimal() | datetime.time():
            return str(value)
        case dict():
            return {str(key): _out(each) for key, each in value.items()}
        case list() | tuple():
            return [_out(each) for each in value]
        case None | bool() | int() | float() | str() | bytes():
            return value
    return str(value)


def defaults_of(model: type[SharedRecord]) -> dict[int, Any]:
    """Give what a field is taken to be where nothing was said of it."""
    return {
        number: _out(model._meta.get_field(name).get_default())  # type: ignore[union-attr]
        for number, name in wire_of(model).fields.items()
    }


@cache
def references_of(model: type[SharedRecord]) -> set[int]:
    """Give the numbers of the fields that point to another record."""
    return {
        number
        for number, name in wire_of(model).fields.items()
        if isinstance(model._meta.get_field(name), models.ForeignKey)
    }


def resolved(
    model: type[SharedRecord], fields: Mapping[int, Any], id_of: Callable[[int], uuid.UUID | None]
) -> dict[int, Any]:
    """Give `fields` with each record number in a reference replaced by the id it stands for."""
    made = dict(fields)
    for number in references_of(model) & set(made):
        if isinstance(made[number], int):
            found = id_of(made[number])
            made[number] = found.bytes if found else None
    return made


def attributes(model: type[SharedRecord], fields: Mapping[int, Any]) -> dict[str, Any]:
    """Give what to set on a row of `model`, by attribute; fields of a later schema are left out.

    Raises ValueError or TypeError when a value does not fit its field.
    """
    made = {}
    for number, name in wire_of(model).fields.items():
        field: Any = model._meta.get_field(name)
        if number in fields:
            made[field.attname] = _in(field, fields[number])
    return made


def _in(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.ForeignKey | models.UUIDField):
        return uuid.UUID(bytes=value)
    if isinstance(field, models.DateTimeField):
        return _EPOCH + value * _MICROSECOND
    if isinstance(field, models.DateField):
        return datetime.date.fromordinal(value)
    if isinstance(field, models.DurationField):
        return value * _MICROSECOND
    if isinstance(field, models.JSONField | models.BinaryField):
        return value
    if isinstance(value, list | dict | bytes):
        raise TypeError(f"{field.name} is one value.")
    return field.to_python(value)
