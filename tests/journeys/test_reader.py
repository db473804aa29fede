"""A reader: little data, an old link, another language, no mouse."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import COMPUTER
from tests.node import Node

NEWS = "/fr/nouvelles/une-equipe-prend-le-relais/"
OLD = "/index.php?what=news&id=220&language=fr"


def test_it_reads_the_text_view(node: Node, new_context: Any):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(node.address(NEWS))
    title = page.inner_text("h1")
    page.get_by_role("link", name="Version texte").click()
    expect(page.get_by_role("link", name="Version avec images")).to_be_visible()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("img")).to_have_count(0)
    page.get_by_role("link", name="Version avec images").click()
    expect(page).to_have_url(node.address(NEWS))


def test_it_finds_words_with_and_without_accents(node: Node, new_context: Any):
    page = new_context(java_script_enabled=False).new_page()
    found = []
    for words in ("séminaire", "seminaire", "SEMINAIRE"):
        page.goto(node.address("/fr/"))
        page.get_by_role("link", name="Rechercher").first.click()
        page.fill("[name=q]", words)
        page.get_by_role("button", name="Rechercher").click()
        expect(page.locator("main .list a").first).to_be_visible()
        found.append(page.locator("main .list a").all_inner_texts())
    assert found[0] == found[1] == found[2]
    assert "Programme du séminaire des 15 et 16 juin 2007" in [
        " ".join(x.split()) for x in found[0]
    ]


def test_it_changes_the_language_of_the_page_it_reads(node: Node, new_context: Any):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(node.address(NEWS))
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("h1")).to_have_text("In Bamako, a team takes over step by step")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Français").first.click()
    expect(page).to_have_url(node.address(NEWS))
    page.goto(node.address("/fr/"))
    page.get_by_role("link", name="Bamanankan").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "bm")


def test_it_is_led_from_an_old_address_for_good(node: Node, new_context: Any):
    page = new_context().new_page()
    answer = page.goto(node.address(OLD))
    assert answer
    expect(page).to_have_url(node.address(NEWS))
    before = answer.request.redirected_from
    assert before
    first = before.response()
    assert first
    assert first.status == 301


def test_it_prints_without_menus(node: Node, new_context: Any):
    page = new_context().new_page()
    page.goto(node.address(NEWS))
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("header nav").first).to_be_hidden()
    expect(page.locator("article figure")).to_be_visible()


def _focus(page: Page) -> tuple[str, str]:
    """Give the text of what has the focus, and how its outline is drawn."""
    found = page.evaluate(
        """() => {
          const here = document.activeElement, style = getComputedStyle(here);
          return [here.textContent.trim(), style.outlineStyle + " " + style.outlineWidth];
        }"""
    )
    return found[0], found[1]


def test_it_needs_no_mouse(node: Node, new_context: Any):
    page = new_context().new_page()
    page.goto(node.address("/fr/"))
    page.keyboard.press("Tab")
    skip, outline = _focus(page)
    assert skip == "Aller au contenu"
    assert outline == "solid 3px"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first, outline = _focus(page)
    inside = page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
    assert inside, f"the skip link leads into the content, not to {first}"
    assert outline == "solid 3px"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "#" not in address)
    expect(page.locator("h1")).to_be_visible()


def test_it_reaches_the_whole_menu_on_one_line_of_a_phone(node: Node, new_context: Any):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(node.address("/fr/contact/"))
    for menu in page.locator("header nav").all():
        box = menu.bounding_box()
        assert box
        assert box["height"] < 60
        widths = menu.evaluate("each => [each.scrollWidth, each.clientWidth]")
    assert widths[0] > widths[1], "the menu is longer than the line"
    assert (
        page.evaluate("() => document.documentElement.scrollWidth") == page.viewport_size["width"]
    )
    search = page.locator("header").get_by_role("link", name="Rechercher").bounding_box()
    assert search
    assert search["x"] + search["width"] < page.viewport_size["width"] - 48, "seen without moving"
    links = page.locator("header nav[aria-label=Menu] a").all_inner_texts()
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(_focus(page)[0])
        expect(page.locator(":focus")).to_be_in_viewport(ratio=0.9)
        if reached[-1] == links[-1]:
            break
    assert reached[-len(links) :] == links


def test_it_shows_the_whole_menu_on_a_computer(node: Node, new_context: Any):
    page = new_context(viewport=COMPUTER).new_page()
    page.goto(node.address("/fr/"))
    menu = page.locator("header nav[aria-label=Menu]")
    assert menu.evaluate("each => each.scrollWidth <= each.clientWidth")
    for link in menu.get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=1)
    assert menu.evaluate("each => getComputedStyle(each).maskImage") == "none"


def test_it_goes_on_from_an_address_that_is_lost(node: Node, new_context: Any):
    page = new_context(java_script_enabled=False).new_page()
    answer = page.goto(node.address("/fr/nouvelles/rien/du/tout/"))
    assert answer
    assert answer.status == 404
    page.fill("main [name=q]", "seminaire")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("main .list a").first).to_be_visible()
