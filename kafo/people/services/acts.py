"""What each write of this room leaves behind: an act in the log."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import registry

from kafo.people.models import Person
from kafo.records.acts import record_act, register_act
from kafo.records.enums import Weight
from kafo.records.permissions import Policy

ACTS = {
    "people.organization.add": (_("opened the record of an organisation"), Weight.ADMINISTER),
    "people.organization.edit": (_("changed an organisation"), Weight.ADMINISTER),
    "people.office.set": (_("changed the seat or the languages of an office"), Weight.ADMINISTER),
    "people.body.add": (_("set up a body"), Weight.ADMINISTER),
    "people.body.edit": (_("changed a body"), Weight.ADMINISTER),
    "people.person.add": (_("opened the record of a person"), Weight.EDIT),
    "people.person.edit": (_("changed the record of a person"), Weight.EDIT),
    "people.person.skill": (_("changed the skills of a person"), Weight.EDIT),
    "people.person.language": (_("changed the languages of a person"), Weight.EDIT),
    "people.skill.add": (_("added a skill to the list"), Weight.EDIT),
    "people.skill.edit": (_("changed a skill of the list"), Weight.EDIT),
    "people.post.add": (_("wrote a job description"), Weight.EDIT),
    "people.post.edit": (_("changed a job description"), Weight.EDIT),
    "people.post.require": (_("changed what a post asks for"), Weight.EDIT),
    "people.post.adopt": (_("adopted the shared job description"), Weight.DECIDE),
    "people.post.decline": (_("declined the shared job description"), Weight.DECIDE),
    "people.template.add": (_("opened a shared job description"), Weight.EDIT),
    "people.template.publish": (_("published a shared job description"), Weight.PUBLISH),
    "people.membership.add": (_("gave a seat or a post"), Weight.ADMINISTER),
    "people.membership.end": (_("ended a seat or a post"), Weight.ADMINISTER),
    "people.membership.restore": (_("took back the end of a seat or a post"), Weight.ADMINISTER),
    "people.mandate.give": (_("gave a mandate"), Weight.DECIDE),
    "people.mandate.end": (_("ended a mandate"), Weight.DECIDE),
    "people.invitation.make": (_("invited a person"), Weight.ADMINISTER),
    "people.invitation.revoke": (_("revoked a code"), Weight.ADMINISTER),
    "people.account.open": (_("opened an account with an invitation"), Weight.EDIT),
    "people.account.recover": (_("made a recovery code for an account"), Weight.ADMINISTER),
    "people.account.regain": (_("regained an account with a recovery code"), Weight.EDIT),
    "people.account.email": (_("changed the e-mail of the sign-in"), Weight.EDIT),
    "people.account.password": (_("changed the password of the sign-in"), Weight.EDIT),
    "people.account.factor": (_("changed the second factor of the sign-in"), Weight.EDIT),
    "people.account.sessions": (_("closed sessions"), Weight.EDIT),
    "people.person.correct": (_("corrected her own record"), Weight.EDIT),
    "people.person.take": (_("took a copy of what is held on a person"), Weight.ADMINISTER),
    "people.person.erase": (_("erased what was held on a person"), Weight.ADMINISTER),
    "people.person.keep": (_("kept a record past its period"), Weight.ADMINISTER),
    "people.consent.give": (_("recorded a consent"), Weight.EDIT),
    "people.consent.withdraw": (_("recorded that a consent was withdrawn"), Weight.EDIT),
    "people.authorization.add": (_("recorded a guardian's authorisation"), Weight.EDIT),
    "people.authorization.approve": (_("approved a guardian's authorisation"), Weight.ADMINISTER),
    "people.authorization.withdraw": (
        _("withdrew a guardian's authorisation"),
        Weight.ADMINISTER,
    ),
    "people.authorization.keep": (
        _("kept a guardian's authorisation past its period"),
        Weight.ADMINISTER,
    ),
    "people.authorization.erase": (
        _("erased a guardian's authorisation past its period"),
        Weight.ADMINISTER,
    ),
    "people.processing.edit": (_("changed the register of processing"), Weight.ADMINISTER),
}


def register_acts() -> None:
    """Make the acts of this file known to the log; called when the room starts."""
    for name, (label, weight) in ACTS.items():
        register_act(name, label, weight)


def require(policy: Policy, actor: Any, action: str, record: Model | None = None) -> None:
    """Ask the policy for an account; the node itself (None: first run, demonstration) may.

    Raises NotVisible.
    """
    if actor is not None:
        policy.require(actor, action, record)


def note_act(
    name: str,
    *,
    actor: Any,
    record: Model,
    organization_id: UUID | None,
    fields: Iterable[str] = (),
    **details: Any,
) -> None:
    """Write the act with the organisation it belongs to (None: it belongs to none)."""
    if organization_id is not None:
        details["organization"] = str(organization_id)
    record_act(name, actor=actor, record=record, fields=fields, **details)


def note_on_person(name: str, actor: Any, person: Person, **details: Any) -> None:
    """Write an act on a record of `person`; it belongs to the organisation that keeps it."""
    note_act(name, actor=actor, record=person, organization_id=person.organization_id, **details)


def set_fields(record: Model, values: dict[str, Any]) -> list[str]:
    """Put `values` into `record` and give the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, values[name])
    return changed


def home_of(actor: Any) -> UUID | None:
    """Give the organisation of the person who acts: acts on what all offices share belong there."""
    person = getattr(actor, "person", None)
    return person.organization_id if person else None


def forget_labels(person: Person) -> None:
    """Take the name of an erased person out of the act log; the acts themselves stay."""
    named = [person, *person.mandates.all(), *person.memberships.all()]
    for record in named:
        logs: Any = registry.get_logs_for_instance(record)
        logs.update(label=str(record._meta.verbose_name))
