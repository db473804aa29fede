"""A picture of this office, its peers and the lines to them; the same in words beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kafo.federation.enums import Fault
from kafo.federation.queries import PeerState

WIDTH, ROW, BOX = 320, 64, 112
_LONGEST = 14


class Way(StrEnum):
    """How a line to a peer looks."""

    OPEN = "open"
    WAITING = "waiting"
    CUT = "cut"
    FAULT = "fault"
    NEW = "new"


@dataclass(frozen=True)
class Link:
    """One line of the picture, from this office to a peer."""

    name: str
    way: Way
    words: str
    y: int

    @property
    def short_name(self) -> str:
        """The name as it fits the box."""
        return shortened(self.name)


@dataclass(frozen=True)
class Figure:
    """The picture: this office on the left, its peers on the right."""

    name: str
    links: list[Link]
    height: int

    @property
    def short_name(self) -> str:
        """The name as it fits the box."""
        return shortened(self.name)

    @property
    def middle(self) -> int:
        """Where this office stands."""
        return self.height // 2

    @property
    def words(self) -> str:
        """The picture for those who do not see it."""
        return "; ".join(f"{self.name} – {link.name}: {link.words}" for link in self.links)


def shortened(name: str) -> str:
    """Give a name that fits a box of the picture."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def has_failed(state: PeerState) -> bool:
    """Say whether the last visit failed, and nothing was heard of the peer since."""
    if state.is_revoked:
        return True
    heard, tried = state.theirs_held_at, state.tried_at
    return bool(state.last_error) and (heard is None or tried is None or heard < tried)


def is_spent(state: PeerState) -> bool:
    """Say whether the bytes of today are spent, so that nothing more goes before tomorrow."""
    return state.fault == Fault.BUDGET and has_failed(state)


def is_unreached(state: PeerState) -> bool:
    """Say whether it never answered yet, as when it is only being set up."""
    return state.fault == Fault.SILENT and state.theirs_held_at is None


def way_to(state: PeerState) -> Way:
    """Say how the line to a peer is."""
    if state.is_cut:
        return Way.CUT
    if is_spent(state):
        return Way.WAITING
    if has_failed(state) and not is_unreached(state):
        return Way.FAULT
    if state.theirs_held_at is None:
        return Way.NEW
    return Way.WAITING if state.waiting_entries else Way.OPEN


def words_of(state: PeerState) -> str:
    """Say the same in two or three words."""
    if state.is_revoked:
        return _("its server is believed no more")
    count = state.waiting_entries
    waiting = ngettext("%(count)d change waits", "%(count)d changes wait", count) % {"count": count}
    match way_to(state):
        case Way.CUT:
            return _("the link is cut") + (f", {waiting}" if count else "")
        case Way.FAULT:
            return _("the last visit failed") + (f", {waiting}" if count else "")
        case Way.NEW:
            return _("not reached yet") if is_unreached(state) else _("no visit yet")
        case Way.WAITING:
            if is_spent(state):
                return _("today’s limit is used up") + (f", {waiting}" if count else "")
            return waiting
    return _("up to date")


def figure_of(name: str, states: Sequence[PeerState]) -> Figure:
    """Draw the offices."""
    links = [
        Link(state.name, way_to(state), words_of(state), ROW * at + ROW // 2)
        for at, state in enumerate(states)
    ]
    return Figure(name, links, max(ROW, ROW * len(links)))
