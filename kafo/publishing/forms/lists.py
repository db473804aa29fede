"""The form that brings a reference list in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm, TranslatedFormField
from kafo.people.models import Organization
from kafo.publishing.services.lists import read_csv

ERRORS_SHOWN = 20


class ListImportForm(DeskForm):
    """A CSV file with what there is to know of the list; the file is read whole before anything."""

    name = TranslatedFormField(label=_("Name"), max_length=120)
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Kept by"), empty_label=None
    )
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("The law or the office that says so.")
    )
    as_of = forms.DateField(label=_("State of"))
    official_count = forms.IntegerField(
        label=_("Official number"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("The number of communes that the source itself gives."),
    )
    content = forms.FileField(
        label=_("File"),
        help_text=_("CSV with the columns code, name, cercle, region."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]

    def clean_content(self) -> bytes:
        content: bytes = self.cleaned_data["content"].read()
        errors = read_csv(content).errors
        if errors:
            shown = [
                gettext("Line %(line)s: %(error)s") % {"line": line, "error": error}
                if line
                else error
                for line, error in errors[:ERRORS_SHOWN]
            ]
            if left := len(errors) - len(shown):
                shown.append(gettext("… and %(number)s more.") % {"number": left})
            raise ValidationError(shown)
        return content
