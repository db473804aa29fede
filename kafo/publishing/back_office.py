"""Wagtail's back office at /editor/: pages, pictures and documents, and nothing else.

Two doors stand before each of its views. The first knows by name which are open; a view that an
update of Wagtail brings is closed until somebody opens it here. The second looks at the page,
picture or document in the address: who has no mandate there gets the same 404 as for one that
does not exist, whatever the view itself would check.
"""

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.functional import lazy
from django.utils.translation import get_language, override
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog
from wagtail.admin import urls as wagtail_urls
from wagtail.admin.icons import get_icons
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.utils.urlpatterns import decorate_urlpatterns

from kafo.people.queries import may
from kafo.publishing.permissions.editing import WRITE, file_policy, page_policy
from kafo.publishing.static_files import YEAR, digest
from kafo.publishing.views.page_acts import PREVIEW_POLICY
from kafo.publishing.views.pictures import DocumentFile
from kafo.records.errors import NotVisible

OPEN = frozenset(
    [
        "wagtailadmin_home",
        "wagtailadmin_logout",
        "wagtailadmin_dismissibles",
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_explore_root",
        "wagtailadmin_explore",
        "wagtailadmin_explore_results",
        "wagtailadmin_api:pages:listing",
        "wagtailadmin_pages:add",
        "wagtailadmin_pages:add_subpage",
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_add",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailadmin_pages:view_draft",
        "wagtailadmin_pages:delete",
        "wagtailadmin_pages:unpublish",
        "wagtailadmin_pages:search",
        "wagtailadmin_pages:search_results",
        "wagtailadmin_pages:workflow_action",
        "wagtailadmin_pages:collect_workflow_action_data",
        "wagtailadmin_pages:confirm_workflow_cancellation",
        "wagtailadmin_pages:workflow_preview",
        "wagtailadmin_pages:revisions_view",
        "wagtailadmin_pages:revisions_revert",
        "wagtailadmin_pages:revisions_compare",
        "wagtailadmin_pages:revisions_unschedule",
        "wagtailadmin_pages:history",
        "wagtailadmin_pages:history_results",
        "wagtailadmin_pages:lock",
        "wagtailadmin_pages:unlock",
        "wagtailadmin_choose_page",
        "wagtailadmin_choose_page_child",
        "wagtailadmin_choose_page_search",
        "wagtailadmin_choose_page_external_link",
        "wagtailadmin_choose_page_email_link",
        "wagtailadmin_choose_page_phone_link",
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_editing_sessions:release",
        "wagtailimages:index",
        "wagtailimages:index_results",
        "wagtailimages:add",
        "wagtailimages:edit",
        "wagtailimages:delete",
        "wagtailimages_chooser:choose",
        "wagtailimages_chooser:choose_results",
        "wagtailimages_chooser:chosen",
        "wagtailimages_chooser:create",
        "wagtaildocs:index",
        "wagtaildocs:index_results",
        "wagtaildocs:add",
        "wagtaildocs:edit",
        "wagtaildocs:delete",
        "wagtaildocs_chooser:choose",
        "wagtaildocs_chooser:choose_results",
        "wagtaildocs_chooser:chosen",
        "wagtaildocs_chooser:create",
    ]
)
# Screens that something else stands for; Wagtail's own templates link to them.
STANDS_FOR = {
    "wagtailadmin_login": "desk:start",
    "wagtailadmin_account": "desk:start",
    "wagtailimages:add_multiple": "wagtailimages:add",
    "wagtaildocs:add_multiple": "wagtaildocs:add",
}
WITHOUT_SIGN_IN = {"wagtailadmin_sprite", "wagtailadmin_javascript_catalog", "wagtailadmin_login"}
# Wagtail takes it for granted that forms arrive as its own pages would send them: with this field…
NEEDED_FIELDS = {"wagtailadmin_choose_page_external_link": "external-link-chooser-url"}
# … with numbers in these, and with a path to go to afterwards.
NUMBERS = re.compile(r"(?:.+-count|.+-order|.+_FORMS|revision_id)")
MOST_DIGITS = 18
# Asked for one type of page, the chooser opens at what all pages of that type have above them,
# whosever they are: only the question for any type is answered.
CHOOSERS = {"wagtailadmin_choose_page", "wagtailadmin_choose_page_search"}
ANY_TYPE = {"", "wagtailcore.page"}
# These answer with the page as readers will see it, its style inside it.
PREVIEWS = {
    f"wagtailadmin_pages:{name}"
    for name in (
        "preview_on_add",
        "preview_on_edit",
        "view_draft",
        "revisions_view",
        "workflow_preview",
    )
}

PAGE_NAMES = {"page_id", "parent_page_id"}
PICTURE_NAMES = {"image_id"}
DOCUMENT_NAMES = {"document_id"}
# Names in addresses that point at nothing of a site: the views look these up below the page.
OTHER_NAMES = {
    "content_type_app_name",
    "content_type_model_name",
    "action_name",
    "revision_id",
    "revision_id_a",
    "revision_id_b",
    "task_id",
    "task_state_id",
    "session_id",
    "app_label",
}


def _require_visible(account: Any, view_name: str, arguments: dict[str, Any]) -> None:
    for name, value in arguments.items():
        if name in PAGE_NAMES or (name == "pk" and view_name.startswith("wagtailadmin_pages:")):
            page = Page.objects.filter(pk=value).first()
            # The root is above all sites: it shows each account those below that it may see.
            is_root = page is not None and page.depth == 1
            if not is_root:
                _require(page is not None and page_policy.may(account, "view", page))
        elif name in PICTURE_NAMES or (name == "pk" and view_name.startswith("wagtailimages")):
            _require_file(account, get_image_model(), value)
        elif name in DOCUMENT_NAMES or (name == "pk" and view_name.startswith("wagtaildocs")):
            _require_file(account, get_document_model(), value)
        elif name == "object_id":
            page = Page.objects.filter(pk=value).first() if str(value).isdecimal() else None
            _require(page is not None and page_policy.may(account, "view", page))
        elif name == "model_name":
            _require(_is_kind_of_page(arguments["app_label"], value))
        else:
            _require(name in OTHER_NAMES)


def _is_kind_of_page(app_label: str, name: str) -> bool:
    try:
        return issubclass(apps.get_model(app_label, name), Page)
    except LookupError:
        return False


def _require_file(account: Any, model: Any, pk: Any) -> None:
    found = model.objects.filter(pk=pk).first() if str(pk).isdecimal() else None
    _require(found is not None and file_policy.may(account, "view", found))


def _require(holds: bool) -> None:
    if not holds:
        raise NotVisible


def _require_whole(request: HttpRequest, view_name: str) -> None:
    """Refuse a form that Wagtail would stumble over."""
    if not (request.POST.get("next") or "/").startswith("/"):
        raise BadRequest
    if request.method != "POST":
        return
    if NEEDED_FIELDS.get(view_name, "") not in {"", *request.POST}:
        raise BadRequest
    for key in filter(NUMBERS.fullmatch, request.POST):
        value = request.POST[key]
        if not value.isdecimal() or len(value) > MOST_DIGITS:
            raise BadRequest


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Put both doors before a view of Wagtail's."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name not in OPEN and name not in STANDS_FOR:
            raise NotVisible
        if name not in WITHOUT_SIGN_IN:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            _require(may(request.user, WRITE))
        if name in STANDS_FOR:
            return HttpResponseRedirect(reverse(STANDS_FOR[name]))
        _require_visible(request.user, name, kwargs)
        _require_whole(request, name)
        if name in CHOOSERS:
            _require(request.GET.get("page_type", "") in ANY_TYPE)
        try:
            response = view(request, *args, **kwargs)
        except MultiValueDictKeyError as error:
            # Wagtail takes it for granted that a form arrives whole.
            raise BadRequest from error
        if name in PREVIEWS:
            response.headers["Content-Security-Policy"] = PREVIEW_POLICY
        return response

    return answer


@cache_control(private=True, max_age=YEAR, immutable=True)
def sprite(request: HttpRequest) -> HttpResponse:
    """Give Wagtail's icons; the address carries their digest."""
    return HttpResponse(get_icons(), content_type="image/svg+xml; charset=utf-8")


def catalogue(request: HttpRequest, name: str) -> HttpResponseBase:
    """Give the words of Wagtail's scripts; `name` is language and version."""
    language = name.partition("-")[0]
    _require(language in settings.KAFO_DESK_LANGUAGES)
    with override(language):
        response = JavaScriptCatalog.as_view(packages=["wagtail.admin"])(request)
    if name == _catalogue_name(language):
        patch_cache_control(response, private=True, max_age=YEAR, immutable=True)
    else:  # the address of an older page
        patch_cache_control(response, no_cache=True)
    return response


def _catalogue_name(language: str) -> str:
    return f"{language}-{digest()}"


def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponseBase:
    """Give a document to those who may see it; readers have it from the page that offers it."""
    return DocumentFile.as_view()(request, pk=document_id)


urlpatterns = [
    path("sprite/", sprite),
    path("document/<int:document_id>/<str:document_filename>", document, name="wagtaildocs_serve"),
    path("words/<slug:name>/", catalogue),
    *decorate_urlpatterns(list(wagtail_urls.urlpatterns), guarded),
    # Last, so that Wagtail's templates find this address under their own name for it.
    path(
        lazy(lambda: f"words/{_catalogue_name(get_language() or 'fr')}/", str)(),
        catalogue,
        name="wagtailadmin_javascript_catalog",
    ),
]
