"""A person at the desk of a real node over HTTP, without a browser."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

import tests.node

PASSWORD = "three words together"


class Node(tests.node.Node):
    """An office that `kafo init` made."""

    host = "segou.localhost"


class _Forms(HTMLParser):
    """The fields of the last form with a submit button in a page, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.name = ""
        self.chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.fields = {}
        elif tag == "input" and given.get("type") not in {"submit", "file", "checkbox"}:
            self.fields[given.get("name", "")] = given.get("value", "")
        elif tag in {"textarea", "select"}:
            self.name = given.get("name", "")
            self.fields[self.name] = ""
        elif tag == "option" and ("selected" in given or not self.fields.get(self.name)):
            self.fields[self.name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.name and self.lasttag == "textarea":
            self.fields[self.name] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.name = ""


class AtTheDesk:
    """A person who reads pages and sends forms; an answer she got is an acknowledgement."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({})
        )

    def open(self, path: str, data: bytes | None = None, method: str = "", **headers: str):
        address = f"http://localhost:{self.node.port}{path}"
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, data, wanted, method=method or None)
        try:
            return self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def form(self, path: str) -> dict[str, str]:
        forms = _Forms()
        forms.feed(self.open(path).read().decode())
        return forms.fields

    def send(self, path: str, **values: str):
        fields = {**self.form(path), **values}
        return self.open(path, urllib.parse.urlencode(fields).encode())

    def accept(self, code: str) -> None:
        """Make an account with an invitation and stay signed in."""
        answer = self.send("/desk/enter/", code=code)
        assert answer.status == 200, answer.read()
        answer = self.send(
            "/desk/enter/account/", username="awa", password=PASSWORD, again=PASSWORD
        )
        assert answer.url.endswith("/desk/"), answer.read()

    def sign_in(self) -> "AtTheDesk":
        answer = self.send("/desk/sign-in/", login="awa", password=PASSWORD)
        assert answer.url.endswith("/desk/"), answer.read()
        return self

    def token(self) -> str:
        return next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")


def code_in(text: str) -> str:
    """Give the invitation code that `kafo init` printed."""
    return re.search(r"[2-9A-Z]{4}(?: [2-9A-Z]{4}){3}", text)[0]
