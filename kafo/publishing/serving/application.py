"""The server's front: baked pages without the database, Django behind it for all else.

Knows only the folder of baked files. Sites are found by host name, and on the desk's own hosts by
the first part of the path (`/bamako/fr/`).
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kafo.publishing.addresses import normalised, without_language
from kafo.publishing.serving import plain
from kafo.publishing.serving.counting import count_answer, count_view
from kafo.publishing.serving.files import BakedFiles, Broken, policy
from kafo.publishing.serving.media import send_media

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

logger = logging.getLogger("kafo.serving")

SEARCH = "recherche"
MIRROR = "mirror"
PATIENCE_SECONDS = 4
FAILURE = "kafo.failure"
DATABASE_SILENT, DISK_FULL = "silent", "full"
SITE_PREFIX = "kafo.site_prefix"

# No Cross-Origin-Opener-Policy: these pages run no script that a window could be shared with.
_ALWAYS: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
# Of a site's own addresses these belong to Django; below a desk host all that is no site does.
_BEHIND = {"desk", "editor", "static", "media", "health", "federation"}


class Serving:
    """A WSGI application in front of another one, which it loads when it is first needed."""

    def __init__(
        self,
        *,
        baked: Path,
        desk_hosts: Iterable[str],
        load_behind: Callable[[], Wsgi],
        is_secure: bool = False,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.files = BakedFiles(baked)
        self.copies = BakedFiles(baked.with_name(MIRROR))
        self.desk_hosts = frozenset(desk_hosts)
        self._load_behind = load_behind
        self._behind: Wsgi | None = None
        self._lock = threading.Lock()
        self._patience = patience
        self._always = [*_ALWAYS]
        if is_secure:
            self._always.append(("Strict-Transport-Security", "max-age=31536000"))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        host = _host(environ)
        try:
            path = environ.get("PATH_INFO", "/").encode("latin-1").decode()
        except UnicodeError:
            return self._not_found(environ, start_response)
        is_odd = any(part in {".", ".."} for part in path.split("/"))
        if "\0" in path or "\\" in path or is_odd:
            return self._not_found(environ, start_response)
        try:
            return self._found(environ, start_response, host, path)
        except Broken as error:
            logger.error("%s is damaged and will be baked anew.", error)
            headers = [("Retry-After", "30"), ("Cache-Control", "no-store")]
            status, body = "503 Service Unavailable", plain.page_is_damaged()
            return self._html(environ, start_response, status, body, headers)

    def _found(
        self, environ: Environ, start_response: StartResponse, host: str, path: str
    ) -> Iterable[bytes]:
        """Give what is at `path` of the sites at `host`. Raises Broken."""
        parts = path.split("/")[1:]
        sites = self.files.sites()
        slug = next((slug for slug, site in sites.items() if host in site["hosts"]), None)
        if slug is None and host not in self.desk_hosts:
            return self._not_found(environ, start_response)
        if parts[0] == MIRROR and MIRROR not in sites:
            return self._mirror(environ, start_response, parts[1:])
        if slug is not None:
            return self._site(environ, start_response, slug, sites[slug], parts, prefix="")
        if parts[0] in sites:
            if len(parts) == 1:
                return self._redirect(environ, start_response, f"/{parts[0]}/")
            slug, rest = parts[0], parts[1:]
            return self._site(environ, start_response, slug, sites[slug], rest, prefix=f"/{slug}")
        if path == "/":
            names = [(slug, _name(site)) for slug, site in sites.items()]
            return self._html(environ, start_response, "200 OK", plain.list_of_sites(names))
        return self._pass_on(environ, start_response)

    def _site(
        self,
        environ: Environ,
        start_response: StartResponse,
        slug: str,
        site: dict[str, Any],
        parts: list[str],
        *,
        prefix: str,
    ) -> Iterable[bytes]:
        path = "/".join(parts)
        found = None
        if parts[0] != "media" and not path.endswith((".br", ".gz", ".json", "404.html")):
            file = f"{path}index.html" if parts[-1] == "" else path
            # A page has one address: of the others its links would lead astray.
            found = self.files.find(f"{slug}/{file}") if path and "" not in parts[:-1] else None
        if parts[0] == "media" and len(parts) == 2:
            media = self.files.media(slug, parts[1])
            if media is not None and _is_reading(environ):
                return send_media(environ, start_response, media, self._always)
        if found is not None:
            is_page = file.endswith("index.html")
            is_sent = environ["REQUEST_METHOD"] == "POST"
            if is_page and is_sent and count_answer(environ, slug, path):
                return self._html(environ, start_response, "200 OK", plain.thanks())
            if not _is_reading(environ):
                headers = [("Allow", "GET, HEAD")]
                return self._html(environ, start_response, "405 Method Not Allowed", b"", headers)
            if is_page:
                count_view(environ, slug, path)
            return self._send(environ, start_response, found)
        if path == "":
            return self._to_language(environ, start_response, site, prefix)
        if path == "favicon.ico":
            return self._no_icon(environ, start_response)
        if parts[0] in _BEHIND and not prefix:
            return self._pass_on(environ, start_response)
        if parts[1:] in ([SEARCH, ""], [SEARCH]) and parts[0] in site["locales"]:
            if parts[-1] == SEARCH:
                return self._redirect(environ, start_response, f"{prefix}/{path}/", keep=True)
            environ[SITE_PREFIX] = prefix
            environ["PATH_INFO"] = f"/sites/{slug}/{parts[0]}/{SEARCH}/"
            return self._pass_on(environ, start_response)
        return self._moved(environ, start_response, slug, site, path, prefix)

    def _mirror(
        self, environ: Environ, start_response: StartResponse, parts: list[str]
    ) -> Iterable[bytes]:
        """Give a page of a site of another office, or the list of these sites."""
        sites = self.copies.sites()
        if not _is_reading(environ):
            return self._not_found(environ, start_response)
        if not parts:
            return self._redirect(environ, start_response, f"/{MIRROR}/")
        if parts == [""]:
            return self._html(environ, start_response, "200 OK", plain.list_of_copies(sites))
        name, rest = "/".join(parts[:2]), parts[2:]
        if name not in sites:
            return self._not_found(environ, start_response)
        path, prefix = "/".join(rest), f"/{MIRROR}/{name}"
        if not rest:
            return self._redirect(environ, start_response, f"{prefix}/")
        if not path:
            return self._to_language(environ, start_response, sites[name], prefix)
        if rest[0] == "media" and len(rest) == 2:
            media = self.copies.media(name, rest[1])
            if media is not None:
                return send_media(environ, start_response, media, self._always)
        found = self.copies.find(f"{name}/{path}index.html" if rest[-1] == "" else f"{name}/{path}")
        if found and "" not in rest[:-1] and not path.endswith((".br", ".gz", ".html", ".json")):
            return self._send(environ, start_response, found)
        if rest[-1] and self.copies.find(f"{name}/{path}/index.html"):
            return self._redirect(environ, start_response, f"{prefix}/{path}/")
        start = plain.not_found(f"{prefix}/")
        return self._html(environ, start_response, "404 Not Found", start)

    def _moved(
        self,
        environ: Environ,
        start_response: StartResponse,
        slug: str,
        site: dict[str, Any],
        path: str,
        prefix: str,
    ) -> Iterable[bytes]:
        if not path.endswith("/") and self.files.find(f"{slug}/{path}/index.html"):
            return self._redirect(environ, start_response, f"{prefix}/{path}/")
        old = self.files.redirects(slug)
        address = normalised(path, environ.get("QUERY_STRING", ""))
        text_view = address.endswith("/texte/")
        for candidate in (address, without_language(address), address.removesuffix("texte/")):
            if candidate not in old:
                continue
            target = old[candidate]
            if target is None:
                return self._missing(environ, start_response, slug, site, path, prefix, "410 Gone")
            tail = "texte/" if text_view and candidate != address else ""
            return self._redirect(environ, start_response, f"{prefix}/{target}{tail}")
        return self._missing(environ, start_response, slug, site, path, prefix, "404 Not Found")

    def _send(self, environ: Environ, start_response: StartResponse, found: Any) -> Iterable[bytes]:
        encoding = _encoding(environ, found)
        etag = f'"{found.etag}{"-" + encoding if encoding else ""}"'
        headers = [
            ("Content-Type", found.kind),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
            ("ETag", etag),
            ("Content-Security-Policy", found.policy),
            *self._always,
        ]
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and (etag in known or known == "*"):
            start_response("304 Not Modified", headers)
            return []
        body = found.body(encoding)
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _to_language(
        self, environ: Environ, start_response: StartResponse, site: dict[str, Any], prefix: str
    ) -> Iterable[bytes]:
        languages = site["locales"]
        if not languages:
            return self._not_found(environ, start_response)
        wanted = _preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        language = next((code for code in wanted if code in languages), languages[0])
        headers = [("Vary", "Accept-Language"), ("Cache-Control", "no-cache")]
        return self._html(
            environ,
            start_response,
            "302 Found",
            b"",
            [*headers, ("Location", f"{prefix}/{language}/")],
        )

    def _redirect(
        self, environ: Environ, start_response: StartResponse, target: str, *, keep: bool = False
    ) -> Iterable[bytes]:
        location = quote(target, safe="/%")
        # Two slashes at the start would lead to another host.
        location = "/" + location.lstrip("/")
        if keep and environ.get("QUERY_STRING"):
            location += f"?{environ['QUERY_STRING']}"
        headers = [("Location", location), ("Cache-Control", "max-age=3600")]
        return self._html(environ, start_response, "301 Moved Permanently", b"", headers)

    def _missing(
        self,
        environ: Environ,
        start_response: StartResponse,
        slug: str,
        site: dict[str, Any],
        path: str,
        prefix: str,
        status: str,
    ) -> Iterable[bytes]:
        """Say, in the language of the address or else of the reader, that nothing is there."""
        languages = site["locales"]
        wanted = [path.split("/")[0], *_preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""))]
        language = next((code for code in [*wanted, *languages] if code in languages), "")
        found = self.files.missing(slug, language, f"{prefix}/") if language else None
        if found is None:
            return self._html(environ, start_response, status, plain.not_found())
        encoding = _encoding(environ, found)
        headers = [("Cache-Control", "no-cache"), ("Vary", "Accept-Encoding, Accept-Language")]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        body = found.body(encoding)
        return self._html(environ, start_response, status, body, headers, found.policy)

    def _no_icon(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what browsers ask by themselves: no page for it, and not again for a week."""
        headers = [("Cache-Control", "max-age=604800")]
        return self._html(environ, start_response, "404 Not Found", b"", headers)

    def _not_found(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self._html(environ, start_response, "404 Not Found", plain.not_found())

    def _html(
        self,
        environ: Environ,
        start_response: StartResponse,
        status: str,
        body: bytes,
        headers: Headers | None = None,
        content_policy: str = "",
    ) -> Iterable[bytes]:
        start_response(
            status,
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", content_policy or policy(body)),
                *(headers or [("Cache-Control", "no-cache")]),
                *self._always,
            ],
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Django answer; when its database does not, say so in words of our own."""
        behind = self._behind or self.load()
        if behind is None and self._lock.locked():
            return self._starting(environ, start_response)
        if behind is None:
            return self._closed(environ, start_response)
        failed = False

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            nonlocal failed
            failed = status.startswith("500") and FAILURE in environ
            return None if failed else start_response(status, headers, *filter(None, [exc_info]))

        try:
            answer = behind(environ, start)
        except Exception:
            logger.exception("Django could not answer.")
            return self._closed(environ, start_response)
        if not failed:
            return answer
        if close := getattr(answer, "close", None):
            close()
        return self._closed(environ, start_response)

    def load(self) -> Wsgi | None:
        """Load the application behind and give it; None when it cannot start or takes long.

        Whatever keeps it from starting, an update of the database for example, the sites go on: so
        nobody waits here for more than a few seconds.
        """
        if not self._lock.acquire(timeout=self._patience):
            return None
        try:
            if self._behind is None:
                self._behind = self._load_behind()
        except Exception as error:
            from django.db import OperationalError

            # A database that is away is nothing to look for in the program.
            is_away = isinstance(error, OperationalError)
            logger.error("The desk could not be started: %s", error, exc_info=not is_away)
        finally:
            self._lock.release()
        return self._behind

    def _starting(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        headers = [("Retry-After", "5"), ("Cache-Control", "no-store")]
        if _is_reading(environ):
            headers.append(("Refresh", "5"))
        status = "503 Service Unavailable"
        return self._html(environ, start_response, status, plain.is_starting(), headers)

    def _closed(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        headers = [("Retry-After", "60"), ("Cache-Control", "no-store")]
        if environ.get(FAILURE) == DISK_FULL:
            status, body = "507 Insufficient Storage", plain.disk_is_full()
        else:
            status, body = "503 Service Unavailable", plain.desk_is_closed()
        return self._html(environ, start_response, status, body, headers)


def _host(environ: Environ) -> str:
    host = str(environ.get("HTTP_HOST", environ.get("SERVER_NAME", "")))
    name, _colon, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower().rstrip(".")


def _is_reading(environ: Environ) -> bool:
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"}


def _accepted(header: str) -> Iterator[str]:
    """Give the encodings a browser takes, the best first."""
    refused = {
        name.strip()
        for name, _, weight in (each.partition(";") for each in header.split(","))
        if weight.replace(" ", "") in {"q=0", "q=0.0"}
    }
    offered = {each.partition(";")[0].strip() for each in header.split(",")} - refused
    for code in ("br", "gzip"):
        if code in offered:
            yield code


def _encoding(environ: Environ, found: Any) -> str:
    """Give the encoding in which a baked file goes out; "" for none."""
    accepted = _accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return next((code for code in accepted if code in found.bodies), "")


def _preferred(header: str) -> Iterator[str]:
    """Give the languages of an Accept-Language header without regions, the dearest first."""
    weighed = []
    for place, each in enumerate(header.split(",")[:20]):
        code, _, weight = each.partition(";")
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            value = 0.0
        weighed.append((-value, place, code.strip().partition("-")[0].lower()))
    return (code for value, _, code in sorted(weighed) if value)


def _name(site: dict[str, Any]) -> str:
    return next((text for text in site["name"].values() if text), "?")
