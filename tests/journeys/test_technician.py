"""A technician: backup while the office works, proof, a restored office, and a power cut."""

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.journeys.conftest import SignIn
from tests.node import Node, free_port

BAKING_SECONDS = 90
TITLE = "Une nouvelle écrite avant la coupure"


def _publish(office: Node, sign_in: SignIn) -> str:
    page = sign_in(office, "redactrice")
    page.goto(office.address("/desk/pages/add/"))
    page.fill("[name=title]", TITLE)
    page.click("button[value=publish]")
    address = page.get_by_role("link", name=re.compile("^http")).get_attribute("href") or ""
    return "/" + address.split("/", 3)[3]


def test_it_is_all_there_in_a_restored_office_and_after_a_power_cut(
    prepared: tuple[Path, int], tmp_path: Path, sign_in: SignIn, new_context: Any
):
    office = Node.copied(prepared[0], tmp_path / "home")
    restored = Node(tmp_path / "restored", free_port())
    archive = tmp_path / "backup.tar.gz"
    try:
        path = _publish(office.start(), sign_in)

        done = office.run("backup", archive)
        assert done.returncode == 0, done.stderr
        done = office.run("restore", "--verify", archive)
        assert done.returncode == 0, done.stderr
        assert "restores" in done.stdout

        done = restored.run("restore", archive)
        assert done.returncode == 0, done.stderr
        restored.start("run")
        _is_there(restored, path, sign_in, new_context)

        office.switch_off()
        office.start()
        _is_there(office, path, sign_in, new_context)
    finally:
        office.switch_off()
        restored.switch_off()


def _is_there(office: Node, path: str, sign_in: SignIn, new_context: Any) -> None:
    reader = new_context().new_page()
    end = time.monotonic() + BAKING_SECONDS
    # A backup holds no baked pages: a restored office makes them while its desk is open already.
    while (found := _sites_with(reader, office, path)) == [] and time.monotonic() < end:
        time.sleep(0.5)
    assert len(found) == 1, "the page is on its site and on no other"
    reader.goto(office.address(path, found[0]))
    assert reader.inner_text("h1") == TITLE
    page = sign_in(office, "directeur")
    assert "Cheick Oumar" in page.inner_text("h1")


def _sites_with(reader: Page, office: Node, path: str) -> list[str]:
    hosts = ("bamako.localhost", "amm.localhost")
    answers = {host: reader.goto(office.address(path, host)) for host in hosts}
    return [host for host, answer in answers.items() if answer and answer.status == 200]
