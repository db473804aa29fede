"""Every view of the desk, in both languages, on a phone and on a computer, by axe-core."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys import desk_views
from tests.journeys.accessible import Watch, faults
from tests.journeys.conftest import SignIn, speak
from tests.node import PASSWORD, Node

# The first sees most; each of the others sees what the ones before did not.
PERSONS = ("directeur", "redactrice")


@pytest.fixture
def busy_desk(node: Node, sign_in: SignIn) -> tuple[Page, str]:
    """The director with a code just printed, at a desk where something of each kind waits.

    He has just proved who he is, and erased somebody whom a page names. Beside him the address
    of a minor with a guardian's authorisation.
    """
    journalist = sign_in(node, "journaliste")
    journalist.goto(node.address("/desk/pages/add/"))
    journalist.fill("[name=title]", "Oumou Diallo (fictif) attend")
    journalist.click("button[value=submit]")
    editor = sign_in(node, "redactrice")
    editor.goto(node.address("/desk/health/bamako/tasks/"))
    editor.locator("button[form=take][value^=translate]").first.click()

    page = sign_in(node, "directeur")
    page.goto(node.address("/desk/me/email/"))
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.goto(node.address("/desk/persons/add/"))
    page.fill("[name=given_name]", "Oumou")
    page.fill("[name=family_name]", "Diallo (fictif)")
    page.select_option("[name=organization]", index=1)
    page.click("main form[data-form] button")
    page.goto(page.url.replace("/desk/persons/", "/desk/held/") + "erase/")
    page.check("[name=understood]")
    page.click("main form[data-form] button")
    page.goto(node.address("/desk/persons/add/"))
    page.fill("[name=given_name]", "Fanta")
    page.fill("[name=family_name]", "Traoré (fictif)")
    page.select_option("[name=organization]", index=1)
    page.fill("[name=born_on]", date(date.today().year - 15, 1, 1).isoformat())
    page.click("main form[data-form] button")
    minor = page.url
    coordinator = sign_in(node, "coordinateur")
    for guardian in ("Awa Traoré (fictif)", "Sékou Traoré (fictif)"):
        coordinator.goto(minor.replace("/desk/persons/", "/desk/authorizations/for/"))
        coordinator.fill("[name=guardian_name]", guardian)
        coordinator.fill("[name=relation]", "parent")
        coordinator.fill("[name=signed_on]", date.today().isoformat())
        coordinator.click("main form[data-form] button")
    page.goto(node.address("/desk/authorizations/"))
    page.locator("main a[href*='/approve/']").first.click()
    page.click("main form[data-form] button")
    page.goto(minor.replace("/desk/persons/", "/desk/invitations/for/"))
    page.click("main form[data-form] button")
    page.wait_for_selector(".code")
    return page, minor


def _look(page: Page, addresses: dict[str, str]) -> list[str]:
    watch, found = Watch(page), []
    for name, address in sorted(addresses.items()):
        page.goto(address)
        found += [f"{name} {address}\n    {fault}" for fault in [*faults(page), *watch.taken()]]
    return found


def test_it_is_open_to_all_readers_before_the_door(node: Node, new_context: Any):
    for language in ("fr", "en"):
        page = new_context(locale=language).new_page()
        doors = {name: node.address(path) for name, path in desk_views.STRANGERS.items()}
        found = _look(page, doors | {"404": node.address("/desk/nothing/here/")})
        found = [each for each in found if "status of 404" not in each]
        assert not found, "\n".join(found)


def test_it_is_open_to_all_readers_behind_the_door(
    node: Node, sign_in: SignIn, busy_desk: tuple[Page, str]
):
    director, minor = busy_desk
    missing = desk_views.names() - set(desk_views.STRANGERS)
    found = [f"printed code: {fault}" for fault in faults(director)]
    for username in PERSONS:
        page = director if username == "directeur" else sign_in(node, username)
        # The form by which a record is kept, though nothing here is past its period.
        kept = minor.replace("/desk/persons/", "/desk/past-period/")
        addresses = desk_views.reached(page, missing, minor, kept)
        for name in set(desk_views.FIXED) & missing:
            addresses[name] = node.address(desk_views.FIXED[name])
        missing -= set(addresses)
        for language in ("fr", "en"):
            speak(page, language)
            found += [f"[{username} {language}] {each}" for each in _look(page, addresses)]
    assert not found, "\n".join(found)
    assert not missing, f"No link leads to {sorted(missing)}"


def test_it_is_open_to_all_readers_when_something_went_wrong(node: Node, sign_in: SignIn):
    page = sign_in(node, "directeur")
    page.goto(node.address("/desk/persons/"))
    person = page.locator("tbody th a").first.get_attribute("href")
    found, watch = [], Watch(page)
    for path in ("/desk/persons/add/", "/desk/pages/add/", "/desk/posts/add/", f"{person}mandate/"):
        page.goto(node.address(path))
        page.locator("main form[data-form] button:not([name]):not([type])").first.click()
        page.wait_for_selector("#errors")
        assert "422" in " ".join(watch.taken())
        found += [f"{path}: {fault}" for fault in faults(page)]
    assert not found, "\n".join(found)
