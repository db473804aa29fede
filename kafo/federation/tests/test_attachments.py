"""Files that records name: who gets them, in which order, and what a cut or a liar can do."""

import fcntl
import hashlib

import pytest

from kafo.federation.errors import Untrusted
from kafo.federation.http_link import HttpLink
from kafo.federation.services.attachments import (
    files_of,
    may_read_file,
    missing_files,
    readable_file,
    take_file,
    wanted_files,
)
from kafo.federation.services.carrying import read_stick, write_stick
from kafo.federation.services.exchanging import exchange
from kafo.federation.tests.test_http import address  # noqa: F401 - a fixture
from kafo.federation.tests.toy.models import Paper
from kafo.federation.tests.world import Cut, office_id
from kafo.records.models import FileReference
from kafo.records.signals import file_arrived, home_heard


def digest(content):
    return hashlib.sha256(content).hexdigest()


def paper(world, name, *contents, visibility="federation"):
    """A record of an office, with files that are there."""
    store = files_of(world.nodes[name])
    store.folder.mkdir(exist_ok=True)
    for content in contents:
        (store.folder / digest(content)).write_bytes(content)
    record = Paper(
        home_office=office_id(name),
        visibility=visibility,
        files={digest(content): len(content) for content in contents},
    )
    record.save(using=name)
    return record


def has(world, name, content):
    path = files_of(world.nodes[name]).path(digest(content))
    return path is not None and path.read_bytes() == content


def test_it_fetches_files_after_the_text(world):
    paper(world, "bamako", b"picture", b"document" * 1000)
    visit = world.visit("geneva", "bamako")
    assert visit.files == len(b"picture") + len(b"document" * 1000)
    assert has(world, "geneva", b"picture")
    assert has(world, "geneva", b"document" * 1000)
    assert world.visit("geneva", "bamako").files == 0


def test_it_gives_files_to_whoever_it_visits(world):
    content = b"document" * 20_000
    paper(world, "bamako", b"picture", content)
    visit = world.visit("bamako", "geneva")
    assert visit.given == len(b"picture") + len(content)
    assert has(world, "geneva", b"picture")
    assert has(world, "geneva", content)
    link = world.link("geneva")
    link.missing = None  # nothing is new, and nothing is missing there
    assert exchange(world.nodes["bamako"], link).given == 0


def test_it_gives_no_byte_of_a_file_twice_after_a_cut(world):
    content = b"".join(bytes([n % 251]) * 97 for n in range(900))
    paper(world, "bamako", content)
    whole = world.link("geneva")
    exchange(world.nodes["bamako"], whole, files_at_most=0)
    with pytest.raises(Cut):
        world.visit("bamako", "geneva", budget=whole.moved + 30_000)
    begun = missing_files(world.nodes["geneva"], office_id("bamako"))
    assert begun[0][1] > 0
    part = exchange(world.nodes["bamako"], world.link("geneva"), files_at_most=3000)
    assert part.given == 3000
    assert world.visit("bamako", "geneva").given == len(content) - begun[0][1] - 3000
    assert has(world, "geneva", content)


def test_it_takes_no_file_that_it_does_not_want(world):
    geneva, bamako = world.nodes["geneva"], office_id("bamako")
    sha256 = digest(b"picture")
    paper(world, "bamako", b"picture")
    with pytest.raises(Untrusted):
        take_file(geneva, bamako, sha256, 0, b"picture")  # no record here names it
    exchange(world.nodes["bamako"], world.link("geneva"), files_at_most=0)
    for client, data in ((bamako, b"picture!"), (office_id("stranger"), b"picture")):
        with pytest.raises(Untrusted):
            take_file(geneva, client, sha256, 0, data)
    assert missing_files(geneva, office_id("stranger")) == []
    assert take_file(geneva, bamako, sha256, 0, b"forgery") == 0
    assert files_of(geneva).names() == set()
    assert take_file(geneva, bamako, sha256, 4, b"ure") == 0  # what comes before is not here
    assert take_file(geneva, bamako, sha256, 0, b"pict") == 4
    with (geneva.home / "incoming" / f"{sha256}.file").open() as draft:
        fcntl.flock(draft, fcntl.LOCK_EX)  # it comes from another peer
        assert take_file(geneva, bamako, sha256, 4, b"ure") == 4
        assert world.visit("geneva", "bamako").files == 0
    assert take_file(geneva, bamako, sha256, 4, b"ure") == 7
    assert has(world, "geneva", b"picture")


def test_it_asks_nothing_when_nothing_is_missing(world):
    paper(world, "bamako")
    world.visit("geneva", "bamako")
    link = world.link("bamako")
    link.offered = None
    exchange(world.nodes["geneva"], link)


def test_it_takes_what_costs_least_for_each_record_first(world):
    often, small, large = b"o" * 300, b"s" * 200, b"l" * 5000
    for _ in range(3):
        paper(world, "bamako", often)
    paper(world, "bamako", small, large)
    world.visit("geneva", "dakar")
    exchange(world.nodes["geneva"], world.link("bamako"), files_at_most=0)
    wanted = [each.sha256 for each in wanted_files(world.nodes["geneva"])]
    assert wanted == [digest(often), digest(small), digest(large)]


def test_it_stays_within_the_bytes_of_the_day_and_goes_on_from_there(world):
    content = bytes(range(256)) * 20
    paper(world, "bamako", content)
    first = exchange(world.nodes["geneva"], world.link("bamako"), files_at_most=3000)
    assert first.files == 3000
    assert not has(world, "geneva", content)
    assert world.visit("geneva", "bamako").files == len(content) - 3000
    assert has(world, "geneva", content)


def test_it_sends_no_byte_of_a_file_twice_after_a_cut(world):
    content = b"".join(bytes([n % 251]) * 97 for n in range(900))
    paper(world, "bamako", content)
    whole = world.link("bamako")
    exchange(world.nodes["geneva"], whole, files_at_most=0)
    with pytest.raises(Cut):
        world.visit("geneva", "bamako", budget=whole.moved + 30_000)
    draft = world.nodes["geneva"].home / "incoming" / f"{digest(content)}.file"
    begun = draft.stat().st_size
    assert begun > 0
    assert world.visit("geneva", "bamako").files == len(content) - begun
    assert has(world, "geneva", content)
    assert not draft.exists()


def test_it_takes_a_file_from_whoever_has_it(world):
    paper(world, "bamako", b"picture")
    world.visit("dakar", "bamako")
    world.visit("geneva", "dakar")
    assert has(world, "geneva", b"picture")


def test_it_asks_another_when_one_has_lost_the_file(world):
    record = paper(world, "bamako", b"picture")
    world.visit("dakar", "bamako")
    files_of(world.nodes["bamako"]).path(next(iter(record.files))).unlink()
    assert world.visit("geneva", "bamako").files == 0
    world.visit("geneva", "dakar")
    assert has(world, "geneva", b"picture")


def test_it_believes_no_file_that_is_not_what_its_name_says(world):
    record = paper(world, "bamako", b"picture")
    sha256 = next(iter(record.files))
    (files_of(world.nodes["bamako"]).folder / sha256).write_bytes(b"forgery")
    world.visit("geneva", "bamako")
    assert files_of(world.nodes["geneva"]).names() == set()
    assert not list((world.nodes["geneva"].home / "incoming").glob("*.file"))
    (files_of(world.nodes["bamako"]).folder / sha256).write_bytes(b"picture")
    world.visit("geneva", "bamako")
    assert has(world, "geneva", b"picture")


def test_it_takes_no_more_bytes_than_the_record_states(world):
    record = paper(world, "bamako", b"picture")
    sha256 = next(iter(record.files))
    (files_of(world.nodes["bamako"]).folder / sha256).write_bytes(b"picture" * 100_000)
    assert world.visit("geneva", "bamako").files == len(b"picture")


def test_it_gives_a_file_to_those_alone_who_may_read_a_record_that_names_it(world):
    node, geneva = world.nodes["bamako"], office_id("geneva")
    record = paper(world, "bamako", b"secret", visibility="home")
    sha256 = next(iter(record.files))
    world.visit("geneva", "bamako")
    assert not may_read_file(node, geneva, sha256)
    with pytest.raises(Untrusted):
        readable_file(node, geneva, sha256)
    paper(world, "bamako", b"secret", visibility="federation")
    world.visit("geneva", "bamako")
    assert has(world, "geneva", b"secret")
    assert not may_read_file(node, office_id("stranger"), sha256)


def test_it_forgets_a_file_with_the_last_record_that_names_it(world, monkeypatch):
    first, second = paper(world, "bamako", b"picture"), paper(world, "bamako", b"picture")
    world.visit("geneva", "bamako")
    monkeypatch.setattr("kafo.records.files._KEPT_SECONDS", -1)
    store = files_of(world.nodes["geneva"])
    first.delete(using="bamako")
    world.visit("geneva", "bamako")
    assert store.drop_unused("geneva") == 0
    second.delete(using="bamako")
    world.visit("geneva", "bamako")
    assert store.drop_unused("geneva") == 1
    assert not FileReference.objects.using("geneva").exists()


def test_it_forgets_what_was_begun_of_a_file_that_nobody_names_any_more(world):
    record = paper(world, "bamako", b"picture" * 100)
    exchange(world.nodes["geneva"], world.link("bamako"), files_at_most=10)
    drafts = world.nodes["geneva"].home / "incoming"
    assert len(list(drafts.glob("*.file"))) == 1
    record.delete(using="bamako")
    world.visit("geneva", "bamako")
    assert not list(drafts.glob("*.file"))


def test_it_passes_over_names_that_no_file_can_have(world):
    record = paper(world, "bamako", b"picture")
    record.files |= {"../../etc/passwd": 1, "a" * 64: -1, "b" * 64: "x", "c" * 64: 10**15}
    record.save(using="bamako")
    world.visit("geneva", "bamako")
    assert FileReference.objects.using("geneva").count() == 1


def test_it_carries_files_on_a_stick_to_those_who_may_read_them(world, tmp_path):
    paper(world, "bamako", b"picture", b"large" * 100)
    paper(world, "bamako", b"secret", visibility="home")
    drive = tmp_path / "drive"
    drive.mkdir()
    write_stick(world.nodes["bamako"], drive, [office_id("geneva")], files_at_most=100)
    visit = read_stick(world.nodes["geneva"], drive)
    assert (visit.files, visit.faults) == (len(b"picture"), [])
    assert has(world, "geneva", b"picture")
    assert files_of(world.nodes["geneva"]).names() == {digest(b"picture")}
    again = read_stick(world.nodes["geneva"], drive)
    assert (again.files, again.faults) == (0, [])


def test_it_tells_of_each_file_that_arrived_and_when_a_home_was_heard(world):
    told = []

    def on_file(sha256, using, **_):
        told.append((using, sha256))

    def on_home(office, at, using, **_):
        told.append((using, office))

    file_arrived.connect(on_file)
    home_heard.connect(on_home)
    paper(world, "bamako", b"picture")
    world.visit("geneva", "bamako")
    assert ("geneva", digest(b"picture")) in told
    assert ("geneva", office_id("bamako")) in told
    told.clear()
    world.visit("dakar", "geneva")
    assert ("dakar", office_id("bamako")) in told
    told.clear()
    world.visit("bamako", "dakar")
    assert ("dakar", office_id("bamako")) in told


def test_it_fetches_many_files_on_one_connection(world, address):  # noqa: F811
    contents = [bytes([number]) * (20_000 + number) for number in range(5)]
    paper(world, "bamako", *contents)
    link = HttpLink(office_id("bamako"), address)
    exchange(world.nodes["geneva"], link)
    link.close()
    assert all(has(world, "geneva", content) for content in contents)


def test_it_fetches_files_over_http_from_any_byte(world, address):  # noqa: F811
    content = bytes(range(256)) * 300
    paper(world, "bamako", content)
    geneva = world.nodes["geneva"]
    link = HttpLink(office_id("bamako"), address)
    assert exchange(geneva, link, files_at_most=20_000).files == 20_000
    link.close()
    link = HttpLink(office_id("bamako"), address)
    exchange(geneva, link)
    assert link.moved < len(content) - 20_000 + 1_000
    assert has(world, "geneva", content)
    for token in (b"", bytes(16)):
        with pytest.raises(Untrusted):
            list(link.file(token, digest(content), 0, 10))
        with pytest.raises(Untrusted):
            link.offered(token, [bytes.fromhex(digest(content))])
        with pytest.raises(Untrusted):
            link.missing(token)
        with pytest.raises(Untrusted):
            link.give_file(token, digest(content), 0, content[:10])
    paper(world, "geneva", b"photograph" * 20_000)
    assert exchange(geneva, link).given == 200_000
    assert has(world, "bamako", b"photograph" * 20_000)
    link.close()
