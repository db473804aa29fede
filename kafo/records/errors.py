"""The tree of errors; each room adds its own below these.

KafoError
├── NotVisible      the actor may not know of it: a 404 for the browser
├── Refused         permanent: the request cannot be carried out; the text says what to do
└── TryAgain        passing: the same request may succeed later
"""

from django.http import Http404


class KafoError(Exception):
    """Base of all errors that Kafo raises on purpose; `str()` is fit for a user's eyes."""


class NotVisible(KafoError, Http404):
    """The record does not exist, or the actor may not know that it does."""


class Refused(KafoError):
    """The request cannot be carried out as it stands."""


class TryAgain(KafoError):
    """The request failed for a passing reason."""
