"""What the exchange between offices costs: python -m benchmarks.exchange  (as root, with npm)."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import zstandard

from benchmarks.exchange import data, rest
from benchmarks.exchange.growth import show_growth
from benchmarks.exchange.line import ADDRESSES, Line
from benchmarks.figures import Figure, said_by, show, tell
from benchmarks.processes import Server
from kafo.federation.tests.offices import Office, federate
from kafo.federation.wire.frames import DICTIONARY

COUNT = 10_000
BITS, ROUND_TRIP = 64_000, 0.6
TLS_SEED = 77
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULES = ROOT / ".cache/pouchdb"
DICTIONARIES = ROOT / "kafo/federation/wire/dictionaries"
NUMBERS = {name: n for n, name in enumerate(next(data.records(1)), start=1)}
KB = 1000


class Engine(Protocol):
    """A way to bring the records of an office to another one."""

    name: str

    def edit(self, count: int, seed: int) -> None: ...

    def pull(self) -> None: ...

    def begin(self) -> None:
        """Begin a pull, and do not wait for its end."""

    def kill(self) -> None:
        """Kill the client, as when the power fails."""


class Kafo:
    name = "Kafo"

    def __init__(self, line: Line, folder: Path) -> None:
        there, here = ADDRESSES
        self.server = Office(
            folder / "bamako", "bamako", inside=line.inside(0), host=there, port=8000
        )
        self.client = Office(
            folder / "geneva",
            "geneva",
            inside=line.inside(1),
            host=here,
            KAFO_WAIT="120",
            SSL_CERT_FILE=str(folder / "cert.pem"),
        )
        self.folder = folder
        federate(self.server, self.client)
        self.server.do("fill", count=COUNT)
        self.server.do("seal")
        self.server.serve()
        self.told: dict[str, Any] = {}

    def edit(self, count: int, seed: int) -> None:
        self.server.do("edit", count=count, seed=seed)

    def pull(self) -> None:
        self.begin()
        self.told = self.client.hear()
        if "cut" in self.told["is"]:
            raise RuntimeError(self.told)

    def begin(self) -> None:
        address = self.server.address
        self.client.tell("visit", office="bamako", address=address, keep=True)

    def kill(self) -> None:
        self.client.kill()

    def with_tls(self) -> None:
        """Serve the same office with TLS, and come on a new connection."""
        names = ["-subj", "/CN=bamako", "-addext", f"subjectAltName=IP:{ADDRESSES[0]}"]
        said_by(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "30", *names),
            *("-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"),
        )
        self.server.kill("server")
        self.server.serve(
            "--ssl-certificate", self.folder / "cert.pem", "--ssl-keyfile", self.folder / "key.pem"
        )

    def pull_with_tls(self) -> None:
        address = self.server.address.replace("http:", "https:")
        visit = self.client.do("visit", office="bamako", address=address, keep=False)
        if "cut" in visit:
            raise RuntimeError(visit)

    def close(self) -> None:
        self.server.close()
        self.client.close()


def key_of(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()[:32]


def whole_rows() -> dict[str, dict[str, Any]]:
    """Give the rows that the others exchange: the same fields, ids as 32 digits."""
    rows = {}
    for number, row in enumerate(data.records(COUNT)):
        back = row.pop("leader")
        rows[key_of(number)] = {**row, "leader": key_of(number - back) if back else None}
    return rows


class Piped:
    """An engine whose client is a process that pulls once for each line it reads."""

    def __init__(self, line: Line, command: list[Any], env: dict[str, str]) -> None:
        self._command = [*line.inside(1), *map(str, command)]
        self._env = env
        self._process: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._env,
                start_new_session=True,
            )
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def pull(self) -> None:
        self.begin()
        assert self._process
        assert self._process.stdout
        said = self._process.stdout.readline().strip()
        if not said.isdecimal():
            raise RuntimeError(f"{self._command}: {said}")

    def kill(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


class Rest(Piped):
    name = "REST"

    def __init__(self, line: Line, folder: Path, rows: dict[str, dict[str, Any]]) -> None:
        self.rows, self.path = rows, folder / "rest-server.sqlite3"
        rest.write(self.path, rows)
        module = [sys.executable, "-m", "benchmarks.exchange.rest"]
        where = [ADDRESSES[0], 8001]
        client = folder / "rest-client.sqlite3"
        super().__init__(line, [*module, "pull", client, *where], {"PYTHONPATH": str(ROOT)})
        command = [*line.inside(0), *module, "serve", self.path, *where]
        self.server = Server(command, log=folder / "rest.log")
        time.sleep(2)

    def edit(self, count: int, seed: int) -> None:
        changed = {}
        for number, fields in data.edits(count, COUNT, seed):
            key = key_of(number)
            fields.pop("leader", None)
            self.rows[key] = {**self.rows[key], **fields}
            changed[key] = self.rows[key]
        rest.write(self.path, changed)

    def close(self) -> None:
        self.kill()
        self.server.__exit__()


class Pouch(Piped):
    name = "PouchDB"

    def __init__(self, line: Line, folder: Path, rows: dict[str, dict[str, Any]]) -> None:
        self.rows, self.line = dict(rows), line
        self.address = f"http://{ADDRESSES[0]}:8002"
        environment = {"POUCH_MODULES": str(MODULES / "node_modules"), "PATH": "/usr/bin:/bin"}
        node = shutil.which("node") or "node"
        script = [node, HERE / "pouchdb/replicate.js", f"{self.address}/sheets", folder / "pouch"]
        super().__init__(line, script, environment)
        program = MODULES / "node_modules/pouchdb-server/bin/pouchdb-server"
        self.server = Server(
            [*line.inside(0), node, program, "--in-memory", "--no-stdout-logs", "-n",
             "--host", ADDRESSES[0], "--port", "8002"],
            log=folder / "pouch.log",
        )  # fmt: skip
        for _ in range(100):
            time.sleep(0.2)
            try:
                self._ask("PUT", "/sheets")
                break
            except subprocess.CalledProcessError:
                continue
        self.revisions: dict[str, str] = {}
        keys = list(rows)
        for at in range(0, len(keys), 1000):
            self._write({key: rows[key] for key in keys[at : at + 1000]})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        command = [*self.line.inside(0), "curl", "-sS", "-f", "-X", method, self.address + path]
        command += ["-H", "Content-Type: application/json", "--data-binary", "@-"]
        done = subprocess.run(
            command, input=json.dumps(body or {}), check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    def _write(self, rows: dict[str, dict[str, Any]]) -> None:
        documents = []
        for key, row in rows.items():
            known = {"_rev": self.revisions[key]} if key in self.revisions else {}
            documents.append({"_id": key, **known, **row})
        for done in self._ask("POST", "/sheets/_bulk_docs", {"docs": documents}):
            self.revisions[done["id"]] = done["rev"]

    def edit(self, count: int, seed: int) -> None:
        changed = {}
        for number, fields in data.edits(count, COUNT, seed):
            key = key_of(number)
            self.rows[key] = {**self.rows[key], **fields}
            changed[key] = self.rows[key]
        self._write(changed)

    def close(self) -> None:
        self.kill()
        self.server.__exit__()


def floor(count: int, seed: int) -> int:
    """Give the bytes below which nothing goes: changed fields, CBOR, dictionary, zstd -19."""
    from kafo.federation.wire import cbor

    items = []
    for number, changed in data.edits(count, COUNT, seed):
        items.append(cbor.encode([number, {NUMBERS[n]: _packed(v) for n, v in changed.items()}]))
    return _compressed(items)


def floor_of_all() -> int:
    """Give the same for all records, each with an id of 16 bytes."""
    from kafo.federation.wire import cbor

    items = []
    for number, (key, row) in enumerate(whole_rows().items()):
        leader = row.pop("leader")
        given = {NUMBERS[n]: _packed(v) for n, v in row.items() if v not in ("", None)}
        back = {NUMBERS["leader"]: bytes.fromhex(leader)} if leader else {}
        items.append(cbor.encode([number, bytes.fromhex(key), {**given, **back}]))
    return _compressed(items)


def _packed(value: Any) -> Any:
    from datetime import date

    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return date.fromisoformat(value).toordinal()
    return value


def _compressed(items: list[bytes]) -> int:
    dictionary = zstandard.ZstdCompressionDict((DICTIONARIES / f"{DICTIONARY}.zdict").read_bytes())
    return len(zstandard.ZstdCompressor(level=19, dict_data=dictionary).compress(b"".join(items)))


def measured(line: Line, work: Callable[[], None]) -> tuple[int, float]:
    """Give bytes of IP packets both ways, and seconds."""
    line.count()
    begun = time.monotonic()
    work()
    seconds = time.monotonic() - begun
    time.sleep(0.3 + 2 * line.delay)  # the last acknowledgements
    return line.count(), seconds


def run(engine: Engine, line: Line) -> dict[str, float]:
    """Measure one engine on the open line, then on the slow one, then through a cut."""
    found: dict[str, float] = {}

    def note(name: str, work: Callable[[], None]) -> None:
        tell(f"{engine.name}: {name}")
        found[name], found[f"{name}, seconds"] = measured(line, work)

    note("new office", engine.pull)
    if isinstance(engine, Kafo):
        found["processor"] = engine.told["processor"]
    note("nothing", engine.pull)
    for count in (100, 1000):
        engine.edit(count, count)
        note(f"{count} edits", engine.pull)
    line.bits, line.delay = BITS, ROUND_TRIP / 2
    note("nothing, slow", engine.pull)
    for count in (100, 1000):
        engine.edit(count, count + 1)
        note(f"{count} edits, slow", engine.pull)
    engine.edit(1000, 5)
    tell(f"{engine.name}: cut")
    line.count()
    line.cut_after(int(found["1000 edits, slow"] / 2))
    engine.begin()
    line.is_cut.wait()
    time.sleep(1)
    engine.kill()
    if isinstance(engine, Kafo):
        found["on disk"] = engine.client.do("sizes")
        found["kept before"] = engine.client.do("check")["bytes"]
    line.mend()
    engine.pull()
    time.sleep(1)
    found["cut"] = line.count()
    if isinstance(engine, Kafo):
        told = engine.told["is"]["streamed"]
        found["streamed"], found["kept"] = told, engine.client.do("check")["bytes"]
    line.bits, line.delay = 0, 0.0
    return found


def install() -> None:
    """Fetch PouchDB's server from npm, once."""
    if not (MODULES / "node_modules/pouchdb-server").is_dir():
        MODULES.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "pouchdb/package.json", MODULES)
        tell("npm install pouchdb-server")
        said_by(
            "npm", "install", "--prefix", MODULES, "--no-audit", "--no-fund", "--ignore-scripts"
        )


def main() -> None:
    install()
    folder = Path(tempfile.mkdtemp(prefix="exchange-"))
    results: dict[str, dict[str, float]] = {}
    rows = whole_rows()
    try:
        with Line() as line:
            for make in (Kafo, Rest, Pouch):
                engine: Any = make(line, folder) if make is Kafo else make(line, folder, dict(rows))
                try:
                    results[engine.name] = run(engine, line)
                    if isinstance(engine, Kafo):
                        results["more"] = more_of(engine, line)
                finally:
                    engine.close()
    finally:
        shutil.rmtree(folder)
    report(results)
    show_growth()


def more_of(kafo: Kafo, line: Line) -> dict[str, float]:
    """Measure what only Kafo has targets for: TLS, and how fast records are applied."""
    tell("Kafo: TLS")
    checked, state = kafo.client.do("check"), kafo.client.do("state")
    if state != kafo.server.do("state") or checked["alarms"] or checked["not folded"]:
        raise RuntimeError(checked)
    kafo.with_tls()
    kafo.edit(1000, TLS_SEED)
    more: dict[str, float] = {}
    more["1000 edits, TLS"], _ = measured(line, kafo.pull_with_tls)
    kafo.edit(100, TLS_SEED + 1)
    more["100 edits, TLS"], _ = measured(line, kafo.pull_with_tls)
    return more


def report(results: dict[str, dict[str, float]]) -> None:
    ours, rests, pouches = (results[name] for name in ("Kafo", "REST", "PouchDB"))
    floors = {
        "100 edits": floor(100, 100),
        "1000 edits": floor(1000, 1000),
        "new office": floor_of_all(),
    }
    more = results["more"]
    applied = COUNT / ours["new office, seconds"]
    twice = ours["on disk"] + ours["streamed"] - (ours["kept"] - ours["kept before"])

    def line_of(name: str, key: str, at_most: float | None = None) -> Figure:
        return Figure(name, "KB", ours[key] / KB, rests[key] / KB, at_most=at_most)

    show(
        "Exchange between offices",
        f"{COUNT} invented records of 15 fields (6.2 MB as JSON), the same for all; two network "
        f"namespaces, two TUN devices and a program between them that counts every IP packet both "
        f"ways: headers, acknowledgements and resent packets included, without TLS except where "
        f"said, on a connection that is kept. Bytes without pacing; seconds at "
        f"{BITS // 1000} kbit/s with {1000 * ROUND_TRIP:.0f} ms there and back. “REST” is a pull "
        f"of whole changed rows, 500 a page, gzip -6, written to disk a page at a time. The cut "
        f"comes when half of the bytes have passed: all packets are lost, the client is killed, "
        f"and a new one goes on.",
        "REST",
        [
            line_of("1 000 edits", "1000 edits"),
            Figure("1 000 edits with TLS, new connection", "× floor",
                   more["1000 edits, TLS"] / floor(1000, TLS_SEED), at_most=1.5),
            line_of("100 edits", "100 edits", 5),
            Figure("100 edits with TLS, new connection", "KB", more["100 edits, TLS"] / KB),
            line_of("nothing new", "nothing", 1),
            line_of("10 000 records for a new office", "new office", 2000),
            Figure("bytes on the disk that were sent again after a cut", "B", twice, at_most=0),
            Figure("1 000 edits with a cut, bytes", "KB", ours["cut"] / KB, rests["cut"] / KB),
            Figure("1 000 edits, 64 kbit/s", "s", ours["1000 edits, slow, seconds"],
                   rests["1000 edits, slow, seconds"]),
            Figure("100 edits, 64 kbit/s", "s", ours["100 edits, slow, seconds"],
                   rests["100 edits, slow, seconds"]),
            Figure("nothing new, 64 kbit/s", "s", ours["nothing, slow, seconds"],
                   rests["nothing, slow, seconds"]),
            Figure("processor time to receive, check and apply a record, with search and links",
                   "ms", 1000 * ours["processor"] / COUNT, at_most=0.5),
            Figure("… records a second, beside all that runs here", "/s", applied,
                   COUNT / rests["new office, seconds"], more_is_better=True),
        ],
    )  # fmt: skip
    print(
        f"The floor is the changed fields alone, as CBOR with numbers for records and fields, in "
        f"one piece, zstd -19 with the shipped dictionary of 64 KB: nothing signed or asked for. "
        f"PouchDB's server {pouch_version()} from npm on Node {said_by('node', '--version')}, in "
        f"memory, replicated into LevelDB with its own defaults.\n"
    )
    print("| IP bytes both ways (× floor) | floor | Kafo | REST | PouchDB |\n|---|---|---|---|---|")
    for key, least in floors.items():
        cells = [f"{each[key]:,.0f} ({each[key] / least:.2f})" for each in (ours, rests, pouches)]
        print(f"| {key} | {least:,} | {' | '.join(cells)} |")
    for key, name in (("nothing", "nothing new"), ("cut", "1000 edits with a cut")):
        print(f"| {name} | | {' | '.join(f'{e[key]:,.0f}' for e in (ours, rests, pouches))} |")
    for key in ("100 edits, slow", "1000 edits, slow", "nothing, slow"):
        cells = [f"{each[f'{key}, seconds']:.1f} s" for each in (ours, rests, pouches)]
        print(f"| {key.replace('slow', '64 kbit/s')} | | {' | '.join(cells)} |")
    print(flush=True)


def pouch_version() -> str:
    package = MODULES / "node_modules/pouchdb-server/package.json"
    return str(json.loads(package.read_text())["version"])


if __name__ == "__main__":
    main()
