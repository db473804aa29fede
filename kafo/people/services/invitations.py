"""One-time codes: to make an account, or to regain one through a colleague.

A code has 80 bits of chance; the database keeps only its digest. Nobody gains rights by a code that
she made for somebody else: it is checked when the code is made and again when it is used.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kafo.people.enums import InvitationKind, Role
from kafo.people.mandates import rights_beyond
from kafo.people.models import Account, Invitation, Mandate, Person
from kafo.people.permissions import invitations, persons, roles_to_give
from kafo.people.queries.accounts import is_taken
from kafo.people.queries.protection import lacks_authorization
from kafo.people.services.acts import note_on_person, require
from kafo.people.services.sessions import end_sessions_of
from kafo.records.errors import Refused, TryAgain

# Without 0 and O, 1 and I: what is read aloud or copied by hand arrives as it was meant.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16
LASTS = {InvitationKind.JOIN: timedelta(days=14), InvitationKind.RECOVERY: timedelta(days=3)}

FORGOTTEN_AFTER = timedelta(days=30)


def in_groups(code: str) -> str:
    """Give a code in groups of four, as it is printed."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def digest_of(code: str) -> str:
    """Give what is stored of a code; spaces, hyphens and small letters do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def invite_person(*, actor: Any, person: Person) -> tuple[Invitation, str]:
    """Give an invitation and its code, shown this once; earlier codes for the person end.

    Raises NotVisible; Refused when the person has an account, is a minor without authorisation,
    was erased, or holds rights that the actor lacks.
    """
    require(persons, actor, "invite", person)
    if Account.objects.filter(person=person).exists():
        raise Refused(_("This person has an account already. Help her back in instead."))
    _refuse_minor(person)
    if person.erased_at:
        raise Refused(_("What was held on this person was erased."))
    _refuse_gain(actor, person, InvitationKind.JOIN)
    return _make(InvitationKind.JOIN, actor, person)


def recover_account(
    *, actor: Any, person: Person, removes_second_factor: bool = False
) -> tuple[Invitation, str]:
    """Give a recovery code, shown this once, and close the open sessions of the account.

    Raises NotVisible; Refused when there is no account or the person holds rights that the actor
    lacks: whoever hands out the code could use it herself.
    """
    require(persons, actor, "recover", person)
    account = Account.objects.filter(person=person).first()
    if account is None:
        raise Refused(_("This person has no account. Invite her instead."))
    if actor is not None and account.pk == actor.pk:
        raise Refused(_("For your own account, change the password on your own page."))
    _refuse_gain(actor, person, InvitationKind.RECOVERY)
    with transaction.atomic():
        end_sessions_of(account)
        return _make(
            InvitationKind.RECOVERY, actor, person, removes_second_factor=removes_second_factor
        )


def revoke_invitation(*, actor: Any, invitation: Invitation) -> None:
    """End a code that was not used. Raises NotVisible, Refused."""
    require(invitations, actor, "revoke", invitation)
    with transaction.atomic():
        waiting = Invitation.objects.waiting().filter(pk=invitation.pk)
        if not waiting.update(revoked_at=timezone.now()):
            raise Refused(_("This code cannot be used any more; there is nothing to revoke."))
        note_on_person("people.invitation.revoke", actor, invitation.person)


def forget_invitations() -> int:
    """Delete codes that open nothing since a month, but for what a person has yet to be told."""
    over = Invitation.objects.filter(expires_at__lt=timezone.now() - FORGOTTEN_AFTER)
    over = over.exclude(kind=InvitationKind.RECOVERY, told_at__isnull=True)
    over.delete()
    return 0  # nothing waits for it


def find_invitation(code: str) -> Invitation:
    """Give the invitation that `code` opens; raises Refused with the reason when it opens none."""
    found = Invitation.objects.filter(code_hash=digest_of(code)).select_related("person").first()
    if found is None:
        raise Refused(_("This code is not known. It has no 0, no O, no 1 and no I."))
    require_usable(found)
    return found


def require_usable(invitation: Invitation) -> None:
    """Raise Refused unless the invitation can be used now."""
    if invitation.used_at:
        raise Refused(_("This code was used already. A code opens the door once."))
    if invitation.revoked_at:
        raise Refused(_("This code was revoked. Ask for a new one."))
    if invitation.expires_at <= timezone.now():
        raise Refused(_("This code has expired. Ask for a new one."))
    maker = invitation.created_by
    if maker is not None:
        _refuse_gain(maker, invitation.person, InvitationKind(invitation.kind))


def accept_invitation(*, invitation: Invitation, username: str, password: str) -> Account:
    """Make the account of the invited person. Raises Refused, ValidationError (the password)."""
    with transaction.atomic():
        _use(invitation, InvitationKind.JOIN)
        person = invitation.person
        _refuse_minor(person)
        # Two who share an address sign in by name; it opens the account of the first.
        email = "" if is_taken(person.email) else person.email
        account = Account(username=username, person=person, email=email, language=person.language)
        account.full_clean(exclude=["password"])
        validate_password(password, account)
        account.set_password(password)
        account.save()
        note_on_person("people.account.open", account, invitation.person)
    return account


def redeem_recovery(*, invitation: Invitation, password: str) -> Account:
    """Set the new password of the account. Raises Refused, ValidationError (the password)."""
    with transaction.atomic():
        _use(invitation, InvitationKind.RECOVERY)
        account = Account.objects.filter(person=invitation.person).first()
        if account is None:
            raise Refused(_("The account is gone. Ask for an invitation."))
        validate_password(password, account)
        account.set_password(password)
        account.save(update_fields=["password"])
        if invitation.removes_second_factor:
            Authenticator.objects.filter(user=account).delete()
        end_sessions_of(account)
        note_on_person("people.account.regain", account, invitation.person)
    return account


def send_invitation(*, invitation: Invitation, code: str, link: str) -> None:
    """Send the code by e-mail, in the person's language. Raises Refused, TryAgain."""
    person = invitation.person
    if not (settings.EMAIL_HOST and person.email):
        raise Refused(_("There is no e-mail to send it to."))
    speaks = person.language if person.language in settings.KAFO_DESK_LANGUAGES else None
    with translation.override(speaks or settings.LANGUAGE_CODE):
        subject = _("Your door to the desk of %(office)s") % {"office": person.organization}
        body = render_to_string(
            "people/invitation_mail.txt",
            {"invitation": invitation, "code": in_groups(code), "link": link},
        )
    try:
        send_mail(subject, body, None, [person.email])
    except OSError as error:
        raise TryAgain(_("The e-mail could not be sent. Print the code instead.")) from error


def _refuse_minor(person: Person) -> None:
    if lacks_authorization(person):
        raise Refused(
            _(
                "%(person)s is under 18. First record the authorisation of a guardian, and have it "
                "approved."
            )
            % {"person": person}
        )


def _refuse_gain(actor: Any, person: Person, kind: InvitationKind) -> None:
    if actor is None:
        return
    is_join = kind is InvitationKind.JOIN
    if _is_above(actor, person, is_join) or rights_beyond(person, actor, spare_own_gifts=is_join):
        raise Refused(
            _(
                "%(person)s holds rights that the colleague who makes the code does not hold. Ask "
                "a colleague who holds them, or the one who keeps the server."
            )
            % {"person": person}
        )


def _is_above(actor: Any, person: Person, is_join: bool) -> bool:
    """Say whether `person` sits on a board that `actor` could not give a seat on.

    By the names of its rights a board holds no more than a director, but it appoints directors.
    """
    seats = Mandate.objects.filter(person=person, role=Role.BOARD_MEMBER)
    seats = seats.exclude(ends_at__lte=timezone.now())
    if is_join:
        seats = seats.exclude(given_by=actor.person_id)
    return any(
        Role.BOARD_MEMBER not in roles_to_give(actor, seat.organization_id) for seat in seats
    )


def _make(
    kind: InvitationKind, actor: Any, person: Person, **values: Any
) -> tuple[Invitation, str]:
    code = "".join(secrets.choice(ALPHABET) for _each in range(LENGTH))
    now = timezone.now()
    with transaction.atomic():
        Invitation.objects.waiting().filter(person=person).update(revoked_at=now)
        invitation = Invitation.objects.create(
            kind=kind,
            person=person,
            code_hash=digest_of(code),
            created_by=actor,
            expires_at=now + LASTS[kind],
            **values,
        )
        name = "people.invitation.make" if kind is InvitationKind.JOIN else "people.account.recover"
        note_on_person(name, actor, person)
    return invitation, code


def _use(invitation: Invitation, kind: InvitationKind) -> None:
    if invitation.kind != kind:
        raise Refused(_("This code is for something else."))
    require_usable(invitation)
    used = Invitation.objects.waiting().filter(pk=invitation.pk).update(used_at=timezone.now())
    if not used:  # somebody was quicker
        raise Refused(_("This code was used already. A code opens the door once."))
