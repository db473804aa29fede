"""What a person may ask of those who hold data on her, and what protects minors."""

import json
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from kafo.people import permissions
from kafo.people.enums import Purpose
from kafo.people.models import (
    Account,
    Consent,
    GuardianAuthorization,
    Invitation,
    Organization,
    Person,
    Processing,
)
from kafo.people.protection import OPTIONAL_PURPOSES
from kafo.people.queries.protection import consents_of, lacks_authorization
from kafo.people.services.acts import (
    forget_labels,
    note_act,
    note_on_person,
    require,
    set_fields,
)
from kafo.people.services.mandates import end_mandate
from kafo.people.services.sessions import end_sessions_of
from kafo.people.signals import person_erased
from kafo.records.enums import Visibility
from kafo.records.errors import NotVisible, Refused

OWN_FIELDS = ("given_name", "family_name", "born_on", "email", "phone", "town", "language")


@transaction.atomic
def correct_own_data(*, actor: Account, **values: Any) -> Person:
    """Change what is held on the person who acts. Raises NotVisible, Refused.

    The date of birth of a minor is not hers to change: it decides what a guardian must sign.
    """
    person = Person.objects.select_for_update().filter(account=actor).first()
    if person is None:
        raise NotVisible
    born_on = values.get("born_on", person.born_on)
    if person.is_minor() and born_on != person.born_on:
        raise Refused(_("Ask the office to correct the date of birth of a minor."))
    unknown = set(values) - set(OWN_FIELDS)
    if unknown:
        raise NotVisible
    if changed := set_fields(person, values):
        person.save()
        if "born_on" in changed:
            close_minor(person)
        note_on_person("people.person.correct", actor, person, fields=changed)
    return person


@transaction.atomic
def give_consent(*, actor: Any, person: Person, purpose: str, wording: str) -> Consent:
    """Record that `person` agrees, in the words she was shown. Raises NotVisible, Refused."""
    require(permissions.persons, actor, "protect", person)
    if purpose not in OPTIONAL_PURPOSES:
        raise Refused(_("This is not asked for: it is part of being a member."))
    if lacks_authorization(person):
        raise Refused(_("A minor needs the authorisation of a guardian first."))
    consent, is_new = Consent.objects.get_or_create(
        person=person,
        purpose=purpose,
        withdrawn_at=None,
        defaults={"wording": wording, "given_at": timezone.now()},
    )
    if is_new:
        _widen(person)
        note_on_person("people.consent.give", actor, person, purpose=purpose)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Any, person: Person, purpose: str) -> None:
    """Record that `person` does not agree any more; it narrows at once. Raises NotVisible."""
    require(permissions.persons, actor, "protect", person)
    rows = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if rows.update(withdrawn_at=timezone.now()):
        _widen(person)
        note_on_person("people.consent.withdraw", actor, person, purpose=purpose)


def _widen(person: Person) -> None:
    # The record as a whole never becomes public: the public site asks for the fields it may show.
    is_found = Purpose.DIRECTORY in consents_of(person)
    person.visibility = Visibility.FEDERATION if is_found else Visibility.HOME
    person.save(update_fields=["visibility", "updated_at"])


@transaction.atomic
def add_authorization(*, actor: Any, person: Person, **values: Any) -> GuardianAuthorization:
    """Record what a guardian signed; it holds once somebody else approved it.

    Raises NotVisible, Refused.
    """
    require(permissions.persons, actor, "authorize", person)
    if permissions.is_oneself(actor, person):
        raise Refused(_("Nobody records her own authorisation."))
    if not person.is_minor():
        raise Refused(_("This person is of age: no authorisation is needed."))
    authorization = GuardianAuthorization.objects.create(
        person=person, recorded_by=getattr(actor, "person", None), **values
    )
    note_on_person("people.authorization.add", actor, person)
    return authorization


@transaction.atomic
def approve_authorization(*, actor: Any, authorization: GuardianAuthorization) -> None:
    """Say that the paper was seen and is in order.

    Raises NotVisible, also to whoever recorded it; Refused.
    """
    require(permissions.authorizations, actor, "approve", authorization)
    authorization.refresh_from_db(from_queryset=GuardianAuthorization.objects.select_for_update())
    if authorization.approved_at or authorization.withdrawn_at:
        raise Refused(_("It was approved or withdrawn before."))
    if not (authorization.guardian_name and authorization.signed_on):
        raise Refused(_("The name of the guardian and the date of signing are missing."))
    authorization.approved_by = getattr(actor, "person", None)
    authorization.approved_at = timezone.now()
    authorization.save()
    note_on_person("people.authorization.approve", actor, authorization.person)


@transaction.atomic
def withdraw_authorization(*, actor: Any, authorization: GuardianAuthorization) -> None:
    """Say that the guardian took it back: what the minor holds ends. Raises NotVisible."""
    require(permissions.authorizations, actor, "withdraw", authorization)
    authorization.refresh_from_db(from_queryset=GuardianAuthorization.objects.select_for_update())
    if authorization.withdrawn_at:
        return
    authorization.withdrawn_at = timezone.now()
    authorization.save()
    close_minor(authorization.person)
    note_on_person("people.authorization.withdraw", actor, authorization.person)


def close_minor(person: Person) -> None:
    """End the mandates and consents of a minor for whom no guardian's authorisation holds."""
    if not lacks_authorization(person):
        return
    _end_mandates(person, _("Under 18, and no guardian's authorisation holds."))
    now = timezone.now()
    Invitation.objects.waiting().filter(person=person).update(revoked_at=now)
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=now)
    _widen(person)


@transaction.atomic
def change_processing(
    *, actor: Any, organization: Organization, purpose: str, **values: Any
) -> Processing:
    """Write one entry of the register of processing. Raises NotVisible."""
    processing, _is_new = Processing.objects.get_or_create(
        organization=organization, purpose=purpose
    )
    require(permissions.processings, actor, "change", processing)
    if changed := set_fields(processing, values):
        processing.save()
        note_act(
            "people.processing.edit",
            actor=actor,
            record=processing,
            organization_id=organization.pk,
            fields=changed,
        )
    return processing


@transaction.atomic
def erase_person(*, actor: Any, person: Person) -> None:
    """Erase what is held on `person`; it cannot be taken back.

    Raises NotVisible; Refused when it was done before, or for the last director of an organisation.

    What stays carries no name: seats held by "a former member", acts by their number, mandates
    with their dates. The account, its sessions and keys, consents and authorisations are deleted.
    """
    require(permissions.persons, actor, "protect", person)
    if person.erased_at:
        raise Refused(_("What was held on this person was erased before."))
    now = timezone.now()
    account = Account.objects.filter(person=person).first()
    words = _identifying_words(person, account)
    note_on_person("people.person.erase", actor, person)
    _end_mandates(person, _("What was held on the person was erased."))
    if account:
        _close(account, now)
    forget_labels(person)
    for related in (
        person.skills,
        person.languages,
        person.consents,
        person.authorizations,
        person.invitations,
    ):
        related.all().delete()
    for name in ("given_name", "family_name", "email", "phone", "town", "note"):
        setattr(person, name, "")
    person.born_on = None
    person.visibility = Visibility.HOME
    person.erased_at = now
    person.save()
    _forget_words(person, words)
    # Inside the transaction: afterwards nobody knows the name any more that is to be forgotten.
    person_erased.send(Person, record=person, actor=actor, words=words)


def _identifying_words(person: Person, account: Account | None) -> list[str]:
    words = [str(person), f"{person.family_name} {person.given_name}", person.email, person.phone]
    if account:
        words.append(account.email)
    return [word for word in (word.strip() for word in words) if len(word) > 2]


def _close(account: Account, now: Any) -> None:
    end_sessions_of(account)
    Authenticator.objects.filter(user=account).delete()
    EmailAddress.objects.filter(user=account).delete()
    Invitation.objects.waiting().filter(created_by=account).update(revoked_at=now)
    ModelLogEntry.objects.filter(
        object_id=str(account.pk), content_type__app_label="people", content_type__model="account"
    ).update(label=str(Account._meta.verbose_name))
    account.delete()


def _end_mandates(person: Person, reason: str) -> None:
    for mandate in person.mandates.exclude(ends_at__lte=timezone.now()):
        end_mandate(actor=None, mandate=mandate, reason=reason)


def _forget_words(person: Person, words: list[str]) -> None:
    """Take the words out of the log of other records and out of reasons of mandates."""
    neutral = _("a former member")

    def without(text: str) -> str:
        for word in words:
            text = text.replace(word, neutral)
        return text

    named = models.Q()
    for word in words:
        escaped = json.dumps(word)[1:-1]
        named |= models.Q(label__contains=word) | models.Q(data__icontains=word)
        named |= models.Q(data__icontains=escaped)
    persons = ContentType.objects.get_for_model(Person)
    for entry in ModelLogEntry.objects.filter(named).exclude(content_type=persons):
        data = json.loads(without(json.dumps(entry.data, ensure_ascii=False)))
        ModelLogEntry.objects.filter(pk=entry.pk).update(label=without(entry.label), data=data)
    for mandate in person.mandates.all():
        mandate.reason, mandate.ended_reason = (
            without(mandate.reason),
            without(mandate.ended_reason),
        )
        mandate.save(update_fields=["reason", "ended_reason", "updated_at"])
