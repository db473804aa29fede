from kafo.federation.models import Frame, Held, Outbox
from kafo.federation.services.sealing import seal_waiting
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
