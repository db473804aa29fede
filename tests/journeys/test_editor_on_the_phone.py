"""An editor on a small phone: without script for all that matters, with script for what saves."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.journeys.conftest import SignIn, choose_french_office
from tests.journeys.pictures import photograph
from tests.node import Node

TITLE = "Le puits de Kati est réparé"


class Bytes:
    """Counts what travels for a page, both ways, as the browser reports it: all but files sent."""

    def __init__(self, page: Page) -> None:
        self.sent = self.received = 0
        page.on("requestfinished", self._add)

    def _add(self, request: Any) -> None:
        sizes = request.sizes()
        self.sent += sizes["requestHeadersSize"] + sizes["requestBodySize"]
        self.received += sizes["responseHeadersSize"] + sizes["responseBodySize"]

    @property
    def all(self) -> int:
        return self.sent + self.received


def _press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def _follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def test_it_needs_no_script(
    node: Node,
    sign_in: SignIn,
    new_context: Any,
    tmp_path: Path,
    record_property: Any,
):
    page = sign_in(node, "redactrice", java_script_enabled=False)
    counted = Bytes(page)
    expect(page.get_by_role("heading", name="Mes tâches")).to_be_visible()

    page.locator("header summary").click()
    page.get_by_role("link", name="Écrire").first.click()
    _follow(page, "Écrire une nouvelle")
    choose_french_office(page)
    page.fill("[name=title]", TITLE)
    page.fill("[name=lead]", "L’eau coule de nouveau depuis lundi.")
    page.fill("textarea[name^=part-]", "La pompe a été changée.")
    _press(page, "Ajouter un paragraphe")
    assert page.input_value("[name=title]") == TITLE
    page.locator("textarea[name^=part-]").nth(1).fill("Le comité tient le cahier des tours.")
    page.set_input_files("[name=file]", photograph(tmp_path / "puits.jpg", 800, 600))
    page.fill("[name=alternative]", "Une pompe neuve sur un puits.")
    page.fill("[name=credit]", "Photo A. Diarra (fictif)")
    page.locator("button[value=preview]").click()

    expect(page.locator("h1")).to_contain_text(TITLE)
    _follow(page, "Ouvrir comme page")
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.get_by_role("img", name="Une pompe neuve sur un puits.")).to_be_visible()
    page.go_back()
    _press(page, "Publier")

    address = page.get_by_role("link", name=re.compile("^http")).get_attribute("href") or ""
    path = "/" + address.split("/", 3)[3]
    reader = new_context(java_script_enabled=False).new_page()
    reader.goto(node.address(path))
    expect(reader.locator("main")).to_contain_text("Le comité tient le cahier des tours.")

    _follow(page, "Corriger")
    page.locator("textarea[name^=part-]").nth(1).fill("Le comité a perdu le cahier.")
    page.locator("button[value=publish]").click()
    reader.reload()
    expect(reader.locator("main")).to_contain_text("Le comité a perdu le cahier.")

    _follow(page, "Versions")
    page.get_by_role("link", name="ce qui a changé").nth(1).click()
    _press(page, "Reprendre cette version")
    _press(page, "Publier")
    reader.reload()
    expect(reader.locator("main")).to_contain_text("Le comité tient le cahier des tours.")

    record_property("bytes to write, illustrate, publish, correct, undo", counted.all)
    assert counted.all < 150_000


def test_it_confirms_a_fact_without_script(node: Node, sign_in: SignIn, record_property: Any):
    page = sign_in(node, "redactrice", java_script_enabled=False)
    counted = Bytes(page)
    page.goto(node.address("/desk/places/"))
    page.locator("tbody th a").first.click()
    page.locator("main").get_by_role("link", name=re.compile("toujours vrai")).first.click()
    page.locator("[name=how]").first.check()
    _press(page, "Toujours vrai")
    expect(page.locator(".done")).to_contain_text("toujours vrai")
    record_property("bytes to confirm a fact", counted.all)
    assert counted.all < 40_000


@pytest.fixture
def writing(node: Node, sign_in: SignIn) -> Page:
    """The form of a news item that is being written, with script."""
    page = sign_in(node, "redactrice")
    page.clock.install()
    page.goto(node.address("/desk/pages/add/"))
    choose_french_office(page)
    return page


def test_it_saves_by_itself(writing: Page, node: Node):
    writing.fill("[name=title]", "Une note prise en route")
    writing.fill("textarea[name^=part-]", "À finir ce soir.")
    writing.clock.run_for(21_000)
    expect(writing.locator("[data-saved]")).to_contain_text("Enregistré à")
    writing.wait_for_url(re.compile(r"/desk/pages/\d+/write/"))
    kept = writing.url
    writing.on("dialog", lambda dialog: dialog.accept())
    writing.goto(node.address("/desk/"))
    writing.goto(kept)
    assert writing.input_value("textarea[name^=part-]") == "À finir ce soir."


def test_it_makes_the_picture_smaller_and_survives_a_cut(
    node: Node, sign_in: SignIn, tmp_path: Path, record_property: Any
):
    page = sign_in(node, "redactrice")
    page.goto(node.address("/desk/pages/add/"))
    choose_french_office(page)
    picture = photograph(tmp_path / "grande.jpg")
    sent: list[int] = []
    cuts: list[str] = []

    def line(route: Route) -> None:
        """A line that breaks at the second piece, and once more when it is tried again."""
        if route.request.method == "PATCH" and len(sent) == 1 and len(cuts) < 2:
            cuts.append(route.request.url)
            route.abort("connectionreset")
            return
        if route.request.method == "PATCH":
            sent.append(len(route.request.post_data_buffer or b""))
        route.continue_()

    begun: list[Response] = []
    page.on("response", lambda each: begun.append(each) if each.status == 201 else None)
    page.route("**/desk/uploads/**", line)
    page.fill("[name=title]", "La digue tient")
    page.set_input_files("[name=file]", picture)
    expect(page.locator("[data-uploads]")).to_contain_text("arriv", timeout=30_000)
    assert len(cuts) == 2
    assert len(begun) == 1, "after the cut it goes on, it does not begin again"
    assert sum(sent) < picture.stat().st_size / 2
    counted = Bytes(page)
    page.fill("[name=alternative]", "Une digue de terre.")
    page.fill("[name=credit]", "Photo A. Diarra (fictif)")
    page.locator("button[value=publish]").click()
    page.wait_for_selector(".done")
    assert counted.sent < 10_000, "the picture does not travel a second time"
    address = page.get_by_role("link", name=re.compile("^http")).get_attribute("href") or ""
    page.goto(node.address("/" + address.split("/", 3)[3]))
    expect(page.get_by_role("img", name="Une digue de terre.")).to_be_visible()
    record_property("bytes sent for a picture of 3000 points", sum(sent))
