import pytest

from kafo.federation.models import Frame, Held, Log, Outbox
from kafo.federation.services import answering
from kafo.federation.services.erasing import drop_frames
from kafo.federation.services.exchanging import exchange
from kafo.federation.services.sealing import compare_tables, seal_waiting
from kafo.federation.tests.toy.models import Person, Project, Step
from kafo.federation.tests.world import office_id


def project(name, **fields):
    fields = {"visibility": "federation", **fields}
    return Project.objects.using(name).create(home_office=office_id(name), **fields)


def test_it_carries_records_with_their_references(world):
    person = Person.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", name="Awa"
    )
    made = project("bamako", title="Séminaire", leader=person, tags=["a"], budget="12.50")
    Step.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", project=made, words="un"
    )
    world.visit("geneva", "bamako")
    there = Project.objects.using("geneva").get()
    assert (there.pk, there.title, str(there.budget)) == (made.pk, "Séminaire", "12.50")
    assert there.leader.name == "Awa"
    assert there.leader.folded == "awa"
    assert there.home_office == office_id("bamako")
    assert there.steps.get().words == "un"
    assert Outbox.objects.using("geneva").count() == 0
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")


def test_it_pushes_what_the_other_cannot_come_and_fetch(world):
    project("bamako", title="Un")
    world.visit("bamako", "geneva")
    assert Project.objects.using("geneva").get().title == "Un"
    assert world.visit("bamako", "geneva").pushed == 0


def test_it_passes_on_what_it_heard_of_others(world):
    project("bamako", title="Un")
    world.visit("bamako", "geneva")
    world.visit("dakar", "geneva")
    assert Project.objects.using("dakar").get().title == "Un"


def test_it_takes_nobody_for_a_liar_because_another_peer_was_quicker(world):
    for title in ("Un", "Deux"):
        project("bamako", title=title)
        world.visit("dakar", "bamako")
        if title == "Un":
            world.visit("geneva", "bamako")
    link = world.link("dakar")
    greet = link.hello

    def hello(data):
        answer = greet(data)
        world.visit("bamako", "geneva")
        return answer

    link.hello = hello
    exchange(world.nodes["geneva"], link)
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
    assert world.alarms("geneva") == []


def test_it_gives_no_frame_that_was_dropped_while_it_gave(world, monkeypatch):
    monkeypatch.setattr(answering, "AT_ONCE", 1)
    node = world.nodes["bamako"]
    for title in ("Un", "Deux", "Trois"):
        project("bamako", title=title)
        seal_waiting(node)
    log = Log.objects.using("bamako").get(sequence=3)
    kept = [bytes(frame.data) for frame in log.frames.all()]
    given = answering.frames_after(log, 0, log.edition)
    assert next(given) == kept[0]
    drop_frames(log, 2)
    assert list(given) == []
    assert list(answering.frames_after(log, 2, log.edition, 5)) == [kept[2][5:]]


def test_it_sends_changed_fields_only_and_each_frame_once(world):
    made = project("bamako", title="Un", text="long " * 200)
    world.visit("geneva", "bamako")
    made.title = "Deux"
    made.save()
    link = world.link("bamako")
    assert world.visit("geneva", "bamako").frames == 1
    assert world.visit("geneva", "bamako").frames == 0
    assert Project.objects.using("geneva").get().title == "Deux"
    assert Frame.objects.using("bamako").order_by("-sequence").first().size < 220
    assert link.moved == 0


def test_it_keeps_home_at_home_and_a_circle_within(world):
    project("bamako", title="chez nous", visibility="home")
    shared = project("bamako", title="à tous")
    Step.objects.using("bamako").create(
        home_office=office_id("bamako"),
        project=shared,
        words="pour Genève",
        circle=f"to:{office_id('geneva').hex}",
    )
    world.meet_all()
    assert Step.objects.using("geneva").get().words == "pour Genève"
    assert not Step.objects.using("dakar").exists()
    assert Project.objects.using("dakar").get().title == "à tous"
    assert not any(b"chez nous" in bytes(f.data) for f in Frame.objects.using("geneva"))
    assert Held.objects.using("dakar").count() == 1


def test_it_erases_everywhere_and_in_the_frames(world):
    made = project("bamako", title="Kadiatou Secret")
    kept = project("bamako", title="reste")
    world.visit("geneva", "bamako")
    made.delete()
    seal_waiting(world.nodes["bamako"])
    world.meet_all()
    for name in world.nodes:
        assert Project.objects.using(name).get().pk == kept.pk
        assert world.state(name, "bamako") == world.state("bamako", "bamako")
        for frame in Frame.objects.using(name):
            assert b"Kadiatou" not in bytes(frame.data)
    assert world.alarms("dakar") == []


def test_it_moves_a_record_to_another_audience(world):
    made = project("bamako", title="Un")
    world.meet_all()
    made.visibility = "public"
    made.save()
    world.meet_all()
    assert Project.objects.using("geneva").get().visibility == "public"
    made.visibility = "home"
    made.save()
    world.meet_all()
    assert not Project.objects.using("geneva").exists()
    assert Project.objects.using("bamako").exists()


@pytest.mark.parametrize("is_known", [True, False])
def test_it_keeps_what_points_to_a_record_that_moves(world, is_known):
    made = project("bamako", title="Un")
    Step.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", project=made, words="pas"
    )
    seal_waiting(world.nodes["bamako"])
    if is_known:
        world.meet_all()
    made.visibility = "public"
    made.save()
    world.meet_all()
    for name in ("geneva", "dakar"):
        assert Step.objects.using(name).get().project_id == made.pk
    assert compare_tables(world.nodes["bamako"]) == 0
    assert world.alarms("bamako") == []


def test_it_pushes_the_state_when_old_frames_are_gone(world):
    from kafo.federation.models import Log
    from kafo.federation.services.erasing import drop_frames

    project("bamako", title="Un")
    seal_waiting(world.nodes["bamako"])
    log = Log.objects.using("bamako").get()
    drop_frames(log, log.sequence)
    world.visit("bamako", "geneva")
    assert Project.objects.using("geneva").get().title == "Un"
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")


def test_it_parks_what_a_newer_version_wrote_and_reads_it_after_the_upgrade(world, monkeypatch):
    from kafo.federation.services.applying import replay_parked
    from kafo.records.sharing import Wire

    newer = Wire(kind=902, schema=3, min_reader=3, fields=Project.wire.fields)
    monkeypatch.setattr(Project, "wire", newer)
    made = project("bamako", title="Un")
    Step.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", project=made, words="un"
    )
    seal_waiting(world.nodes["bamako"])
    monkeypatch.undo()
    world.visit("geneva", "bamako")
    assert not Project.objects.using("geneva").exists()
    assert sorted(Held.objects.using("geneva").values_list("parked", flat=True)) == [
        "reference",
        "schema",
    ]
    world.visit("dakar", "geneva")
    assert world.state("dakar", "bamako") == world.state("bamako", "bamako")
    monkeypatch.setattr(Project, "wire", newer)
    replay_parked(world.nodes["dakar"])
    assert Project.objects.using("dakar").get().steps.get().words == "un"


def test_it_fills_a_reference_that_arrives_after_what_points_to_it(world):
    leader = Person.objects.using("dakar").create(
        home_office=office_id("dakar"), visibility="federation", name="Binta"
    )
    world.visit("bamako", "dakar")
    project("bamako", title="Un", leader_id=leader.pk)
    seal_waiting(world.nodes["bamako"])
    world.visit("bamako", "geneva")
    Person.objects.using("dakar").filter(pk=leader.pk).update(phone="1")
    world.meet_all()
    assert Project.objects.using("geneva").get().leader.name == "Binta"
    leader.delete()
    world.meet_all()
    assert Project.objects.using("geneva").get().leader is None


def test_it_captures_records_that_lose_a_reference(world):
    leader = Person.objects.using("bamako").create(
        home_office=office_id("bamako"), visibility="federation", name="Awa"
    )
    project("bamako", title="Un", leader=leader)
    world.meet_all()
    leader.delete()
    seal_waiting(world.nodes["bamako"])
    world.meet_all()
    assert Project.objects.using("geneva").get().leader is None
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
