"""Persons, their skills and languages. Values of personal fields never reach the act log."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.enums import Cefr, Level
from kafo.people.models import Organization, Person, PersonLanguage, PersonSkill, Skill
from kafo.people.services.acts import home_of, note_act, note_on_person, require, set_fields
from kafo.people.services.protection import close_minor
from kafo.records.errors import Refused


@transaction.atomic
def add_person(*, actor: Any, organization: Organization, **values: Any) -> Person:
    """Open the record of a person at the organisation that keeps it. Raises NotVisible."""
    require(permissions.persons, actor, "add")
    person = Person(organization=organization, **values)
    require(permissions.persons, actor, "change", person)
    person.save()
    note_on_person("people.person.add", actor, person)
    return person


@transaction.atomic
def change_person(*, actor: Any, person: Person, **values: Any) -> Person:
    """Change the fields given; who turns out to be a minor loses what needs a guardian.

    Raises NotVisible, and Refused when the record would go to an organisation of others.
    """
    require(permissions.persons, actor, "change", person)
    organization_id = person.organization_id
    changed = set_fields(person, values)
    if not changed:
        return person
    if actor is not None and not permissions.persons.may(actor, "change", person):
        raise Refused(_("You have no mandate there. Keep the organisation as it was."))
    person.save()
    if "born_on" in changed:
        close_minor(person)
    note_act(
        "people.person.edit",
        actor=actor,
        record=person,
        organization_id=organization_id,
        fields=changed,
    )
    return person


@transaction.atomic
def set_skill(*, actor: Any, person: Person, skill: Skill, level: Level) -> PersonSkill:
    """Say how well a person holds a skill; says it anew when it was said. Raises NotVisible."""
    require(permissions.persons, actor, "change", person)
    held, _is_new = PersonSkill.objects.update_or_create(
        person=person, skill=skill, defaults={"level": level}
    )
    note_on_person("people.person.skill", actor, person)
    return held


@transaction.atomic
def drop_skill(*, actor: Any, held: PersonSkill) -> None:
    """Take a skill off a person's record. Raises NotVisible."""
    require(permissions.persons, actor, "change", held.person)
    held.delete()
    note_on_person("people.person.skill", actor, held.person)


@transaction.atomic
def set_language(*, actor: Any, person: Person, code: str, level: Cefr) -> PersonLanguage:
    """Say how well a person speaks a language; says it anew when it was said. Raises NotVisible."""
    require(permissions.persons, actor, "change", person)
    spoken, _is_new = PersonLanguage.objects.update_or_create(
        person=person, code=code, defaults={"level": level}
    )
    note_on_person("people.person.language", actor, person)
    return spoken


@transaction.atomic
def drop_language(*, actor: Any, spoken: PersonLanguage) -> None:
    """Take a language off a person's record. Raises NotVisible."""
    require(permissions.persons, actor, "change", spoken.person)
    spoken.delete()
    note_on_person("people.person.language", actor, spoken.person)


@transaction.atomic
def add_skill(*, actor: Any, **values: Any) -> Skill:
    """Add a skill to the list from which persons and posts draw. Raises NotVisible."""
    require(permissions.skills, actor, "add")
    skill = Skill.objects.create(**values)
    note_act("people.skill.add", actor=actor, record=skill, organization_id=home_of(actor))
    return skill


@transaction.atomic
def change_skill(*, actor: Any, skill: Skill, **values: Any) -> Skill:
    """Change the name or the profile of a skill. Raises NotVisible."""
    require(permissions.skills, actor, "change", skill)
    changed = set_fields(skill, values)
    if not changed:
        return skill
    skill.save()
    note_act(
        "people.skill.edit",
        actor=actor,
        record=skill,
        organization_id=home_of(actor),
        fields=changed,
    )
    return skill
