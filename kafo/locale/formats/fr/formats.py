"""French gives the first of a month as an ordinal, 1er juillet 2007, and the others as they are."""

from django.utils.dateformat import DateFormat
from django.utils.translation import get_language

_english_suffix = DateFormat.S


def _suffix(self: DateFormat) -> str:
    if (get_language() or "").startswith("fr"):
        return "er" if self.j() == 1 else ""
    return _english_suffix(self)


# Django's letter S, for the suffix of a day, knows English only.
DateFormat.S = _suffix  # type: ignore[method-assign]

DATE_FORMAT = "jS F Y"
MONTH_DAY_FORMAT = "jS F"
DATETIME_FORMAT = "jS F Y H:i"
