"""Who may see and write places, facts, lists and short tasks."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from kafo.people.queries import may, organizations_where
from kafo.publishing.permissions.editing import PUBLISH, WRITE
from kafo.records.enums import BEYOND_HOME
from kafo.records.models import SharedRecord, home_office, is_copy
from kafo.records.permissions import Policy

VIEW = "publishing.view"


class KeptPolicy(Policy):
    """For records that an organisation keeps; `path` leads from the record to the organisation.

    What other offices gave to read is read by whoever may see the own records.
    """

    def __init__(self, path: str, rights: dict[str, str]) -> None:
        self.path = path
        self.rights = {"view": VIEW} | rights

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        right = self.rights.get(action)
        if right is None:
            return False
        if record is None:
            return may(actor, right)
        if is_copy(record):
            return action == "view" and record.visibility in BEYOND_HOME and may(actor, right)  # type: ignore[attr-defined]
        value: Any = record
        for step in self.path.split("__"):
            value = getattr(value, step)
        return may(actor, right, value)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        organizations = organizations_where(actor, self.rights["view"])
        if not organizations:
            return rows.none()
        seen = Q(**{f"{self.path}__in": organizations})
        if issubclass(rows.model, SharedRecord):
            seen |= Q(visibility__in=BEYOND_HOME) & ~Q(home_office=home_office())
        return rows.filter(seen)


_written = {"add": WRITE, "change": WRITE, "delete": WRITE}
_decided = {"add": PUBLISH, "change": PUBLISH, "delete": PUBLISH}

place_policy = KeptPolicy("organization_id", _written | {"publish": PUBLISH})
fact_policy = KeptPolicy("place__organization_id", _written)
task_policy = KeptPolicy("organization_id", _written)
list_policy = KeptPolicy("organization_id", _decided)
entry_policy = KeptPolicy("list__organization_id", _written)
readers_policy = KeptPolicy("site__organization_id", {})
site_policy = KeptPolicy("organization_id", {"change": WRITE})
