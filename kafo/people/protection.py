"""The register of personal fields: what each is kept for, on which ground, how long, seen by whom.

A field of a model about persons that stands here nowhere stops the start (people.E001). By default
only the home office sees a field; `opened_by` names the consents that widen that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry, PageLogEntry
from wagtail.users.models import UserProfile

from kafo.people.enums import LegalBasis, Purpose
from kafo.people.models import (
    Account,
    Consent,
    GuardianAuthorization,
    Invitation,
    Mandate,
    Membership,
    Person,
    PersonLanguage,
    PersonSkill,
)
from kafo.records.enums import Visibility
from kafo.records.models import SharedRecord

# Asked of the person, one by one; whoever says no is a member like any other.
OPTIONAL_PURPOSES = (Purpose.DIRECTORY, Purpose.PUBLIC_NAME)
WIDTH = [Visibility.HOME, Visibility.FEDERATION, Visibility.PUBLIC]


@dataclass(frozen=True)
class PersonalField:
    """What the code says of one field; `months` counts from the end of the membership."""

    model: type[models.Model]
    name: str
    purpose: Purpose
    basis: LegalBasis
    months: int
    opened_by: dict[Purpose, Visibility] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    @property
    def is_relation(self) -> bool:
        return bool(self.model._meta.get_field(self.name).is_relation)

    @property
    def label(self) -> str:
        named = self.model._meta.get_field(self.name).verbose_name  # type: ignore[union-attr]
        return str(self.words.get(self.name, named))

    @property
    def group(self) -> str:
        return str(self.words.get("", self.model._meta.verbose_name))

    def visibility(self, consents: Iterable[str] = ()) -> Visibility:
        """Say how wide the field may be seen when these purposes are consented to."""
        opened = [width for purpose, width in self.opened_by.items() if purpose in consents]
        return max([Visibility.HOME, *opened], key=WIDTH.index)


_fields: dict[str, PersonalField] = {}


def declare_personal(
    model: type[models.Model],
    names: str,
    purpose: Purpose,
    basis: LegalBasis,
    months: int,
    opened_by: dict[Purpose, Visibility] | None = None,
    words: dict[str, Any] | None = None,
) -> None:
    """Enter fields of `model` (names separated by spaces) in the register.

    `words` says how fields are called whose model says it for nobody to read, as it is with other
    packages; under "" how the record is called.
    """
    for name in names.split():
        entry = PersonalField(model, name, purpose, basis, months, opened_by or {}, words or {})
        _fields[entry.key] = entry


def personal_fields() -> list[PersonalField]:
    """Give the whole register."""
    return list(_fields.values())


def subject_of(model: type[models.Model]) -> str:
    """Give the field by which a row of `model` is about a person or an account, or nothing.

    A row that only names who did something (checked by, approved by, owner) is not about her.
    """
    for each in model._meta.concrete_fields:
        if each.name in {"person", "account", "user"} and each.related_model in {Person, Account}:
            return each.name
    return ""


def personal_models() -> set[type[models.Model]]:
    """Give the models about persons: those of all our rooms, and those of others declared here."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("kafo.")]
    declared = {entry.model for entry in _fields.values()}
    return {Person} | declared | {model for model in ours if subject_of(model)}


_technical = {each.name for each in SharedRecord._meta.local_fields} | {"id"}


def undeclared_fields() -> list[str]:
    """Give the fields of models about persons that the register does not know."""
    return [
        key
        for model in sorted(personal_models(), key=lambda each: each._meta.label_lower)
        for each in model._meta.concrete_fields
        if (key := f"{model._meta.label_lower}.{each.name}") not in _fields
        and each.name not in _technical
        and not (each.is_relation and each.related_model in {Person, Account})
    ]


@register()
def check_personal_fields(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a field about persons of which nobody said what it is for."""
    return [
        Error(
            f"{key} has no entry in the register of personal fields.",
            hint="Declare it with kafo.people.queries.declare_personal: purpose, basis, retention.",
            id="people.E001",
        )
        for key in undeclared_fields()
    ]


_IN_DIRECTORY = {Purpose.DIRECTORY: Visibility.FEDERATION}
_NAME = {**_IN_DIRECTORY, Purpose.PUBLIC_NAME: Visibility.PUBLIC}
_HISTORY = 120  # who sat where and decided what is part of the association's own papers

_person = "erased_at language kept_until kept_reason"
declare_personal(
    Person,
    "given_name family_name folded_name",
    Purpose.RUN_OFFICE,
    LegalBasis.CONTRACT,
    24,
    _NAME,
    words={"folded_name": _("name for searching, without accents")},
)
declare_personal(Person, _person, Purpose.RUN_OFFICE, LegalBasis.CONTRACT, 24)
declare_personal(
    Person, "organization is_fictional", Purpose.RUN_OFFICE, LegalBasis.CONTRACT, 24, _IN_DIRECTORY
)
declare_personal(Person, "note", Purpose.RUN_OFFICE, LegalBasis.INTEREST, 24)
declare_personal(Person, "email town", Purpose.CONTACT, LegalBasis.CONTRACT, 24, _IN_DIRECTORY)
declare_personal(Person, "phone", Purpose.CONTACT, LegalBasis.CONTRACT, 24)
declare_personal(Person, "born_on", Purpose.PROTECTION, LegalBasis.LEGAL_DUTY, 24)
declare_personal(PersonSkill, "skill level", Purpose.TEAM, LegalBasis.CONTRACT, 24, _IN_DIRECTORY)
declare_personal(PersonLanguage, "code level", Purpose.TEAM, LegalBasis.CONTRACT, 24, _IN_DIRECTORY)
declare_personal(
    Membership,
    "body post role starts_on ends_on",
    Purpose.RUN_OFFICE,
    LegalBasis.CONTRACT,
    _HISTORY,
)
declare_personal(
    Mandate,
    "role organization starts_at ends_at planned_ends_at reason ended_reason",
    Purpose.RUN_OFFICE,
    LegalBasis.CONTRACT,
    _HISTORY,
)
declare_personal(
    GuardianAuthorization,
    "guardian_name guardian_contact relation signed_on approved_at withdrawn_at kept_until "
    "kept_reason",
    Purpose.PROTECTION,
    LegalBasis.LEGAL_DUTY,
    24,
)
declare_personal(
    Consent, "purpose wording given_at withdrawn_at", Purpose.RUN_OFFICE, LegalBasis.LEGAL_DUTY, 24
)
declare_personal(
    Account,
    "username email password last_login date_joined is_active language is_staff is_superuser",
    Purpose.SIGN_IN,
    LegalBasis.CONTRACT,
    0,
)
declare_personal(
    Invitation,
    "kind code_hash created_at expires_at used_at revoked_at removes_second_factor told_at",
    Purpose.SIGN_IN,
    LegalBasis.CONTRACT,
    1,
    words={"code_hash": _("digest of the code")},
)
declare_personal(EmailAddress, "email verified primary", Purpose.SIGN_IN, LegalBasis.CONTRACT, 0)
declare_personal(
    Authenticator,
    "type data created_at last_used_at",
    Purpose.SIGN_IN,
    LegalBasis.CONTRACT,
    0,
    words={
        "": _("second factor"),
        "type": _("kind"),
        "data": _("secret"),
        "created_at": _("set up at"),
        "last_used_at": _("last used at"),
    },
)
declare_personal(
    UserSession,
    "created_at ip last_seen_at session_key user_agent data",
    Purpose.SIGN_IN,
    LegalBasis.INTEREST,
    1,
    words={
        "": _("session"),
        "created_at": _("begun at"),
        "ip": _("network address"),
        "last_seen_at": _("seen last at"),
        "session_key": _("key of the session"),
        "user_agent": _("what the browser says of itself"),
        "data": _("particulars"),
    },
)
_act = {
    "content_type": _("kind of record"),
    "label": _("name of the record"),
    "action": _("what was done"),
    "data": _("particulars"),
    "timestamp": _("when"),
    "uuid": _("number of the act"),
    "revision": _("version of the page"),
    "content_changed": _("whether the content changed"),
    "deleted": _("whether the record is deleted"),
    "object_id": _("number of the record"),
    "page": _("page"),
}
_logs = {
    ModelLogEntry: {**_act, "": _("act on a record")},
    PageLogEntry: {**_act, "": _("act on a page")},
}
for _log, _words in _logs.items():
    declare_personal(
        _log,
        "content_type label action data timestamp uuid revision content_changed deleted "
        + ("object_id" if _log is ModelLogEntry else "page"),
        Purpose.RUN_OFFICE,
        LegalBasis.INTEREST,
        _HISTORY,
        words=_words,
    )
declare_personal(
    UserProfile,
    "submitted_notifications approved_notifications rejected_notifications "
    "updated_comments_notifications preferred_language current_time_zone avatar dismissibles theme "
    "contrast density keyboard_shortcuts",
    Purpose.SIGN_IN,
    LegalBasis.CONTRACT,
    0,
    words={
        "": _("settings of the page editor"),
        "submitted_notifications": _("message when a page waits for approval"),
        "approved_notifications": _("message when a page is approved"),
        "rejected_notifications": _("message when a page is sent back"),
        "updated_comments_notifications": _("message when a comment changes"),
        "dismissibles": _("hints that were put away"),
        "theme": _("light or dark"),
    },
)
