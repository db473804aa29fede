"""Sizes as a bill states them: a thousand bytes are a kilobyte."""

from django.utils.formats import localize
from django.utils.translation import gettext as _


def size_words(size: int) -> str:
    """Give a number of bytes in words."""
    if size < 1000:
        return _("%(size)s bytes") % {"size": localize(size)}
    if size < 1_000_000:
        return _("%(size)s kB") % {"size": localize(-(-size // 1000))}
    megabytes = round(size / 1_000_000, 1)
    shown = int(megabytes) if megabytes == int(megabytes) else megabytes
    return _("%(size)s MB") % {"size": localize(shown)}
