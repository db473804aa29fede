"""The alternative that anybody would write: changed rows by REST, compressed, since a number.

python -m benchmarks.exchange.rest serve FILE HOST PORT  |  pull FILE HOST PORT

Pages of 500 whole rows, a kept connection, gzip -6, short names of headers; each page is written
before the next is asked for, so that a cut costs no more than a page.
"""

import gzip
import http.client
import json
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGE = 500
UPSERT = (
    "INSERT INTO sheet VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE "
    "SET since = excluded.since, data = excluded.data"
)
TABLE = "CREATE TABLE IF NOT EXISTS sheet (id TEXT PRIMARY KEY, since INTEGER, data TEXT)"


def opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(TABLE)
    database.execute("CREATE INDEX IF NOT EXISTS by_since ON sheet (since)")
    return database


def write(path: Path, rows: dict[str, dict[str, object]]) -> None:
    """Write rows on the server's side, each with the next number."""
    database = opened(path)
    last = database.execute("SELECT max(since) FROM sheet").fetchone()[0] or 0
    with database:
        database.executemany(
            UPSERT,
            [
                (key, last + n, json.dumps(row, ensure_ascii=False, separators=(",", ":")))
                for n, (key, row) in enumerate(rows.items(), start=1)
            ],
        )
    database.close()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        since = int(parse_qs(urlsplit(self.path).query)["since"][0])
        database = opened(self.server.path)  # type: ignore[attr-defined]
        rows = database.execute(
            "SELECT since, id, data FROM sheet WHERE since > ? ORDER BY since LIMIT ?",
            (since, PAGE),
        ).fetchall()
        database.close()
        last = rows[-1][0] if rows else since
        listed = ",".join(f'{{"id":"{key}",{data[1:]}' for _, key, data in rows)
        body = gzip.compress(f'{{"last":{last},"rows":[{listed}]}}'.encode(), 6, mtime=0)
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def serve(path: Path, host: str, port: int) -> None:
    server = ThreadingHTTPServer((host, port), _Answers)
    server.path = path  # type: ignore[attr-defined]
    server.serve_forever()


def pull(path: Path, host: str, port: int) -> None:
    """Pull each time that a line is read; answer with the number of rows taken."""
    connection = http.client.HTTPConnection(host, port, timeout=120)
    database = opened(path)
    database.execute("CREATE TABLE IF NOT EXISTS seen (last INTEGER)")
    for _ in sys.stdin:
        taken = 0
        while True:
            last = database.execute("SELECT max(last) FROM seen").fetchone()[0] or 0
            asked = {"Accept-Encoding": "gzip"}
            connection.request("GET", f"/sheets?since={last}", headers=asked)
            page = json.loads(gzip.decompress(connection.getresponse().read()))
            rows = [(row.pop("id"), 0, json.dumps(row)) for row in page["rows"]]
            with database:
                database.executemany(UPSERT, rows)
                database.execute("INSERT INTO seen VALUES (?)", (page["last"],))
            taken += len(rows)
            if len(rows) < PAGE:
                break
        print(taken, flush=True)


if __name__ == "__main__":
    {"serve": serve, "pull": pull}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
