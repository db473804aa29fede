"""The acts of this room, with their weights."""

from django.utils.translation import gettext_lazy as _

from kafo.records.acts import register_act
from kafo.records.enums import Weight

_ACTS = {
    "federation.line.cut": (_("cut or joined the link to the other offices"), Weight.ADMINISTER),
    "federation.line.limit": (_("changed the daily limit of the exchange"), Weight.ADMINISTER),
    "federation.alarm.settle": (_("put an alarm away"), Weight.ADMINISTER),
    "federation.visit.ask": (_("asked for an exchange"), Weight.EDIT),
    "federation.stick.write": (_("wrote a stick for other offices"), Weight.ADMINISTER),
    "federation.stick.read": (_("read a stick of another office"), Weight.ADMINISTER),
    "federation.roster.take": (_("took a signed list of offices"), Weight.DECIDE),
    "federation.office.invite": (_("invited an office"), Weight.ADMINISTER),
    "federation.office.release": (_("laid down the right to write of an office"), Weight.DECIDE),
    "federation.office.accept": (_("took up the right to write of an office"), Weight.DECIDE),
    "federation.office.decline": (_("gave the right to write back"), Weight.DECIDE),
    "federation.office.forget": (
        _("deleted the copies that were left of an office handed over"),
        Weight.DECIDE,
    ),
    "federation.office.cancel": (_("took an invitation back"), Weight.ADMINISTER),
    "federation.proposal.make": (_("proposed a correction to another office"), Weight.EDIT),
    "federation.proposal.accept": (_("accepted a correction"), Weight.DECIDE),
    "federation.proposal.decline": (_("declined a correction"), Weight.DECIDE),
}


def register_acts() -> None:
    """Make the acts known to the log; called when the room starts."""
    for name, (label, weight) in _ACTS.items():
        register_act(name, label, weight)
