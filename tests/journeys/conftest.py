"""What every journey needs: a node of its own, a browser, somebody who signs in."""

import fcntl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.node import PASSWORD, Node, prepared_home

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 360, "height": 740}
COMPUTER = {"width": 1280, "height": 800}
ARRIVES_SECONDS = 300

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The demonstration as it was made, and the port it was made for. Nobody writes into it."""
    base = tmp_path_factory.getbasetemp()
    return prepared_home(base.parent if base.name.startswith("popen-") else base)


@pytest.fixture
def demo_ports(prepared: tuple[Path, int]) -> Iterator[None]:
    """Keeps the ports that the demonstration was made for to one test at a time."""
    with prepared[0].with_name("demo-ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def bamako(prepared: tuple[Path, int], demo_ports: None, tmp_path: Path) -> Iterator[Node]:
    """The demonstration with its three offices, on the ports that their list names."""
    office = Node.copied(prepared[0], tmp_path / "home", port=prepared[1])
    try:
        yield office.start("demo")
    finally:
        office.switch_off()


@pytest.fixture
def offices(
    prepared: tuple[Path, int], demo_ports: None, tmp_path: Path
) -> Iterator[tuple[Node, Node]]:
    """Bamako and Geneva of the demonstration; Dakar, which nobody here asks, stays off."""
    bamako = Node.copied(prepared[0], tmp_path / "home", port=prepared[1])
    geneva = Node(bamako.home / "offices" / "geneva", port=prepared[1] + 1)
    geneva.host = "geneva.localhost"
    try:
        with ThreadPoolExecutor(2) as both:
            yield tuple(both.map(Node.start, (bamako, geneva)))
    finally:
        bamako.switch_off()
        geneva.switch_off()


@pytest.fixture(scope="module")
def node(prepared: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A running office for the tests of one file."""
    office = Node.copied(prepared[0], tmp_path_factory.mktemp("office") / "home")
    try:
        yield office.start()
    finally:
        office.switch_off()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(chromium: Playwright) -> Iterator[Browser]:
    started = chromium.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Gives a browser profile that knows nothing; on a phone, in French, unless said."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "fr-FR", "viewport": PHONE} | options)
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def sign_in(new_context: Callable[..., BrowserContext]) -> SignIn:
    """Gives the desk's first page for one of the demonstration's persons."""

    def enter(office: Node, username: str, language: str = "fr", **options: Any) -> Page:
        page = new_context(**options).new_page()
        page.goto(office.address("/desk/sign-in/"))
        page.fill("[name=login]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit], main form button")
        page.wait_for_url("**/desk/")
        speak(page, language)
        return page

    return enter


def speak(page: Page, language: str) -> None:
    """Change the language of the desk, if it is another one."""
    if page.get_attribute("html", "lang") == language:
        return
    button = page.locator(f"button[name=language][value={language}]")
    with page.expect_navigation():
        button.evaluate("button => button.click()")


def until(is_so: Callable[[], bool], what: str, office: Node) -> None:
    """Wait until `is_so`; when it is never so, fail with `what` and the logs of all offices."""
    end = time.monotonic() + ARRIVES_SECONDS
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.5)
    logs = [path.read_text()[-1500:] for path in office.home.glob("offices/*.log")]
    raise AssertionError("\n".join([what, office.log.read_text()[-3000:], *logs]))


def answers(address: str) -> bool:
    """Say whether anybody answers at an address, and well."""
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def choose_french_office(page: Page) -> None:
    """Choose where the page stands: below the French site of the office."""
    places = page.locator("[name=below]")
    place = places.locator("option").filter(has_text="ICV").filter(has_text="Français").first
    places.select_option(label=place.inner_text().strip())
