"""One policy object answers both questions: may they, and which rows."""

from typing import Any

from django.db.models import Model, QuerySet

from kafo.records.errors import NotVisible


class Policy:
    """Default deny. A room subclasses this once per kind of record.

    `action` is one of the words view, add, change, delete, or a verb of the room.
    """

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        """Say whether `actor` may do `action` (to `record`, or at all when None)."""
        return False

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Give those of `rows` that `actor` may read."""
        return rows.none()

    def require(self, actor: Any, action: str, record: Model | None = None) -> None:
        """Raise NotVisible unless `actor` may do `action`."""
        if not self.may(actor, action, record):
            raise NotVisible
