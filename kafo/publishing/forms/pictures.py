"""Forms for pictures, at the desk and in the back office."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.forms import BaseImageForm

from kafo.desk.forms import DeskForm, TranslatedFormField
from kafo.publishing.forms.documents import LibraryForm
from kafo.publishing.services.files import UNREADABLE, clean_picture
from kafo.records.errors import Refused

ACCEPT = "image/jpeg,image/png,image/webp,image/avif"


def _readable(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Wagtail counts the points of a picture before it knows whether it can read it."""

    def checked(file: Any) -> None:
        try:
            check(file)
        except UNREADABLE as error:
            raise ValidationError(_("This picture cannot be read.")) from error

    return checked


class BackOfficePictureForm(BaseImageForm):
    """Wagtail's form; the file is drawn anew, and words and credit are asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("description", "credit"):
            if name in self.fields:
                self.fields[name].required = True
        self.fields.pop("tags", None)
        if field := self.fields.get("file"):
            field.check_image_pixel_size = _readable(field.check_image_pixel_size)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                return clean_picture(file)
            except Refused as error:
                raise ValidationError(str(error)) from error
        return file


class PictureWordsForm(DeskForm):
    """What goes with a picture."""

    alternatives = TranslatedFormField(
        label=_("What the picture shows"),
        help_text=_("For those who cannot see it: one sentence."),
        max_length=200,
    )
    credit = forms.CharField(
        label=_("Who made it"), max_length=200, help_text=_("For example: Photo A. Fictive.")
    )
    licence = forms.CharField(
        label=_("Licence"),
        max_length=60,
        required=False,
        help_text=_("For example CC BY-SA 4.0."),
    )


class _PictureInput(forms.FileInput):
    """Leaves asking for a file to the server, which knows of one that arrived in pieces."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class PictureForm(LibraryForm, PictureWordsForm):
    """A picture for the library of a site: sent with the form, or in pieces before it."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, WebP or AVIF, at most 10 MB. Place and date in it are removed."),
        error_messages={"required": _("Choose a picture.")},
        widget=_PictureInput(attrs={"accept": ACCEPT}),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput())

    field_order = ["site", "file", "alternatives", "credit", "licence", "upload"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self["upload"].value():
            self.fields["file"].required = False
