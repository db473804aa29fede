"""An office of Kafo in a folder of its own, filled and run for real."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import Server, free_port

KAFO = Path(sys.executable).with_name("kafo")
SLUG = "essai"
HOST = f"{SLUG}.localhost"


@dataclass(frozen=True)
class Office:
    """A running node; `server` is its process."""

    home: Path
    port: int
    server: Server

    @property
    def url(self) -> str:
        """The public site, as a browser asks for it."""
        return f"http://{HOST}:{self.port}"

    @property
    def news(self) -> str:
        """The path of the French list of news."""
        first = next((self.home / "baked" / SLUG / "fr").glob("*/nouvelle-1"))
        return f"/fr/{first.parent.name}/"


def python(home: Path, module: str, *arguments: object) -> str:
    """Run a module of the benchmarks in an office; give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        check=True,
        env={
            **os.environ,
            "KAFO_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "kafo.config.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


@contextmanager
def home(news: int) -> Iterator[Path]:
    """Make the data folder of an office whose site has `news` news items, all baked."""
    tell(f"an office with {news} news items")
    with tempfile.TemporaryDirectory(prefix="kafo-bench-") as name:
        folder = Path(name)
        subprocess.run(
            [KAFO, "init", "--home", folder, "--name", "Bureau de Bamako", "--town", "Bamako",
             "--country", "ML", "--given-name", "Awa", "--family-name", "Essai",
             "--site", SLUG, "--host", HOST],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if news:
            python(folder, "filling", news)
        yield folder


@contextmanager
def running(folder: Path) -> Iterator[Office]:
    """Run the office in `folder` as `kafo run` does."""
    port = free_port()
    command = [KAFO, "run", "--home", folder, "--port", port]
    with Server(command, log=folder / "run.log") as server:
        server.wait_for(f"http://127.0.0.1:{port}/fr/", host=HOST)
        yield Office(folder, port, server)


@contextmanager
def office(news: int) -> Iterator[Office]:
    """Make and run an office whose site has `news` news items."""
    with home(news) as folder, running(folder) as node:
        yield node
