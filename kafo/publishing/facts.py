"""The facts that a place can have: their names, how often they are looked at, their form.

A fact that has the form of its kind is stored without words, so that every language can show it
and a machine can read it; what has no such form is kept as words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Words = str | Promise

CONTACT_DAYS = 180
COMMUNE_DAYS = 365

WEEKDAYS: dict[str, Words] = {
    "Mo": _("Monday"),
    "Tu": _("Tuesday"),
    "We": _("Wednesday"),
    "Th": _("Thursday"),
    "Fr": _("Friday"),
    "Sa": _("Saturday"),
    "Su": _("Sunday"),
}
SPOKEN: dict[str, Words] = {
    "bm": _("Bambara"),
    "bzx": _("Bozo"),
    "dgs": _("Dogon"),
    "ff": _("Fulfulde"),
    "fr": _("French"),
    "kao": _("Khassonke"),
    "mey": _("Hassaniya Arabic"),
    "myk": _("Mamara"),
    "ses": _("Songhay"),
    "snk": _("Soninke"),
    "spp": _("Syenara"),
    "taq": _("Tamasheq"),
}
ROADS: dict[str, Words] = {
    "paved": _("paved road"),
    "track": _("track open all year"),
    "dry": _("track open in the dry season only"),
    "river": _("by the river"),
}
YES_NO: dict[str, Words] = {"yes": _("yes"), "no": _("no")}

_HOURS = re.compile(
    r"(Mo|Tu|We|Th|Fr|Sa|Su)(?:-(Mo|Tu|We|Th|Fr|Sa|Su))? (\d\d:\d\d)-(\d\d:\d\d)", re.ASCII
)


@dataclass(frozen=True)
class Form:
    """How the value of a fact is written, checked and shown."""

    hint: Words
    clean: Callable[[str], str]
    show: Callable[[str], str]
    choices: dict[str, Words] | None = None
    input_type: str = "text"


def _line(text: str) -> str:
    if "\n" in text or len(text) > 200:
        raise ValidationError(_("Write one line of at most 200 characters."))
    return text


def _phone(text: str) -> str:
    digits = re.sub(r"[\s.()/-]", "", text)
    digits = re.sub(r"^00", "+", digits)
    if re.fullmatch(r"\d{8}", digits, re.ASCII):
        digits = f"+223{digits}"
    if not re.fullmatch(r"\+[1-9]\d{6,14}", digits, re.ASCII):
        raise ValidationError(_("Write eight digits, or the whole number from +223 on."))
    return digits


def _show_phone(value: str) -> str:
    if value.startswith("+223"):
        pairs = re.findall("..", value[4:])
        return " ".join(["+223", *pairs])
    return value


def _email(text: str) -> str:
    validate_email(text)
    return text


def _number(text: str, least: int = 0, most: int = 10_000_000) -> str:
    digits = re.sub(r"[\s.,'’]", "", text)
    if not re.fullmatch(r"\d{1,9}", digits, re.ASCII) or not least <= int(digits) <= most:
        raise ValidationError(
            _("Write a whole number from %(least)s to %(most)s."),
            params={"least": least, "most": most},
        )
    return str(int(digits))


def _show_number(value: str) -> str:
    return formats.number_format(int(value), force_grouping=True)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValidationError(_("Write the date like this: 2024-09-01.")) from None


def _show_date(value: str) -> str:
    return formats.date_format(date.fromisoformat(value))


def _codes(text: str, names: dict[str, Words], several: bool) -> str:
    found = [code for code in re.split(r"[\s,;]+", text) if code]
    if not found or not set(found) <= set(names) or (len(found) > 1 and not several):
        raise ValidationError(_("Choose from the list."))
    return ",".join(code for code in names if code in found)


def _show_codes(value: str, names: dict[str, Words]) -> str:
    return ", ".join(str(names[code]) for code in value.split(","))


def _hours(text: str) -> str:
    spans = [" ".join(span.split()) for span in text.split(";") if span.strip()]
    matches = [_HOURS.fullmatch(span) for span in spans]
    if not spans or not all(match and match[3] < match[4] <= "24:00" for match in matches):
        raise ValidationError(_("Write it like this: Mo-Th 07:30-16:00; Fr 07:30-12:30"))
    return "; ".join(spans)


def _show_hours(value: str) -> str:
    def span(match: re.Match[str]) -> str:
        first, last, opens, closes = match.groups()
        words = {"first": WEEKDAYS[first], "opens": opens, "closes": closes}
        if not last:
            return gettext("%(first)s %(opens)s–%(closes)s") % words
        return gettext("%(first)s to %(last)s %(opens)s–%(closes)s") % (
            words | {"last": WEEKDAYS[last]}
        )

    return _HOURS.sub(span, value)


def _of(names: dict[str, Words], *, several: bool) -> Form:
    hint = _("One or more of the list.") if several else _("One of the list.")
    return Form(
        hint,
        partial(_codes, names=names, several=several),
        partial(_show_codes, names=names),
        choices=names,
        input_type="several" if several else "one",
    )


def _count(most: int = 10_000_000, least: int = 0) -> Form:
    return Form(_("A whole number."), partial(_number, least=least, most=most), _show_number)


LINE = Form(_("One line."), _line, str)
PHONE = Form(_("Eight digits, or from +223 on."), _phone, _show_phone, input_type="tel")
EMAIL = Form(_("An e-mail address."), _email, str, input_type="email")
DATE = Form(_("A date."), _date, _show_date, input_type="date")
YEAR = Form(_("A year."), partial(_number, least=1900, most=2100), str)
HOURS = Form(_("For example Mo-Th 07:30-16:00; Fr 07:30-12:30"), _hours, _show_hours)


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its name in the database, its words, its rhythm and its form."""

    code: str
    label: Words
    form: Form
    review_days: int = COMMUNE_DAYS


COMMUNE: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("mayor", _("Mayor"), LINE),
        Kind("phone", _("Telephone of the town hall"), PHONE, CONTACT_DAYS),
        Kind("email", _("E-mail of the town hall"), EMAIL, CONTACT_DAYS),
        Kind("address", _("Address of the town hall"), LINE, CONTACT_DAYS),
        Kind("registry_hours", _("Hours of the civil registry"), HOURS, CONTACT_DAYS),
        Kind("market_days", _("Market days"), _of(WEEKDAYS, several=True)),
        Kind("population", _("Population"), _count()),
        Kind("villages", _("Villages and quarters"), _count(2_000)),
        Kind("languages", _("Languages spoken"), _of(SPOKEN, several=True)),
        Kind("council_size", _("Seats in the council"), _count(200)),
        Kind("elections_on", _("Last municipal elections"), DATE),
        Kind("budget_year", _("Year of the last budget voted"), YEAR),
        Kind("association", _("Member of the association"), _of(YES_NO, several=False)),
        Kind("twinning", _("Twinned with"), LINE),
        Kind("schools", _("Schools"), _count(5_000)),
        Kind("health_centres", _("Health centres"), _count(500)),
        Kind("water_points", _("Public water points"), _count(20_000)),
        Kind("electricity_hours", _("Hours of electricity a day"), _count(24)),
        Kind("radio", _("Local radio"), LINE),
        Kind("road_access", _("Road to the chief town"), _of(ROADS, several=False)),
    )
}
HEAD_OF_DELEGATION = _("Head of the special delegation")


def label_of(code: str, *, under_delegation: bool = False) -> Words:
    """Give the words for a kind of fact; a dissolved council has no mayor but a delegation."""
    return HEAD_OF_DELEGATION if code == "mayor" and under_delegation else COMMUNE[code].label


def clean_value(code: str, text: str) -> str:
    """Give `text` in the form of its kind; raises ValidationError, which says how to write it."""
    return COMMUNE[code].form.clean(text.strip())


def shown_value(code: str, value: str, *, in_form: bool) -> str:
    """Give a stored value as readers of the active language see it."""
    if not in_form:
        return value
    try:
        return COMMUNE[code].form.show(value)
    except (KeyError, ValueError):
        return value  # written by an office whose version knows more than this one


def href_of(code: str, value: str, *, in_form: bool) -> str:
    """Give the address that calls or writes to the value, or an empty text."""
    scheme = {"phone": "tel:", "email": "mailto:"}.get(code, "")
    return scheme + value if scheme and in_form else ""
