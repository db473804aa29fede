"""What may be known of a person, and what still stands in the way."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import ModelLogEntry
from wagtail.models.audit_log import BaseLogEntry

from kafo.people.declarations import (
    DESCRIPTIONS,
    INSIDE,
    NO_TRANSFER,
    RECIPIENTS,
    SECURITY,
    TRANSFERS,
)
from kafo.people.enums import LegalBasis, Purpose, language_name
from kafo.people.models import (
    Account,
    Consent,
    GuardianAuthorization,
    Organization,
    Person,
    Processing,
)
from kafo.people.protection import (
    OPTIONAL_PURPOSES,
    WIDTH,
    PersonalField,
    personal_fields,
    subject_of,
)
from kafo.records.acts import act_label
from kafo.records.enums import Visibility
from kafo.records.languages import Translated


def lacks_authorization(person: Person) -> bool:
    """Say whether `person` is under 18 and no guardian's authorisation is approved and in force."""
    if not person.is_minor():
        return False
    return not GuardianAuthorization.objects.in_force().filter(person=person).exists()


def consents_of(person: Person) -> set[str]:
    """Give the purposes to which `person` consents at this moment."""
    rows = Consent.objects.filter(person=person, given_at__isnull=False, withdrawn_at__isnull=True)
    return set(rows.values_list("purpose", flat=True))


def fields_for(person: Person, audience: str) -> set[str]:
    """Give the keys ("people.person.email") of the fields that `audience` may see of `person`.

    `audience` is one of Visibility: home, federation, public. Without a consent only the home
    office sees anything; nobody outside sees a minor without authorisation, or an erased person.
    Consents stay at home: a copy holds only what the person let the federation know.
    """
    if audience not in WIDTH:
        return set()
    wanted = WIDTH.index(Visibility(audience))
    is_closed = bool(person.erased_at) or lacks_authorization(person)
    consents = set() if is_closed else consents_of(person)
    if not is_closed and not consents and not person.is_at_home:
        consents = {Purpose.DIRECTORY.value}
    return {
        entry.key
        for entry in personal_fields()
        if WIDTH.index(entry.visibility(consents)) >= wanted
    }


def shown_to(person: Person, audience: str) -> dict[str, Any]:
    """Give name and value of the person's own fields that `audience` may see."""
    prefix = f"{Person._meta.label_lower}."
    keys = fields_for(person, audience)
    return {
        key.removeprefix(prefix): getattr(person, key.removeprefix(prefix))
        for key in sorted(keys)
        if key.startswith(prefix)
    }


def holdings_of(
    person: Person, *, with_acts: bool = True
) -> list[tuple[str, list[tuple[PersonalField, Any]]]]:
    """Give all that is held on `person`, by kind of record: the field, and its value as stored.

    Secrets (password, keys, codes) are named without their value.
    """
    account = getattr(person, "account", None)
    groups = []
    for model in dict.fromkeys(entry.model for entry in personal_fields()):
        entries = [entry for entry in personal_fields() if entry.model is model]
        if issubclass(model, BaseLogEntry) and not with_acts:
            continue
        for row in _rows_about(model, person, account):
            pairs = [(entry, _value(row, entry)) for entry in entries]
            groups.append((entries[0].group, pairs))
    return groups


def acts_about(person: Person) -> QuerySet[Any]:
    """Give the acts on the record of `person` and those of her account."""
    is_about = Q(content_type=ContentType.objects.get_for_model(Person), object_id=str(person.pk))
    account = getattr(person, "account", None)
    rows = ModelLogEntry.objects.filter(is_about)
    return rows | ModelLogEntry.objects.filter(user=account) if account else rows


def _rows_about(model: Any, person: Person, account: Account | None) -> Any:
    if model is ModelLogEntry:
        return acts_about(person)
    rows = model._default_manager.select_related(
        *(entry.name for entry in personal_fields() if entry.model is model and entry.is_relation)
    )
    if model is Person:
        return rows.filter(pk=person.pk)
    subject = subject_of(model)
    if model._meta.get_field(subject).related_model is Person:
        return rows.filter(**{subject: person})
    return rows.filter(**{subject: account}) if account else rows.none()


_SECRET = {"password", "code_hash", "session_key", "data"}


def _value(row: Any, entry: PersonalField) -> Any:
    if entry.name in _SECRET and not isinstance(row, BaseLogEntry):
        return gettext("(a secret: stored, not shown)")
    if entry.name == "action":
        return act_label(row.action)
    if entry.name in {"language", "code"}:
        return language_name(getattr(row, entry.name))
    display = getattr(row, f"get_{entry.name}_display", None)
    return display() if display else getattr(row, entry.name)


def processings_of(organization: Organization) -> list[Processing]:
    """Give the register of an organisation, one entry for each purpose that the code knows.

    A purpose that nobody wrote up yet comes as an entry that is not stored, in plain words.
    """
    written = {each.purpose: each for each in Processing.objects.filter(organization=organization)}
    purposes = dict.fromkeys(
        [entry.purpose for entry in personal_fields()] + list(OPTIONAL_PURPOSES)
    )
    return [
        written.get(purpose) or default_processing(organization, purpose) for purpose in purposes
    ]


def default_processing(organization: Organization, purpose: str) -> Processing:
    """Give the entry that holds until the organisation writes its own; not stored."""
    fields = [entry for entry in personal_fields() if entry.purpose == purpose]
    entry = Processing(organization=organization, purpose=purpose)
    entry.legal_basis = fields[0].basis if fields else LegalBasis.CONSENT
    entry.retention_months = max((each.months for each in fields), default=0)
    entry.description = _in_all_languages(DESCRIPTIONS[Purpose(purpose)])
    entry.recipients = _in_all_languages(RECIPIENTS.get(Purpose(purpose), INSIDE))
    entry.transfers = _in_all_languages(TRANSFERS.get(Purpose(purpose), NO_TRANSFER))
    entry.security = _in_all_languages(SECURITY)
    return entry


def _in_all_languages(text: Any) -> Translated:
    texts = {}
    for code in settings.KAFO_DESK_LANGUAGES:
        with translation.override(code):
            texts[code] = str(text)
    return Translated(texts)
