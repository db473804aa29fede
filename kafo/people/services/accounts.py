"""What an account says of itself: the e-mail with which it signs in."""

import logging

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kafo.people.models import Account
from kafo.people.queries.accounts import is_taken
from kafo.people.services.acts import note_act
from kafo.records.errors import Refused

logger = logging.getLogger("kafo.people")


@transaction.atomic
def change_sign_in_email(*, actor: Account, email: str) -> None:
    """Set the e-mail with which the account signs in and gets a new password; empty takes it off.

    The address it had is told, where the node sends e-mail. Raises Refused when another account
    signs in with it, without saying whose.
    """
    account = Account.objects.select_for_update().get(pk=actor.pk)
    before = account.email
    if email == before:
        return
    taken = Refused(_("This address cannot be used here. Choose another one."))
    if email and is_taken(email, but=account):
        raise taken
    account.email = email
    try:
        with transaction.atomic():
            account.save(update_fields=["email"])
    except IntegrityError as error:  # somebody was quicker
        raise taken from error
    EmailAddress.objects.filter(user=account).delete()
    note_account("people.account.email", account)
    if before and settings.EMAIL_HOST:
        transaction.on_commit(lambda: _tell(account, before))


def note_account(name: str, account: Account) -> None:
    """Write in the act log what an account did to itself, with its person's organisation."""
    person = account.person
    note_act(
        name,
        actor=account,
        record=person or account,
        organization_id=person.organization_id if person else None,
    )


def _tell(account: Account, address: str) -> None:
    with translation.override(account.language):
        subject = _("The e-mail of your sign-in was changed")
        values = {"account": account, "at": timezone.now()}
        body = render_to_string("people/email_changed_mail.txt", values)
    try:
        send_mail(subject, body, None, [address])
    except OSError:
        logger.exception("The address that an account had before could not be told.")
