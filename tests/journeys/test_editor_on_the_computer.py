"""An editor on a computer, in the back office, which is nothing without script."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import COMPUTER, SignIn
from tests.node import Node

TITLE = "La pompe de Kati a un gardien"
WORDS = "Le gardien habite à côté. "
# The editor looks for changes from then on; what is typed before is what it compares with.
NOTE_WATCHING = """addEventListener(
  'w-unsaved:watch-edits', () => { document.documentElement.dataset.watches = 'edits' }, true
)"""


def test_it_changes_looks_at_and_publishes_a_page_in_the_back_office(node: Node, sign_in: SignIn):
    page = sign_in(node, "redactrice", viewport=COMPUTER)
    refused: list[str] = []
    page.on("response", lambda each: refused.append(each.url) if each.status >= 400 else None)
    page.goto(node.address("/desk/pages/?q=comprendre"))
    page.get_by_role("link", name=re.compile("^Deux jours")).first.click()
    page.wait_for_url(re.compile(r"/desk/pages/\d+/"))
    number = re.findall(r"/pages/(\d+)/", page.url)[0]

    page.add_init_script(NOTE_WATCHING)
    page.goto(node.address(f"/editor/pages/{number}/edit/"))
    page.wait_for_selector("html[data-watches=edits]")
    page.locator("[data-side-panel-toggle=preview]").click()
    page.fill("#id_title", TITLE)
    paragraph = page.locator(".public-DraftEditor-content").first
    paragraph.click()
    paragraph.press("Control+Home")
    paragraph.press_sequentially(WORDS)
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.locator("h1")).to_have_text(TITLE)
    expect(preview.locator("main")).to_contain_text(WORDS.strip())
    page.locator("[name=action-publish]").click()
    page.locator(".messages .success").wait_for()

    reader = page.context.browser.new_page()
    reader.goto(node.address(f"/n/{number}/"))
    expect(reader.locator("h1")).to_have_text(TITLE)
    expect(reader.locator("main")).to_contain_text(WORDS.strip())
    reader.close()
    assert refused == []
