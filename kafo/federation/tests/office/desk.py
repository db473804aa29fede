"""A node that knows two other offices, and a copy of what is theirs. Nobody here is real."""

from pathlib import Path
from uuid import UUID

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.models import Log
from kafo.federation.node import Node, receiving, register_node
from kafo.federation.tests.world import ROOT_KEYS, ROOTS, office_id
from kafo.federation.wire import signatures
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload, sign_roster
from kafo.people.models import Organization
from kafo.records.models import home_office

BAMAKO, DAKAR = office_id("bamako"), office_id("dakar")
NAMES = {BAMAKO: "Bamako", DAKAR: "Dakar"}


def make_node(folder: Path) -> Node:
    """Make and register the node, with a list of offices: Genève, which is here, Bamako, Dakar.

    Whoever calls it ends with forget_node("default").
    """
    node = Node.create("default", folder, home_office())
    register_node(node)
    own = node.key(node.office)
    assert own
    keys = {node.office: own} | {office: Ed25519PrivateKey.generate() for office in NAMES}
    entries = [
        _entry(node, office, NAMES.get(office, "Genève"), key) for office, key in keys.items()
    ]
    payload = RosterPayload(1, 2_000_000_000, 2, ROOT_KEYS, entries, {})
    node.accept_roster(sign_roster(payload, ROOTS[:2]), payload.fingerprint)
    return node


def _entry(node: Node, office: UUID, name: str, key: Ed25519PrivateKey) -> OfficeEntry:
    identity = node.identity if office == node.office else pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    public = signatures.public_bytes(key)
    return OfficeEntry(office.bytes, name, [(public, None)], ["http://192.0.2.1:9"], recipient)


def make_copy() -> Organization:
    """Make an organisation that is at home in Bamako."""
    with receiving():
        Log.objects.create(office=BAMAKO, audience="federation", sequence=1)
        made: Organization = Organization.objects.create(
            name={"fr": "École", "en": "School"},
            short_name="ECO",
            town="Segou",
            home_office=BAMAKO,
            visibility="federation",
        )
    return made
