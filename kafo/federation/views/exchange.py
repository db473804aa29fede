"""The addresses of the exchange. Each only reads the request and passes on to services."""

import re
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.models import Frame, Log
from kafo.federation.node import Node, node_of
from kafo.federation.queries import line
from kafo.federation.services import answering, attachments, joining
from kafo.federation.wire import cbor
from kafo.records.errors import TryAgain

MAX_HELLO = 256 * 1024
CHUNK = 8 * 1024
_KIND = "application/cbor-seq"
_View = Callable[..., HttpResponseBase]


def _answers(*methods: str) -> Callable[[_View], _View]:
    """Make a view of the exchange: strangers find nothing there, a peer's mistakes are its own."""

    def decorate(view: _View) -> _View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, **where: Any) -> HttpResponseBase:
            node = node_of("default")
            if node is None or request.method not in methods:
                raise Http404
            if line().is_cut:  # nobody is a stranger because of it
                return HttpResponse(status=503)
            try:
                response = view(request, node, **where)
            except Untrusted as error:
                raise Http404 from error
            except Malformed:
                return HttpResponse(status=400)
            except TryAgain:
                return HttpResponse(status=503)
            if request.method != "POST":  # whose answer nobody keeps
                response["Cache-Control"] = "no-store"
            # No browser can ask for it: of those, some could only read a public log.
            response.is_for_nodes = request.method == "POST" or "Authorization" in request.headers  # type: ignore[attr-defined]
            return response

        return answer

    return decorate


@_answers("POST")
def hello(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Open an exchange."""
    try:
        answer = answering.answer_hello(node, _body(request, MAX_HELLO))
    except Malformed as error:
        raise Http404 from error
    return HttpResponse(answer, content_type=_KIND)


@_answers("POST")
def join(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Take the key of a new server that knows the code of an invitation."""
    return _by_code(request, node, joining.answer_newcomer)


@_answers("POST")
def join_home(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Give a new server what only its office may read, once the pen was laid down for it."""
    return _by_code(request, node, joining.home_bundle)


@_answers("POST")
def join_held(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Hear from a new server that it holds what it was given."""
    return _by_code(request, node, joining.answer_held)


def _by_code(
    request: HttpRequest, node: Node, answer: Callable[[Node, bytes], bytes]
) -> HttpResponseBase:
    try:
        return HttpResponse(answer(node, _body(request, MAX_HELLO)), content_type=_KIND)
    except Malformed as error:
        raise Http404 from error


@_answers("POST")
def rosters(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Take newer versions of the roster."""
    _client(request, node)
    match cbor.decode(_body(request, MAX_HELLO)):
        case [*documents] if all(isinstance(each, bytes) for each in documents):
            answering.take_rosters(node, documents)
    return HttpResponse(status=204)


@_answers("GET", "POST")
def frames(
    request: HttpRequest, node: Node, office: uuid.UUID, audience: str, after: int, edition: int
) -> HttpResponseBase:
    """Give the frames after a sequence, from any byte on; or take them."""
    if request.method == "POST":
        return _take(request, node, office, audience, after, edition)
    if audience == "public":
        log = Log.objects.using(node.using).filter(office=office, audience=audience).first()
        if log is None:
            raise Http404
    else:
        log = answering.readable_log(node, _client(request, node), office, audience)
    size = (
        Frame.objects.using(node.using)
        .filter(log=log, sequence__gt=after, is_void=False)
        .aggregate(size=Sum("size"))["size"]
        or 0
    )
    skip = _skip(request)
    if skip and skip >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    parts = _begun(answering.frames_after(log, after, edition, skip))
    status = 206 if skip else 200
    response: HttpResponseBase
    if size - skip > answering.PIECE:
        response = StreamingHttpResponse(parts, content_type=_KIND, status=status)
    else:  # with its head in one packet
        response = HttpResponse(b"".join(parts), content_type=_KIND, status=status)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(size - skip)
    if skip:
        response["Content-Range"] = f"bytes {skip}-{size - 1}/{size}"
    return response


@_answers("GET", "POST")
def snapshot(
    request: HttpRequest, node: Node, office: uuid.UUID, audience: str
) -> HttpResponseBase:
    """Give the state of a log, from any byte on; or take it."""
    client = _client(request, node)
    if request.method == "POST":
        head = answering.Head(office, audience, 1, 0, b"")
        position, at, of = (
            _position(request, "state"),
            _number(request, "at"),
            _number(request, "of"),
        )
        data = _body(request, answering.PIECE)
        there = answering.take_snapshot(node, client, head, position, at, of, data)
        return HttpResponse(cbor.encode(there), content_type=_KIND)
    log = answering.readable_log(node, client, office, audience)
    begun = re.fullmatch(r'"(\d{1,12})\.(\d{1,12})"', request.headers.get("If-Range", ""))
    position, first, size, parts = answering.snapshot_from(
        node,
        log,
        _position(request, "least"),
        (int(begun[1]), int(begun[2])) if begun else (0, 0),
        _skip(request),
    )
    response = StreamingHttpResponse(parts, content_type=_KIND, status=206 if first else 200)
    response["ETag"] = f'"{position[0]}.{position[1]}"'
    response["Content-Length"] = str(size - first)
    if first:
        response["Content-Range"] = f"bytes {first}-{max(first, size - 1)}/{size}"
    return response


def _skip(request: HttpRequest) -> int:
    wanted = re.fullmatch(r"bytes=(\d{1,12})-", request.headers.get("Range", ""))
    return int(wanted[1]) if wanted else 0


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,12}", given):
        raise Malformed("Where do these bytes belong?")
    return int(given)


def _position(request: HttpRequest, name: str) -> tuple[int, int]:
    given = re.fullmatch(r"([0-9]{1,12})\.([0-9]{1,12})", request.GET.get(name, "0.0"))
    if not given:
        raise Malformed("Where do these bytes belong?")
    return int(given[1]), int(given[2])


@_answers("GET", "POST")
def offered(request: HttpRequest, node: Node) -> HttpResponseBase:
    """Say which files are missing here; or which of those it asks for the client gets here."""
    client = _client(request, node)
    if request.method == "GET":
        found = attachments.missing_files(node, client)
        listed = [[bytes.fromhex(sha256), there] for sha256, there in found]
        return HttpResponse(cbor.encode(listed), content_type=_KIND)
    match cbor.decode(_body(request, MAX_HELLO)):
        case [*hashes]:
            given = attachments.offered_files(node, client, hashes)
            return HttpResponse(cbor.encode(given), content_type=_KIND)
    raise Malformed("These are no hashes of files.")


@_answers("GET", "POST")
def file(request: HttpRequest, node: Node, sha256: str) -> HttpResponseBase:
    """Give a file, or the piece of it that was asked for; or take it."""
    client = _client(request, node)
    if request.method == "POST":
        data = _body(request, attachments.PIECE)
        there = attachments.take_file(node, client, sha256, _number(request, "at"), data)
        return HttpResponse(cbor.encode(there), content_type=_KIND)
    path = attachments.readable_file(node, client, sha256)
    size = path.stat().st_size
    wanted = re.fullmatch(r"bytes=(\d{1,12})-(\d{1,12})?", request.headers.get("Range", ""))
    first = int(wanted[1]) if wanted else 0
    end = min(size, int(wanted[2]) + 1) if wanted and wanted[2] else size
    if first >= end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    parts = attachments.pieces_of(path, first, end)
    kind = "application/octet-stream"
    response = StreamingHttpResponse(parts, content_type=kind, status=206 if wanted else 200)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(end - first)
    if wanted:
        response["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return response


def _take(
    request: HttpRequest, node: Node, office: uuid.UUID, audience: str, after: int, edition: int
) -> HttpResponseBase:
    client = _client(request, node)
    head = answering.Head(office, audience, 1, 0, b"")
    taken = offset = _number(request, "at")
    while data := request.read(CHUNK):
        taken = answering.take_frames(node, client, head, after, edition, offset, data)
        offset += len(data)
    return HttpResponse(cbor.encode(taken), content_type=_KIND)


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Let what is wrong show before the answer begins."""
    first = next(parts, b"")

    def all_parts() -> Iterator[bytes]:
        yield first
        yield from parts

    return all_parts()


def _body(request: HttpRequest, at_most: int) -> bytes:
    data = request.read(at_most + 1)
    if len(data) > at_most:
        raise Malformed("Too much at once.")
    return bytes(data)


def _client(request: HttpRequest, node: Node) -> uuid.UUID:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not re.fullmatch(r"[0-9a-f]{32}", token):
        raise Untrusted("Say hello first.")
    return answering.client_of(node, bytes.fromhex(token))
