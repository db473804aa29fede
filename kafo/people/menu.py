"""What the frame shows of this room: entries of the menu, parts of the start page."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kafo.desk.menu import register_menu_item, register_office_name, register_panel
from kafo.people import permissions
from kafo.people.mandates import may
from kafo.people.models import Account, GuardianAuthorization, Mandate, Post
from kafo.people.models.persons import AGE_OF_MAJORITY
from kafo.people.queries.posts import moved, sought
from kafo.people.queries.retention import months_before
from kafo.people.queries.team import ending_soon, free_seats

SHOWN = 5


def mandates_panel(request: HttpRequest) -> SafeString | None:
    """Give the mandates that end within 30 days, to those who may give new ones."""
    rows = Mandate.objects.filter(
        organization__in=permissions.mandates.scope(request.user, "add")
    ).select_related("person", "organization")
    return _panel(request, "mandates_panel", ending_soon(rows))


def authorizations_panel(request: HttpRequest) -> SafeString | None:
    """Give the authorisations of minors that wait, to those who may approve them."""
    scope = permissions.authorizations.scope(request.user, "approve")
    if not scope:
        return None
    own = getattr(request.user, "person_id", None)
    rows = GuardianAuthorization.objects.filter(
        person__organization__in=scope,
        person__born_on__gt=months_before(timezone.localdate(), AGE_OF_MAJORITY * 12),
        approved_at=None,
        withdrawn_at=None,
    ).exclude(Q(person=own) | Q(recorded_by=own))
    return _panel(
        request,
        "authorizations_panel",
        rows.select_related("person", "recorded_by").order_by("created_at"),
    )


def moved_panel(request: HttpRequest) -> SafeString | None:
    """Give the job descriptions whose shared text moved, to those who adopt or decline it."""
    rows = Post.objects.filter(organization__in=permissions.posts.scope(request.user, "decide"))
    return _panel(request, "moved_panel", moved(rows))


def seats_panel(request: HttpRequest) -> SafeString | None:
    """Give the posts for which somebody is looked for and the bodies with free seats."""
    scope = permissions.bodies.scope(request.user, "change")
    posts, bodies = list(sought(scope)[:SHOWN]), free_seats(scope)[:SHOWN]
    if not (posts or bodies):
        return None
    context = {"posts": posts, "bodies": bodies}
    return render_to_string("people/seats_panel.html", context, request)


def _panel(request: HttpRequest, name: str, rows: Any) -> SafeString | None:
    found = list(rows[: SHOWN + 1])
    if not found:
        return None
    context = {"rows": found[:SHOWN], "has_more": len(found) > SHOWN}
    return render_to_string(f"people/{name}.html", context, request)


def office_name(request: HttpRequest) -> str:
    """Give the organisation of the one who is signed in."""
    account = request.user
    if not isinstance(account, Account) or account.person is None:
        return ""
    return str(account.person.organization)


def register_frame() -> None:
    """Hang the room into the frame; called when it starts."""

    def item(label: Any, url_name: str, order: int, right: str) -> None:
        register_menu_item(label, url_name, order, visible=lambda user: may(user, right))

    item(_("Persons"), "people:persons", 20, "people.view")
    item(_("Skills of the team"), "people:matrix", 22, "people.view")
    item(_("Mandates"), "people:mandates", 24, "people.view")
    item(_("Job descriptions"), "people:posts", 26, "people.enter")
    item(_("Board, team, committees"), "people:bodies", 28, "people.enter")
    item(_("Organisations"), "people:organizations", 30, "people.enter")
    item(_("Acts"), "people:acts", 80, "people.acts")
    register_panel(authorizations_panel, order=28)
    register_panel(mandates_panel, order=30)
    register_panel(moved_panel, order=32)
    register_panel(seats_panel, order=34)
    register_office_name(office_name)
