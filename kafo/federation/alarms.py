"""What no machine may settle alone, in plain words, with what to do."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kafo.federation.enums import AlarmKind
from kafo.federation.models import Alarm
from kafo.federation.proposed import name_of
from kafo.federation.queries import open_alarms, this_node


@dataclass(frozen=True)
class Notice:
    """An alarm as a reader sees it; it can be put away once it asks for nothing here."""

    pk: int
    title: str
    text: str
    can_be_settled: bool


def notices() -> list[Notice]:
    """Give the open alarms, the newest first."""
    return [_notice(alarm) for alarm in open_alarms()]


def _notice(alarm: Alarm) -> Notice:
    node, log = this_node(), alarm.log
    is_own = log is None or (node is not None and node.writes(log.office))
    office = name_of(log.office) if log else ""
    match alarm.kind:
        case AlarmKind.FORK if is_own:
            title = _("This office has told two histories.")
            text = _(
                "It happens when a server is brought back from a copy. Others take nothing new of "
                "it until the technician opens a new beginning on this server: kafo office recover."
            )
        case AlarmKind.FORK:
            title = _("%(office)s has told two histories.") % {"office": office}
            text = _(
                "Nothing new of them is taken until they open a new beginning. Call them: their "
                "server was probably brought back from a copy."
            )
        case AlarmKind.RECOVERY:
            title = _("This server knows less than it has told the others.")
            text = _(
                "Its database comes from a backup. Nothing goes out before the others have given "
                "back what is missing: exchange now. If nobody has it: kafo office recover."
            )
        case AlarmKind.DIVERGED:
            title = _("What is held of %(office)s is not what they state.") % {"office": office}
            text = _(
                "It is fetched again as a whole at the next exchange. If this notice comes back, "
                "the technician calls them."
            )
        case AlarmKind.UNTRUSTED:
            title = _("Something came in the name of %(office)s that cannot be believed.") % {
                "office": office or _("an office")
            }
            text = _(
                "No key signed it that the list of offices believes; nothing of it was taken. If "
                "it comes again, tell those who keep the keys of the federation."
            )
        case AlarmKind.CANNOT_TRAVEL:
            title = _("A record is too large for the others.")
            text = _("Shorten its texts; it goes out with the next exchange.") + f" ({alarm.text})"
        case _:
            title = _("A change went past the log and was found afterwards.")
            text = _("It goes out with the next exchange. The technician looks why.")
    return Notice(
        alarm.pk,
        title,
        text,
        alarm.kind not in {AlarmKind.FORK, AlarmKind.RECOVERY},
    )
