"""The disk is full: a clear message, nothing half written, and readers go on reading."""

import shutil
import subprocess
import time

import pytest

from tests.crash.at_desk import AtTheDesk, Node
from tests.node import KAFO, environment

# Inside a mount namespace of its own, so that the small disk is nobody else's and goes with it.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=24m none "$SMALL"
cp -a "$OFFICE" "$SMALL/office"
BALLAST="$SMALL"
if [ -n "$APART" ]; then
    BALLAST="$SMALL/office/baked"
    mount -t tmpfs -o size=4m none "$BALLAST"
fi
(
    while sleep 0.1; do
        if [ -e "$SWITCH/fill" ]; then
            dd if=/dev/zero of="$BALLAST/ballast" bs=4k 2>/dev/null
            mv "$SWITCH/fill" "$SWITCH/done"
        elif [ -e "$SWITCH/free" ]; then
            rm "$BALLAST/ballast"
            mv "$SWITCH/free" "$SWITCH/done"
        elif [ -e "$SWITCH/backup" ]; then
            KAFO_HOME="$SMALL/office" "$KAFO" backup 2>"$SWITCH/said"
            mv "$SWITCH/backup" "$SWITCH/done"
        fi
    done
) &
KAFO_HOME="$SMALL/office" exec "$KAFO" run --port "$PORT"
"""


class SmallDisk(Node):
    """A node on a disk of 24 MB that can be filled and emptied.

    With `apart`, baked pages have a disk of their own, which is then the one that is filled.
    """

    def __init__(self, office, folder, *, apart=False):
        super().__init__(folder)
        self.apart = "1" if apart else ""
        self.office = office
        self.switch = folder / "switch"
        self.switch.mkdir()
        (folder / "small").mkdir()

    def start(self):
        wanted = {
            "SMALL": str(self.home / "small"),
            "OFFICE": str(self.office),
            "SWITCH": str(self.switch),
            "APART": self.apart,
            "KAFO": str(KAFO),
            "PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", ON_A_SMALL_DISK],
            env={**environment(KAFO_HOME=str(self.home)), **wanted},
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("ab"),
            start_new_session=True,
        )
        self.wait_for("/desk/sign-in/")
        return self

    def press(self, switch):
        (self.switch / switch).touch()
        end = time.monotonic() + 180
        while not (self.switch / "done").exists():
            assert time.monotonic() < end, switch
            time.sleep(0.1)
        (self.switch / "done").unlink()


@pytest.fixture(params=[False])
def small(request, made, tmp_path):
    office = tmp_path / "office"
    shutil.copytree(made, office)
    running = SmallDisk(office, tmp_path, apart=request.param)
    yield running
    running.switch_off()


def test_it_says_that_the_disk_is_full_and_goes_on_afterwards(small):
    desk = AtTheDesk(small.start()).sign_in()
    answer = desk.send("/desk/pages/add/", title="Avant", lead="Le fil", press="publish")
    assert answer.status == 200

    form = desk.form("/desk/pages/add/")
    assert form["submission"]
    small.press("fill")
    refused = []
    for number in range(40):
        # What is left of the last blocks may still take a few writes.
        answer = desk.send("/desk/pages/add/", title=f"Trop {number}", lead="x" * 400)
        if answer.status != 200:
            refused.append(answer)
            break
    assert refused
    assert refused[0].status == 507
    said = refused[0].read().decode()
    assert "disque est plein" in said
    assert "The disk is full" in said
    assert small.get("/fr/nouvelles/avant/").status == 200
    small.press("backup")
    assert "could not be" in (small.switch / "said").read_text()

    small.press("free")
    answer = desk.send("/desk/pages/add/", title="Après", lead="Le fil", press="publish")
    assert answer.status == 200
    assert b"Apr" in small.get("/fr/nouvelles/apres/").body
    assert small.get("/fr/nouvelles/avant/").status == 200


@pytest.mark.parametrize("small", [True], indirect=True)
def test_it_tells_the_editor_that_what_is_published_cannot_be_shown_yet(small):
    small.start()
    small.wait_for("/fr/")
    desk = AtTheDesk(small).sign_in()
    small.press("fill")
    answer = desk.send("/desk/pages/add/", title="Retenue", lead="Le fil", press="publish")
    said = answer.read().decode()
    assert answer.status == 200
    assert "le disque du serveur est plein" in said
    assert "pas encore montré aux lecteurs" in said
    assert "dès maintenant" not in said
    assert small.get("/fr/nouvelles/retenue/").status == 404
    assert small.get("/fr/").status == 200
    health = desk.open("/desk/health/segou/").read().decode()
    assert "Le disque est plein." in health

    small.press("free")
    small.wait_for("/fr/nouvelles/retenue/")
