"""What Bamako published while the link was cut is read in Geneva later, with its picture."""

import re
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import COMPUTER, answers, choose_french_office, until
from tests.journeys.pictures import photograph
from tests.node import Node

TITLE = "La pirogue arrive après la coupure"


def test_it_shows_a_page_that_was_published_while_the_link_was_cut(
    offices: tuple[Node, Node], sign_in: Any, new_context: Any, tmp_path: Path
):
    bamako, other = offices
    geneva, door = other.address(""), f"http://127.0.0.1:{other.port}"
    copies = lambda: urllib.request.urlopen(f"{door}/mirror/").read().decode()  # noqa: E731
    director = sign_in(bamako, "directeur", viewport=COMPUTER)
    director.goto(bamako.address("/desk/offices/"))
    exchange = director.get_by_role("button", name="Échanger maintenant")
    exchange.click()
    until(lambda: "/bamako/" in copies(), "Nothing of Bamako arrived in Geneva.", bamako)

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
    exchange.click()
    copy = (site + path).replace(geneva, door)
    until(lambda: answers(copy), "The page did not arrive in Geneva.", bamako)
    shown = lambda: urllib.request.urlopen(copy).read().decode()  # noqa: E731
    until(lambda: "<img " in shown(), "Its picture did not arrive in Geneva.", bamako)

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
    expect(editor.locator("[data-uploads]")).to_contain_text("arriv", timeout=60_000)
    editor.click("button[value=publish]")
    address = editor.get_by_role("link", name=re.compile("^http")).get_attribute("href")
    assert address
    return address.removeprefix(f"http://bamako.localhost:{office.port}/")
