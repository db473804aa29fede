"""Visit: exchange with peers on a schedule or on demand, within the bytes of a day."""

import logging
import threading
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.federation.enums import Fault, Side
from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.http_link import HttpLink
from kafo.federation.models import Handover, Line, Outbox, Peer
from kafo.federation.node import Node
from kafo.federation.queries import line, peer_offices, this_node
from kafo.federation.services.applying import replay_parked
from kafo.federation.services.erasing import drop_confirmed
from kafo.federation.services.exchanging import Visit, exchange
from kafo.federation.services.recovering import settle_recovery
from kafo.federation.services.sealing import compare_tables
from kafo.federation.wire.rosters import OfficeEntry
from kafo.records.errors import Refused

logger = logging.getLogger("kafo.federation")

LEAST = 4096  # bytes without which a visit is not worth its greeting
FOLLOWS = timedelta(minutes=1)
MOST_SECONDS = 3600  # a peer that drips must not keep the others waiting


class Spent(ConnectionError):
    """The bytes of today are spent."""


class LimitedLink(HttpLink):
    """A way to a peer that ends when so many bytes went through it."""

    def __init__(self, office: uuid.UUID, address: str, limit: int) -> None:
        super().__init__(office, address)
        self.limit = limit

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "moved" and isinstance(value, int) and value > getattr(self, "limit", value):
            self.close()
            raise Spent


def visit_due() -> int:
    """Visit each peer whose turn it is; give how many records' worth of frames moved.

    Those that were silent come last: nobody waits until they are found silent again. What is
    written a moment after somebody asked for visits, as lists of pages are, still goes with them.
    """
    node, the_line = this_node(), line()
    if node is None or the_line.is_cut or node.roster is None:
        return 0
    now = timezone.now()
    due = now - timedelta(minutes=the_line.every_minutes)
    asked = the_line.asked_at or now - FOLLOWS
    follows = now - FOLLOWS < asked <= now and Outbox.objects.exists()
    tried = {peer.office.bytes: peer.tried_at for peer in Peer.objects.all()}
    silent = {peer.office.bytes for peer in Peer.objects.filter(fault=Fault.SILENT)}
    moved = 0
    for entry in sorted(peer_offices(), key=lambda each: each.id in silent):
        last = tried.get(entry.id)
        # A visit that lies ahead was noted by a clock that has been set right since.
        is_open = entry.addresses and not entry.is_revoked
        if is_open and (follows or last is None or not due < last <= now):
            visit = visit_peer(node, entry)
            moved += visit.frames + visit.snapshots if visit else 0
    return moved


def compare_daily() -> int:
    """Once a day look for changes that were written past the outbox; give how many.

    Old frames that every office holds are dropped then too.
    """
    node, the_line, today = this_node(), line(), timezone.localdate()
    if node is None or the_line.compared_on == today:
        return 0
    found = compare_tables(node)
    drop_confirmed(node)
    Line.objects.update_or_create(pk=1, defaults={"compared_on": today})
    return found


def visit_now(office: uuid.UUID | None = None) -> dict[str, Visit | None]:
    """Visit one peer, or all, whoever's turn it is; give what came of it by name, None: nothing.

    Of all, those without an address are left out: they visit.

    Raises Refused when the line is cut, there is no list of offices, or no such office in it.
    """
    node = this_node()
    if node is None or node.roster is None:
        raise Refused(_("This office knows no other yet: there is no list of offices here."))
    if line().is_cut:
        raise Refused(_("The link is cut. Join it first."))
    wanted = office.bytes if office else None
    entries = [e for e in peer_offices() if (_addresses(e) if wanted is None else e.id == wanted)]
    if office and not entries:
        raise Refused(_("The list of offices has no such office."))
    return {entry.name: visit_peer(node, entry) for entry in entries}


def visit_peer(node: Node, entry: OfficeEntry) -> Visit | None:
    """Visit one peer at the first of its addresses that answers; give what came of it.

    None when it came to nothing; why is written on the peer.
    """
    office = uuid.UUID(bytes=entry.id)
    peer = _begin(office)
    limit = peer.budget if peer.budget is not None else line().budget
    visit: Visit | None = None
    fault: str = Fault.NOWHERE
    for address in _addresses(entry):
        left = limit - Peer.objects.get(pk=peer.pk).bytes_moved
        if left < LEAST:
            fault = Fault.BUDGET
            break
        visit, fault = _try(node, office, address, left)
        if fault not in {Fault.SILENT, Fault.STRANGER}:
            break
    if fault != peer.fault:
        Peer.objects.filter(pk=peer.pk).update(fault=fault)
        if fault:
            # That a line is down now and then is what this is made for.
            is_usual = fault in {Fault.SILENT, Fault.NOWHERE}
            level = logging.INFO if is_usual else logging.WARNING
            logger.log(level, "The visit to %s failed: %s.", entry.name, fault)
    if visit and visit.frames + visit.snapshots:
        settle_recovery(node)
        replay_parked(node)  # what stood in the way may be gone now
    return visit


def _addresses(entry: OfficeEntry) -> list[str]:
    """Give where an office answers: what the list says, else where it invited this one from.

    A server that was stolen is told nothing: no address is given for it.
    """
    if entry.is_revoked:
        return []
    invited = Handover.objects.filter(side=Side.TAKER, peer=uuid.UUID(bytes=entry.id))
    return entry.addresses or [each.peer_address for each in invited]


def _begin(office: uuid.UUID) -> Peer:
    now = timezone.now()
    with transaction.atomic():
        peer, _made = Peer.objects.get_or_create(office=office)
        if peer.bytes_on != now.date():
            peer.bytes_on, peer.bytes_moved = now.date(), 0
        peer.tried_at = now
        peer.save(update_fields=["bytes_on", "bytes_moved", "tried_at"])
    return peer


def _try(node: Node, office: uuid.UUID, address: str, left: int) -> tuple[Visit | None, str]:
    link = LimitedLink(office, address, left)
    visit: Visit | None = None
    fault = ""
    end = threading.Timer(MOST_SECONDS, link.cut)
    end.daemon = True
    end.start()
    try:
        visit = exchange(node, link, files_at_most=left // 2)
        fault = Fault.WRONG if visit.faults else ""
    except Spent:
        fault = Fault.BUDGET
    except Untrusted:
        fault = Fault.STRANGER
    except (Malformed, Diverged):
        fault = Fault.WRONG
    except ConnectionError:
        fault = Fault.BROKEN if link.moved else Fault.SILENT
    finally:
        end.cancel()
        link.close()
        Peer.objects.filter(office=office).update(bytes_moved=F("bytes_moved") + link.moved)
    return visit, fault
