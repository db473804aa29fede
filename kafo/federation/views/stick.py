"""By stick: the same bytes in a file, for offices that no line reaches."""

import tempfile
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Sum
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kafo.desk.forms import errors_in_order
from kafo.desk.views import DeskView
from kafo.federation import permissions
from kafo.federation.forms import BundleForm, ReceivedForm
from kafo.federation.models import Log
from kafo.federation.queries import peer_offices, roster
from kafo.federation.reading import words_of
from kafo.federation.services.attachments import size_of_files
from kafo.federation.services.bundling import read_bundle, write_bundle
from kafo.federation.services.carrying import MAX_FILES
from kafo.federation.sizes import size_words
from kafo.federation.views.proposals import require_node
from kafo.records.errors import Refused


def office_choices() -> list[tuple[str, str]]:
    """Give the offices that a bundle can be written for, each with what it would weigh."""
    known, node = roster(), require_node()
    sizes = dict(Log.objects.order_by().values_list("pk").annotate(Sum("frames__size")))
    logs = list(Log.objects.filter(sequence__gt=0))
    choices = []
    for entry in peer_offices():
        if known is None or not entry.recipient or entry.is_revoked:
            continue
        readable = [log for log in logs if known.reads(log.audience, log.office.bytes, entry.id)]
        size = sum(sizes.get(log.pk) or 0 for log in readable)
        size += size_of_files(node, readable, MAX_FILES)
        choices.append((entry.id.hex(), f"{entry.name} ({size_words(size)})"))
    return choices


class StickView(DeskView):
    """Two doors: take a bundle with you, read one that came."""

    policy = permissions.offices
    action = "carry"
    title = gettext_lazy("By stick")
    template_name = "federation/stick.html"
    back_url_name = "federation:offices"
    back_label = gettext_lazy("Other offices")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        require_node()
        choices = office_choices()
        kwargs.setdefault("bundle", BundleForm(choices))
        kwargs.setdefault("received", ReceivedForm())
        return super().get_context_data(choices=choices, errors=[], **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "bundle" in request.FILES or "read" in request.POST:
            return self._read(request)
        return self._write(request)

    def _write(self, request: HttpRequest) -> HttpResponseBase:
        form = BundleForm(office_choices(), request.POST)
        if not form.is_valid():
            return self._again(form, bundle=form)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
        write_bundle(
            actor=request.user,
            node=require_node(),
            offices=[UUID(hex=each) for each in form.cleaned_data["offices"]],
            file=file,
        )
        file.seek(0)
        name = f"kafo-{timezone.localdate():%Y-%m-%d}.tar"
        return FileResponse(file, as_attachment=True, filename=name)

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        form = ReceivedForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._again(form, received=form)
        file = form.cleaned_data["bundle"]
        try:
            reading = read_bundle(actor=request.user, node=require_node(), file=file)
        except Refused as error:
            form.add_error("bundle", str(error))
            return self._again(form, received=form)
        return self.render_to_response(
            self.get_context_data(words=words_of(reading), size=size_words(file.size))
        )

    def _again(self, form: forms.Form, **shown: Any) -> HttpResponseBase:
        context = self.get_context_data(**shown)
        return self.render_to_response({**context, "errors": errors_in_order(form)}, status=422)
