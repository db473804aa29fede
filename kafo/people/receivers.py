"""What happens when somebody signs in, or changes what she signs in with."""

from typing import Any

from allauth.account.signals import (
    password_changed,
    password_reset,
    password_set,
    user_logged_in,
)
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib import messages
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kafo.people.enums import InvitationKind
from kafo.people.models import (
    Account,
    Consent,
    GuardianAuthorization,
    Invitation,
    Person,
    PersonLanguage,
    PersonSkill,
)
from kafo.people.queries.protection import fields_for
from kafo.people.queries.retention import count_anew
from kafo.people.services.accounts import note_account
from kafo.people.signals import person_erased
from kafo.records.sharing import register_told
from kafo.records.signals import records_changed


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


def told_of_person(record: Any, audience: str) -> set[str]:
    """Give the fields of a person, or of what hangs on her, that she lets `audience` know."""
    person = record if isinstance(record, Person) else record.person
    model = record._meta.label_lower
    names = {
        name
        for key in fields_for(person, audience)
        for label, _dot, name in [key.rpartition(".")]
        if label == model
    }
    return names | {"person"} if names and record is not person else names


def tell_of_consent(sender: Any, rows: list[Any], using: str, **kwargs: Any) -> None:
    """Pass on that what may be told of a person has changed."""
    if sender in (Consent, GuardianAuthorization):
        about = (
            sender._base_manager.using(using).filter(pk__in=rows).values_list("person", flat=True)
        )
        if persons := list(about):
            records_changed.send(Person, rows=persons, using=using)


def note_password(sender: Any, *, user: Any, **kwargs: Any) -> None:
    """Leave in the act log that the password is another one."""
    note_account("people.account.password", user)


def note_factor(sender: Any, *, user: Any, **kwargs: Any) -> None:
    """Leave in the act log that a second factor came or went."""
    note_account("people.account.factor", user)


def connect() -> None:
    """Listen to the doors and to consents; called when the room starts."""
    user_logged_in.connect(tell_of_recovery, dispatch_uid="people.tell_of_recovery")
    for changed in (password_changed, password_reset, password_set):
        changed.connect(note_password, dispatch_uid="people.note_password")
    for changed in (authenticator_added, authenticator_removed):
        changed.connect(note_factor, dispatch_uid="people.note_factor")
    records_changed.connect(tell_of_consent, dispatch_uid="people.tell_of_consent")
    person_erased.connect(count_anew, dispatch_uid="people.count_anew")
    for model in (Person, PersonSkill, PersonLanguage):
        register_told(model, told_of_person)
