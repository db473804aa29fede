"""What this room hangs into the frame of the desk for sign-in and data protection."""

from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kafo.desk.menu import register_account_links, register_menu_item, register_panel
from kafo.people import permissions
from kafo.people.enums import Role
from kafo.people.mandates import has_mandate
from kafo.people.models import Account, Mandate
from kafo.people.queries.retention import COUNTED, count_past_period
from kafo.records.permissions import Policy

EXPOSED = (Role.DIRECTOR, Role.BOARD_MEMBER, Role.TECHNICIAN)


def lacks_second_factor(account: Account) -> bool:
    """Say whether a password alone protects a role that others would like to have."""
    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    factors = Authenticator.objects.filter(user=account, type__in=types)
    mandates = Mandate.objects.at().filter(person=account.person_id, role__in=EXPOSED)
    return mandates.filter(~Exists(factors)).exists()


def no_mandate_panel(request: HttpRequest) -> SafeString | None:
    """Say to whoever holds no mandate why there is nothing to do."""
    if has_mandate(request.user):
        return None
    return render_to_string("people/no_mandate_panel.html", request=request)


def second_factor_panel(request: HttpRequest) -> SafeString | None:
    """Give the reminder, or nothing."""
    account = request.user
    if not isinstance(account, Account) or not lacks_second_factor(account):
        return None
    return render_to_string("people/second_factor_panel.html", request=request)


def retention_panel(request: HttpRequest) -> SafeString | None:
    """Give to whoever protects the data how much is past its period, or nothing."""
    scope = permissions.retention.scope(request.user, "view")
    if not scope:
        return None
    count = count_past_period(scope)
    if not count:
        return None
    context = {"count": min(count, COUNTED), "has_more": count > COUNTED}
    return render_to_string("people/retention_panel.html", context, request)


def register_panels() -> None:
    """Hang all this into the frame; called when the room starts."""
    register_panel(no_mandate_panel, order=0)
    register_panel(second_factor_panel, order=1)
    register_panel(retention_panel, order=36)
    register_account_links(own_page="account:me-data", sign_out="account_logout")
    for label, name, order, policy in (
        (_("Invitations"), "invitations", 60, permissions.invitations),
        (_("Authorisations for minors"), "authorizations", 62, permissions.authorizations),
        (_("Register of processing"), "register", 64, permissions.processings),
        (_("Past their period"), "retention", 66, permissions.retention),
    ):
        register_menu_item(label, f"account:{name}", order, visible=partial(_may_open, policy))


def _may_open(policy: Policy, user: Any) -> bool:
    return policy.may(user, "view")
