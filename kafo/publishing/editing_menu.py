"""What writing hangs into the frame of the desk, and into Wagtail."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from kafo.desk.menu import register_menu_item, register_panel
from kafo.people.queries import may, show_page_acts
from kafo.publishing.acts import register_page_acts
from kafo.publishing.models import PublicSite
from kafo.publishing.permissions.editing import WRITE, register_policies
from kafo.publishing.queries.editing import waiting_for
from kafo.publishing.services.names import settle_names
from kafo.publishing.services.uploads import forget_uploads
from kafo.publishing.services.writing import prepare_approval
from kafo.publishing.views.names import names_panel
from kafo.records.loop import register_loop


def register_editing(room: AppConfig) -> None:
    """Register policies, acts, menu, panel and loops; called when the room starts."""

    def may_write(account: Any) -> bool:
        return may(account, WRITE)

    register_policies()
    register_page_acts()
    register_menu_item(_("Write"), "pages:list", 30, visible=may_write)
    register_panel(my_pages_panel, 20)
    register_panel(names_panel, 5)
    register_loop("uploads", forget_uploads)
    register_loop("names", settle_names)
    show_page_acts(_acts_where)
    post_migrate.connect(prepare_approval, sender=room)


def my_pages_panel(request: HttpRequest) -> str | None:
    """Give what waits for the account: its drafts, approvals to give, stale translations."""
    if not may(request.user, WRITE):
        return None
    return render_to_string(
        "publishing/desk/my_pages.html", {"waiting": waiting_for(request.user)}, request
    )


def _acts_where(organizations: Collection[UUID]) -> Q:
    """Give the condition for log entries of pages that belong to the organisations."""
    keys = PublicSite.objects.filter(organization__in=organizations).values(
        "wagtail_site__root_page__translation_key"
    )
    condition = Q(pk__in=[])
    for home in Page.objects.filter(depth=2, translation_key__in=keys):
        condition |= Q(page__path__startswith=home.path)
    return condition
