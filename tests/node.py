"""A real node as a process: made, started, asked and switched off as an operator does it."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

KAFO = Path(sys.executable).parent / "kafo"
PASSWORD = "bamako-2007"
READY_SECONDS = 180  # a patience, not a measure


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def free_ports(count: int) -> int:
    """Give the first of so many ports in a row that nobody listens on."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    door = held.enter_context(socket.socket())
                    door.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
        return first


def environment(**more: str) -> dict[str, str]:
    """Give the environment without what a test run has set for Kafo."""
    own = ("KAFO_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | {"LANG": "en_US.UTF-8"} | more


def prepared_home(shared: Path) -> tuple[Path, int]:
    """Give the folder of a demonstration in `shared`, made once for all who ask, and its port.

    Geneva is made in it too.
    """
    home, port_file = shared / "prepared", shared / "prepared.port"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not port_file.exists():
            port = free_ports(3)
            geneva = ["--office", "geneva", "--home", home / "offices/geneva"]
            for number, which in enumerate([["--home", home], geneva]):
                subprocess.run(
                    [KAFO, "demo", "--prepare", *which, "--port", str(port + number)],
                    env=environment(),
                    check=True,
                    capture_output=True,
                )
            port_file.write_text(str(port))
    return home, int(port_file.read_text())


class Node:
    """One office on one port of this machine."""

    host = "bamako.localhost"

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self.log = home.parent / f"{home.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    def copied(cls, prepared: Path, home: Path, port: int | None = None) -> "Node":
        """Give a node on a copy of a prepared folder, so that what is written stays in it.

        Where it does not answer at the port that the list of offices names, its link is cut: with
        one key it would tell the others of that list a second history.
        """
        shutil.copytree(prepared, home)
        if port is None:
            with contextlib.closing(sqlite3.connect(home / "kafo.sqlite3")) as rows, rows:
                rows.execute("UPDATE federation_line SET is_cut = 1")
        return cls(home, port)

    def address(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    def start(self, command: str = "run", **settings: str) -> "Node":
        """Start the node and wait until its desk answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [KAFO, command, "--home", self.home, "--port", str(self.port)],
                env=environment(**settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_for("/desk/sign-in/")
        return self

    def wait_for(self, path: str, seconds: int = READY_SECONDS) -> None:
        """Wait until an address answers 200."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-3000:]
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get(path).status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{path} does not answer: {self.log.read_text()[-3000:]}")

    def get(self, path: str, host: str = "") -> http.client.HTTPResponse:
        """Give the answer to a reader, with its `body`.

        Names below .localhost are known to browsers, not to every resolver.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": f"{host or self.host}:{self.port}"})
        response = connection.getresponse()
        response.body = response.read()
        return response

    def switch_off(self, how: int = signal.SIGKILL) -> None:
        """End all processes of the node: by default as a power cut does."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(20)
        self.process = None

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command of Kafo on this node's folder."""
        return subprocess.run(
            [KAFO, *arguments, "--home", self.home],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
