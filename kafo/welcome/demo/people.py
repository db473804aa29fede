"""The people of the story: organisations, posts, persons, bodies and mandates."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from kafo.people.models import (
    Account,
    Body,
    GuardianAuthorization,
    Mandate,
    Membership,
    Office,
    Organization,
    Person,
    PersonLanguage,
    PersonSkill,
    Post,
    PostRequirement,
    PostTemplate,
    PostTemplateVersion,
    Skill,
)
from kafo.records.enums import Visibility
from kafo.records.languages import Translated

Tables = dict[str, list[dict[str, Any]]]


def load_people(tables: Tables, password: str, homes: dict[str, UUID]) -> dict[str, Organization]:
    """Make the rows of the tables organization … mandate; give the organisations by key.

    `homes` are the offices' ids: what is at home elsewhere has the same id here as it has there.
    Every person with a `username` gets an account with `password`.
    """
    organizations: dict[str, Organization] = {}
    for row in tables["organization"]:
        organizations[row["key"]] = Organization.objects.create(
            **_identity(row, row["key"], homes),
            name=Translated(row["name"]),
            short_name=row.get("short_name", ""),
            unit_of=organizations.get(row.get("unit_of", "")),
            country=row.get("country", ""),
            town=row.get("town", ""),
            is_partner=row.get("is_partner", False),
            visibility=Visibility.PUBLIC,
        )
    for row in tables["office"]:
        Office.objects.create(
            **_identity(row, f"office of {row['organization']}", homes),
            organization=organizations[row["organization"]],
            seat=row["seat"],
            languages=row.get("languages", []),
            time_zone=row.get("time_zone", "Africa/Bamako"),
        )
    bodies = {
        row["key"]: Body.objects.create(
            organization=organizations[row["organization"]],
            kind=row["kind"],
            name=Translated(row["name"]),
            seats=row.get("seats", 0),
        )
        for row in tables["body"]
    }
    skills = {
        row["key"]: Skill.objects.create(profile=row["profile"], name=Translated(row["name"]))
        for row in tables["skill"]
    }
    posts = _posts(tables, organizations, skills)
    persons = _persons(tables, organizations, skills, password)
    for row in [*tables["membership"], *tables["post_holding"]]:
        Membership.objects.create(
            person=persons[row["person"]],
            body=bodies.get(row.get("body", "")),
            post=posts.get(row.get("post", "")),
            role=row.get("role", "member"),
            starts_on=row.get("starts_on"),
            ends_on=row.get("ends_on"),
        )
    for row in tables["mandate"]:
        Mandate.objects.create(
            person=persons[row["person"]],
            role=row["role"],
            organization=organizations[row["organization"]],
            starts_at=_midnight(row["starts_on"]),
            ends_at=_midnight(row["ends_on"]) if "ends_on" in row else None,
            reason=row.get("reason", ""),
        )
    return organizations


def _identity(row: dict[str, Any], key: str, homes: dict[str, UUID]) -> dict[str, UUID]:
    """Give id and home of a record that several offices of the demonstration know."""
    if "home" not in row:
        return {}
    home = homes[row["home"]]
    return {"id": uuid5(home, key), "home_office": home}


def _posts(
    tables: Tables, organizations: dict[str, Organization], skills: dict[str, Skill]
) -> dict[str, Post]:
    templates = {}
    for row in tables["post_template"]:
        template = PostTemplate.objects.create(
            title=Translated(row["title"]), visibility=Visibility.FEDERATION
        )
        templates[row["key"]] = template
        for version in row["version"]:
            PostTemplateVersion.objects.create(
                template=template,
                number=version["number"],
                text=Translated(version["text"]),
                note=version.get("note", ""),
                published_on=version["published_on"],
                visibility=Visibility.FEDERATION,
            )
    texts = {
        (row["key"], version["number"]): version["text"]
        for row in tables["post_template"]
        for version in row["version"]
    }
    posts = {}
    for row in tables["post"]:
        adopted = row.get("adopted_version", 0)
        post = posts[row["key"]] = Post.objects.create(
            organization=organizations[row["organization"]],
            title=Translated(row["title"]),
            text=Translated(row.get("text") or texts.get((row.get("template"), adopted), {})),
            seats=row.get("seats", 1),
            is_sought=row.get("is_sought", False),
            template=templates.get(row.get("template", "")),
            adopted_version=adopted,
        )
        for wanted in row.get("required_skills", []):
            PostRequirement.objects.create(
                post=post, skill=skills[wanted["skill"]], level=wanted["level"]
            )
        for wanted in row.get("required_languages", []):
            PostRequirement.objects.create(post=post, language=wanted["code"], cefr=wanted["level"])
    return posts


def _persons(
    tables: Tables,
    organizations: dict[str, Organization],
    skills: dict[str, Skill],
    password: str,
) -> dict[str, Person]:
    persons = {}
    today = timezone.localdate()
    hashed = make_password(password)  # once: it is slow on purpose
    for row in tables["person"]:
        born = row.get("born_on")
        if "age" in row:
            born = date(today.year - row["age"], 1, 1)
        person = persons[row["key"]] = Person.objects.create(
            organization=organizations[row["organization"]],
            given_name=row.get("given_name", ""),
            family_name=row["family_name"],
            born_on=born,
            email=row.get("email", ""),
            phone=row.get("phone", ""),
            town=row.get("town", ""),
            language=row.get("language", "fr"),
            is_fictional=row["fictional"],
        )
        for spoken in row.get("languages", []):
            PersonLanguage.objects.create(person=person, code=spoken["code"], level=spoken["level"])
        for held in row.get("skills", []):
            PersonSkill.objects.create(
                person=person, skill=skills[held["skill"]], level=held["level"]
            )
        if username := row.get("username"):
            Account.objects.create(username=username, password=hashed, person=person)
    for row in tables.get("guardian_authorization", []):
        GuardianAuthorization.objects.create(
            person=persons[row["person"]],
            guardian_name=row["guardian_name"],
            guardian_contact=row.get("guardian_contact", ""),
            relation=row.get("relation", ""),
            signed_on=row.get("signed_on"),
        )
    return persons


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
