"""Whatever a form sends, the answer is never an error of the node."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.leaks.addresses import every_address
from tests.leaks.rules import RULES
from tests.leaks.test_matrix import ask
from tests.leaks.world import World

VALUES = ["", "-1", "99999999999999999999", "é\u202e<b>", "\0"]
OFTEN = set(
    """submission based_on saved_alone order add press task next updated_at seen action field id ids
    revision_id page q language comment go_live_at expire_at external-link-chooser-url
    email-link-chooser-email_address phone-link-chooser-phone_number body-count body-0-type
    body-0-value body-0-deleted body-0-order body-0-id comments-TOTAL_FORMS comments-INITIAL_FORMS
    form-TOTAL_FORMS""".split()  # noqa: SIM905
)
"""What no form shows, but some view reads."""


def _fields(world: World, path: str, client: Any) -> set[str]:
    """Give the names that the form at `path` has, besides those known above."""
    response = ask(client, "get", path)
    form = (response.context or {}).get("form") if response.status_code == 200 else None
    return OFTEN | {bound.html_name for bound in form or ()}


def _bodies(fields: set[str]) -> list[dict[str, Any]]:
    """Give what is sent to one address: nothing, rubbish in every field, files, other languages."""
    sent: list[dict[str, Any]] = [{}]
    for value in VALUES:
        data = dict.fromkeys(sorted(fields), value)
        sent.append({"data": data})
    file = SimpleUploadedFile("../../x.png", b"\x89PNG\r\n\x1a\nrubbish", "image/png")
    sent.append({"data": dict.fromkeys(("file", "content", "picture"), file)})
    sent.append({"data": "[{", "content_type": "application/json"})
    sent.append({"data": b"--x\r\nnothing", "content_type": "multipart/form-data; boundary=y"})
    return sent


@pytest.mark.parametrize("part", range(4))
def test_it_survives_whatever_is_posted_anywhere(world: World, part: int) -> None:
    """As the director, who may go almost everywhere."""
    client, faults = world.client("director"), []
    for number, address in enumerate(every_address()):
        record, _who = RULES.get(address.key, ("", ()))
        path = address.filled(world.records["A"].get(record))
        if number % 4 != part:
            continue
        first = ask(client, "post", path, headers={"tus-resumable": "1.0.0"})
        if first.status_code in {404, 405}:
            continue
        for body in _bodies(_fields(world, path, client)):
            response = ask(client, "post", path, headers={"tus-resumable": "1.0.0"}, **body)
            if response.status_code >= 500:
                shown = str(body.get("data", ""))[:60]
                faults.append(f"{address.key} {path} answers {response.status_code} to {shown!r}")
    assert not faults, "\n".join(faults)
