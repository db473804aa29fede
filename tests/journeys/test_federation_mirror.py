"""What Bamako published while the link was cut is read in Geneva later, with its picture."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import COMPUTER, choose_french_office
from tests.journeys.pictures import photograph
from tests.node import Node

ARRIVES_SECONDS = 300
TITLE = "La pirogue arrive après la coupure"


@pytest.fixture
def bamako(prepared: tuple[Path, int], demo_ports: None, tmp_path: Path) -> Iterator[Node]:
    """The demonstration with its three offices, on the ports that their list names."""
    office = Node.copied(prepared[0], tmp_path / "home", port=prepared[1])
    try:
        yield office.start("demo")
    finally:
        office.switch_off()


def _until(is_so: Callable[[], bool], what: str, office: Node) -> None:
    end = time.monotonic() + ARRIVES_SECONDS
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.5)
    logs = [path.read_text()[-1500:] for path in office.home.glob("offices/*.log")]
    raise AssertionError("\n".join([what, office.log.read_text()[-3000:], *logs]))


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def test_it_shows_a_page_that_was_published_while_the_link_was_cut(
    bamako: Node, sign_in: Any, new_context: Any, tmp_path: Path
):
    geneva = f"http://geneva.localhost:{bamako.port + 1}"
    door = f"http://127.0.0.1:{bamako.port + 1}"
    _until(lambda: _answers(f"{door}/desk/sign-in/"), "Geneva does not answer.", bamako)
    copies = lambda: urllib.request.urlopen(f"{door}/mirror/").read().decode()  # noqa: E731
    _until(lambda: "/bamako/" in copies(), "Nothing of Bamako arrived in Geneva.", bamako)

    director = sign_in(bamako, "directeur", viewport=COMPUTER)
    director.goto(bamako.address("/desk/offices/"))
    director.click("button[name=cut][value=yes]")
    expect(director.locator("button[name=cut][value=no]")).to_be_visible()
    path = _publish(bamako, sign_in(bamako, "redactrice", viewport=COMPUTER), tmp_path)

    reader = new_context(viewport=COMPUTER).new_page()
    reader.goto(f"{geneva}/mirror/")
    reader.get_by_role("link", name="ICVolontaires-Mali").click()
    expect(reader.locator("main")).to_contain_text("confirm")
    site = reader.url.removesuffix("fr/")
    answer = reader.goto(site + path)
    assert answer
    assert answer.status == 404

    director.click("button[name=cut][value=no]")
    expect(director.locator("button[name=cut][value=yes]")).to_be_visible()
    copy = (site + path).replace(geneva, door)
    _until(lambda: _answers(copy), "The page did not arrive in Geneva.", bamako)
    shown = lambda: urllib.request.urlopen(copy).read().decode()  # noqa: E731
    _until(lambda: "<img " in shown(), "Its picture did not arrive in Geneva.", bamako)

    reader.goto(site + path)
    expect(reader.locator("h1")).to_have_text(TITLE)
    original = f"http://bamako.localhost:{bamako.port}/{path}"
    expect(reader.locator("main .note a")).to_have_attribute("href", original)
    picture = reader.get_by_role("img", name="Une pirogue à quai.")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    listed = reader.locator("header nav").get_by_role("link", name="Nouvelles")
    listed.click()
    assert reader.url.startswith(site)
    expect(reader.get_by_role("link", name=TITLE)).to_have_count(1)


def _publish(office: Node, editor: Page, folder: Path) -> str:
    """Publish a news item with a picture; give its path within the site."""
    editor.set_default_timeout(60_000)  # nine files of the picture are made on a busy machine
    editor.get_by_role("link", name="Écrire").first.click()
    editor.get_by_role("link", name="Écrire une nouvelle").click()
    choose_french_office(editor)
    editor.fill("[name=title]", TITLE)
    editor.fill("[name=lead]", "Écrite sans ligne, lue plus tard.")
    editor.fill("textarea[name^=part-]", "Rien ne s’est perdu.")
    editor.set_input_files("[name=file]", photograph(folder / "pirogue.jpg", 900, 600))
    editor.fill("[name=alternative]", "Une pirogue à quai.")
    editor.fill("[name=credit]", "Photo A. Diarra (fictif)")
    expect(editor.locator("[data-uploads]")).to_contain_text("arriv")
    editor.click("button[value=publish]")
    address = editor.get_by_role("link", name=re.compile("^http")).get_attribute("href")
    assert address
    return address.removeprefix(f"http://bamako.localhost:{office.port}/")
