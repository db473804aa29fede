"""Join: an office is invited, its new server shows its key, the pen passes, step by step.

Until the new server has taken the pen up, every step can be taken back.
"""

import logging
import uuid
from typing import Any

import pyrage
from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.federation.asking import (
    Answer,
    ask,
    fetch_home,
    new_code,
    opened,
    say_held,
    sealed,
)
from kafo.federation.enums import Side, Stage
from kafo.federation.errors import Frozen, Malformed, Untrusted
from kafo.federation.models import Handover, Log
from kafo.federation.node import Node
from kafo.federation.queries import line, this_node
from kafo.federation.services import forgetting, handing_over
from kafo.federation.services.hosting import host_office, load_home, pack_home
from kafo.federation.services.recovering import open_epoch
from kafo.federation.services.rostering import require_signer, roster_documents
from kafo.federation.services.sealing import log_of, seal_waiting
from kafo.federation.services.visiting import visit_now
from kafo.federation.wire import signatures
from kafo.federation.wire.rosters import trusted_payload
from kafo.records.acts import record_act
from kafo.records.errors import KafoError, Refused
from kafo.records.ids import new_id
from kafo.records.models import SharedRecord

logger = logging.getLogger("kafo.federation")


# On the side that hosts the office.


def invite_office(
    node: Node,
    *,
    actor: Any,
    name: str,
    organization: SharedRecord | None = None,
    replaced: uuid.UUID | None = None,
) -> Handover:
    """Invite a new server; for an organisation kept here its records will pass to it.

    `replaced` is an office of the list whose server is lost: the new one takes its place, and its
    keys so far are believed no further than what is held here. Raises NotVisible, Refused.
    """
    require_signer(actor)
    if node.roster is None:
        raise Refused(_("There is no list of offices here yet. Begin one: kafo roster new"))
    with transaction.atomic():
        handover = _invited(node, name, organization, replaced)
        handover.stage, handover.secret = Stage.INVITED, new_code()
        handover.key, handover.recipient, handover.ended_at = b"", "", None
        handover.invited_at, handover.asked_at = timezone.now(), None
        handover.known_at = handover.released_at = None
        handover.save()
        record_act("federation.office.invite", actor=actor, record=handover)
        if handover.is_hosted and not node.writes(handover.office):
            node.add_key(handover.office)
    return handover


def _invited(
    node: Node, name: str, organization: SharedRecord | None, replaced: uuid.UUID | None
) -> Handover:
    if replaced:
        if node.writes(replaced):
            raise Refused(_("This office is kept here: there is no server to replace."))
        known = Handover.objects.filter(office=replaced).first()
        handover = known or Handover(office=replaced, name=name)
        handover.side, handover.is_hosted, handover.taken_at = Side.GIVER, False, None
        return handover
    known = None
    if organization:
        known = Handover.objects.filter(organization=organization.pk).first()
    if known and known.stage == Stage.TAKEN:
        raise Refused(_("This office has its own server already. Is it lost? Add --replace."))
    handover = known or Handover(office=new_id(), side=Side.GIVER, name=name)
    handover.organization = organization.pk if organization else None
    handover.is_hosted = organization is not None
    return handover


def answer_newcomer(node: Node, data: bytes) -> bytes:
    """Take the key of a new server that knows the code, and say how far it is.

    Raises Malformed, or Untrusted for a stranger.
    """
    handover, item = _opened(data)
    match item:
        case [bytes(key), str(recipient), str(address)] if len(key) == 32:
            _note_asked(handover, key, recipient[:80], address[:300])
        case _:
            raise Malformed("This is no question to join.")
    stage = handover.stage if bytes(handover.key) == key else Stage.ENDED
    said = [node.office.bytes, handover.office.bytes, handover.name, handover.is_hosted]
    answer = [*said, str(stage), roster_documents(node)]
    return sealed(bytes(handover.secret), answer, is_answer=True)


def _note_asked(handover: Handover, key: bytes, recipient: str, address: str) -> None:
    """Note the first key that is shown; to show another one, the office is invited anew."""
    if handover.stage == Stage.INVITED:
        handover.key, handover.recipient, handover.address = key, recipient, address
        handover.stage, handover.asked_at = Stage.ASKED, timezone.now()
        handover.save()


def release_office(node: Node, *, actor: Any, handover: Handover) -> Handover:
    """Lay down the pen of a hosted office for its new server; nobody writes until it is taken up.

    Raises NotVisible, Refused, Frozen.
    """
    require_signer(actor)
    settle_handovers(node)
    handover.refresh_from_db()
    if handover.stage != Stage.KNOWN or not handover.is_hosted:
        raise Refused(
            _("The list of offices must name the key of the new server first: it is signed.")
        )
    with transaction.atomic():
        log_of(node, handover.office, "federation")
    handing_over.lay_down_pen(node, handover.office, bytes(handover.key))
    handover.stage, handover.released_at = Stage.RELEASED, timezone.now()
    handover.save()
    record_act("federation.office.release", actor=actor, record=handover)
    return handover


def cancel_office(node: Node, *, actor: Any, handover: Handover) -> Handover:
    """Take an invitation back, as long as the pen was not laid down. Raises NotVisible, Refused."""
    require_signer(actor)
    if handover.stage in {Stage.RELEASED, Stage.TAKEN}:
        raise Refused(
            _("The right to write was laid down. The new server takes it up, or gives it back.")
        )
    handover.stage, handover.ended_at, handover.secret = Stage.ENDED, timezone.now(), b""
    handover.save()
    record_act("federation.office.cancel", actor=actor, record=handover)
    return handover


def home_bundle(node: Node, data: bytes) -> bytes:
    """Give what only the office itself may read, encrypted to its new server.

    Given once its pen was laid down here, so that nothing changes any more. Raises Untrusted.
    """
    handover, item = _opened(data)
    if item != [bytes(handover.key)] or handover.stage not in {Stage.RELEASED, Stage.TAKEN}:
        raise Untrusted("Nothing is handed over to this server.")
    recipient = pyrage.x25519.Recipient.from_str(handover.recipient)
    packed = pack_home(node, handover.office)
    forgetting.note_given(node, handover.office, packed)
    return bytes(pyrage.encrypt(packed, [recipient]))


def answer_held(node: Node, data: bytes) -> bytes:
    """Hear from the new server that it holds what it was given; say whether it is all.

    Raises Malformed, or Untrusted for a stranger.
    """
    handover, item = _opened(data)
    match item:
        case [bytes(key), bytes(digest)] if key == bytes(handover.key):
            same = forgetting.note_confirmed(node, handover.office, digest)
            return sealed(bytes(handover.secret), [same], is_answer=True)
    raise Untrusted("Nothing was handed over to this server.")


def _opened(data: bytes) -> tuple[Handover, Any]:
    """Give the invitation whose code was used, and what was said; raises Malformed, Untrusted."""
    for handover in Handover.objects.filter(side=Side.GIVER).exclude(secret=b""):
        try:
            return handover, opened(bytes(handover.secret), data)
        except Untrusted:
            continue
    raise Untrusted("No invitation has this code.")


def settle_handovers(node: Node) -> int:
    """Bring handings over on from what roster and logs say by now; give how many moved."""
    return sum(_settle(node, each) for each in Handover.objects.filter(side=Side.GIVER))


def _settle(node: Node, handover: Handover) -> bool:
    entry = node.roster.office(handover.office.bytes) if node.roster else None
    key = bytes(handover.key)
    if handover.stage == Stage.ASKED and entry and key in [k for k, limits in entry.keys]:
        if handover.is_hosted:
            model: Any = apps.get_model("people.Organization")
            organization = model.objects.get(pk=handover.organization)
            host_office(node, organization, handover.office)
            seal_waiting(node)
        handover.stage, handover.known_at = Stage.KNOWN, timezone.now()
        handover.save()
        return True
    if not handover.is_hosted:
        return _settle_unhosted(handover)
    if handover.stage not in {Stage.KNOWN, Stage.RELEASED}:
        return False
    logs = list(Log.objects.filter(office=handover.office))
    held = node.key(handover.office)
    own = signatures.public_bytes(held) if held else None
    pens = {(bytes(log.key), bytes(log.released_to)) for log in logs}
    if handover.stage == Stage.KNOWN:
        if pens != {(own, key)}:
            return False
        # It was laid down, and the power failed before that was noted here.
        handover.stage, handover.released_at = Stage.RELEASED, timezone.now()
    elif own and pens == {(key, own)}:
        handing_over.take_pen(node, handover.office)  # it was declined
        handover.stage, handover.ended_at = Stage.ENDED, timezone.now()
    elif own and pens == {(own, b"")}:
        handover.stage, handover.ended_at = Stage.ENDED, timezone.now()
    elif pens == {(key, b"")}:
        node.drop_key(handover.office)
        handover.stage, handover.taken_at = Stage.TAKEN, timezone.now()
    else:
        return False
    handover.save()
    return True


def _settle_unhosted(handover: Handover) -> bool:
    """An office that was kept nowhere writes by itself, as soon as the list names it."""
    spoke = Log.objects.filter(office=handover.office, key=bytes(handover.key))
    if handover.stage != Stage.KNOWN or not spoke.exists():
        return False
    handover.stage, handover.taken_at = Stage.TAKEN, timezone.now()
    handover.save()
    return True


def go_on_due() -> int:
    """Bring on what was begun, on either side; give how many moved."""
    node = this_node()
    if node is None or node.roster is None or line().is_cut:
        return 0
    moved = settle_handovers(node)
    going = [Stage.ASKED, Stage.KNOWN]
    for handover in Handover.objects.filter(side=Side.TAKER, stage__in=going):
        try:
            moved += go_on_joining(node).stage != handover.stage
        except (ConnectionError, KafoError) as error:
            logger.debug("Joining does not go on yet: %s", error)
    for handover in Handover.objects.filter(side=Side.TAKER, stage=Stage.TAKEN):
        moved += confirm_held(node, handover)
    return moved


# On the side of the new server.


def note_invitation(node: Node, *, address: str, secret: bytes, answer: Answer) -> Handover:
    """Note at a new server who invited it, and take the list of offices that was compared."""
    first = trusted_payload(answer.rosters[0])
    with transaction.atomic():
        handover, _made = Handover.objects.get_or_create(
            office=node.office,
            defaults={
                "name": answer.name,
                "side": Side.TAKER,
                "is_hosted": answer.is_hosted,
                "stage": Stage.ASKED,
                "secret": secret,
                "peer": uuid.UUID(bytes=answer.giver),
                "peer_address": address,
                "fingerprint": first.fingerprint,
                "asked_at": timezone.now(),
            },
        )
        _take_rosters(node, answer.rosters, handover.fingerprint)
    return handover


def _take_rosters(node: Node, documents: list[bytes], fingerprint: str) -> None:
    for document in documents:
        node.accept_roster(document, fingerprint)


def go_on_joining(node: Node, *, own_address: str = "") -> Handover:
    """Ask the inviting server how far it is, and do what can be done; give the handing over.

    Raises Refused when this office was not invited, ConnectionError, Untrusted, Malformed.
    """
    handover = Handover.objects.filter(office=node.office, side=Side.TAKER).first()
    if handover is None:
        raise Refused(_("This office was not invited by another one."))
    if handover.stage in {Stage.TAKEN, Stage.ENDED}:
        return handover
    key = node.greeting_key()
    if key is None:
        raise Refused(_("This server has no key yet. Run: kafo office recover"))
    public, recipient = signatures.public_bytes(key), str(node.identity.to_public())
    answer = ask(handover.peer_address, bytes(handover.secret), public, recipient, own_address)
    if answer.stage == Stage.ENDED:
        raise Refused(_("The invitation was taken back, or another server used it."))
    _take_rosters(node, answer.rosters, handover.fingerprint)
    entry = node.roster.office(node.office.bytes) if node.roster else None
    if entry and public in [known for known, limits in entry.keys if limits is None]:
        if handover.stage == Stage.ASKED:
            handover.stage, handover.known_at = Stage.KNOWN, timezone.now()
        visit_now(handover.peer)
        if not handover.is_hosted:
            _begin_writing(node, handover)
        elif answer.stage == Stage.RELEASED:
            handover.stage = Stage.RELEASED
    handover.save()
    return handover


def _begin_writing(node: Node, handover: Handover) -> None:
    """An office that was hosted nowhere has no pen to take up: its own begins.

    What it said from a server that is lost stands; it goes on in a new epoch, under the new key.
    """
    if not node.writes(node.office):
        node.promote_key(node.office)
        for log in Log.objects.filter(office=node.office, sequence__gt=0):
            open_epoch(node, log)
    handover.stage, handover.taken_at = Stage.TAKEN, timezone.now()


def accept_office(node: Node, *, actor: Any) -> Handover:
    """Take the pen up that was laid down for this server, with what only the office may read.

    Raises NotVisible, Refused, Frozen, ConnectionError.
    """
    require_signer(actor)
    handover = go_on_joining(node)
    if handover.stage == Stage.TAKEN:
        confirm_held(node, handover)
        return handover
    public = _own_public(node)
    if not _is_written(node, by=public):
        _come_whole(node, handover, public)
        data = _fetch_home(node, handover, public)
        load_home(node, data, node.office)
        forgetting.note_received(node, node.office, data)
        handing_over.take_pen(node, node.office)
    handover.stage, handover.taken_at = Stage.TAKEN, timezone.now()
    handover.save()
    record_act("federation.office.accept", actor=actor, record=handover)
    visit_now(handover.peer)
    confirm_held(node, handover)
    return handover


def confirm_held(node: Node, handover: Handover) -> bool:
    """Tell the side that kept the office that all it gave is here; give whether it heard it.

    Not heard, it is told again later: that side deletes nothing before.
    """
    digest, key = forgetting.received_digest(node), node.greeting_key()
    if not digest or key is None:
        return False
    secret, public = bytes(handover.secret), signatures.public_bytes(key)
    try:
        say_held(handover.peer_address, secret, public, digest)
    except (ConnectionError, KafoError) as error:
        logger.debug("Not confirmed yet: %s", error)
        return False
    forgetting.end_confirming(node)
    return True


def decline_office(node: Node, *, actor: Any) -> Handover:
    """Give the pen back that was laid down for this server; the old side writes again.

    Raises NotVisible, Refused, Frozen, ConnectionError.
    """
    require_signer(actor)
    handover = go_on_joining(node)
    _come_whole(node, handover, _own_public(node))
    handing_over.take_pen(node, node.office, keep=False)
    handover.stage, handover.ended_at = Stage.ENDED, timezone.now()
    handover.save()
    record_act("federation.office.decline", actor=actor, record=handover)
    visit_now(handover.peer)
    return handover


def _own_public(node: Node) -> bytes:
    key = node.greeting_key()
    return signatures.public_bytes(key) if key else b""


def _is_written(node: Node, *, by: bytes) -> bool:
    """Say whether the pen was taken up with this key, as when the power failed just after."""
    logs = list(Log.objects.filter(office=node.office))
    return bool(logs) and all(bytes(log.key) == by and not log.released_to for log in logs)


def _come_whole(node: Node, handover: Handover, public: bytes) -> None:
    """Fetch all logs of this office, or raise Frozen: of one that is missing the old side would
    still hold the pen, and a second one of that name would begin here."""
    visits = visit_now(handover.peer).values()
    logs = list(Log.objects.filter(office=node.office))
    if not logs or any(bytes(log.released_to) != public for log in logs):
        raise Frozen(_("The right to write was not laid down for this server yet."))
    if any(visit is None or visit.faults for visit in visits):
        raise Frozen(_("Not all that the other server has to give came over yet. Try again."))


def _fetch_home(node: Node, handover: Handover, public: bytes) -> bytes:
    data = fetch_home(handover.peer_address, bytes(handover.secret), public)
    return bytes(pyrage.decrypt(data, [node.identity]))
