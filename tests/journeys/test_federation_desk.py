"""Bamako and Geneva at their desks: a proposal made while the link is cut, a stick, every page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.accessible import Watch, faults
from tests.journeys.conftest import speak, until
from tests.node import PASSWORD, Node

PARTNER = "School Libraries Desk"
PAGES = (
    "",
    "limit/",
    "erasures/",
    "stick/",
    "proposals/",
    "handing-over/",
    "handing-over/invite/",
    "handing-over/list/",
)


def _enter(new_context: Any, home: str, username: str) -> Page:
    page: Page = new_context().new_page()
    page.goto(f"{home}/desk/sign-in/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/desk/")
    speak(page, "en")
    return page


def _shows(page: Page, address: str, words: str) -> Callable[[], bool]:
    def look() -> bool:
        page.goto(address)
        return words in page.inner_text("main")

    return look


def _send(page: Page) -> None:
    page.locator("main form[data-form] button:not([type])").first.click()


def test_it_carries_a_proposal_over_a_cut_and_a_stick_there(
    offices: tuple[Node, Node], new_context: Any, tmp_path: Path
):
    bamako, geneva = offices
    here, there = bamako.address(""), geneva.address("")
    director = _enter(new_context, here, "directeur")
    editor = _enter(new_context, there, "directrice")
    known = _shows(editor, f"{there}/desk/organizations/", PARTNER)
    until(known, "Nothing of Bamako arrived in Geneva.", bamako)

    # The line is cut at Bamako; both sides go on.
    director.goto(f"{here}/desk/offices/")
    director.click("button[name=cut][value=yes]")
    expect(director.locator("main .warn").first).to_contain_text("The link is cut")
    editor.get_by_role("link", name=PARTNER).click()
    editor.wait_for_url(re.compile(r"/organizations/[0-9a-f-]{36}/$"))
    copy = editor.url
    note = editor.locator("main .note")
    expect(note).to_contain_text("Of Bamako, as of")
    assert editor.get_by_role("link", name="Change", exact=True).count() == 0
    editor.get_by_role("link", name="Propose a correction").click()
    wrong = faults(editor)
    editor.fill("[name=town]", "Kati")
    editor.fill("[name=reason]", "Read on their letter")
    _send(editor)
    editor.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}/$"))
    proposal = editor.url
    expect(editor.locator("main")).to_contain_text("waits for an answer")
    wrong += faults(editor)
    editor.goto(copy)
    expect(note).to_contain_text("it waits for an answer")
    director.goto(f"{here}/desk/offices/proposals/")
    expect(director.locator("main")).to_contain_text("No other office waits for an answer.")

    # A stick goes where no line does.
    editor.goto(f"{there}/desk/offices/stick/")
    editor.get_by_label(re.compile("Bamako")).check()
    with editor.expect_download() as waiting:
        editor.get_by_role("button", name="Make the file").click()
    bundle = tmp_path / "stick.tar"
    waiting.value.save_as(bundle)
    for words in ("now", "Nothing in it was new"):
        director.goto(f"{here}/desk/offices/stick/")
        director.set_input_files("[name=bundle]", bundle)
        director.get_by_role("button", name="Read it").click()
        expect(director.locator("main .done")).to_contain_text(words)
    wrong += faults(director)

    # The answer waits until the line is back.
    director.goto(f"{here}/desk/")
    director.locator("main").get_by_role("link", name="CBS").click()
    expect(director.locator("main")).to_contain_text("Read on their letter")
    wrong += faults(director)
    director.get_by_role("link", name="Accept").click()
    director.fill("[name=word]", "Thank you")
    wrong += faults(director)
    _send(director)
    expect(director.locator("main .done")).to_contain_text("The record is changed")
    editor.goto(proposal)
    expect(editor.locator("main")).to_contain_text("waits for an answer")
    director.goto(f"{here}/desk/offices/")
    director.click("button[name=cut][value=no]")
    director.get_by_role("button", name="Exchange now").click()
    until(_shows(editor, proposal, "Thank you"), "No answer came to Geneva.", bamako)
    editor.goto(copy)
    expect(editor.locator("main .record")).to_contain_text("Kati")

    for language in ("fr", "en"):
        speak(director, language)
        watch = Watch(director)
        for page in PAGES:
            director.goto(f"{here}/desk/offices/{page}")
            found = [*faults(director), *watch.taken()]
            wrong += [f"[{language}] {page}: {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)
