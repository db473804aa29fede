"""The form for a link out of the house."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.forms import DeskForm
from kafo.publishing.models import ExternalLink


class LinkForm(DeskForm):
    """Whether a link still leads somewhere, and where an archive keeps what was there."""

    address = forms.ChoiceField(label=gettext_lazy("Link"))
    is_dead = forms.BooleanField(
        label=gettext_lazy("Nobody answers there any more"),
        required=False,
        help_text=gettext_lazy(
            "Readers keep the words; the link goes. Untick it to bring it back."
        ),
    )
    archived_on = forms.DateField(
        label=gettext_lazy("Day of the archived copy"),
        required=False,
        help_text=gettext_lazy("Readers see it behind the words."),
    )
    archive_address = forms.URLField(
        label=gettext_lazy("Address of the archived copy"),
        required=False,
        max_length=700,
        assume_scheme="https",
        help_text=gettext_lazy("For example at web.archive.org, where old pages are kept."),
    )

    def __init__(self, *args: Any, links: Iterable[ExternalLink], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(link.address, _in_words(link)) for link in links]
        self.fields["address"].choices = choices  # type: ignore[attr-defined]

    def clean_archive_address(self) -> str:
        address = str(self.cleaned_data["archive_address"])
        if address and not address.startswith(("http://", "https://")):
            raise ValidationError(_("An address begins with https:// or http://."))
        return address


def _in_words(link: ExternalLink) -> str:
    return _("%(address)s (gone)") % {"address": link.address} if link.is_dead else link.address
