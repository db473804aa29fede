"""What a download weighs and costs."""

from decimal import ROUND_CEILING, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from kafo.records.prices import FCFA_PER_MEGABYTE


def file_size(size: int) -> str:
    """Give a number of bytes as readers of the active language say it."""
    if size < 1_000_000:
        return _("%(number)s kB") % {"number": number_format(max(1, round(size / 1000)))}
    return _("%(number)s MB") % {"number": number_format(Decimal(size) / 1_000_000, 1)}


def price_of_download(size: int) -> str:
    """Give what it costs to download so many bytes, at the price of a day's bundle."""
    price = (FCFA_PER_MEGABYTE * size / 1_000_000).quantize(Decimal(1), ROUND_CEILING)
    return _("≈ %(price)s FCFA") % {"price": number_format(price)}
