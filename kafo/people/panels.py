"""What the start page says about one's own sign-in."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kafo.desk.menu import register_panel
from kafo.people.enums import Role
from kafo.people.models import Account, Mandate

EXPOSED = (Role.DIRECTOR, Role.BOARD_MEMBER, Role.TECHNICIAN)


def lacks_second_factor(account: Account) -> bool:
    """Say whether the account holds a role that others would like to take over, by password alone."""
    if not Mandate.objects.at().filter(person=account.person_id, role__in=EXPOSED).exists():
        return False
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user=account, type__in=factors).exists()


def second_factor_panel(request: HttpRequest) -> SafeString | None:
    """Give the reminder, or nothing."""
    account = request.user
    if not isinstance(account, Account) or not lacks_second_factor(account):
        return None
    return render_to_string("people/second_factor_panel.html", request=request)


def register_panels() -> None:
    """Hang the reminder into the start page; called when the room starts."""
    register_panel(second_factor_panel, order=10)
