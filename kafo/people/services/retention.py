"""What is done with what is past its period: kept for a reason, or erased, each by a hand."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.models import GuardianAuthorization, Person
from kafo.people.services.acts import note_on_person, require
from kafo.records.errors import Refused


@transaction.atomic
def keep_person(*, actor: Any, person: Person, reason: str, until: date) -> None:
    """Keep the record of `person` until the day `until`. Raises NotVisible, Refused."""
    require(permissions.persons, actor, "keep", person)
    _keep(person, reason, until)
    note_on_person("people.person.keep", actor, person)


@transaction.atomic
def keep_authorization(
    *, actor: Any, authorization: GuardianAuthorization, reason: str, until: date
) -> None:
    """Keep a guardian's paper until the day `until`. Raises NotVisible, Refused."""
    require(permissions.authorizations, actor, "keep", authorization)
    _keep(authorization, reason, until)
    note_on_person("people.authorization.keep", actor, authorization.person)


@transaction.atomic
def erase_authorization(*, actor: Any, authorization: GuardianAuthorization) -> None:
    """Erase what is held of a guardian's paper. Raises NotVisible; Refused while it is needed."""
    require(permissions.authorizations, actor, "erase", authorization)
    person = authorization.person
    if person.is_minor() and not authorization.withdrawn_at:
        raise Refused(_("It is needed until the minor comes of age. Withdraw it first."))
    note_on_person("people.authorization.erase", actor, person)
    authorization.delete()


def _keep(record: Person | GuardianAuthorization, reason: str, until: date) -> None:
    if not reason.strip():
        raise Refused(_("Say why it is kept: the person may ask."))
    if until <= timezone.localdate():
        raise Refused(_("Choose a day to come: then the question is asked again."))
    record.kept_reason, record.kept_until = reason.strip(), until
    record.save(update_fields=["kept_reason", "kept_until", "updated_at"])
