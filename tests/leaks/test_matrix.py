"""Every role at every address, with its own records and with those of others."""

from typing import Any

import pytest
from django.db import transaction

from tests.leaks.addresses import Address, every_address
from tests.leaks.rules import CLOSED, EMPTY, FOR_OFFICES, NOBODY, RULES, SHARED
from tests.leaks.world import CAST, SECRETS, World

ADDRESSES = every_address()
OPENED = {200, 204, 302, 303, 400, 405, 409, 412, 422}


def rule_of(address: Address) -> tuple[str, set[str]]:
    """Give the record in the address and who may open it; below /editor/ nobody unless said."""
    if address.key not in RULES and address.route.startswith("editor/"):
        found = (record for start, record in CLOSED.items() if address.route.startswith(start))
        return next(found, ""), NOBODY
    return RULES[address.key]


def may_open(name: str, address: Address, letter: str) -> bool:
    """Say whether `name` may open the address with a record of organisation `letter`."""
    record, who = rule_of(address)
    organization, _role = CAST[name]
    plain = name.split("_of_")[0]
    if name in who:
        return record in SHARED or organization == letter or "anonymous" in who
    if plain not in who or organization == "A":
        return False
    if address.key in FOR_OFFICES:
        return False
    return record in SHARED or organization == letter


def body_of(response: Any) -> bytes:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)
    return bytes(response.content)


def ask(client: Any, method: str, path: str, **more: Any) -> Any:
    """Ask, and undo what the answer wrote."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(path, **more)
        response.read_body = body_of(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def is_door(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/desk/sign-in/")


def betrayed(name: str, response: Any) -> list[str]:
    """Give the foreign organisations whose secret word is in the answer."""
    own = CAST[name][0]
    return [
        letter
        for letter, secret in SECRETS.items()
        if letter != own and secret.encode() in response.read_body
    ]


# These answer 405 to a GET or POST of theirs that they do not know, before they look at what is
# asked for; so they betray nothing.
NO_SUCH_METHOD = {
    "library-file",
    "site-search",
    "account:declaration",
    "pages:upload",
}


def fault_of(name: str, address: Address, letter: str, response: Any) -> str:
    status, is_allowed = response.status_code, may_open(name, address, letter)
    if status >= 500 or status == 403:
        return f"answers {status}"
    if found := betrayed(name, response):
        return f"shows what is of {found}"
    if address.key in NO_SUCH_METHOD and status == 405:
        return ""
    if is_allowed:
        is_seen = address.route.startswith("desk/") and response.request["REQUEST_METHOD"] == "GET"
        if status == 405 and is_seen:
            return "leaves whoever signed in again with an empty page"
        is_empty = address.key in EMPTY and status == 404
        return "" if status in OPENED or is_empty else f"is shut ({status})"
    if name == "anonymous":
        return "" if status == 404 or is_door(response) else f"is open ({status})"
    return "" if status == 404 else f"is open ({status})"


def test_it_has_a_rule_for_every_address() -> None:
    missing = [
        each.key
        for each in ADDRESSES
        if each.key not in RULES and not each.route.startswith("editor/")
    ]
    assert missing == [], "say in tests/leaks/rules.py who may open these"
    assert set(RULES) - {each.key for each in ADDRESSES} == set(), "no such address any more"
    assert set(RULES) >= EMPTY | FOR_OFFICES


@pytest.mark.parametrize("name", CAST)
def test_it_opens_to_each_role_what_is_its_own_and_nothing_else(world: World, name: str) -> None:
    client, faults = world.client(name), []
    for address in ADDRESSES:
        record, who = rule_of(address)
        for letter in "A" if record in SHARED or who == NOBODY else "AB":
            path = address.filled(world.records[letter].get(record))
            for method in ("get", "post"):
                response = ask(client, method, path, headers={"tus-resumable": "1.0.0"})
                if fault := fault_of(name, address, letter, response):
                    faults.append(f"{method.upper()} {path} ({address.key}) {fault}")
    assert not faults, "\n".join(faults)


def _lists() -> list[Address]:
    """Give the addresses that hold no record: lists, searches, choosers."""
    return [
        each for each in ADDRESSES if each.name and "<" not in each.route and "^" not in each.route
    ]


@pytest.mark.parametrize("name", ["reader", "technician", "director", "editor_of_b"])
def test_it_never_shows_foreign_rows_whatever_is_asked(world: World, name: str) -> None:
    """Search, filters with foreign ids, files: none of them goes beyond one's organisation."""
    client, faults, foreign = world.client(name), [], world.records["B"]
    words = [{"q": "heim"}, {"q": "Somebody"}]
    desk = [
        {"format": "csv"},
        {"format": "xlsx"},
        {"organization": str(foreign["organization"].pk)},
        {"site": str(foreign["site"].pk), "list": str(foreign["list"].pk)},
        {"person": str(foreign["person"].pk), "body": str(foreign["body"].pk)},
        {"below": str(foreign["news_list"].pk), "picture": str(foreign["picture"].pk)},
    ]
    back_office = [
        {"export": "csv"},
        {"collection_id": str(foreign["picture"].collection_id)},
        {"child_of": str(foreign["home"].pk), "root_page": str(foreign["home"].pk)},
        {"translation_of": str(foreign["page"].pk), "descendant_of": str(foreign["home"].pk)},
    ]
    for address in _lists():
        path = address.filled()
        if ask(client, "get", path).status_code != 200:
            continue
        for question in words + (back_office if address.route.startswith("editor/") else desk):
            response = ask(client, "get", path, data=question)
            if response.status_code >= 500:
                faults.append(f"{path} {question} answers {response.status_code}")
            if found := betrayed(name, response):
                faults.append(f"{path} {question} shows what is of {found}")
    assert not faults, "\n".join(faults)
