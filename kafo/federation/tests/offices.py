"""Offices as real processes, seen from outside: started, told what to do, killed."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.wire import signatures
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload, sign_roster

ROOTS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(3)]
ROOT_KEYS = [signatures.public_bytes(key) for key in ROOTS]


def office_id(name):
    return uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16])


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Failed(AssertionError):
    """What an office was told to do went wrong there."""


class Office:
    """One office: a worker from the beginning, a server when it is started.

    `inside` is a command that leads into a network or file system of its own.
    """

    def __init__(self, home, name, *, url="", inside=(), host="127.0.0.1", port=0, **env):
        self.home, self.name, self.inside, self.host = Path(home), name, list(inside), host
        self.port = port or free_port()
        self.home.mkdir(parents=True, exist_ok=True)
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("KAFO_", "DJANGO_"))}
        self.env = {**kept, "KAFO_HOME": str(self.home), **env}
        if url:
            self.env["KAFO_DATABASE_URL"] = url
        self.worker = self.server = None
        self.said_last = ""

    @property
    def address(self):
        return f"http://{self.host}:{self.port}"

    def _start(self, command, **streams):
        return subprocess.Popen(
            [*self.inside, *command],
            env=self.env,
            stderr=(self.home / "log").open("ab"),
            start_new_session=True,
            **streams,
        )

    def ask(self, do, **more):
        """Tell the worker, and give its whole answer."""
        self.tell(do, **more)
        return self.hear()

    def tell(self, do, **more):
        if self.worker is None:
            self.worker = self._start(
                [sys.executable, "-m", "kafo.federation.tests.process", self.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.worker.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.worker.stdin.flush()

    def hear(self):
        line = self.worker.stdout.readline()
        if not line:
            raise Failed(f"{self.name} ended: {self.said()}")
        self.said_last = line
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(f"{self.name}: {answer['error']}")
        return answer

    def do(self, do, **more):
        """Tell the worker, and give what came of it."""
        return self.ask(do, **more)["is"]

    def visit(self, other, address="", keep=False):
        """Exchange with another office."""
        return self.do("visit", office=other.name, address=address or other.address, keep=keep)

    def serve(self, *options):
        """Start the server, and wait until it answers."""
        bin_ = Path(sys.executable).parent
        self.server = self._start(
            [
                bin_ / "granian", "--interface", "wsgi", "--host", self.host,
                "--port", str(self.port), "--workers", "1", "--blocking-threads", "4",
                "--no-ws", *options, "kafo.federation.tests.served:application",
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        look = "import socket,sys;socket.create_connection((sys.argv[1],int(sys.argv[2])),1)"
        for _ in range(200):
            asked = [*self.inside, sys.executable, "-S", "-c", look, self.host, str(self.port)]
            if subprocess.run(asked, stderr=subprocess.DEVNULL).returncode == 0:
                return self
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        raise Failed(self.said())

    def most_memory(self):
        """Give the most memory that a process of the server has had."""
        most = 0
        for path in Path("/proc").glob("[0-9]*/status"):
            try:
                about = dict(line.split(":", 1) for line in path.read_text().splitlines())
            except OSError:
                continue
            if int(about["PPid"]) == self.server.pid and "VmHWM" in about:
                most = max(most, int(about["VmHWM"].split()[0]) * 1024)
        return most

    def said(self):
        return (self.home / "log").read_text(errors="replace")[-2000:]

    def kill(self, which="worker"):
        """kill -9, as when the power fails."""
        process = getattr(self, which)
        if process:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            setattr(self, which, None)

    def close(self):
        for which in ("worker", "server"):
            self.kill(which)


def federate(*offices):
    """Make the offices and give each the same roster."""
    entries = []
    for office in offices:
        made = office.do("create")
        entries.append(
            OfficeEntry(
                office_id(office.name).bytes,
                office.name,
                [(bytes.fromhex(made["key"]), None)],
                [],
                made["recipient"],
            )
        )
    payload = RosterPayload(1, 2_000_000_000, 2, ROOT_KEYS, entries)
    document = sign_roster(payload, ROOTS[:2]).hex()
    for office in offices:
        office.do("roster", document=document, fingerprint=payload.fingerprint)
