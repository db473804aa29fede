"""What can go wrong between offices. Malformed and Untrusted are permanent, the rest may pass."""

from kafo.records.errors import KafoError, Refused, TryAgain


class Malformed(KafoError):
    """The bytes do not follow the format."""


class Untrusted(KafoError):
    """The bytes follow the format, but nobody we trust signed them at this place of this log."""


class Diverged(KafoError):
    """Two statements of one office contradict each other: a fork, or a state that differs."""


class Incomplete(TryAgain):
    """The bytes end before the frame does; more are to come."""


class NotHome(Refused):
    """The record is at home in another office: it can be corrected there, or by a proposal."""


class Outdated(Refused):
    """The same field was changed since the proposal was made."""


class Frozen(Refused):
    """The log of this office may not be written from here at present."""
