import pytest
from django.db import connections

from kafo.federation.errors import Diverged, Frozen, NotHome, Untrusted
from kafo.federation.models import Alarm, Frame, Held, Log
from kafo.federation.node import node_of
from kafo.federation.services import carrying, exchanging, handing_over, recovering
from kafo.federation.services.applying import apply_frame
from kafo.federation.services.sealing import compare_tables, seal_waiting
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.toy.models import Project
from kafo.federation.tests.world import ROOT_KEYS, ROOTS, Cut, office_id
from kafo.federation.wire import cbor, frames, signatures


def titles(name):
    return sorted(Project.objects.using(name).values_list("title", flat=True))


def test_it_goes_on_from_the_byte_where_the_line_was_cut(world):
    for number in range(300):
        project("bamako", title=f"Projet {number}", text=f"{number * 7919} " * 9)
    whole = world.link("bamako")
    total = 0
    for _ in range(60):
        link = world.link("bamako", budget=700)
        try:
            exchanging.exchange(world.nodes["geneva"], link)
            break
        except Cut:
            total += link.moved
    assert len(titles("geneva")) == 300
    whole = sum(Frame.objects.using("bamako").values_list("size", flat=True))
    received = sum(Frame.objects.using("geneva").values_list("size", flat=True))
    assert received == whole


def test_it_refuses_to_write_what_is_at_home_elsewhere(world):
    project("bamako", title="Un")
    world.meet_all()
    copy = Project.objects.using("geneva").get()
    copy.title = "Deux"
    for write in (copy.save, copy.delete, lambda: Project.objects.using("geneva").update(title="")):
        with pytest.raises(NotHome):
            write()
    with pytest.raises(NotHome):
        Project.objects.using("geneva").bulk_create([Project(home_office=office_id("dakar"))])


def test_it_waits_for_the_missing_tail_after_a_restore(world):
    project("bamako", title="Un")
    world.visit("geneva", "bamako")
    world.back_up("bamako")
    project("bamako", title="Deux")
    world.visit("geneva", "bamako")
    world.restore("bamako")
    assert world.alarms("bamako") == ["recovery"]
    project("bamako", title="Trois")
    assert seal_waiting(world.nodes["bamako"]) == 0
    world.visit("bamako", "geneva")
    recovering.settle_recovery(world.nodes["bamako"])
    assert world.alarms("bamako") == []
    world.visit("bamako", "geneva")
    assert titles("bamako") == titles("geneva") == ["Deux", "Trois", "Un"]
    assert world.state("bamako", "bamako") == world.state("geneva", "bamako")


def test_it_tells_that_it_comes_from_before_its_key(world):
    node = world.nodes["bamako"]
    project("bamako", title="Un")
    world.visit("geneva", "bamako")
    world.back_up("bamako")
    marks = node.marks
    node.prepare_key(node.office)
    node.promote_key(node.office)
    world.keys["bamako"].append((signatures.public_bytes(node.key(node.office)), None))
    world.rosters.append(world.roster())
    for name in ("geneva", "bamako"):
        world.nodes[name].accept_roster(world.rosters[-1][0])
    recovering.open_epoch(node, Log.objects.using("bamako").get())
    project("bamako", title="Deux")
    world.visit("bamako", "geneva")
    node.write_marks(marks)
    world.restore("bamako", marks=True)  # a server brought back whole, but for its keys
    assert world.alarms("bamako") == ["recovery"]
    project("bamako", title="Trois")
    assert seal_waiting(node) == 0
    world.visit("bamako", "geneva")
    recovering.settle_recovery(node)
    assert world.alarms("bamako") == []
    world.visit("bamako", "geneva")
    assert titles("bamako") == titles("geneva") == ["Deux", "Trois", "Un"]


def test_it_does_not_wait_for_what_a_revoked_key_has_missed(world):
    node = world.nodes["bamako"]
    project("bamako", title="Un")
    seal_waiting(node)
    node.prepare_key(node.office)
    node.promote_key(node.office)
    assert len(recovering.check_marks(node)) == 1
    world.keys["bamako"].append((signatures.public_bytes(node.key(node.office)), {}))
    node.accept_roster(world.roster()[0])
    recovering.settle_recovery(node)
    assert recovering.check_marks(node) == world.alarms("bamako") == []


def test_it_keeps_what_was_changed_since_the_restore(world):
    made = project("bamako", title="Un", text="avant")
    world.back_up("bamako")
    seal_waiting(world.nodes["bamako"])
    Project.objects.using("bamako").update(title="Deux", text="après")
    world.visit("geneva", "bamako")
    world.restore("bamako")
    mine = Project.objects.using("bamako").get(pk=made.pk)
    mine.budget = 5
    mine.save()
    world.visit("bamako", "geneva")
    world.meet_all()
    for name in ("bamako", "geneva"):
        found = Project.objects.using(name).get()
        assert (found.title, found.text, int(found.budget)) == ("Deux", "après", 5)


def test_it_opens_an_epoch_when_the_marks_are_lost(world):
    project("bamako", title="Un")
    world.visit("geneva", "bamako")
    world.back_up("bamako")
    project("bamako", title="Deux")
    world.visit("dakar", "bamako")
    world.restore("bamako", marks=False)
    project("bamako", title="Trois")
    assert seal_waiting(world.nodes["bamako"]) == 0
    log = Log.objects.using("bamako").get(office=office_id("bamako"))
    recovering.open_epoch(world.nodes["bamako"], log)
    world.meet_all()
    for name in world.nodes:
        assert titles(name) == ["Trois", "Un"]
        assert world.state(name, "bamako") == world.state("bamako", "bamako")
    assert Frame.objects.using("dakar").get(epoch=1, sequence=2).is_void


def test_it_reports_a_fork_and_an_epoch_heals_it(world):
    project("bamako", title="Un")
    world.visit("geneva", "bamako")
    world.back_up("bamako")
    project("bamako", title="Deux")
    world.visit("geneva", "bamako")
    marks = dict(world.nodes["bamako"].marks)
    world.restore("bamako")
    world.nodes["bamako"].write_marks(
        {key: [1, 1, value[2]] for key, value in marks.items()}
    )  # as a snapshot of a virtual machine would bring it back
    project("bamako", title="Trois")
    world.visit("bamako", "geneva")
    assert "fork" in world.alarms("bamako")
    assert "fork" in world.alarms("geneva")
    log = Log.objects.using("bamako").get(office=office_id("bamako"))
    recovering.open_epoch(world.nodes["bamako"], log)
    world.meet_all()
    assert titles("geneva") == titles("bamako") == ["Trois", "Un"]
    assert world.state("geneva", "bamako") == world.state("bamako", "bamako")
    assert world.alarms("bamako") == world.alarms("geneva") == []


def test_it_hands_the_pen_over_and_nobody_writes_in_between(world):
    geneva, bamako = world.nodes["geneva"], world.nodes["bamako"]
    hosted = office_id("office")
    old, new = geneva.add_key(hosted), bamako.add_key(hosted)
    bamako_key = bamako.key(hosted)
    bamako.drop_key(hosted)
    world.keys["office"] = [(old, None), (new, None)]
    world.spread()
    made = Project.objects.using("geneva").create(
        home_office=hosted, visibility="federation", title="Un"
    )
    world.meet_all()
    handing_over.lay_down_pen(geneva, hosted, new)
    with pytest.raises(Frozen):
        made.save()
    world.meet_all()
    with pytest.raises(Frozen):
        handing_over.take_pen(bamako, hosted)
    (bamako.home / "keys" / hosted.hex).write_bytes(bamako_key.private_bytes_raw())
    copy = Project.objects.using("bamako").get()
    with pytest.raises(Frozen):
        copy.save()
    handing_over.take_pen(bamako, hosted)
    copy.title = "Deux"
    copy.save()
    world.meet_all()
    geneva.drop_key(hosted)
    assert titles("geneva") == titles("dakar") == ["Deux"]
    with pytest.raises(NotHome):
        Project.objects.using("geneva").get().save()


def test_it_gives_a_declined_pen_back(world):
    geneva, bamako = world.nodes["geneva"], world.nodes["bamako"]
    hosted = office_id("office")
    old, new = geneva.add_key(hosted), bamako.add_key(hosted)
    world.keys["office"] = [(old, None), (new, None)]
    world.spread()
    Project.objects.using("geneva").create(home_office=hosted, visibility="federation", title="Un")
    handing_over.lay_down_pen(geneva, hosted, new)
    world.meet_all()
    handing_over.take_pen(bamako, hosted, keep=False)
    world.meet_all()
    handing_over.take_pen(geneva, hosted)
    Project.objects.using("geneva").update(title="Deux")
    world.meet_all()
    assert titles("dakar") == ["Deux"]
    assert world.alarms("dakar") == []


def test_it_believes_nothing_new_of_a_revoked_key(world):
    project("bamako", title="Un")
    world.meet_all()
    world.keys["bamako"] = [(world.keys["bamako"][0][0], {"federation": [1, 1]})]
    document, _ = world.roster()
    world.nodes["geneva"].accept_roster(document)
    project("bamako", title="Deux")
    with pytest.raises(Untrusted):
        world.visit("bamako", "geneva")
    seal_waiting(world.nodes["bamako"])
    stolen = Frame.objects.using("bamako").get(sequence=2)
    with pytest.raises(Untrusted):
        apply_frame(world.nodes["geneva"], office_id("bamako"), "federation", bytes(stolen.data))
    assert titles("geneva") == ["Un"]
    assert titles("bamako") == ["Deux", "Un"]


def test_it_takes_rosters_in_order_and_signed_twice(world):
    node = world.nodes["geneva"]
    for signers in (ROOTS[:1], []):
        document, _ = world.roster(signed_by=signers)
        world.version -= 1
        with pytest.raises(Untrusted):
            node.accept_roster(document)
    second, _ = world.roster()
    third, _ = world.roster()
    with pytest.raises(Untrusted):
        node.accept_roster(third)
    assert node.accept_roster(second)
    assert node.accept_roster(third)
    assert not node.accept_roster(second)
    stranger = ROOT_KEYS[:1] + [b"x" * 32]
    document, _ = world.roster(roots=stranger, threshold=1, signed_by=ROOTS[:1])
    with pytest.raises(Untrusted):
        node.accept_roster(document)


def test_it_refuses_a_first_roster_of_another_fingerprint(world):
    node = world.add("relay")
    document, fingerprint = world.roster(signed_by=ROOTS)
    with pytest.raises(Untrusted):
        node.accept_roster(document, fingerprint[::-1])
    assert len(fingerprint.replace(" ", "")) == 60
    assert node.accept_roster(document, fingerprint)


def test_it_notices_a_state_that_differs(world, monkeypatch):
    made = project("bamako", title="Un")
    world.meet_all()
    log = Log.objects.using("geneva").get()
    Held.objects.using("geneva").update(state=b"\x00")
    log.tree.all().delete()
    made.title = "Deux"
    made.save()
    seal_waiting(world.nodes["bamako"])
    frame = Frame.objects.using("bamako").get(sequence=2)
    with pytest.raises((Diverged, TypeError)):
        apply_frame(world.nodes["geneva"], office_id("bamako"), "federation", bytes(frame.data))
    assert titles("geneva") == ["Un"]


def test_it_gives_a_new_office_the_state_when_old_frames_are_gone(world):
    from kafo.federation.services.erasing import drop_frames

    for number in range(30):
        project("bamako", title=f"Projet {number:02}")
    seal_waiting(world.nodes["bamako"])
    Project.objects.using("bamako").filter(title="Projet 03").delete()
    seal_waiting(world.nodes["bamako"])
    log = Log.objects.using("bamako").get()
    drop_frames(log, log.sequence)
    assert world.visit("geneva", "bamako").snapshots == 1
    assert titles("geneva") == titles("bamako")
    assert world.visit("dakar", "geneva").snapshots == 1
    assert world.state("dakar", "bamako") == world.state("bamako", "bamako")
    project("bamako", title="Après")
    world.meet_all()
    assert "Après" in titles("dakar")


def test_it_finds_what_was_written_past_the_outbox(world):
    project("bamako", title="Un")
    world.meet_all()
    connections["bamako"].cursor().execute("UPDATE toy_project SET title = 'Deux'")
    assert compare_tables(world.nodes["bamako"]) == 1
    assert compare_tables(world.nodes["bamako"]) == 0
    world.meet_all()
    assert titles("geneva") == ["Deux"]


def test_it_refuses_a_hello_that_was_heard_before(world):
    heard = []
    link = world.link("bamako")
    original = link.hello
    link.hello = lambda data: heard.append(data) or original(data)
    exchanging.exchange(world.nodes["geneva"], link)
    assert len(cbor.decode(original(heard[0]))) == 1
    stranger = world.add("spare")
    document, fingerprint = world.roster()
    stranger.accept_roster(document, fingerprint)
    with pytest.raises(Untrusted):
        exchanging.exchange(stranger, world.link("bamako"))


def test_it_carries_a_stick_there_and_back(world, tmp_path):
    for number in range(5):
        project("bamako", title=f"Projet {number}")
    bamako, dakar = world.nodes["bamako"], world.nodes["dakar"]
    files = carrying.write_stick(bamako, tmp_path, [office_id("dakar")])
    assert not any(b"Projet" in path.read_bytes() for path in files)
    assert carrying.read_stick(world.nodes["geneva"], tmp_path).frames == 0
    assert carrying.read_stick(dakar, tmp_path).frames == 1
    assert titles("dakar") == titles("bamako")
    again = carrying.read_stick(dakar, tmp_path)
    assert (again.frames, again.faults) == (0, [])
    project("bamako", title="Plus tard")
    world.visit("dakar", "bamako")
    assert carrying.read_stick(dakar, tmp_path).faults == []
    assert "Plus tard" in titles("dakar")
    files[-1].write_bytes(files[-1].read_bytes()[:-30])
    carrying.read_stick(dakar, tmp_path)
    assert world.alarms("dakar") == []


def test_it_knows_the_node_of_a_database(world):
    assert node_of("bamako") is world.nodes["bamako"]
    assert not Alarm.objects.using("bamako").exists()


def test_it_lets_no_office_speak_for_the_record_of_another(world):
    made = project("bamako", title="Un")
    world.visit("geneva", "bamako")
    world.nodes["dakar"].add_key(office_id("bamako"))
    stolen = Project(pk=made.pk, home_office=office_id("dakar"), title="Volé")
    stolen.visibility = "federation"
    stolen.save(using="dakar", force_insert=True)
    world.visit("dakar", "geneva")
    world.visit("bamako", "dakar")
    for name in ("bamako", "geneva"):
        assert Project.objects.using(name).get().title == "Un"
        assert Project.objects.using(name).get().home_office == office_id("bamako")
        parked = Held.objects.using(name).get(log__office=office_id("dakar")).parked
        assert parked == "conflict"
    stolen.delete(using="dakar")
    world.visit("dakar", "geneva")
    assert titles("geneva") == ["Un"]


def test_it_does_not_let_a_peer_fill_the_disk(world):
    class Flood:
        office = office_id("bamako")

        def __getattr__(self, name):
            return getattr(world.link("bamako"), name)

        def frames(self, *_):
            self.sent = 0
            for _ in range(1000):
                self.sent += 1
                yield b"\x5a\x00\x0f\xff\xff" + bytes(200_000)

    project("bamako", title="Un")
    link = Flood()
    exchanging.exchange(world.nodes["geneva"], link)
    assert link.sent < 20
    assert world.alarms("geneva") == ["untrusted"]
    assert list((world.nodes["geneva"].home / "incoming").iterdir()) == []
    world.visit("geneva", "bamako")
    assert titles("geneva") == ["Un"]


def test_it_makes_whole_what_a_relay_withheld(world):
    project("bamako", title="Un")
    project("bamako", title="Deux")
    world.visit("dakar", "bamako")
    stored = Frame.objects.using("dakar").get()
    entry = bytes(frames.entries_of(bytes(stored.data))[0])
    assert b"Un" in entry
    stored.data = frames.redact(bytes(stored.data), [0])
    stored.size = len(stored.data)
    stored.save()
    world.visit("geneva", "dakar")
    assert titles("geneva") == ["Deux"]
    assert Log.objects.using("geneva").get().has_holes
    assert world.visit("geneva", "bamako").snapshots == 1
    assert titles("geneva") == ["Deux", "Un"]
    assert not Log.objects.using("geneva").get().has_holes
    assert world.alarms("bamako") == []
