"""A real node for the journeys: made, started, switched off, by the commands an operator types."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

KAFO = Path(sys.executable).parent / "kafo"
PASSWORD = "bamako-2007"
READY_SECONDS = 60


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
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAFO_")}
    return kept | {"LANG": "en_US.UTF-8"} | more


def prepared_home(shared: Path) -> tuple[Path, int]:
    """Give the folder of a demonstration in `shared`, made once for all who ask, and its port."""
    home, port_file = shared / "prepared", shared / "prepared.port"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not port_file.exists():
            port = free_ports(3)
            subprocess.run(
                [KAFO, "demo", "--prepare", "--home", home, "--port", str(port)],
                env=environment(),
                check=True,
                capture_output=True,
            )
            port_file.write_text(str(port))
    return home, int(port_file.read_text())


class Node:
    """One office on one port of this machine."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.output = home.parent / f"{home.name}.out"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def copied(cls, prepared: Path, home: Path, port: int | None = None) -> "Node":
        """Give a node on a copy of a prepared folder, so that what is written stays in it."""
        shutil.copytree(prepared, home)
        return cls(home, port or free_port())

    def address(self, path: str = "/", host: str = "bamako.localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    def start(self, command: str = "run") -> "Node":
        """Start the node and wait until its desk answers."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [KAFO, command, "--home", self.home, "--port", str(self.port)],
                env=environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, self.output.read_text()
            try:
                urllib.request.urlopen(self._door(), timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
            else:
                return self
        raise AssertionError(f"The desk does not answer: {self.output.read_text()}")

    def _door(self) -> urllib.request.Request:
        # Names below .localhost are known to browsers, not to every resolver.
        address = f"http://127.0.0.1:{self.port}/desk/sign-in/"
        return urllib.request.Request(address, headers={"Host": f"bamako.localhost:{self.port}"})

    def switch_off(self, how: int = signal.SIGKILL) -> None:
        """End all processes of the node: by default as a power cut does."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(20)
        self._process = None

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command of Kafo on this node's folder."""
        return subprocess.run(
            [KAFO, *arguments, "--home", self.home],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
