"""What every answer of Django carries: headers that shut the page in, and less weight."""

import re
import secrets
from collections.abc import Callable
from typing import Any, TypeGuard

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence, compress_string

from kafo.desk.content_policy import DESK, editor_policy

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS_POLICY = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "browsing-topics=()"
)

_FOR_NODES = {"Cache-Control", "Content-Length", "Content-Range", "Content-Type", "ETag"}


def is_at_desk(request: HttpRequest) -> bool:
    """Say whether the address is one that staff sign in to."""
    return request.path.startswith(("/desk/", "/editor/"))


def _is_page(response: HttpResponseBase) -> TypeGuard[HttpResponse]:
    kind = response.headers.get("Content-Type", "")
    return isinstance(response, HttpResponse) and kind.startswith("text/html")


class BareAnswersMiddleware:
    """Takes what only a browser reads from an answer that its view meant for another node.

    On a slow line those headers would weigh more than what was asked for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(response, "is_for_nodes", False):
            for name in [name for name in response.headers if name not in _FOR_NODES]:
                del response.headers[name]
        return response


class SecurityHeadersMiddleware:
    """Sets what Django's own SecurityMiddleware leaves out; a view's own header wins."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "is_dummy", False):
            # Wagtail asks itself for a page to preview; the answer that carries it decides.
            return response
        if not response.has_header("Content-Security-Policy"):
            response.headers["Content-Security-Policy"] = (
                editor_policy(response.content.decode())
                if request.path.startswith("/editor/") and _is_page(response)
                else DESK
            )
        if is_at_desk(request):  # also what no view answers: a lost page still names who is there
            response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class DeskLanguageMiddleware:
    """The desk speaks the account's language, else the browser's, if it is complete in it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_at_desk(request):
            own = getattr(request.user, "language", None)
            wanted = [own, translation.get_language(), settings.LANGUAGE_CODE]
            code = next(code for code in wanted if code in settings.KAFO_DESK_LANGUAGES)
            translation.activate(code)
            request.LANGUAGE_CODE = code
        return self.get_response(request)


_COMPRESSIBLE = re.compile(r"text/|application/(json|javascript|xml|\w+\+xml)|image/svg\+xml")
_SHORT = 200
_MOST_PADDING = 100


class CompressMiddleware:
    """Brotli where the browser takes it, else gzip.

    The length of a compressed page can betray a secret in it to one who can make the browser ask
    for it again and again with guesses. Random padding hides the difference, as Django does it
    for gzip.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if response.has_header("Content-Encoding") or not _COMPRESSIBLE.match(kind):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        accepted = request.headers.get("Accept-Encoding", "")
        if isinstance(response, StreamingHttpResponse):
            if "gzip" in accepted and not response.is_async:
                parts: Any = response.streaming_content
                response.streaming_content = compress_sequence(
                    parts, max_random_bytes=_MOST_PADDING
                )
                response.headers["Content-Encoding"] = "gzip"
                del response.headers["Content-Length"]
        elif isinstance(response, HttpResponse) and len(response.content) >= _SHORT:
            self._compress(response, kind, accepted)
        return response

    def _compress(self, response: HttpResponse, kind: str, accepted: str) -> None:
        if re.search(r"\bbr\b", accepted):
            body = response.content
            if kind.startswith("text/html"):
                body += b"<!--%s-->" % secrets.token_hex(secrets.randbelow(_MOST_PADDING)).encode()
            body, encoding = brotli.compress(body, quality=5), "br"
        elif re.search(r"\bgzip\b", accepted):
            body = compress_string(response.content, max_random_bytes=_MOST_PADDING)
            encoding = "gzip"
        else:
            return
        response.content = body
        response.headers["Content-Encoding"] = encoding
        response.headers["Content-Length"] = str(len(body))
        if (tag := response.headers.get("ETag", "")).startswith('"'):
            response.headers["ETag"] = f"W/{tag}"
