"""The other two offices of the demonstration: own folders, keys and processes on this machine.

They are made after the first office, so that nobody waits for them: its pages can be read
meanwhile. All three hold the same list of offices, signed by three invented holders.
"""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from kafo.welcome.home import GUIDE, prepare_home

FIRST = "bamako"
OWN_COMMAND = [sys.executable, "-c", "from kafo.welcome.cli import main; raise SystemExit(main())"]
_DOOR_SECONDS = 180
_ROSTER = "roster.bin"
_HOLDERS = "holders"


@dataclass(frozen=True)
class Neighbour:
    """An office of the demonstration, and where it answers beside the first one."""

    key: str
    name: str
    ports_above: int
    time_zone: str

    def home(self, first: Path) -> Path:
        """Give its data folder, from the folder of the first office."""
        return first if self.key == FIRST else first / "offices" / self.key

    def port(self, first: int) -> int:
        """Give its port, from the port of the first office."""
        return first + self.ports_above


OFFICES = [
    Neighbour(FIRST, "Bamako", 0, "Africa/Bamako"),
    Neighbour("geneva", "Genève", 1, "Europe/Zurich"),
    Neighbour("dakar", "Dakar", 2, "Africa/Dakar"),
]


def prepare_homes(first: Path) -> None:
    """Make the data folders of all offices; the first one's may be there."""
    for office in OFFICES:
        home = office.home(first)
        if prepare_home(home, is_demo=True):
            with (home / "settings.env").open("a", encoding="utf-8") as file:
                file.write(f"KAFO_TIME_ZONE={office.time_zone}\n")


def office_ids(first: Path) -> dict[str, uuid.UUID]:
    """Give the ids of the offices, as their settings state them."""
    found = {}
    for office in OFFICES:
        for line in (office.home(first) / "settings.env").read_text(encoding="utf-8").splitlines():
            if line.startswith("KAFO_OFFICE_ID="):
                found[office.key] = uuid.UUID(line.partition("=")[2])
    return found


def federate(first: Path, port: int) -> None:
    """Make the keys of all offices and the list that names them; run by the first office."""
    from kafo.federation.models import Line
    from kafo.federation.node import Node
    from kafo.federation.services import rostering
    from kafo.federation.services.starting import ensure_node

    node = ensure_node()
    if node.roster:
        return
    others = []
    for office in OFFICES[1:]:
        folder = office.home(first) / "federation"
        own = office_ids(first)[office.key]
        made = Node("default", folder, own) if folder.is_dir() else None
        made = made or Node.create("default", folder, own)
        others.append(rostering.own_entry(made, office.name, [_address(office, port)]))
    rostering.begin_roster(
        node,
        actor=None,
        name=OFFICES[0].name,
        address=_address(OFFICES[0], port),
        keys=first / _HOLDERS,
        others=others,
    )
    (document,) = rostering.roster_documents(node)
    for office in OFFICES[1:]:
        (office.home(first) / _ROSTER).write_bytes(document)
    Line.objects.update_or_create(pk=1, defaults={"every_minutes": 1})


def join(home: Path) -> None:
    """Take the list of offices that the first one wrote; run by each of the others."""
    from kafo.federation.models import Line
    from kafo.federation.services import rostering
    from kafo.federation.services.starting import ensure_node

    node = ensure_node()
    document = (home / _ROSTER).read_bytes()
    node.accept_roster(document, rostering.fingerprint_of(document))
    Line.objects.update_or_create(pk=1, defaults={"every_minutes": 1})


def move(first: Path, port: int) -> None:
    """Let the list of offices name other ports; the other two learn it when they are visited."""
    from kafo.federation.services import rostering
    from kafo.federation.services.starting import ensure_node

    node = ensure_node()
    ids = office_ids(first)
    addresses = {ids[office.key]: _address(office, port) for office in OFFICES}
    document = rostering.draft_addresses(node, actor=None, addresses=addresses)
    for number in (1, 2):
        key = rostering.read_holder_key(first / _HOLDERS / f"holder-{number}.key")
        document = rostering.sign_roster(document, key)
    rostering.take_roster(node, actor=None, document=document)


def _address(office: Neighbour, port: int) -> str:
    # Names below .localhost are known to browsers, not to every resolver.
    return f"http://127.0.0.1:{office.port(port)}"


def is_made_for(home: Path, port: int) -> bool:
    """Say whether an office of the demonstration is whole, and names this port."""
    guide = home / GUIDE
    return guide.exists() and f":{port}/" in guide.read_text(encoding="utf-8")


class Neighbours:
    """The processes of the other offices.

    Those that are made begin at once; those that are not wait until the first office's desk
    answers, so that a newcomer has the machine for herself until she reads.
    """

    def __init__(self, first: Path, port: int, tell: Callable[[str], None]) -> None:
        self.first, self.port, self.tell = first, port, tell
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Begin; returns at once."""
        for office in OFFICES[1:]:
            threading.Thread(
                target=self._start, args=[office], name=office.key, daemon=True
            ).start()

    def stop(self) -> None:
        """End all of them, and return when they have ended."""
        with self._lock:
            self._stop.set()
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self, office: Neighbour) -> None:
        home, port = office.home(self.first), office.port(self.port)
        if not is_made_for(home, port) and (
            not self._waited(OFFICES[0], None) or not self._begun(office, "--prepare", wait=True)
        ):
            return
        process = self._begun(office)
        if process and self._waited(office, process):
            self.tell(f"{office.name}: http://{office.key}.localhost:{port}/")
        elif not self._stop.is_set():
            why = {"office": office.name, "file": _log(home)}
            self.tell(_("%(office)s did not start. Why: %(file)s") % why)

    def _begun(
        self, office: Neighbour, *options: str, wait: bool = False
    ) -> "subprocess.Popen[bytes] | None":
        home = office.home(self.first)
        where = ["--home", str(home), "--port", str(office.port(self.port))]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAFO_")}
        with self._lock, _log(home).open("ab") as log:
            if self._stop.is_set():
                return None
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*OWN_COMMAND, "demo", "--office", office.key, *where, *options],
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            self._running.append(process)
        if wait:
            process.wait()
        return process

    def _waited(self, office: Neighbour, process: "subprocess.Popen[bytes] | None") -> bool:
        """Wait until the desk of an office answers; give whether it does."""
        door = f"{_address(office, self.port)}/desk/sign-in/"
        # Whatever proxy this machine uses, it is not for its own doors.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + _DOOR_SECONDS
        while time.monotonic() < end and not self._stop.wait(0.3):
            if process and process.poll() is not None:
                return False
            try:
                with opener.open(door, timeout=5):
                    return True
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                continue
        return False


def _log(home: Path) -> Path:
    return home.with_name(f"{home.name}.log")
