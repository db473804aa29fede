"""Looks at a page as axe-core, a narrow screen and a suspicious reader do."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request

from tests.journeys.conftest import COMPUTER, PHONE

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_RUN = "rules => axe.run(document, rules).then(found => found.violations)"
_WIDER = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  return [...document.body.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > most + 1)
    .slice(0, 4).map(each => each.outerHTML.slice(0, 120));
}"""


@dataclass
class Watch:
    """Collects what a page asks for from elsewhere, and what it complains about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in {"http", "https"} and not (asked.hostname or "").endswith(".localhost"):
            self.complaints.append(f"third party: {request.url}")

    def taken(self) -> list[str]:
        """Give what was collected since the last call."""
        found, self.complaints = self.complaints, []
        return found


def faults(page: Page) -> list[str]:
    """Give what is wrong with the page that is open, at the width of a phone and of a computer."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for size in (PHONE, COMPUTER):
        page.set_viewport_size(size)
        for violation in page.evaluate(_RUN, RULES):
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{size['width']} px: {violation['id']}: {violation['help']}: {nodes}")
        wider = page.evaluate(_WIDER)
        found += [f"{size['width']} px: scrolls sideways: {each}" for each in wider]
    return found
