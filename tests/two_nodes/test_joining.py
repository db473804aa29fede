"""An office that was hosted gets a server of its own; commands and processes as operators have."""

import re

from tests.two_nodes.conftest import HOSTED, signed

ANSWERS = ["--name", "D", "--town", "Dakar", "--country", "SN", "--given-name", "A"]
ANSWERS += ["--family-name", "B", "--site", "dakar", "--host", "d.sn"]
COUNT = """
from kafo.people.models import Mandate, Person, Post
answer = [Person.objects.filter(organization__short_name="Bamako").count(),
          Person.objects.exclude(phone="").filter(organization__short_name="Bamako").count(),
          Mandate.objects.filter(organization__short_name="Bamako").count(), Post.objects.count()]
"""
WRITE = """
from kafo.people.models import Post
post = Post.objects.get()
post.seats += 1
try:
    post.save()
    answer = post.seats
except Exception as error:
    answer = type(error).__name__
"""
SEATS = "from kafo.people.models import Post\nanswer = Post.objects.get().seats"
ALARMS = """
from kafo.federation.models import Alarm, Held, Outbox
answer = [Alarm.objects.filter(settled_at=None).count(), Outbox.objects.count(),
          Held.objects.exclude(parked="").count()]
"""


def joined(geneva, bamako):
    geneva.kafo("office", "invite", "Bamako", "--file", "invitation.txt")
    bamako.kafo("office", "join", "invitation.txt", "--own-address", bamako.address)
    geneva.kafo("roster", "draft", "r2")
    signed(geneva, "r2")
    bamako.kafo("office", "join")


def test_it_passes_a_hosted_office_to_its_own_server_and_survives_the_loss_of_that(
    geneva, servers, tmp_path
):
    bamako = servers(tmp_path / "bamako")
    joined(geneva, bamako)
    said = geneva.kafo("office", "join", "invitation.txt", fails=True)
    assert "give another folder with --home" in said
    assert "its people come with it" in bamako.kafo("init", *ANSWERS, fails=True)
    assert bamako.python(COUNT) == [HOSTED // 2, 0, 0, 1]  # what the others may read, no more
    assert (geneva.python(WRITE), bamako.python(WRITE)) == (2, "NotHome")

    geneva.kafo("office", "release", "Bamako")
    assert (geneva.python(WRITE), bamako.python(WRITE)) == ("Frozen", "NotHome")
    code = bamako.kafo("office", "accept")
    assert re.search(r"/desk/enter/ with the code [A-Z0-9 ]{19}", code)
    assert bamako.python(COUNT) == [HOSTED, HOSTED, 1, 1]
    assert bamako.python(WRITE) == 3
    assert geneva.python(WRITE) in {"Frozen", "NotHome"}  # until it heard, and since
    bamako.kafo("exchange", "Genève")
    assert "taken up" in geneva.kafo("office", "status")
    assert geneva.python(WRITE) == "NotHome"
    assert geneva.python(SEATS) == 3
    assert geneva.python(ALARMS) == bamako.python(ALARMS) == [0, 0, 0]

    # What only Bamako may read is still in Geneva, until somebody there decides.
    assert geneva.python(COUNT) == [HOSTED, HOSTED, 1, 1]
    assert "then add --yes" in geneva.kafo("office", "forget", "Bamako")
    assert "Deleted" in geneva.kafo("office", "forget", "Bamako", "--yes")
    assert "nothing to delete" in geneva.kafo("office", "forget", "Bamako", "--yes", fails=True)
    assert geneva.python(COUNT) == [HOSTED // 2, 0, 0, 1]
    assert bamako.python(COUNT) == [HOSTED, HOSTED, 1, 1]
    assert geneva.python(ALARMS) == bamako.python(ALARMS) == [0, 0, 0]
    assert (bamako.home / "federation" / "keys").stat().st_mode & 0o777 == 0o700

    # The backup is older than what Bamako has said since; its folder with the keys was saved too.
    backup = tmp_path / "backup.tar.gz"
    bamako.kafo("backup", backup)
    assert bamako.python(WRITE) == 4
    bamako.kafo("exchange")
    (tmp_path / "bamako").rename(tmp_path / "broken")
    bamako.kafo("restore", backup)
    (tmp_path / "broken" / "federation").rename(tmp_path / "bamako" / "federation")
    assert bamako.python(SEATS) == 3
    assert "writes again" in bamako.kafo("office", "recover")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (4, 5)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 5
    assert geneva.python(ALARMS) == bamako.python(ALARMS) == [0, 0, 0]

    # The server is lost with its keys: another machine, a backup, a new key that holders sign.
    (tmp_path / "bamako").rename(tmp_path / "lost")
    bamako.kafo("restore", backup)
    said = bamako.kafo("office", "recover", fails=True)
    key = re.search(r"\b[0-9a-f]{64}\b", said)[0]
    assert bamako.python(WRITE) == "NotHome"
    geneva.kafo("roster", "revoke", "Bamako", "r3", "--new-key", key)
    signed(geneva, "r3")
    assert "writes again" in bamako.kafo("office", "recover")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (5, 6)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 6
    lost = servers(tmp_path / "lost")
    assert lost.python(WRITE) == 6
    lost.kafo("exchange", fails=True)  # the stolen machine is greeted no more

    # Lost without any backup: what the peers hold comes back to a server that is invited anew.
    (tmp_path / "bamako").rename(tmp_path / "gone")
    geneva.kafo("office", "invite", "Bamako", "--replace", "--file", "again.txt")
    bamako.kafo("office", "join", "again.txt")
    geneva.kafo("roster", "draft", "r4")
    signed(geneva, "r4")
    bamako.kafo("office", "join")
    assert (bamako.python(SEATS), bamako.python(WRITE)) == (6, 7)
    bamako.kafo("exchange")
    assert geneva.python(SEATS) == 7


def test_it_gives_a_declined_pen_back_and_joins_an_office_that_nobody_hosted(
    geneva, servers, tmp_path
):
    bamako = servers(tmp_path / "bamako")
    joined(geneva, bamako)
    geneva.kafo("office", "release", "Bamako")
    bamako.kafo("office", "decline")
    geneva.kafo("office", "status")
    assert geneva.python(WRITE) == 2
    assert bamako.python(WRITE) == "NotHome"

    said = geneva.kafo("office", "invite", "Dakar")
    code = re.search(r"code: (\S+)", said)[1]
    dakar = servers(tmp_path / "dakar")
    dakar.kafo("office", "join", geneva.address, "--code", "AAAA-AAAA-AAAA-AAAA", fails=True)
    assert not (tmp_path / "dakar" / "settings.env").exists()
    dakar.kafo("office", "join", geneva.address, "--code", code.lower(), "--yes")
    geneva.kafo("roster", "draft", "r3")
    assert "Signatures still missing: 2" in geneva.kafo("roster", "take", "r3", fails=True)
    signed(geneva, "r3")
    assert "on its own server" in geneva.kafo("office", "status")
    assert "not in the list of offices yet" in dakar.kafo("init", *ANSWERS, fails=True)
    assert "taken up" in dakar.kafo("office", "join")
    assert dakar.python(SEATS) == 2
    assert "The office is ready" in dakar.kafo("init", *ANSWERS)
    dakar.kafo("exchange", "Genève")
    names = "from kafo.people.models import Organization\n"
    names += "answer = sorted(Organization.objects.values_list('short_name', flat=True))"
    assert geneva.python(names) == ["Bamako", "D", "Genève"]
    assert "Dakar: taken up" in geneva.kafo("office", "status")
