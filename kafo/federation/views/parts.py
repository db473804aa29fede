"""What the room adds to pages of others: whose a record is, what was proposed, what waits."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kafo.federation import permissions, proposed
from kafo.federation.alarms import notices
from kafo.federation.node import asking_once
from kafo.federation.queries import this_node
from kafo.records.enums import BEYOND_HOME
from kafo.records.models import SharedRecord, is_copy, is_frozen

SHOWN = 5


def record_part(request: HttpRequest, record: Any) -> SafeString | None:
    """Say of a copy whose it is and offer to propose a correction; of an own one what waits."""
    node = this_node()
    if node is None or not isinstance(record, SharedRecord) or record.wire is None:
        return None
    may_read = permissions.proposals.may(request.user, "view")
    if not is_copy(record):
        pending = list(proposed.pending_rows().filter(record_id=record.pk)) if may_read else []
        named = [(each, proposed.name_of(each.home_office)) for each in pending]
        frozen = is_frozen(record)
        context: dict[str, Any] = {"pending": named, "is_frozen": frozen}
        is_told = named or frozen
        return render_to_string("federation/wished.html", context, request) if is_told else None
    page = proposed.page_of(type(record))
    can_propose = (
        page is not None
        and record.visibility in BEYOND_HOME
        and bool(proposed.proposable_fields(type(record)))
        and permissions.proposals.may(request.user, "add")
    )
    address = reverse("federation:propose", args=[record.wire.kind, record.pk])
    context = {
        "office": proposed.name_of(record.home_office),
        "stated_at": proposed.stated_at(record),
        "pending": list(proposed.pending_rows().filter(record_id=record.pk)),
        "may_read": may_read,
        "propose_url": address if can_propose else "",
    }
    return render_to_string("federation/copy.html", context, request)


@asking_once()
def waiting_panel(request: HttpRequest) -> SafeString | None:
    """Give what is wrong between the offices, and the proposals that wait for an answer."""
    user = request.user
    alarms = notices() if permissions.offices.may(user, "view") else []
    pending = []
    if permissions.proposals.may(user, "decide"):
        rows = list(proposed.wait_for_us()[: SHOWN + 1])
        records = proposed.records_of(rows)
        pending = [
            (each, records.get(each.record_id or each.pk), proposed.name_of(each.home_office))
            for each in rows
        ]
    if not (alarms or pending):
        return None
    context = {"alarms": alarms, "pending": pending[:SHOWN], "has_more": len(pending) > SHOWN}
    return render_to_string("federation/waiting_panel.html", context, request)
