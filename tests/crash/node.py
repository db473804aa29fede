"""A real node as a process, and a person at its desk over HTTP, without a browser."""

import http.client
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

KAFO = Path(__file__).parents[2] / ".venv/bin/kafo"
PASSWORD = "three words together"


def environment(home: Path) -> dict[str, str]:
    """Give the environment of an office that knows nothing of the tests' own settings."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("KAFO_", "DJANGO_"))}
    return {**kept, "KAFO_HOME": str(home), "LANG": "en"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Node:
    """`kafo run` on an office; killed as a power cut would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Node":
        self.process = subprocess.Popen(
            [KAFO, "run", "--port", str(self.port)],
            env=environment(self.home),
            stdout=subprocess.DEVNULL,
            stderr=(self.home / "node.log").open("ab"),
            start_new_session=True,
        )
        self.wait_for("/desk/sign-in/")
        return self

    def wait_for(self, path: str, seconds: int = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.get(path).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError((self.home / "node.log").read_text()[-3000:])

    def get(self, path: str, host: str = "segou.localhost") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
        response = connection.getresponse()
        response.body = response.read()
        return response

    def cut_power(self) -> None:
        """Kill every process of the node at once; nothing is told to any of them."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


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
