"""Who may see the list of sites of other offices; the copies themselves are public."""

from typing import Any

from django.db.models import Model, QuerySet

from kafo.people.queries import may
from kafo.publishing.permissions.places import VIEW
from kafo.records.enums import Visibility
from kafo.records.permissions import Policy


class CopyPolicy(Policy):
    """For what other offices publish."""

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        return action == "view" and may(actor, VIEW)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(visibility=Visibility.PUBLIC) if may(actor, VIEW) else rows.none()


copy_policy = CopyPolicy()
