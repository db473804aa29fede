"""Tend the node: cut and join its line, limit its bytes, put an alarm away."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.federation import permissions
from kafo.federation.enums import AlarmKind
from kafo.federation.models import Alarm, Line, Peer
from kafo.records.acts import record_act
from kafo.records.errors import Refused
from kafo.records.loop import wake


@transaction.atomic
def cut_line(*, actor: Any, is_cut: bool) -> Line:
    """Cut the line to all others, or join it again. Raises NotVisible."""
    permissions.offices.require(actor, "exchange")
    line = _line()
    if line.is_cut != is_cut:
        line.is_cut = is_cut
        line.save()
        record_act("federation.line.cut", actor=actor, record=actor, is_cut=is_cut)
        transaction.on_commit(wake)
    return line


@transaction.atomic
def ask_for_visits(*, actor: Any) -> None:
    """Let the turn of every peer be now; the loop visits them. Raises NotVisible, and Refused."""
    permissions.offices.require(actor, "exchange")
    line = _line()
    if line.is_cut:
        raise Refused(_("The link is cut. Join it first."))
    line.asked_at = timezone.now()
    line.save()
    Peer.objects.update(tried_at=None)
    record_act("federation.visit.ask", actor=actor, record=actor)
    transaction.on_commit(wake)


@transaction.atomic
def limit_line(*, actor: Any, budget: int, every_minutes: int) -> Line:
    """Say how many bytes a day go to and come from an office, and how often. Raises NotVisible."""
    permissions.offices.require(actor, "limit")
    line = _line()
    line.budget, line.every_minutes = budget, every_minutes
    line.save()
    record_act("federation.line.limit", actor=actor, record=actor, budget=budget)
    return line


@transaction.atomic
def settle_alarm(*, actor: Any, alarm: Alarm) -> None:
    """Put an alarm away. Raises NotVisible, and Refused for what has to be mended first."""
    permissions.offices.require(actor, "settle")
    if alarm.kind in {AlarmKind.FORK, AlarmKind.RECOVERY}:
        raise Refused(_("This goes away by itself once it is mended."))
    alarm.settled_at = timezone.now()
    alarm.save(update_fields=["settled_at"])
    record_act("federation.alarm.settle", actor=actor, record=alarm)


def _line() -> Line:
    return Line.objects.select_for_update().filter(pk=1).first() or Line(pk=1)
