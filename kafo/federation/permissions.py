"""Who may look at the other offices, exchange with them, propose, decide and sign."""

from typing import Any

from django.db.models import QuerySet

from kafo.people.queries import may_for_all_offices
from kafo.records.permissions import Policy

VIEW = "federation.view"
EXCHANGE = "federation.exchange"
PROPOSE = "federation.propose"
DECIDE = "federation.decide"
SIGN = "federation.sign"


class OfficesPolicy(Policy):
    """The node and its peers: they belong to the office as a whole, never to a partner."""

    rights = {
        "view": VIEW,
        "exchange": EXCHANGE,
        "limit": EXCHANGE,
        "carry": EXCHANGE,
        "sign": SIGN,
        "settle": SIGN,
    }

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        right = self.rights.get(action)
        return right is not None and may_for_all_offices(actor, right)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.may(actor, "view") else rows.none()


class ProposalPolicy(Policy):
    """Proposals: read by those who propose or look after the offices, decided by who leads."""

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        rights = {"view": (VIEW, PROPOSE), "add": (PROPOSE,), "decide": (DECIDE,)}
        return any(may_for_all_offices(actor, right) for right in rights.get(action, ()))

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.may(actor, "view") else rows.none()


offices = OfficesPolicy()
proposals = ProposalPolicy()
