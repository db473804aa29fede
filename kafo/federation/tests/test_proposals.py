import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.errors import Outdated
from kafo.federation.models import Proposal
from kafo.federation.services import proposing
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.toy.models import Person, Project
from kafo.federation.tests.world import office_id
from kafo.federation.wire import signatures
from kafo.records.errors import Refused

DAY = datetime.date(2007, 6, 15)


@pytest.fixture
def proposed(world):
    project("bamako", title="Séminaire", begins_on=datetime.date(2007, 6, 14))
    world.meet_all()
    return proposing.propose_change(
        world.nodes["geneva"],
        record=Project.objects.using("geneva").get(),
        changes={"begins_on": DAY},
        author="V. (Genève)",
        reason="Programme imprimé",
    )


def test_it_reaches_the_owner_alone_and_is_seen_pending(world, proposed):
    world.meet_all()
    geneva, bamako = world.nodes["geneva"], world.nodes["bamako"]
    assert proposing.pending_proposals(geneva).get() == proposed
    there = proposing.pending_proposals(bamako).get()
    assert (there.author, there.reason) == ("V. (Genève)", "Programme imprimé")
    assert not Proposal.objects.using("dakar").exists()
    assert Project.objects.using("geneva").get().begins_on != DAY


def test_it_is_accepted_and_everybody_sees_the_change(world, proposed):
    world.meet_all()
    bamako = world.nodes["bamako"]
    there = proposing.pending_proposals(bamako).get()
    proposing.accept_proposal(bamako, proposal=there, decided_by="C. (Bamako)", word="Merci")
    world.meet_all()
    for name in world.nodes:
        assert Project.objects.using(name).get().begins_on == DAY
    decision = proposing.decision_on(world.nodes["geneva"], proposed)
    assert (decision.is_accepted, decision.word) == (True, "Merci")
    assert not proposing.pending_proposals(world.nodes["geneva"]).exists()
    with pytest.raises(Refused):
        proposing.decline_proposal(bamako, proposal=there, decided_by="x")


def test_it_is_declined_with_a_word(world, proposed):
    world.meet_all()
    bamako = world.nodes["bamako"]
    there = proposing.pending_proposals(bamako).get()
    proposing.decline_proposal(bamako, proposal=there, decided_by="C.", word="Le 14 est juste")
    world.meet_all()
    assert proposing.decision_on(world.nodes["geneva"], proposed).word == "Le 14 est juste"
    assert Project.objects.using("geneva").get().begins_on != DAY


def test_it_is_refused_only_when_the_same_field_changed(world, proposed):
    world.meet_all()
    bamako = world.nodes["bamako"]
    there = proposing.pending_proposals(bamako).get()
    Project.objects.using("bamako").update(begins_on=datetime.date(2007, 6, 16))
    with pytest.raises(Outdated):
        proposing.accept_proposal(bamako, proposal=there, decided_by="C.")
    Project.objects.using("bamako").update(
        title="Autre titre", begins_on=datetime.date(2007, 6, 14)
    )
    proposing.accept_proposal(bamako, proposal=there, decided_by="C.")
    found = Project.objects.using("bamako").get()
    assert (found.title, found.begins_on) == ("Autre titre", DAY)


def test_it_proposes_a_reference(world):
    leader = Person.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", name="Awa"
    )
    project("bamako", title="Un")
    world.meet_all()
    geneva, bamako = world.nodes["geneva"], world.nodes["bamako"]
    proposing.propose_change(
        geneva,
        record=Project.objects.using("geneva").get(),
        changes={"leader": Person.objects.using("geneva").get()},
        author="V.",
    )
    world.meet_all()
    there = proposing.pending_proposals(bamako).get()
    proposing.accept_proposal(bamako, proposal=there, decided_by="C.")
    assert Project.objects.using("bamako").get().leader == leader


def test_it_refuses_to_propose_at_home_or_past_the_wire(world):
    made = project("bamako", title="Un")
    with pytest.raises(Refused):
        proposing.propose_change(
            world.nodes["bamako"], record=made, changes={"title": "x"}, author="C."
        )
    world.meet_all()
    copy = Project.objects.using("geneva").get()
    with pytest.raises(Refused):
        proposing.propose_change(
            world.nodes["geneva"], record=copy, changes={"home_office": 1}, author="V."
        )


def test_it_lets_only_the_owner_decide(world, proposed):
    with pytest.raises(Refused):
        proposing.accept_proposal(world.nodes["geneva"], proposal=proposed, decided_by="V.")


def test_it_reaches_the_office_that_writes_for_the_owner(world):
    hosted, geneva = office_id("hosted"), world.nodes["geneva"]
    geneva.add_key(hosted)
    elsewhere = Ed25519PrivateKey.generate()  # the server to which it will pass
    keys = [geneva.key(hosted), elsewhere]
    world.keys["hosted"] = [(signatures.public_bytes(key), None) for key in keys]
    circles = {f"to:{hosted.hex}": [geneva.office.bytes]}
    world.rosters.append(world.roster(circles=circles))
    for node in world.nodes.values():
        node.accept_roster(*world.rosters[-1])
    Project.objects.using("geneva").create(
        home_office=hosted, visibility="federation", title="Le sien"
    )
    world.meet_all()
    proposed = proposing.propose_change(
        world.nodes["dakar"],
        record=Project.objects.using("dakar").get(),
        changes={"begins_on": DAY},
        author="D.",
    )
    world.meet_all()
    assert not Proposal.objects.using("bamako").exists()
    there = proposing.pending_proposals(geneva).get()
    proposing.accept_proposal(geneva, proposal=there, decided_by="V.")
    world.meet_all()
    assert proposing.decision_on(world.nodes["dakar"], proposed).is_accepted
    for name in world.nodes:
        assert Project.objects.using(name).get().begins_on == DAY
