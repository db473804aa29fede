"""Columns and words that several pages of this room share."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kafo.desk.views import Column, FormView
from kafo.people import permissions
from kafo.people.models import Mandate, Membership, Organization


class ActorForm(FormView):
    """A form that wants to know who fills it in."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.request.user}


class OwnedForm(ActorForm):
    """Adds a record, at first to the organisation of the one who adds it; then goes to its page."""

    page = ""

    def get_initial(self) -> dict[str, Any]:
        own = getattr(self.request.user, "person", None)
        return {"organization": own.organization_id if own else None}

    def get_result_url(self, result: Any) -> str:
        return reverse(self.page, args=[result.pk])


class RecordForm(FormView):
    """A form on one record, whose page (a URL name) is the page above."""

    page = ""

    def get_back(self) -> tuple[Any, str] | None:
        return str(self.record), reverse(self.page, args=[self.record.pk])


def organization_choices(policy: Any) -> Callable[[HttpRequest], Any]:
    """Give the choices of a filter: those whose records the account reads by a mandate."""

    def choices(request: HttpRequest) -> list[tuple[Any, str]]:
        rows = Organization.objects.filter(id__in=policy.scope(request.user, "view"))
        return [(row.pk, str(row)) for row in rows]

    return choices


def person_link(request: HttpRequest) -> Callable[[Any], str | None]:
    """Give the address of the person of a row (or the row itself), if the account may read it."""

    def link(row: Any) -> str | None:
        person = getattr(row, "person", row)
        if permissions.persons.may(request.user, "view", person):
            return reverse("people:person", args=[person.pk])
        return None

    return link


def deed(words: Any, about: Any) -> SafeString:
    """Give the words of a link in a table; what it is about is said to those who hear it."""
    return format_html('{}<span class="hide"> · {}</span>', words, about)


def tag(words: Any) -> SafeString:
    """Give words as a small mark beside a name."""
    return format_html('<span class="tag">{}</span>', words)


def deeds(
    request: HttpRequest, words: Any, policy: Any, action: str, url_name: str, where: Any = None
) -> Column:
    """Give a column with a link per row for which the policy grants `action` and `where` holds."""

    def allowed(row: Any) -> bool:
        return (where is None or where(row)) and policy.may(request.user, action, row)

    return Column(
        _("Do"),
        lambda row: deed(words, row) if allowed(row) else "",
        link=lambda row: reverse(url_name, args=[row.pk]) if allowed(row) else None,
        is_deed=True,
    )


def is_named(request: HttpRequest, seat: Membership) -> bool:
    """Say whether the account may read who holds `seat`: inside, or what the person agreed to."""
    scope = permissions.bodies.scope(request.user, "view")
    is_inside = place_of(seat).organization_id in scope
    return is_inside or permissions.persons.may(request.user, "view", seat.person)


def text_html(text: str) -> SafeString:
    """Give paragraphs and points of a plain text."""
    blocks: list[SafeString] = []
    points: list[tuple[str]] = []
    lines: list[str] = []

    def close() -> None:
        if lines:
            blocks.append(format_html("<p>{}</p>", " ".join(lines)))
            lines.clear()
        if points:
            blocks.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", points)))
            points.clear()

    for line in [*text.splitlines(), ""]:
        line = line.strip()
        if not line:
            close()
        elif line.startswith("- "):
            if lines:
                close()
            points.append((line.removeprefix("- "),))
        else:
            if points:
                close()
            lines.append(line)
    return format_html_join("", "{}", ((block,) for block in blocks))


def known(*facts: tuple[Any, Any]) -> list[tuple[Any, Any]]:
    """Leave out the facts that nobody knows."""
    return [(label, value) for label, value in facts if value not in (None, "")]


def moment(value: datetime | None) -> datetime | date | None:
    """Give a moment; only its day when it is the start of that day."""
    if value is None:
        return None
    local = timezone.localtime(value)
    return local.date() if local.time() == time.min else local


def mandate_state(mandate: Mandate) -> str:
    """Say in words whether it gives rights."""
    now = timezone.now()
    if mandate.ends_at and mandate.ends_at <= now:
        return _("past")
    return _("coming") if mandate.starts_at > now else _("in force")


def is_mandate_open(mandate: Mandate) -> bool:
    """Say whether it holds now or later."""
    return mandate.ends_at is None or mandate.ends_at > timezone.now()


def is_open(membership: Membership) -> bool:
    """Say whether it holds today or later."""
    return membership.ends_on is None or membership.ends_on > timezone.localdate()


def place_of(membership: Membership) -> Any:
    """Give the body or the post that the person is in."""
    return membership.body or membership.post


def place_link(membership: Membership) -> str:
    """Give the address of the page of that body or post."""
    if membership.body_id:
        return reverse("people:body", args=[membership.body_id])
    return reverse("people:post", args=[membership.post_id])


def seat_words(membership: Membership) -> str:
    """Say what the person is there: the role in a body, nothing more for a post."""
    return str(membership.get_role_display()) if membership.body_id else _("holds the post")
