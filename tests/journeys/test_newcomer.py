"""A newcomer: from what the terminal shows to a news item with a picture that a reader sees."""

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import COMPUTER, choose_french_office
from tests.journeys.pictures import photograph
from tests.node import Node

LIST_SECONDS = 30


def _sign_in(page: Page, desk: str, name: str, password: str) -> None:
    page.goto(desk)
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(desk)


def test_it_leads_a_newcomer_from_the_terminal_to_a_published_picture(
    bamako: Node, new_context: Any, tmp_path: Path
):
    shown = bamako.log.read_text()
    addresses = re.findall(r"http://\S+", shown)
    bamako, amm, desk = addresses[:3]
    password = re.search(r"password (\S+)", shown)
    assert password
    assert {"directeur", "redactrice"} <= set(re.findall(r"^[a-z-]+", shown, re.M))

    reader = new_context(viewport=COMPUTER).new_page()
    for address, heading in ((bamako, "Bamako"), (amm, "ommune")):
        reader.goto(address)
        assert reader.get_attribute("html", "lang") == "fr"
        expect(reader.locator("main")).to_contain_text(heading)

    director = new_context(viewport=COMPUTER).new_page()
    _sign_in(director, desk, "directeur", password[1])
    expect(director.locator("h1")).to_contain_text("Cheick Oumar")

    editor = new_context(viewport=COMPUTER).new_page()
    _sign_in(editor, desk, "redactrice", password[1])
    editor.get_by_role("link", name="Écrire").first.click()
    editor.get_by_role("link", name="Écrire une nouvelle").click()
    choose_french_office(editor)
    editor.fill("[name=title]", "Le marché de Médine reçoit une borne")
    editor.fill("[name=lead]", "Une borne de lecture est ouverte au marché.")
    editor.fill("textarea[name^=part-]", "Elle marche sans réseau.")
    editor.set_input_files("[name=file]", photograph(tmp_path / "marche.jpg", 900, 600))
    editor.fill("[name=alternative]", "Une borne entre deux étals.")
    editor.fill("[name=credit]", "Photo A. Diarra (fictif)")
    expect(editor.locator("[data-uploads]")).to_contain_text("arriv", timeout=60_000)
    editor.click("button[value=publish]")
    address = editor.get_by_role("link", name=re.compile("^http")).get_attribute("href")
    assert address
    assert address.startswith(bamako)

    reader.goto(f"{bamako}fr/nouvelles/")
    link = reader.get_by_role("link", name="Le marché de Médine reçoit une borne")
    end = time.monotonic() + LIST_SECONDS
    # The item is there at once; the lists that name it are baked again a moment later.
    while link.count() == 0 and time.monotonic() < end:
        reader.reload()
    link.click()
    expect(reader).to_have_url(address)
    picture = reader.get_by_role("img", name="Une borne entre deux étals.")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    expect(reader.locator("figcaption")).to_contain_text("Photo A. Diarra")
