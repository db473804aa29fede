"""A line between two network namespaces: paced, late, cut at a byte; every IP packet is counted.

The kernel here cannot shape (no netem), so a program passes packets between two TUN devices.
Needs root.
"""

import fcntl
import os
import struct
import subprocess
import threading
import time
from collections import deque

_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_HEADER = 0x1001
QUEUE = 100  # packets of 1500 bytes that a modem holds
ADDRESSES = ("10.77.0.1", "10.77.0.2")


class Line:
    """Use it in a `with` statement; `inside(0)` and `inside(1)` lead to its two ends."""

    def __init__(self, bits: float = 0, round_trip: float = 0.0) -> None:
        self.bits, self.delay = bits, round_trip / 2
        self.moved = 0
        self.cut_at: int | None = None
        self.is_cut = threading.Event()
        self._ends = [f"kafo{os.getpid()}{side}" for side in "ab"]
        self._files: list[int] = []
        self._stopped = False
        self._lock = threading.Lock()

    def inside(self, side: int) -> list[str]:
        """Give the command that runs another one at this end."""
        return ["ip", "netns", "exec", self._ends[side]]

    def __enter__(self) -> "Line":
        for side, name in enumerate(self._ends):
            device = f"kt{os.getpid() % 100000}{'ab'[side]}"
            _run("ip", "netns", "add", name)
            file = os.open("/dev/net/tun", os.O_RDWR)
            asked = struct.pack("16sH14x", device.encode(), _TUN_WITHOUT_HEADER)
            fcntl.ioctl(file, _TUNSETIFF, asked)
            self._files.append(file)
            _run("ip", "link", "set", device, "netns", name)
            mine, other = ADDRESSES[side], ADDRESSES[1 - side]
            for command in (
                ["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"],
                ["ip", "link", "set", "lo", "up"],
                ["ip", "addr", "add", mine, "peer", other, "dev", device],
                ["ip", "link", "set", device, "up"],
            ):
                _run(*self.inside(side), *command)
        for side in (0, 1):
            threading.Thread(target=self._pass, args=(side,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        for name in self._ends:
            _run("ip", "netns", "del", name)
        for file in self._files:
            os.close(file)

    def count(self) -> int:
        """Give the bytes moved since the last time."""
        with self._lock:
            moved, self.moved = self.moved, 0
        return moved

    def cut_after(self, moved: int) -> None:
        """Cut the line when so many bytes more have passed."""
        self.is_cut.clear()
        self.cut_at = self.moved + moved

    def mend(self) -> None:
        """Let packets pass again."""
        self.cut_at = None
        self.is_cut.clear()

    def _pass(self, side: int) -> None:
        waiting: deque[tuple[float, bytes]] = deque()
        ready = threading.Condition()
        threading.Thread(target=self._deliver, args=(side, waiting, ready), daemon=True).start()
        free_at = 0.0
        while not self._stopped:
            try:
                packet = os.read(self._files[side], 65536)
            except OSError:
                return
            now = time.monotonic()
            if self.bits and (free_at - now) * self.bits / 8 > QUEUE * 1500:
                continue
            if self.bits:
                free_at = max(free_at, now) + len(packet) * 8 / self.bits
            with self._lock:
                if self.is_cut.is_set():
                    continue
                self.moved += len(packet)
                if self.cut_at is not None and self.moved >= self.cut_at:
                    self.is_cut.set()
            with ready:
                waiting.append((max(free_at, now) + self.delay, packet))
                ready.notify()

    def _deliver(
        self, side: int, waiting: deque[tuple[float, bytes]], ready: threading.Condition
    ) -> None:
        while not self._stopped:
            with ready:
                while not waiting:
                    ready.wait(1)
                    if self._stopped:
                        return
                at, packet = waiting.popleft()
            if (left := at - time.monotonic()) > 0:
                time.sleep(left)
            if not self.is_cut.is_set():
                try:
                    os.write(self._files[1 - side], packet)
                except OSError:
                    return


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
