"""Servers as processes: started, waited for, measured with all their children, stopped."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Server:
    """A server in a process of its own; use it in a `with` statement."""

    def __init__(
        self, command: Sequence[Any], *, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pids(self) -> list[int]:
        """Give the server's process and all below it."""
        return _family(self.process.pid)

    def cpu_seconds(self) -> float:
        """Give the processor time used so far."""
        return cpu_seconds(self.process.pid)

    def memory(self) -> int:
        """Give the memory in bytes, what is shared counted by shares (PSS)."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def wait_for(self, url: str, *, seconds: float = 120, host: str = "") -> float:
        """Wait until `url` answers; give the seconds that it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.process.poll() is not None:
                break
            try:
                fetch(url, host=host)
                return time.monotonic() - begun
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return time.monotonic() - begun
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{url} does not answer: {self.log.read_text(errors='replace')[-2000:]}")


def cpu_seconds(pid: int) -> float:
    """Give the processor time that a process and all below it have used so far."""
    # Its own, and that of children which ended.
    ticks = sum(sum(map(int, _stat(each)[11:15])) for each in _family(pid))
    return ticks / TICKS_PER_SECOND


def fetch(url: str, *, host: str = "", cookie: str = "", accept: str = "br") -> bytes:
    """Give the body at `url` as it travels; raises HTTPError."""
    headers = {"Accept-Encoding": accept}
    if host:
        headers["Host"] = host
    if cookie:
        headers["Cookie"] = cookie
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        body: bytes = answer.read()
    return body


def free_port() -> int:
    """Give a port of the loopback address on which nothing listens."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
    return port


def _family(pid: int) -> list[int]:
    found = [pid]
    parents = dict(_parents())
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the name; none when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[1])
