"""Forms for facts, places and short tasks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm, DeskModelForm
from kafo.publishing.facts import COMMUNE, LINE, clean_value
from kafo.publishing.models import CheckedHow, Place

_WIDGETS = {
    "tel": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    "email": forms.EmailInput(attrs={"autocomplete": "off"}),
    "date": forms.DateInput(),
    "text": forms.TextInput(attrs={"autocomplete": "off"}),
}


def how_field() -> forms.ChoiceField:
    """Give the field for how somebody made sure."""
    return forms.ChoiceField(
        label=_("How did you make sure?"), choices=CheckedHow, widget=forms.RadioSelect
    )


def minutes_field() -> forms.IntegerField:
    """Give the field for the minutes that the work took."""
    return forms.IntegerField(
        label=_("Minutes it took"),
        min_value=1,
        max_value=240,
        help_text=_("They are credited to you once."),
    )


class FactForm(DeskForm):
    """One fact of a place; the value is asked for in the form of its kind."""

    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Who said it, or which document.")
    )
    as_of = forms.DateField(
        label=_("State of"), help_text=_("The day for which the source says so.")
    )
    how = how_field()
    is_full = forms.BooleanField(
        label=_("Nothing is missing"),
        required=False,
        help_text=_("Untick it when you know only a part."),
    )
    minutes = minutes_field()

    field_order = ("value", "words", "source", "as_of", "how", "is_full", "minutes")

    def __init__(self, *args: Any, kind: str, label: str, **kwargs: Any) -> None:
        self.kind = COMMUNE[kind]
        self.label = label
        super().__init__(*args, **kwargs)
        self.fields["value"] = self._value_field()
        if self.kind.form is not LINE:
            self.fields["words"] = forms.CharField(
                label=_("In your own words"),
                max_length=200,
                required=False,
                help_text=_("Only when it cannot be written as above. Other languages lose it."),
            )
        self.order_fields(self.field_order)

    def _value_field(self) -> forms.Field:
        form = self.kind.form
        common: dict[str, Any] = {"label": self.label, "required": form is LINE}
        if form.choices is None:
            widget = _WIDGETS[form.input_type]
            return forms.CharField(
                max_length=200, widget=widget, help_text=str(form.hint), **common
            )
        choices = list(form.choices.items())
        if form.input_type == "several":
            return forms.MultipleChoiceField(
                choices=choices, widget=forms.CheckboxSelectMultiple, **common
            )
        return forms.ChoiceField(choices=[("", "—"), *choices], **common)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        value = given.get("value") or ""
        value = ",".join(value) if isinstance(value, list) else value
        words = given.pop("words", "").strip()
        if value and words:
            self.add_error("words", _("Write it above or here, not both."))
        elif words:
            value = words
        elif not value:
            if "value" not in self.errors:
                self.add_error("value", _("Write the value."))
        else:
            try:
                value = clean_value(self.kind.code, value)
            except ValidationError as error:
                self.add_error("value", error)
        as_of = given.get("as_of")
        if as_of and as_of > timezone.localdate():
            self.add_error("as_of", _("This day is still to come."))
        return given | {"value": value, "as_words": bool(words)}


class ConfirmFactForm(DeskForm):
    """How somebody made sure that a fact is still true."""

    how = how_field()
    minutes = minutes_field()


class MinutesForm(DeskForm):
    """What a task took."""

    minutes = minutes_field()


class PlaceForm(DeskModelForm):
    """The name, the parents and the delegation of a place."""

    class Meta:
        model = Place
        fields = ("name", "code", "cercle", "region", "is_under_delegation")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError(_("Write the name."))
        return name
