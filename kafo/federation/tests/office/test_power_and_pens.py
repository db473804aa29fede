"""The power fails while a pen is handed over: what was done and not noted is noted later."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.enums import Stage
from kafo.federation.models import Handover
from kafo.federation.services import handing_over, joining, rostering
from kafo.federation.tests.office.test_starting import (  # noqa: F401 - fixtures
    home,
    listed,
    node,
    signed,
)
from kafo.federation.wire import signatures
from kafo.people.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def taker():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def known(listed, home, taker):  # noqa: F811
    """A hosted office whose new server is in the list of offices."""
    office = Organization.objects.create(short_name="BKO", visibility="federation")
    handover = joining.invite_office(listed, actor=None, name="BKO", organization=office)
    handover.key, handover.stage = signatures.public_bytes(taker), Stage.ASKED
    handover.save()
    signed(listed, home, rostering.draft_roster(listed, actor=None))
    joining.settle_handovers(listed)
    handover.refresh_from_db()
    assert handover.stage == Stage.KNOWN
    return handover


def answer(node, handover, taker, *, keep):  # noqa: F811
    """Answer as the new server does, and let it be heard here."""
    path = node.home / "keys" / handover.office.hex
    own = path.read_bytes()
    for key in (taker.private_bytes_raw(), own):
        path.write_bytes(key)
        node.forget()
        if key != own:
            handing_over.take_pen(node, handover.office, keep=keep)


def note_anew(node, handover, stage):  # noqa: F811
    """Let the node find the stage that was noted last, and settle; give what it notes."""
    handover.stage = stage
    handover.save()
    joining.settle_handovers(node)
    return Handover.objects.get(pk=handover.pk).stage


def test_it_notes_that_the_pen_was_laid_down(listed, known):  # noqa: F811
    joining.release_office(listed, actor=None, handover=known)
    assert note_anew(listed, known, Stage.KNOWN) == Stage.RELEASED


def test_it_notes_that_the_pen_was_declined_and_taken_back(listed, known, taker):  # noqa: F811
    joining.release_office(listed, actor=None, handover=known)
    answer(listed, known, taker, keep=False)
    assert note_anew(listed, known, Stage.RELEASED) == Stage.ENDED
    assert note_anew(listed, known, Stage.RELEASED) == Stage.ENDED
    assert listed.writes(known.office)
    office = Organization.objects.get(pk=known.organization)
    office.town = "Ségou"
    office.save()


def test_it_notes_that_the_pen_was_taken_up(listed, known, taker):  # noqa: F811
    joining.release_office(listed, actor=None, handover=known)
    answer(listed, known, taker, keep=True)
    assert note_anew(listed, known, Stage.RELEASED) == Stage.TAKEN
    assert not listed.writes(known.office)
