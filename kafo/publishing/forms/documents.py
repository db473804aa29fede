"""Forms for documents, at the desk and in the back office."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm

from kafo.desk.forms import DeskForm
from kafo.publishing.models import PublicSite
from kafo.publishing.services.files import DOCUMENT_EXTENSIONS, check_document
from kafo.records.errors import Refused

ACCEPT = ",".join(f".{each}" for each in DOCUMENT_EXTENSIONS)


class BackOfficeDocumentForm(BaseDocumentForm):
    """Wagtail's form, with the content of the file looked at."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                file.name = check_document(file)
            except Refused as error:
                raise ValidationError(str(error)) from error
        return file


class LibraryForm(DeskForm):
    """Asks for which of `sites` a file is; with one there is nothing to ask."""

    site = forms.ModelChoiceField(PublicSite.objects.none(), label=_("Site"), empty_label=None)

    def __init__(self, *args: Any, sites: list[PublicSite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = PublicSite.objects.filter(pk__in=[site.pk for site in sites])
        if len(sites) == 1:
            field.initial = sites[0].pk
            field.widget = forms.HiddenInput()


class DocumentForm(LibraryForm):
    """A document for the library of a site."""

    title = forms.CharField(label=_("Title"), max_length=200)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, OpenDocument, Office, EPUB or plain text, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
