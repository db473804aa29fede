"""System checks records.E001…: a badly shaped shared record does not start."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import models

from kafo.records.models import SharedRecord, shared_models
from kafo.records.sharing import SharedQuerySet


def _faults(model: type[SharedRecord]) -> Iterator[CheckMessage]:
    def error(number: str, text: str, hint: str) -> CheckMessage:
        return Error(f"{model.__name__}: {text}", hint=hint, obj=model, id=f"records.{number}")

    if not isinstance(model._meta.pk, models.UUIDField):
        yield error("E001", "its id is not a UUID.", "Inherit the id of SharedRecord.")
    if not isinstance(model._default_manager.get_queryset(), SharedQuerySet):
        hint = "Let its query set inherit SharedQuerySet, so that bulk writes are told."
        yield error("E006", "its rows are written without being told.", hint)
    if model.wire and (wrong := set(model.wire.fields.values()) - _names(model)):
        hint = "Keep the number and drop the name when a field is gone."
        yield error("E007", f"it has no field {', '.join(sorted(wrong))} to be numbered.", hint)
    for relation in model._meta.local_many_to_many:
        if relation.remote_field.through._meta.auto_created:  # type: ignore[union-attr]
            hint = "Name the through model; it is a shared record of its own."
            yield error("E002", f"{relation.name} is many-to-many without a named model.", hint)
    for private in model._meta.private_fields:
        hint = "Use a soft reference: a type and an id."
        yield error("E003", f"{private.name} is a generic foreign key.", hint)
    for field in model._meta.local_fields:
        target: Any = field.remote_field and field.remote_field.model
        if target and not issubclass(target, SharedRecord):
            hint = "Point to a shared record, or keep the reference out of what is shared."
            yield error("E004", f"{field.name} points to {target.__name__}, which is local.", hint)
        if not (target or field.null or _dated(field)) and field.get_default() is None:
            hint = "Give it a default: an office with an older version writes rows without it."
            yield error("E005", f"{field.name} has no default.", hint)


def _names(model: type[SharedRecord]) -> set[str]:
    return {field.name for field in model._meta.local_fields}


def _dated(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


@register()
def check_shared_records(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse shapes that cannot travel to other offices."""
    return [fault for model in shared_models() for fault in _faults(model)]
