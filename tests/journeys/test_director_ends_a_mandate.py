"""A mandate ends, and with the next click the door is shut: no job has to run in between."""

from playwright.sync_api import expect

from tests.journeys.conftest import COMPUTER, SignIn
from tests.node import Node


def test_it_shuts_the_door_at_the_editors_next_click(node: Node, sign_in: SignIn):
    editor = sign_in(node, "redactrice", viewport=COMPUTER)
    editor.get_by_role("link", name="Écrire").first.click()
    writing = editor.url
    back_office = editor.context.new_page()
    answer = back_office.goto(node.address("/editor/"))
    assert answer
    assert answer.status == 200

    director = sign_in(node, "directeur")
    while _end_one(node, director, "Aminata Diarra"):
        pass

    answer = editor.goto(writing)
    assert answer
    assert answer.status == 404
    assert editor.get_by_role("link", name="Écrire").count() == 0
    answer = back_office.reload()
    assert answer
    assert answer.status == 404
    editor.goto(node.address("/desk/"))
    assert editor.get_by_role("link", name="Écrire").count() == 0


def _end_one(node: Node, director, name: str) -> bool:
    """End one of the mandates of the person that are in force; give False when none is left."""
    director.goto(node.address(f"/desk/mandates/?state=now&q={name.split()[-1]}"))
    mandate = director.locator("tbody th a", has_text=name)
    if mandate.count() == 0:
        return False
    mandate.first.click()
    director.locator("main a.danger").click()
    expect(director.locator("main form[data-form] button")).to_be_visible()
    reason = director.locator("main form[data-form] [name=reason]")
    if reason.count():
        reason.fill("Fin de la mission, décidée au conseil")
    director.locator("main form[data-form] button").click()
    director.wait_for_selector("main .done")
    return True
