"""The register of processing as the content of a declaration, and as words for the public site."""

from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kafo.people import declarations
from kafo.people.declarations import LAWS, Law
from kafo.people.models import Organization, Processing
from kafo.people.protection import OPTIONAL_PURPOSES, PersonalField, personal_fields
from kafo.people.queries.protection import processings_of


@dataclass(frozen=True)
class Entry:
    """One processing under one law: its heading, and each heading of the law with its answer."""

    title: str
    number: str
    answers: list[tuple[str, list[str]]]


def declaration(organization: Organization, law: Law) -> list[Entry]:
    """Give the whole register of `organization` under the headings of `law`."""
    return [
        Entry(
            title=str(processing),
            number=processing.declaration_number,
            answers=[(str(heading), _ANSWERS[kind](processing)) for heading, kind in law.headings],
        )
        for processing in processings_of(organization)
    ]


def declaration_text(organization: Organization, law: Law) -> str:
    """Give the same as plain text, to be copied into the authority's own form."""
    lines = [str(law.name), str(law.authority), str(organization.name), ""]
    for entry in declaration(organization, law):
        lines += [entry.title.upper(), ""]
        for heading, answers in entry.answers:
            lines += [f"{heading}:", *(f"  {answer}" for answer in answers), ""]
    return "\n".join(lines)


def declaration_rows(organization: Organization, law: Law) -> list[list[str]]:
    """Give the same as rows of a table: processing, heading, content."""
    return [[_("Processing"), _("Heading"), _("Content")]] + [
        [entry.title, heading, answer]
        for entry in declaration(organization, law)
        for heading, answers in entry.answers
        for answer in answers
    ]


def kept_for(months: int) -> str:
    """Say in words how long something is kept after the end of the membership."""
    if not months:
        return _("until the account is closed")
    if months % 12 == 0:
        years = months // 12
        return ngettext(
            "%(count)d year after the membership ends",
            "%(count)d years after the membership ends",
            years,
        ) % {"count": years}
    return ngettext("%(count)d month after the end", "%(count)d months after the end", months) % {
        "count": months
    }


def retention_of(processing: Processing) -> str:
    """Say in words how long the data of one processing are kept."""
    if not processing.retention_months and processing.purpose in OPTIONAL_PURPOSES:
        return _("until the consent is withdrawn")
    return kept_for(processing.retention_months)


def fields_of(processing: Processing) -> list[PersonalField]:
    """Give the fields of a processing: kept for its purpose, or opened by its consent."""
    return [
        entry
        for entry in personal_fields()
        if processing.purpose == entry.purpose or processing.purpose in entry.opened_by
    ]


def _controller(processing: Processing) -> list[str]:
    organization = processing.organization
    office = getattr(organization, "office", None)
    parts = [str(organization.name), getattr(office, "address", ""), getattr(office, "seat", "")]
    country = organization.country.upper()
    parts += [organization.town, str(declarations.COUNTRIES.get(country, country))]
    if organization.receipt_number:
        parts.append(_("receipt number %(number)s") % {"number": organization.receipt_number})
    return [", ".join(dict.fromkeys(part for part in parts if part))]


def _fields(processing: Processing) -> list[str]:
    """Give a line for the fields of one kind of record that are kept as long and seen as wide."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for entry in fields_of(processing):
        seen = [f"{purpose.label} → {width.label}" for purpose, width in entry.opened_by.items()]
        alike = (entry.group, kept_for(entry.months), *seen)
        lines.setdefault(alike, []).append(entry.label)
    return [" · ".join([each[0], " / ".join(labels), *each[1:]]) for each, labels in lines.items()]


def _subjects(processing: Processing) -> list[str]:
    if processing.purpose == declarations.Purpose.PROTECTION:
        return [_("Members and volunteers under 18, and their guardians")]
    return [_("Members of the bodies, staff and volunteers of the association")]


_ANSWERS: dict[str, Any] = {
    declarations.CONTROLLER: _controller,
    declarations.PURPOSE: lambda each: [str(each.description) or str(each)],
    declarations.BASIS: lambda each: [str(each.get_legal_basis_display())],
    declarations.SUBJECTS: _subjects,
    declarations.FIELDS: _fields,
    declarations.ORIGIN: lambda each: [_("The person herself, or a colleague with a mandate")],
    declarations.RECIPIENTS_OF: lambda each: [str(each.recipients)],
    declarations.RETENTION: lambda each: [retention_of(each)],
    declarations.SAFETY: lambda each: [str(each.security)],
    declarations.ABROAD: lambda each: [str(each.transfers)],
    declarations.LINKS: lambda each: [_("None")],
    declarations.OFFICER: lambda each: [_("None is named")],
    declarations.ACCESS: lambda each: [_("At the office, or at the desk on the page “My data”")],
    declarations.PROCESSOR: lambda each: [_("None: the office runs its own server")],
    declarations.STAFF: lambda each: [str(declarations.INSIDE)],
}


def privacy_statement(organization: Organization, language: str) -> list[tuple[str, list[str]]]:
    """Give the words of the privacy page in `language`: headings, each with its paragraphs."""
    with translation.override(language):
        codes = _laws_of(organization)
        laws = ", ".join(str(law.name) for law in LAWS.values() if law.code in codes)
        kept = [
            f"{processing}: {processing.description} "
            + _("Kept: %(time)s.") % {"time": retention_of(processing)}
            for processing in processings_of(organization)
        ]
        return [
            (
                _("Readers of this site"),
                [
                    _(
                        "This site sets no cookie and calls no other server. It counts how often "
                        "a page is read or found useful, and which words a search did not find; "
                        "it does not tell one reader from another."
                    ),
                ],
            ),
            (_("Who answers for the data"), _controller(Processing(organization=organization))),
            (_("What is held on members and volunteers"), kept),
            (
                _("Your rights"),
                [
                    _(
                        "Whoever is on record here may see what is held, have it corrected, take "
                        "it with her, withdraw a consent, and have it erased: at the desk on the "
                        "page “My data”, or by a letter or a visit to the office."
                    ),
                    _("Law: %(laws)s.") % {"laws": laws},
                ],
            ),
        ]


def _laws_of(organization: Organization) -> set[str]:
    own = {"ML": "ml", "SN": "sn", "CH": "ch"}.get(organization.country.upper())
    return {own} if own else {"eu"} if organization.country else set(LAWS)
