"""The sites of other offices that are held here."""

import re
import uuid

from django.db.models import OuterRef, QuerySet, Subquery

from kafo.publishing.models import HeardOffice, PublicSite, PublishedFrame
from kafo.records.enums import Visibility

_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?")


def sound_address(frame: PublishedFrame) -> str:
    """Give the address of the original site, or nothing when it is none of the web."""
    return frame.address if _ADDRESS.fullmatch(frame.address) else ""


def short_name(office: uuid.UUID) -> str:
    """Give what stands for an office in addresses: the digits of its id that chance made."""
    return office.hex[-12:]


def foreign_frames() -> QuerySet[PublishedFrame]:
    """Give the public frames of sites that are not this node's, with `confirmed_at`."""
    heard = HeardOffice.objects.filter(office=OuterRef("home_office")).values("confirmed_at")
    rows: QuerySet[PublishedFrame] = PublishedFrame.objects.filter(visibility=Visibility.PUBLIC)
    for office, slug in PublicSite.objects.values_list("organization__home_office", "slug"):
        rows = rows.exclude(home_office=office, site=slug)
    return rows.annotate(confirmed_at=Subquery(heard))
