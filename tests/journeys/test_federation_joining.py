"""A branch that was kept in Bamako gets its own server: followed at the desk, step by step."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.accessible import faults
from tests.journeys.conftest import SignIn
from tests.node import Node, free_port


@pytest.fixture
def bamako(prepared: tuple[Path, int], demo_ports: None, tmp_path: Path) -> Iterator[Node]:
    """Bamako alone, on the port that the list of offices names."""
    office = Node.copied(prepared[0], tmp_path / "home", port=prepared[1])
    try:
        yield office.start()
    finally:
        office.switch_off()


def _send(page: Page) -> None:
    page.locator("main form[data-form] button:not([type])").first.click()


def test_it_hands_a_branch_over_to_its_own_server(bamako: Node, sign_in: SignIn, tmp_path: Path):
    director = sign_in(bamako, "directeur", language="en")
    office = bamako.address("/desk/organizations/")
    director.goto(office)
    director.get_by_role("link", name="ICVolunteers-Mali").or_(
        director.get_by_role("link", name="ICVolontaires-Mali")
    ).first.click()
    director.get_by_role("link", name="Add a unit").click()
    director.fill("[name=name_fr]", "Antenne de Ségou (fictive)")
    director.fill("[name=short_name]", "Segou")
    _send(director)
    director.wait_for_url(re.compile(r"/organizations/[0-9a-f-]{36}/$"))
    branch = director.url

    director.goto(bamako.address("/desk/offices/handing-over/invite/"))
    director.select_option("[name=organization]", label="Segou")
    _send(director)
    director.wait_for_url(re.compile(r"/handing-over/\d+/$"))
    handover = director.url
    code = director.locator(".code").first.inner_text().strip()
    wrong = faults(director)

    new = Node(tmp_path / "segou", free_port())
    joined = new.run(
        "office",
        "join",
        f"http://127.0.0.1:{bamako.port}",
        *("--code", code, "--yes", "--own-address", f"http://127.0.0.1:{new.port}"),
    )
    assert joined.returncode == 0, joined.stderr
    shown = re.findall(r"(?:\d{5} ){3}\d{5}(?! \d)", joined.stdout + joined.stderr)[-1]
    director.goto(handover)
    expect(director.locator(".code")).to_have_text(shown)
    wrong += faults(director)

    director.get_by_role("link", name="Have the list signed").click()
    with director.expect_download() as waiting:
        director.get_by_role("link", name="Take the file to be signed").click()
    draft = tmp_path / "list.bin"
    waiting.value.save_as(draft)
    for holder in (1, 2):
        key = bamako.home / "holders" / f"holder-{holder}.key"
        assert bamako.run("roster", "sign", draft, key).returncode == 0
    director.set_input_files("[name=document]", draft)
    _send(director)
    expect(director.locator("main .done")).to_contain_text("The list is in force here")
    assert new.run("office", "join").returncode == 0

    director.goto(handover)
    expect(director.get_by_role("link", name="Take the invitation back")).to_be_visible()
    director.get_by_role("link", name="Lay down the right to write").click()
    wrong += faults(director)
    _send(director)
    expect(director.locator("main")).to_contain_text("Nobody changes the records")
    wrong += faults(director)
    accepted = new.run("office", "accept")
    assert accepted.returncode == 0, accepted.stderr

    director.goto(handover)
    expect(director.locator("main .tag").first).to_have_text("taken up by the new server")
    director.goto(branch)
    expect(director.locator("main .note")).to_contain_text("Of Segou")
    assert director.get_by_role("link", name="Change", exact=True).count() == 0
    director.goto(handover)
    director.get_by_role("link", name="Delete the copies").click()
    expect(director.get_by_role("button", name="Delete them for good")).to_be_visible()
    wrong += faults(director)
    _send(director)
    expect(director.locator("main .done")).to_contain_text("only that office holds them now")
    answer = director.goto(branch)
    assert answer
    assert answer.status == 404
    assert not wrong, "\n".join(wrong)
