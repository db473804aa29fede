"""Forms of the offices: a proposal, a word, a budget, a bundle."""

import copy
from collections.abc import Collection
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm, DeskModelForm
from kafo.people.models import Organization
from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord, home_office

LONG = 80
_OF_EACH = {"in_words", "reason"}


class ProposalForm(DeskModelForm):
    """The fields of a copy, to be corrected; which of them were changed is the proposal.

    What no field here can say is said in words: then the proposal changes nothing by itself.
    """

    in_words = forms.BooleanField(
        label=_("It is something that is not among these fields"),
        required=False,
        help_text=_(
            "A fact of a place, a seat, a unit, a language: say it below. They read it, change it "
            "themselves, and answer."
        ),
    )
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("How you know: the other office reads this before it decides."),
    )

    def changes(self) -> dict[str, Any]:
        """Give the fields that were changed, with their new values."""
        before = {
            name: self.get_initial_for_field(field, name) for name, field in self.fields.items()
        }
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in _OF_EACH and _said(value) != _said(before[name])
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.changes() and not cleaned.get("in_words"):
            raise forms.ValidationError(_("Nothing is changed yet: correct at least one field."))
        return cleaned


def _said(value: Any) -> Any:
    """A language without a text is a language that is not there."""
    return (
        {code: text for code, text in value.items() if text} if isinstance(value, dict) else value
    )


def proposal_form(record: SharedRecord, names: Collection[str]) -> type[ProposalForm]:
    """Give the form for a correction of these fields of a record."""
    long = [name for name in names if _is_long(record, name)]
    shape = {"model": type(record), "fields": list(names), "long_texts": long}
    meta = type("Meta", (), {**shape, "formfield_callback": staticmethod(_field_of)})
    return type("CorrectionForm", (ProposalForm,), {"Meta": meta})


def _field_of(field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    if isinstance(field, models.URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


def _is_long(record: SharedRecord, name: str) -> bool:
    if not isinstance(record._meta.get_field(name), TranslatedField):
        return False
    return any(len(text) > LONG or "\n" in text for text in getattr(record, name).values())


def copy_of(record: SharedRecord) -> SharedRecord:
    """Give a copy that a form may write into."""
    return copy.copy(record)


class WordForm(DeskForm):
    """A word to the one who proposed."""

    word = forms.CharField(
        label=_("A word to them"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )


class NeededWordForm(WordForm):
    """The same where a word is owed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].required = True


class LimitForm(DeskForm):
    """How much a day, and how often."""

    megabytes = forms.IntegerField(
        label=_("Megabytes a day, for each office"), min_value=1, max_value=100_000
    )
    every_minutes = forms.IntegerField(
        label=_("Minutes between two exchanges"), min_value=1, max_value=1440
    )


class BundleForm(DeskForm):
    """For which offices a bundle is."""

    offices = forms.MultipleChoiceField(
        label=_("For which offices"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only these can open it. The size is that of all they may read."),
        error_messages={"required": _("Choose at least one office.")},
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offices"].choices = choices  # type: ignore[attr-defined]


class ReceivedForm(DeskForm):
    """A bundle that came."""

    bundle = forms.FileField(label=_("The file that you received"), help_text=_("kafo-….tar"))


class InviteForm(DeskForm):
    """Whom to invite: an office that is kept here, or one that comes with its own records."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Office that is kept here"),
        required=False,
        empty_label=_("another office, with records of its own"),
        help_text=_("Its records and the right to write pass to its server."),
    )
    name = forms.CharField(
        label=_("Name in the list of offices"),
        max_length=60,
        required=False,
        help_text=_("For example: Bamako."),
    )

    def __init__(self, own: Organization | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.filter(is_partner=False, home_office=home_office())
        while own is not None:  # one's own office stays, and what it is part of
            rows, own = rows.exclude(pk=own.pk), own.unit_of
        self.fields["organization"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("organization") and not cleaned.get("name"):
            self.add_error("name", _("Choose an office, or say how the new one is called."))
        return cleaned


class SignedListForm(DeskForm):
    """A version of the list of offices that came back signed."""

    document = forms.FileField(label=_("The signed list"), help_text=_("kafo-list-….bin"))
