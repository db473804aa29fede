"""What happens when somebody signs in."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib import messages
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kafo.people.enums import InvitationKind
from kafo.people.models import Account, Invitation


def tell_of_recovery(sender: Any, *, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Say who made a recovery code for the account since its owner was last here."""
    if not isinstance(user, Account) or user.person_id is None:
        return
    untold = Invitation.objects.filter(
        kind=InvitationKind.RECOVERY, person=user.person_id, told_at__isnull=True
    ).select_related("created_by__person")
    for invitation in untold:
        maker = invitation.created_by
        values = {
            "who": maker.get_full_name() if maker else _("the one who keeps the server"),
            "when": formats.date_format(
                timezone.localtime(invitation.created_at), "DATETIME_FORMAT"
            ),
        }
        messages.warning(
            request,
            _(
                "%(who)s made a recovery code for your account on %(when)s. If you did not ask for "
                "it, change your password and tell the director."
            )
            % values,
        )
    untold.update(told_at=timezone.now())


def connect() -> None:
    """Listen to sign-ins; called when the room starts."""
    user_logged_in.connect(tell_of_recovery, dispatch_uid="people.tell_of_recovery")
