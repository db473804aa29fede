"""Uploads in pieces by the tus protocol 1.0: core, creation and termination."""

import base64
import binascii
from contextlib import suppress
from math import ceil
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from kafo.desk.views import DeskView
from kafo.publishing.permissions.editing import file_policy
from kafo.publishing.services.files import MAX_BYTES
from kafo.publishing.services.uploads import (
    WrongOffset,
    begin_upload,
    drop_upload,
    find_upload,
    keep_file,
    receive_piece,
)
from kafo.records.errors import NotVisible, Refused, TryAgain

VERSION = "1.0.0"


class KeepsFile:
    """Before a form with a picture: what was sent is kept when the form is shown again."""

    request: HttpRequest

    def render(self, form: Any, token: str = "", version: str = "") -> HttpResponseBase:
        file = self.request.FILES.get("file")
        if file and "file" not in form.errors:
            with suppress(Refused):  # the form says it itself
                kept = keep_file(actor=self.request.user, file=file)
                form.initial["upload"] = str(kept.pk)
                if form.is_bound:
                    form.data = form.data.copy()
                    form.data[form.add_prefix("upload")] = str(kept.pk)
        self._say_what_is_here(form)
        answer: HttpResponseBase = super().render(form, token, version)  # type: ignore[misc]
        return answer

    def _say_what_is_here(self, form: Any) -> None:
        try:
            upload = find_upload(actor=self.request.user, pk=UUID(form["upload"].value() or ""))
        except (ValueError, NotVisible):
            return
        if upload.is_complete:
            words = gettext("The picture has arrived: {all} kB.")
            form.fields["file"].help_text = words.format(all=ceil(upload.size / 1000))


class _Tus(DeskView):
    """Whoever may add a picture may send one; others' uploads do not exist."""

    policy = file_policy
    action = "add"

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            response: HttpResponseBase = HttpResponse(status=412)
            response.headers["Tus-Version"] = VERSION
        else:
            try:
                response = super().answer(request, *args, **kwargs)
            except WrongOffset as error:
                response = HttpResponse(str(error), status=409, content_type="text/plain")
                response.headers["Upload-Offset"] = str(error.at)
            except TryAgain as error:
                response = HttpResponse(str(error), status=423, content_type="text/plain")
            except Refused as error:
                response = HttpResponse(str(error), status=413, content_type="text/plain")
        response.headers["Tus-Resumable"] = VERSION
        return response


class UploadBegin(_Tus):
    http_method_names = ["post", "options"]

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(
            status=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": "creation,termination",
                "Tus-Max-Size": str(MAX_BYTES),
            },
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.headers.get("Upload-Length", "")
        if not (length.isdecimal() and len(length) < 13):
            return HttpResponse(status=400)
        name = _metadata(request.headers.get("Upload-Metadata", "")).get("filename", "")
        upload = begin_upload(actor=request.user, name=name, size=int(length))
        return HttpResponse(
            status=201, headers={"Location": reverse("pages:upload", args=[upload.pk])}
        )


class UploadPiece(_Tus):
    http_method_names = ["head", "patch", "delete", "options"]

    def head(self, request: HttpRequest, pk: Any) -> HttpResponse:
        upload = find_upload(actor=request.user, pk=pk)
        return HttpResponse(
            headers={"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)}
        )

    def patch(self, request: HttpRequest, pk: Any) -> HttpResponse:
        if request.content_type != "application/offset+octet-stream":
            return HttpResponse(status=415)
        offset = request.headers.get("Upload-Offset", "")
        if not (offset.isdecimal() and len(offset) < 13):
            return HttpResponse(status=400)
        upload = receive_piece(actor=request.user, pk=pk, offset=int(offset), stream=request)
        return HttpResponse(status=204, headers={"Upload-Offset": str(upload.offset)})

    def delete(self, request: HttpRequest, pk: Any) -> HttpResponse:
        drop_upload(actor=request.user, pk=pk)
        return HttpResponse(status=204)


def _metadata(header: str) -> dict[str, str]:
    """Read `name base64, name base64`; what cannot be read is left out."""
    found = {}
    for pair in header.split(","):
        name, _mark, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode().replace("\0", "")
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
