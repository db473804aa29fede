"""What a download weighs and costs."""

from decimal import ROUND_CEILING, Decimal

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from kafo.publishing.templatetags.language_mark import marked
from kafo.records.prices import FCFA_PER_MEGABYTE

KILOBYTES = gettext_lazy("%(number)s kB")
MEGABYTES = gettext_lazy("%(number)s MB")
FRANCS = gettext_lazy("≈ %(price)s FCFA")


def file_size(size: int) -> SafeString:
    """Give a number of bytes as readers of the active language say it."""
    if size < 1_000_000:
        number = number_format(max(1, round(size / 1000)))
        return marked(KILOBYTES, KILOBYTES % {"number": number})
    number = number_format(Decimal(size) / 1_000_000, 1)
    return marked(MEGABYTES, MEGABYTES % {"number": number})


def price_of_download(size: int) -> SafeString:
    """Give what it costs to download so many bytes, at the price of a day's bundle."""
    price = (FCFA_PER_MEGABYTE * size / 1_000_000).quantize(Decimal(1), ROUND_CEILING)
    return marked(FRANCS, FRANCS % {"price": number_format(price)})
