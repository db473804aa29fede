"""The back office with few doors, in plain words, and shut between sites."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import PublishingPanel
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.admin.views.pages.listing import GenericPageFilterSet, PageFilterSet
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from kafo.publishing.models import Place, SitePage
from kafo.publishing.permissions.editing import file_policy, page_policy
from kafo.publishing.permissions.places import place_policy
from kafo.publishing.queries.showing import why_unseen
from kafo.records.errors import NotVisible

MENU = {"explorer", "images", "documents", "desk"}


def _used_by(page: Any) -> set[tuple[Any, str]]:
    """Give model and id of all that a page shows or links to in the house."""
    used = set()
    for name in ("picture", "document", "place"):
        if value := getattr(page, f"{name}_id", None):
            used.add((page._meta.get_field(name).related_model, str(value)))
    body = page._meta.get_field("body")
    used |= {(model, str(pk)) for model, pk, *_paths in body.extract_references(page.body)}
    return used


class EditorPageForm(WagtailAdminPageForm):
    """Refuses what belongs to another site: its pictures, documents, places and unseen pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An original has nothing to follow, a translation nothing that follows it.
        unused = "changes_meaning" if self.instance.source_language else "follows_source"
        self.fields.pop(unused, None)

    def _post_clean(self) -> None:
        super()._post_clean()
        # Only now does the page hold what was sent.
        stored = type(self.instance).objects.filter(pk=self.instance.pk).first()
        known = _used_by(stored.get_latest_revision_as_object()) if stored else set()
        new = (_used_by(self.instance) | self._sent()) - known
        if not all(self._may_use(model, pk) for model, pk in new):
            # Not an error in the form: shown again, it would give the names of what was asked for.
            raise NotVisible

    def _sent(self) -> set[tuple[Any, str]]:
        """Give what the form holds, also where it did not come to the page for another error."""
        sent = set()
        for name in {"picture", "document", "place"} & self.fields.keys():
            if value := self[name].value():
                sent.add((type(self.instance)._meta.get_field(name).related_model, str(value)))
        if "body" in self.fields:
            body = type(self.instance)._meta.get_field("body")
            references = body.extract_references(self["body"].value())
            sent |= {(model, str(pk)) for model, pk, *_paths in references}
        return sent

    def _may_use(self, model: Any, pk: str) -> bool:
        try:
            found = model._default_manager.filter(pk=pk).first()
        except (ValueError, ValidationError):  # no id at all
            return True
        if found is None:
            return True
        if isinstance(found, (get_image_model(), get_document_model())):
            return file_policy.may(self.for_user, "view", found)
        if isinstance(found, Place):
            return place_policy.may(self.for_user, "view", found)
        if isinstance(found, Page):
            return found.live or page_policy.may(self.for_user, "view", found)
        return True


# A page that was there before may link to what its writer cannot see; it is not asked again.
SitePage.base_form_class = EditorPageForm
# No privacy: what is published is baked for everybody.
SitePage.settings_panels = [PublishingPanel()]
SitePage.preview_sizes = [
    {
        "name": "mobile",
        "icon": "mobile-alt",
        "device_width": 360,
        "label": gettext_lazy("Small phone, 360 points"),
    },
    {
        "name": "desktop",
        "icon": "desktop",
        "device_width": 1280,
        "label": gettext_lazy("Computer"),
    },
]
# These filters offer the names of all sites and of everybody who ever wrote on one.
for _filters in (PageFilterSet, GenericPageFilterSet):
    for _name in ("site", "owner", "edited_by"):
        _filters.base_filters.pop(_name, None)
        _filters.declared_filters.pop(_name, None)


@hooks.register("register_admin_menu_item")
def desk_item() -> MenuItem:
    """Lead back to the desk."""
    return MenuItem(gettext_lazy("To the desk"), reverse("desk:start"), "desk", icon_name="home")


@hooks.register("construct_main_menu")
def few_items(request: HttpRequest, items: list[Any]) -> None:
    """Pages, pictures, documents; the rest is closed anyway."""
    items[:] = [item for item in items if item.name in MENU]


@hooks.register("construct_homepage_panels")
def few_panels(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for one's approval; lists of what one did elsewhere would name other sites."""
    panels[:] = [panel for panel in panels if isinstance(panel, WorkflowObjectsToModeratePanel)]


@hooks.register("construct_page_chooser_queryset")
def own_pages(pages: Any, request: HttpRequest) -> Any:
    """Offer the pages of one's sites only."""
    return page_policy.visible_to(request.user, pages)


@hooks.register("construct_explorer_page_queryset")
def own_pages_in_explorer(parent: Page, pages: Any, request: HttpRequest) -> Any:
    """Show the pages of one's sites only."""
    return page_policy.visible_to(request.user, pages)


@hooks.register("insert_global_admin_css")
def few_buttons() -> SafeString:
    """Hide what leads to closed doors."""
    return format_html('<link rel="stylesheet" href="{}">', static("publishing/back_office.css"))


@hooks.register("construct_page_listing_buttons")
def few_listing_buttons(buttons: list[Any], page: Page, user: Any, context: Any = None) -> None:
    """Leave out moving, copying and sorting, which change addresses behind readers' backs."""
    _keep_open(buttons)


@hooks.register("construct_page_action_menu")
def few_actions(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Put publishing first where one may publish."""
    items.sort(key=lambda item: item.name != "action-publish")


def _keep_open(buttons: list[Any]) -> None:
    closed = ("/move/", "/copy/", "/set_position/", "/convert_alias/", "/usage/")
    buttons[:] = [
        button
        for button in buttons
        if not any(part in str(getattr(button, "url", "") or "") for part in closed)
    ]


@hooks.register("after_publish_page")
def say_what_readers_do_not_see(request: HttpRequest, page: Page) -> None:
    """Tell the editor when the page could not be baked, on a full disk for example."""
    if why := why_unseen(page):
        messages.warning(request, why)


@hooks.register("before_delete_page")
def keep_home_pages(request: HttpRequest, page: Page) -> Any:
    """A site without a home page answers nobody; nobody deletes it from here."""
    if page.depth <= 2:
        raise PermissionDenied
