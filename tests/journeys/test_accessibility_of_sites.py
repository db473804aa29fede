"""Every type of public page, in each of its languages, on a phone and on a computer."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.accessible import Watch, faults
from tests.node import Node

HOSTS = {"bamako.localhost": ("fr", "en", "bm"), "amm.localhost": ("fr", "en")}
# What stands beside the pages: a search that finds, one that does not, and no page.
BESIDE = {"found": "recherche/?q=seminaire", "not found": "recherche/?q=xyzzy", "404": "rien/"}
MOST = 3


def _walk(page: Page, home: str) -> dict[str, str]:
    """Give the home page, all it leads to in the frame, and some of what each list leads to."""
    page.goto(home)
    found = {home: home}
    for address in _links(page, "header nav a, footer nav a", home):
        found.setdefault(address, address)
    for address in list(found):
        page.goto(address)
        for below in _links(page, ".list a, .cards a", address)[:MOST]:
            found.setdefault(below, below)
    for address in list(found):
        page.goto(address)
        for text in _links(page, "footer a[href$='texte/']", address):
            found.setdefault(text, text)
    return found | {name: home + path for name, path in BESIDE.items()}


def _links(page: Page, selector: str, below: str) -> list[str]:
    links = page.eval_on_selector_all(selector, "found => found.map(each => each.href)")
    home = "/".join(below.split("/")[:4]) + "/"
    return [link for link in links if link.startswith(home) and not link.endswith(".atom")]


@pytest.mark.parametrize(
    ("host", "language"), [(host, code) for host, codes in HOSTS.items() for code in codes]
)
def test_it_is_open_to_all_readers(node: Node, new_context: Any, host: str, language: str):
    context = new_context(locale=language)
    page = context.new_page()
    watch, found, types = Watch(page), [], set()
    for name, address in _walk(page, node.address(f"/{language}/", host)).items():
        watch.taken()
        page.goto(address)
        complaints = watch.taken()
        if name == "404":
            complaints = [each for each in complaints if "status of 404" not in each]
        found += [f"{address}\n    {fault}" for fault in [*faults(page), *complaints]]
        types.add(len(urlsplit(address).path.split("/")))
        assert page.locator("script").count() == 0, address
        assert page.get_attribute("html", "lang") == language, address
    assert not found, "\n".join(found)
    assert len(types) > 2
    assert context.cookies() == []


def test_it_reads_the_same_without_script(node: Node, new_context: Any):
    with_script = new_context().new_page()
    without = new_context(java_script_enabled=False).new_page()
    for host in HOSTS:
        for path in ("/fr/", "/fr/nouvelles/", "/fr/recherche/?q=seminaire"):
            texts = []
            for page in (with_script, without):
                page.goto(node.address(path, host))
                texts.append(page.inner_text("main"))
            assert texts[0] == texts[1]
            assert texts[0]
