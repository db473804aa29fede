"""The frame's own pages: start, language, style sheet."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from kafo.desk.assets import assets
from kafo.desk.menu import panels_for
from kafo.desk.permissions import Anyone, SignedIn
from kafo.desk.views.pages import DeskView
from kafo.records.errors import NotVisible


class StartView(DeskView):
    """The first page after signing in: what waits for one."""

    policy = SignedIn()
    template_name = "desk/start.html"

    def get_title(self) -> str:
        account: Any = self.request.user
        return _("Hello %(name)s") % {"name": account.get_short_name()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(panels=panels_for(self.request), **kwargs)


class LanguageView(DeskView):
    """Changes the language of the desk for the account and goes back to the page."""

    policy = SignedIn()
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        code = request.POST.get("language", "")
        if code in settings.KAFO_DESK_LANGUAGES:
            account: Any = request.user
            account.language = code
            account.save(update_fields=["language"])
        target = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
            target = reverse("desk:start")
        return HttpResponseRedirect(target)


class AssetView(View):
    """A file of the frame under an address that changes with its content."""

    policy = Anyone()

    def get(self, request: HttpRequest, digest: str, name: str) -> HttpResponseBase:
        asset = assets().get(name)
        if asset is None:
            raise NotVisible
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = next((code for code in ("br", "gzip") if code in accepted), "")
        response = HttpResponse(asset.bodies[encoding], content_type=asset.kind)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
        # An address of an older page still gets the file, but nobody keeps it under that name.
        is_current = digest == asset.digest
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_current else "no-cache"
        )
        return response
