"""What came of a stick or a bundle, in plain words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Reading:
    """What came of it, counted."""

    new: int = 0  # changes that were not here before
    states: int = 0  # whole states that were not here before
    whole: int = 0  # parts for this office
    others: int = 0  # parts for other offices
    broken: int = 0  # parts that broke off
    is_doubted: bool = False  # something in it could not be believed

    @property
    def is_well(self) -> bool:
        """Say whether all was well."""
        return bool(self.whole) and not self.broken and not self.is_doubted


def words_of(reading: Reading) -> list[str]:
    """Say what came of a bundle."""
    said = []
    if reading.states:
        words = ngettext(
            "%(count)d collection of records came whole; it is here now.",
            "%(count)d collections of records came whole; they are here now.",
            reading.states,
        )
        said.append(words % {"count": reading.states})
    if reading.new:
        words = ngettext(
            "%(count)d change was new; it is here now.",
            "%(count)d changes were new; they are here now.",
            reading.new,
        )
        said.append(words % {"count": reading.new})
    if reading.whole and not (reading.new or reading.states or reading.broken):
        said.append(_("Nothing in it was new: all of it was here before, or came another way."))
    if reading.broken:
        said.append(_("It broke off: ask for it again. What was whole is here."))
    if reading.others:
        words = ngettext(
            "%(count)d part is for another office and stays closed.",
            "%(count)d parts are for other offices and stay closed.",
            reading.others,
        )
        said.append(words % {"count": reading.others})
    if reading.is_doubted:
        said.append(_("Something in it could not be believed; nothing of that was taken."))
    if not reading.whole and not reading.broken:
        said.append(_("Nothing in it is for this office."))
    return said
