"""A stick between two offices, with the commands as operators give them."""

import re
import subprocess

from tests.two_nodes.server import KAFO

NAME = """
from kafo.people.models import Organization
answer = sorted(Organization.objects.values_list("short_name", flat=True))
"""
MORE = """
from kafo.people.models import Organization
Organization.objects.create(short_name="Neuf", visibility="federation")
answer = 1
"""


def test_it_carries_a_stick_with_commands(geneva, servers, tmp_path):
    dakar, drive = servers(tmp_path / "dakar"), tmp_path / "drive"
    said = geneva.kafo("stick", "write", tmp_path, fails=True)
    assert "No other office has a key" in said
    said = geneva.kafo("office", "invite", "Dakar")
    code = re.search(r"code: (\S+)", said)[1]
    dakar.kafo("office", "join", geneva.address, "--code", code, "--yes")
    geneva.kafo("roster", "draft", "r2")
    for holder in (1, 3):
        geneva.kafo("roster", "sign", "r2", f"keys/holder-{holder}.key")
    geneva.kafo("roster", "take", "r2")
    dakar.kafo("office", "join")
    assert geneva.python(MORE) == 1

    assert "There is no drive" in geneva.kafo("stick", "write", drive, fails=True)
    drive.mkdir()
    assert "no folder kafo1" in dakar.kafo("stick", "read", drive, fails=True)
    (drive / "kafo1").symlink_to(tmp_path)
    assert "is a link" in geneva.kafo("stick", "write", drive, fails=True)
    assert "no folder kafo1" in dakar.kafo("stick", "read", drive, fails=True)
    (drive / "kafo1").unlink()
    (drive / "kafo1").mkdir()
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    (drive / "kafo1" / "ROSTER.TMP").symlink_to(precious)
    (drive / "kafo1" / "K0000000.AGE").symlink_to("/dev/zero")

    assert "no office called" in geneva.kafo("stick", "write", drive, "--office", "Gao", fails=True)
    assert "encrypted" in geneva.kafo("stick", "write", drive, "--office", "Dakar")
    assert precious.read_text() == "as it was"
    assert not list(drive.glob("kafo1/*.TMP"))

    # Whose it is not, it stays closed for; half of it does no harm, and the whole follows.
    assert "Nothing in it is for this office" in geneva.kafo("stick", "read", drive, fails=True)
    part = drive / "kafo1" / "K0000001.AGE"
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    assert "It broke off" in dakar.kafo("stick", "read", drive, fails=True)
    assert "Neuf" not in dakar.python(NAME)
    part.write_bytes(whole)
    assert "new; " in dakar.kafo("stick", "read", drive)
    assert "Neuf" in dakar.python(NAME)
    assert "Nothing in it was new" in dakar.kafo("stick", "read", drive)

    # On a drive of 4 kB there is room for the list of offices only.
    small = 'mount -t tmpfs -o size=4k none "$1" && "$2" stick write "$1" --home "$3"'
    small += ' || ls "$1/kafo1"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", small, "small"]
        + [drive, KAFO, geneva.home],
        capture_output=True,
        text=True,
        env=geneva.environment,
    )
    assert "There is no room left on the drive" in done.stderr, done.stdout + done.stderr
    assert done.stdout.split() == ["ROSTER.BIN"]
