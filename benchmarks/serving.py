"""What a page costs the server: python -m benchmarks.serving."""

import re
import statistics
import subprocess
from collections.abc import Callable

from benchmarks.figures import Figure, show, tell
from benchmarks.office import HOST, office
from benchmarks.wordpress import versions, wordpress

ROUNDS = 5
SECONDS = 2
CONNECTIONS = 8
NEWS = 25


def load(url: str, encoding: str, host: str = "") -> tuple[int, float]:
    """Ask for `url` as fast as it is answered; give the answers and how many came in a second."""
    headers = ["-H", f"Accept-Encoding: {encoding}"] + (["-H", f"Host: {host}"] if host else [])
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url} does not hold: {said}")
    found = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not all(found):
        raise RuntimeError(said)
    return int(found[0][1]), float(found[1][1])  # type: ignore[index]


def main() -> None:
    with office(NEWS) as node, wordpress(NEWS) as other:
        item = f"http://127.0.0.1:{node.port}{node.news}nouvelle-3/"
        cached = f"http://127.0.0.1:{other.cached}/nouvelle-3/"
        plain = f"http://127.0.0.1:{other.plain}/nouvelle-3/"
        ours, theirs = node.server.cpu_seconds, other.cpu_seconds
        runs: dict[str, tuple[str, str, str, Callable[[], float]]] = {
            "kafo": (item, "br", HOST, ours),
            "cached": (cached, "br", "", theirs),
            "cached, not compressed": (cached, "identity", "", theirs),
            "plain": (plain, "br", "", theirs),
        }
        costs: dict[str, list[float]] = {name: [] for name in runs}
        rates: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(ROUNDS):
            tell(f"round {number + 1} of {ROUNDS}")
            for name, (url, encoding, host, cpu) in runs.items():
                before = cpu()
                answers, rate = load(url, encoding, host)
                costs[name].append(1000 * (cpu() - before) / answers)
                rates[name].append(rate)
    cost = {name: statistics.median(values) for name, values in costs.items()}
    rate = {name: statistics.median(values) for name, values in rates.items()}
    figures = [
        Figure("processor per page, beside the page cache", "ms", cost["kafo"], cost["cached"],
               at_most=0.25),
        Figure("processor per page, beside no cache", "ms", cost["kafo"], cost["plain"]),
        Figure("pages a second, beside the page cache", "/s", rate["kafo"], rate["cached"],
               times_at_least=10, more_is_better=True),
        Figure("pages a second, beside no cache", "/s", rate["kafo"], rate["plain"],
               times_at_least=300, more_is_better=True),
        Figure("pages a second, beside the page cache sending all uncompressed", "/s",
               rate["kafo"], rate["cached, not compressed"], more_is_better=True),
    ]  # fmt: skip
    conditions = (
        f"The same news item asked for by `wrk -t1 -c{CONNECTIONS} -d{SECONDS}s`, in turns; median "
        f"of {ROUNDS}. Processor time is that of all processes of the server. Both send brotli; "
        "nginx compresses each answer anew, as its page cache keeps it uncompressed, which is why "
        f"the last line shows it without. {versions()}."
    )
    show("Serving a page", conditions, "WordPress", figures)


if __name__ == "__main__":
    main()
