"""The list of offices: drafted by an office, signed by its holders, then taken by all."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext as _

from kafo.federation.enums import Side, Stage
from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.models import Handover, Log, Roster
from kafo.federation.node import Node, trusted_version
from kafo.federation.wire import cbor, rosters, signatures
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload
from kafo.records.acts import record_act
from kafo.records.errors import Refused

VALID_SECONDS = 2 * 365 * 24 * 3600
HOLDERS = 3


def new_holder_keys(folder: Path) -> list[Ed25519PrivateKey]:
    """Make the keys of the holders, each a file of its own to be carried to another person."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(1, HOLDERS + 1):
        path = folder / f"holder-{number}.key"
        if path.exists():
            raise Refused(_("%(file)s is there already. Give an empty folder.") % {"file": path})
        key = Ed25519PrivateKey.generate()
        data = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.touch(mode=0o600)
        path.write_bytes(data)
        made.append(key)
    return made


def read_holder_key(path: Path, passphrase: Callable[[], str] | None = None) -> Ed25519PrivateKey:
    """Read the key of a holder, asked for the passphrase if it has one; raises Refused."""
    try:
        data = path.read_bytes()
        said = passphrase() if passphrase and b"ENCRYPTED" in data else ""
        key = serialization.load_pem_private_key(data, said.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise Refused(_("%(file)s is no key of a holder.") % {"file": path}) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(_("%(file)s is no key of a holder.") % {"file": path})
    return key


def begin_roster(
    node: Node,
    *,
    actor: Any,
    name: str,
    address: str,
    keys: Path,
    others: Iterable[OfficeEntry] = (),
) -> RosterPayload:
    """Make the first list: this office and `others`, signed by all holders; give it.

    The holders' keys are new, in the folder `keys`. Raises NotVisible, and Refused when there is a
    list already.
    """
    require_signer(actor)
    if node.roster:
        raise Refused(_("There is a list of offices already. Draft its next version instead."))
    holders = new_holder_keys(keys)
    payload = RosterPayload(
        version=1,
        expires_at=int(time.time()) + VALID_SECONDS,
        threshold=len(holders) // 2 + 1,
        roots=[signatures.public_bytes(key) for key in holders],
        offices=[own_entry(node, name, [address] if address else []), *others],
    )
    node.accept_roster(rosters.sign_roster(payload, holders), payload.fingerprint)
    return payload


def own_entry(node: Node, name: str, addresses: list[str]) -> OfficeEntry:
    """Give this office as a list states it."""
    key = node.greeting_key()
    if key is None:
        raise Refused(_("This server has no key yet. Run: kafo office recover"))
    known: list[Any] = [(signatures.public_bytes(key), None)]
    recipient = str(node.identity.to_public())
    return OfficeEntry(node.office.bytes, name, known, addresses, recipient)


def draft_roster(node: Node, *, actor: Any, address: str | None = None) -> bytes:
    """Give the next version, not signed yet: with the new servers that asked, and own changes.

    Raises NotVisible, and Refused when there is nothing to change.
    """
    require_signer(actor)
    before = _current(node)
    offices = {entry.id: entry for entry in before.offices}
    for handover in Handover.objects.filter(side=Side.GIVER, stage=Stage.ASKED):
        entry = offices.get(handover.office.bytes)
        keys: list[Any] = list(entry.keys) if entry else []
        if not entry and (own := node.key(handover.office)):
            keys.append((signatures.public_bytes(own), None))
        new = bytes(handover.key)
        if entry and not handover.is_hosted:  # it replaces a server that is lost
            keys = [(known, _last(handover.office) if x is None else x) for known, x in keys]
        keys = [*[pair for pair in keys if pair[0] != new], (new, None)]
        addresses = [handover.address] if handover.address else []
        offices[handover.office.bytes] = OfficeEntry(
            handover.office.bytes, handover.name, keys, addresses, handover.recipient
        )
    own_known = offices[node.office.bytes]
    if address is not None:
        own_known = replace(own_known, addresses=[address] if address else [])
    key = node.greeting_key()
    public = signatures.public_bytes(key) if key else b""
    if public and public not in [known for known, _limits in own_known.keys]:
        own_known = replace(own_known, keys=[*own_known.keys, (public, None)])
    offices[node.office.bytes] = own_known
    circles = _circles(node, before, list(offices))
    after = replace(_next(before, list(offices.values())), circles=circles)
    if (after.offices, after.circles) == (before.offices, before.circles):
        raise Refused(_("Nothing waits to be signed: no new server has asked."))
    return rosters.sign_roster(after, [])


def draft_addresses(node: Node, *, actor: Any, addresses: Mapping[uuid.UUID, str]) -> bytes:
    """Give the next version, not signed yet, with other addresses of some offices.

    Raises NotVisible, and Refused when there is no list.
    """
    require_signer(actor)
    before = _current(node)
    wanted = {office.bytes: [address] for office, address in addresses.items()}
    offices = [replace(e, addresses=wanted.get(e.id, e.addresses)) for e in before.offices]
    return rosters.sign_roster(_next(before, offices), [])


def _circles(node: Node, before: RosterPayload, offices: list[bytes]) -> dict[str, list[bytes]]:
    """Let what is for an office reach this one as long as its pen is here."""
    circles = dict(before.circles)
    for office in offices:
        name = f"to:{office.hex()}"
        if office != node.office.bytes and node.writes(uuid.UUID(bytes=office)):
            circles[name] = [node.office.bytes]
        elif circles.get(name) == [node.office.bytes]:
            del circles[name]
    return circles


def draft_revocation(node: Node, *, actor: Any, office: uuid.UUID, key: bytes = b"") -> bytes:
    """Give the next version, not signed yet, which believes nothing new of a stolen server.

    What is held here of it now is the last that is believed. With `key`, that new key speaks for
    the office from then on: a forced transfer. Raises NotVisible, Refused.
    """
    require_signer(actor)
    before = _current(node)
    entry = before.office(office.bytes)
    if entry is None:
        raise Refused(_("The list of offices has no such office."))
    last = _last(office)
    keys: list[Any] = [
        (known, last if limits is None and known != key else limits) for known, limits in entry.keys
    ]
    if key and key not in [known for known, _limits in keys]:
        keys.append((key, None))
    changed = [replace(e, keys=keys) if e.id == entry.id else e for e in before.offices]
    return rosters.sign_roster(_next(before, changed), [])


def _last(office: uuid.UUID) -> rosters.Limits:
    """Give what is held here of an office, log by log."""
    logs = Log.objects.filter(office=office)
    return {log.audience: [log.epoch, log.sequence] for log in logs}


def sign_roster(document: bytes, key: Ed25519PrivateKey) -> bytes:
    """Give the document with one signature more; raises Malformed."""
    data, signed = _parts(document)
    public = signatures.public_bytes(key)
    payload = rosters.trusted_payload(document)
    if public not in payload.roots:
        raise Refused(_("This key is not one of the holders of this list."))
    others = [pair for pair in signed if pair[0] != public]
    return cbor.encode([data, [*others, [public, rosters.signature_of(data, key)]]])


def missing_signatures(document: bytes) -> int:
    """Give how many signatures the document still lacks; raises Malformed."""
    _data, signed = _parts(document)
    return max(0, rosters.trusted_payload(document).threshold - len(signed))


def take_roster(node: Node, *, actor: Any, document: bytes) -> bool:
    """Take a signed version; give whether it was new. Raises NotVisible, Refused."""
    require_signer(actor)
    try:
        is_new = node.accept_roster(document)
    except Malformed as error:
        raise Refused(_("This is no list of offices.")) from error
    except Untrusted as error:
        if missing := missing_signatures(document):
            text = _("Signatures still missing: %(count)d. Each holder: kafo roster sign FILE KEY")
            raise Refused(text % {"count": missing}) from error
        text = _(
            "This list does not follow the one that is known here, version %(version)d. Exchange "
            "with the others first, or draft it anew."
        )
        raise Refused(text % {"version": node.roster.version if node.roster else 0}) from error
    if is_new:
        newest = Roster.objects.using(node.using).latest("version")
        record_act("federation.roster.take", actor=actor, record=newest)
    return is_new


def roster_documents(node: Node) -> list[bytes]:
    """Give all versions that are here, the oldest first."""
    rows = Roster.objects.using(node.using).order_by("version")
    return [bytes(row.data) for row in rows]


def fingerprint_of(document: bytes) -> str:
    """Give the digits to compare over the telephone for a list; raises Malformed."""
    return rosters.trusted_payload(document).fingerprint


def office_called(node: Node, name: str) -> OfficeEntry:
    """Give the office of the list with this name; raises Refused."""
    wanted = name.casefold()
    for entry in _current(node).offices:
        if wanted in (entry.name.casefold(), str(uuid.UUID(bytes=entry.id))):
            return entry
    raise Refused(_("The list of offices has no office called %(name)s.") % {"name": name})


def differences(document: bytes, before: RosterPayload | None) -> list[str]:
    """Say in words what a version changes."""
    after = rosters.trusted_payload(document)
    known = {entry.id: entry for entry in before.offices} if before else {}
    words = []
    for entry in after.offices:
        old = known.pop(entry.id, None)
        values = {"office": entry.name, "address": ", ".join(entry.addresses) or "—"}
        if old is None:
            words.append(_("%(office)s is new, at %(address)s") % values)
            continue
        if old.addresses != entry.addresses:
            words.append(_("%(office)s is now at %(address)s") % values)
        keys, old_keys = dict(entry.keys), dict(old.keys)
        if set(keys) - set(old_keys):
            words.append(_("%(office)s has a new key") % values)
        if any(limits is not None and old_keys.get(key) is None for key, limits in keys.items()):
            words.append(_("a key of %(office)s is believed no more") % values)
    hosts = before.circles if before else {}
    for entry in after.offices:
        now, then = (each.get(f"to:{entry.id.hex()}", []) for each in (after.circles, hosts))
        names = [found.name for host in now if (found := after.office(host))]
        if now != then and names:
            told = {"office": entry.name, "host": ", ".join(names)}
            words.append(_("what is for %(office)s reaches %(host)s, which writes for it") % told)
        elif now != then:
            words.append(_("what is for %(office)s reaches it alone") % {"office": entry.name})
    words += [_("%(office)s is gone") % {"office": entry.name} for entry in known.values()]
    return words


def version_of(document: bytes) -> int:
    """Give the version that a document claims; raises Malformed."""
    return trusted_version(document)


def _next(before: RosterPayload, offices: list[OfficeEntry]) -> RosterPayload:
    expires_at = int(time.time()) + VALID_SECONDS
    return replace(before, version=before.version + 1, expires_at=expires_at, offices=offices)


def _current(node: Node) -> RosterPayload:
    if node.roster is None:
        raise Refused(_("There is no list of offices here yet. Begin one: kafo roster new"))
    return node.roster


def _parts(document: bytes) -> tuple[bytes, list[Any]]:
    match cbor.decode(document):
        case [bytes(data), list(signed)]:
            return data, signed
    raise Malformed("This is no roster.")


def require_signer(actor: Any) -> None:
    """Raise NotVisible unless `actor` may sign for the office; None is the operator's command."""
    if actor is not None:
        from kafo.federation import permissions  # the engine's own tests run without people

        permissions.offices.require(actor, "sign")
