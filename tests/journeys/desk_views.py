"""Every view of the desk with an address at which it can be looked at.

The names come from the URL configuration, the addresses from walking the desk: a view that nobody
can reach by links, and that is not named below with the way to it, fails the test.
"""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from playwright.sync_api import Page

# No page of the desk: files, pieces of uploads, and forms that answer only after another one.
NO_PAGE = {
    "desk:asset": "the style sheet and its like",
    "pages:frame": "the public page, tested as such",
    "pages:picture-file": "a file",
    "pages:document-file": "a file",
    "people:mandate-again": "a button that acts at once",
    "pages:uploads": "pieces of a file",
    "pages:upload": "pieces of a file",
    "account:me-copy": "a file",
    "account:held-copy": "a file",
    "account:declaration": "a file",
    "mfa_download_recovery_codes": "a file",
    "account_reset_password": "only on a node with e-mail",
    "account_reset_password_done": "only on a node with e-mail",
    "account_reset_password_from_key": "only on a node with e-mail",
    "account_reset_password_from_key_done": "only on a node with e-mail",
    "mfa_authenticate": "after a password, for those with a second factor",
    "mfa_reauthenticate": "for those with a second factor",
    "mfa_reauthenticate_webauthn": "for those with a passkey",
    "mfa_deactivate_totp": "for those with a second factor",
    "mfa_view_recovery_codes": "for those with a second factor",
    "mfa_generate_recovery_codes": "for those with a second factor",
    "mfa_edit_webauthn": "for those with a passkey",
    "mfa_remove_webauthn": "for those with a passkey",
    "account:enter-account": "after a code",
    "account_set_password": "for those without a password",
    "account:authorization-keep": "the form of account:person-keep",
    "account:authorization-erase": "once a paper is past its period",
    # Of a federation, which one office alone is not: looked at in test_federation_pages.
    "federation:limit": "in a federation",
    "federation:erasures": "in a federation",
    "federation:stick": "in a federation",
    "federation:proposals": "in a federation",
    "federation:proposal": "in a federation",
    "federation:proposal-accept": "in a federation",
    "federation:proposal-decline": "in a federation",
    "federation:propose": "in a federation",
    "federation:handovers": "in a federation",
    "federation:handover": "in a federation",
    "federation:invite": "in a federation",
    "federation:roster": "in a federation",
    "federation:lay-down": "in a federation",
    "federation:take-back": "in a federation",
    "federation:take-up": "in a federation",
    "federation:give-back": "in a federation",
    "federation:forget": "in a federation, after a handing over",
}
# Views that no link of the demonstration leads to, but that stand at a fixed address.
STRANGERS = {
    "account_login": "/desk/sign-in/",
    "mfa_login_webauthn": "/desk/sign-in/passkey/",
    "account_inactive": "/desk/sign-in/closed/",
    "account:enter": "/desk/enter/",
    "account:erased": "/desk/erased/",
}
# Reached by a button, or only once something is there.
FIXED = {
    "account_logout": "/desk/sign-out/",
    "mfa_list_webauthn": "/desk/me/second-factor/keys/",
    "places:copies": "/desk/copies/",
    "places:readers": "/desk/readers/",
}
# Where the walk begins: not all of these are one link away from the start.
SEEDS = (
    "/desk/",
    "/desk/mandates/?state=past",
    "/desk/pages/?state=waiting",
    "/desk/pages/?q=écoles",
)
_READ = """async address => {
  const answer = await fetch(address).catch(() => Response.error());
  return [answer.status, answer.url, answer.headers.get("Content-Type") || "", await answer.text()];
}"""


def names() -> set[str]:
    """Give the names of all views below /desk/ that answer GET."""
    found = {name for pattern, name in _patterns(get_resolver().url_patterns) if _reads(pattern)}
    return found - set(NO_PAGE)


def _patterns(
    patterns: list[Any], before: str = "", space: str = "", at_desk: bool = False
) -> Iterator[tuple[URLPattern, str]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inside = f"{space}{each.namespace}:" if each.namespace else space
            route = before + str(each.pattern)
            yield from _patterns(each.url_patterns, route, inside, route.startswith("desk/"))
        elif at_desk and each.name:
            yield each, space + each.name


def _reads(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", None)
    return view is None or "get" in view.http_method_names


def reached(page: Page, wanted: set[str], *also: str) -> dict[str, str]:
    """Walk the desk along its links; give one address for each view of `wanted`.

    `also` are pages to begin at beside those from which everybody begins.
    Each view is read a few times, at different records, since not each record offers each act.
    """
    found: dict[str, str] = {}
    read: dict[str, int] = {}
    waiting, seen = deque(urljoin(page.url, seed) for seed in (*also, *SEEDS)), set()
    while waiting and wanted - set(found):
        address = waiting.popleft()
        path = urlsplit(address).path
        name = _name(path)
        if name is None or address in seen or read.get(name, 0) >= 12:
            continue
        seen.add(address)
        if name in NO_PAGE:
            continue
        status, last, kind, text = page.evaluate(_READ, address)
        if status != 200 or "text/html" not in kind:
            continue
        read[name] = read.get(name, 0) + 1
        found.setdefault(_name(urlsplit(last).path) or name, last)
        for link in re.findall(r'<a [^>]*?href="([^"#]*)"', text):
            target = urljoin(last, unescape(link))
            if urlsplit(target).path.startswith("/desk/") and "format=" not in target:
                waiting.append(target)
    return {name: address for name, address in found.items() if name in wanted}


def _name(path: str) -> str | None:
    try:
        return resolve(path).view_name
    except Resolver404:
        return None
