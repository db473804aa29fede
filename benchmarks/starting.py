"""From a fresh clone to a page, and the memory that it takes: python -m benchmarks.starting."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, show, tell
from benchmarks.processes import Server, fetch
from benchmarks.wordpress import versions, wordpress

ROOT = Path(__file__).resolve().parent.parent
MB = 1_000_000
PORT = 8000


def start(clone: Path, cache: Path, *, touch_all: bool = False) -> tuple[float, float, int]:
    """Run `make demo` in `clone` until site and desk answer.

    Gives the seconds, those of the processor, and the memory in bytes.
    """
    env = {"UV_CACHE_DIR": str(cache), "LC_ALL": "C.UTF-8"}
    command = ["make", "-C", clone, "demo"]
    begun = time.monotonic()
    with Server(command, log=clone / "demo.log", env=env) as server:
        for path in ("/fr/", "/desk/sign-in/"):
            url = f"http://127.0.0.1:{PORT}{path}"
            server.wait_for(url, seconds=600, host="bamako.localhost")
        seconds, cpu = time.monotonic() - begun, server.cpu_seconds()
        if touch_all:
            for path in ("/fr/", "/en/", "/fr/recherche/?q=Bamako", "/desk/sign-in/"):
                for _ in range(5):
                    fetch(f"http://127.0.0.1:{PORT}{path}", host="bamako.localhost")
            time.sleep(3)
        memory = server.memory()
        # make hands no signal on: its child is stopped, and it follows.
        for pid in server.pids()[1:]:
            os.kill(pid, 15)
        server.process.wait(30)
    return seconds, cpu, memory


def main() -> None:
    with socket.socket() as place:
        if place.connect_ex(("127.0.0.1", PORT)) == 0:
            raise SystemExit(f"Something listens on port {PORT}, which `make demo` needs.")
    with tempfile.TemporaryDirectory(prefix="kafo-bench-start-") as name:
        clone, cache = Path(name) / "kafo", Path(name) / "uv-cache"
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        tell("make demo, nothing there")
        cold, cold_cpu, _ = start(clone, cache)
        shutil.rmtree(clone / "demo-data")
        shutil.rmtree(clone / ".venv")
        tell("make demo, packages fetched before")
        warm, _, _ = start(clone, cache)
        tell("make demo again")
        again, again_cpu, memory = start(clone, cache, touch_all=True)
    with wordpress(25) as other:
        for _ in range(20):
            fetch(f"http://127.0.0.1:{other.plain}/nouvelle-3/")
        their_memory, their_seconds = other.memory(), other.seconds_to_set_up
    figures = [
        Figure("`make demo` in a fresh clone, nothing fetched before", "s", cold, at_most=60),
        Figure("`make demo` in a fresh clone, packages in uv's cache", "s", warm, their_seconds),
        Figure("`make demo` the second time", "s", again, at_most=6),
        Figure("… processor time of the first", "s", cold_cpu),
        Figure("… processor time of the second", "s", again_cpu),
        Figure("memory of the running node (PSS)", "MB", memory / MB, their_memory / MB,
               at_most=300),
    ]  # fmt: skip
    conditions = (
        "`git clone` of this repository into a new folder, `UV_CACHE_DIR` new as well; the time "
        "ends when a page of the site and the desk's sign-in answer. Memory after the site, its "
        "search and the desk were asked for. WordPress: its packages are installed already; "
        f"database, program, 25 news items, 18 pictures; memory of all its servers after 20 pages. "
        f"{versions()}."
    )
    show("Starting", conditions, "WordPress", figures)


if __name__ == "__main__":
    main()
