"""Pages as a phone on a slow line gets them: Chromium through its DevTools protocol.

python -m benchmarks.browser ADDRESS prints the bytes of a first view, with headers, before and
after scrolling to its end, on a phone and on a computer.
"""

import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright


@dataclass(frozen=True)
class Line:
    """A line in kbit/s down and up, and the milliseconds there and back."""

    name: str
    down: int
    up: int
    latency: int


EDGE = Line("250 kbit/s, 600 ms", 250, 100, 600)
GPRS = Line("50 kbit/s, 600 ms", 50, 20, 600)
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
COMPUTER = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1}

_TIMES = """() => new Promise(done => setTimeout(() => {
    const shown = performance.getEntriesByName('first-contentful-paint')[0];
    const page = performance.getEntriesByType('navigation')[0];
    done([shown ? shown.startTime : 0, page.loadEventEnd]);
}, 50))"""


@dataclass(frozen=True)
class View:
    """What it took to see a page; bytes with headers, as they travelled."""

    requests: int
    bytes: int
    document_bytes: int
    first_paint: float
    loaded: float


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium without a window."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


def first_view(
    browser: Browser,
    url: str,
    line: Line,
    times: int = 3,
    scroll: bool = False,
    screen: dict[str, Any] = PHONE,
) -> View:
    """Give the middle of several first views of `url`, each with an empty cache."""
    views = []
    for _ in range(times):
        context = browser.new_context(**screen)
        views.append(view(context, url, line, scroll=scroll))
        context.close()
    return View(
        requests=round(statistics.median(each.requests for each in views)),
        bytes=round(statistics.median(each.bytes for each in views)),
        document_bytes=round(statistics.median(each.document_bytes for each in views)),
        first_paint=statistics.median(each.first_paint for each in views),
        loaded=statistics.median(each.loaded for each in views),
    )


def view(context: BrowserContext, url: str, line: Line | None = None, scroll: bool = False) -> View:
    """View `url` in a new tab of `context`, which keeps cache and cookies."""
    tab = context.new_page()
    tools = context.new_cdp_session(tab)
    documents: set[str] = set()
    sizes: dict[str, float] = {}

    def answered(event: Any) -> None:
        if event["type"] == "Document":
            documents.add(event["requestId"])

    def finished(event: Any) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    tools.on("Network.responseReceived", answered)
    tools.on("Network.loadingFinished", finished)
    tools.send("Network.enable")
    if line is not None:
        tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        tools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": line.latency,
                "downloadThroughput": line.down * 125,
                "uploadThroughput": line.up * 125,
            },
        )
    tab.goto(url, wait_until="load", timeout=120_000)
    first_paint, loaded = tab.evaluate(_TIMES)
    if scroll:
        for _ in range(40):
            tab.mouse.wheel(0, 700)
            tab.wait_for_timeout(50)
    tab.wait_for_load_state("networkidle", timeout=120_000)
    tab.close()
    travelled = [size for size in sizes.values() if size]
    return View(
        requests=len(travelled),
        bytes=round(sum(travelled)),
        document_bytes=round(sum(sizes.get(each, 0) for each in documents)),
        first_paint=first_paint / 1000,
        loaded=loaded / 1000,
    )


def main(address: str) -> None:
    with chromium() as browser:
        weights = {
            name: [
                first_view(browser, address, EDGE, 1, scroll=scroll, screen=screen).bytes
                for scroll in (False, True)
            ]
            for name, screen in (("phone", PHONE), ("computer", COMPUTER))
        }
    print(json.dumps(weights))


if __name__ == "__main__":
    main(sys.argv[1])
