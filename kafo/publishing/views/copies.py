"""The list of sites of other offices that can be read here."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kafo.desk.views import Column, ListView
from kafo.publishing.models import PublishedFrame
from kafo.publishing.permissions.copies import copy_policy
from kafo.publishing.queries.copies import foreign_frames, short_name, sound_address
from kafo.publishing.serving.application import MIRROR


def _address(frame: PublishedFrame) -> str:
    return f"/{MIRROR}/{short_name(frame.home_office)}/{frame.site}/{frame.language}/"


def _original(frame: PublishedFrame) -> str | None:
    address = sound_address(frame)
    return f"{address}/{frame.language}/" if address else None


class CopyList(ListView):
    """Sites of other offices, one line for each language."""

    model = PublishedFrame
    policy = copy_policy
    title = _("Sites of other offices")
    intro = _("Copies to read, as their offices published them. They can be read without a link.")
    columns = [
        Column(_("Site"), "name", sort="name", link=_address),
        Column(_("Language"), "language", sort="language"),
        Column(_("Organisation"), "organization", sort="organization"),
        Column(_("Confirmed on"), lambda frame: frame.confirmed_at, sort="confirmed_at"),
        Column(_("Original"), sound_address, link=_original),
    ]
    search_fields = ["name", "organization"]
    order = ("name", "language")
    empty_text = _("No site of another office has arrived yet.")

    def get_rows(self) -> Any:
        return foreign_frames()
