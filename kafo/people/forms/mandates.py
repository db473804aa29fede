"""Giving and ending mandates, in days: a mandate begins and ends with a day of the office."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.forms import DeskForm
from kafo.people import permissions
from kafo.people.enums import Role
from kafo.people.models import Organization


def start_of(day: date) -> datetime:
    """Give the moment at which `day` begins, in the time zone of the node."""
    return timezone.make_aware(datetime.combine(day, time.min))


class MandateForm(DeskForm):
    role = forms.TypedChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("Choose")), *Role.choices],
        coerce=Role,
    )
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Where"),
        queryset=Organization.objects.none(),
        help_text=gettext_lazy("The mandate holds for this organisation and its units."),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("From"),
        initial=timezone.localdate,
        help_text=gettext_lazy("Today: it holds at once."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day on which it no longer holds; empty: without an end."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Decided by"),
        max_length=200,
        help_text=gettext_lazy("For example: board meeting of 12 June 2007."),
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = permissions.mandates.scope(actor, "add")
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.filter(id__in=scope)
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_on, ends_on = values.pop("starts_on", None), values.pop("ends_on", None)
        today = timezone.localdate()
        if ends_on and starts_on and ends_on <= max(starts_on, today):
            self.add_error("ends_on", _("It would be over before it begins. Choose a later day."))
        values["starts_at"] = start_of(starts_on) if starts_on and starts_on != today else None
        values["ends_at"] = start_of(ends_on) if ends_on else None
        return values


class EndMandateForm(DeskForm):
    NOW, LATER = "now", "later"

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(NOW, gettext_lazy("Now")), (LATER, gettext_lazy("At the start of this day:"))],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    ends_on = forms.DateField(label=gettext_lazy("Day"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Kept with the mandate."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        ends_on = values.pop("ends_on", None)
        values["ends_at"] = None
        if values.pop("when", self.NOW) == self.LATER:
            if ends_on:
                values["ends_at"] = start_of(ends_on)
            else:
                self.add_error("ends_on", ValidationError(_("Say on which day it ends.")))
        return values
