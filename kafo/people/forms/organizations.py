"""Organisations, offices and bodies."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.forms import DeskModelForm
from kafo.people import permissions
from kafo.people.models import Body, Office, Organization


class OrganizationForm(DeskModelForm):
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, assume_scheme="https", max_length=200
    )

    class Meta:
        model = Organization
        fields = (
            "name",
            "short_name",
            "unit_of",
            "is_partner",
            "country",
            "town",
            "website",
            "receipt_number",
            "founded_on",
        )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = permissions.organizations.scope(actor, "change")
        # What it is part of now stays a choice, even when the actor has no mandate there.
        kept = {self.instance.unit_of_id} if self.instance.unit_of_id else set()
        choices = Organization.objects.filter(id__in=scope | kept).exclude(pk=self.instance.pk)
        self.fields["unit_of"].queryset = choices  # type: ignore[attr-defined]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class OfficeForm(DeskModelForm):
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of work"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Office
        fields = ("seat", "address", "languages", "time_zone")

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in available_timezones():
            raise ValidationError(
                _("There is no such time zone. Write for example Africa/Bamako or Europe/Zurich.")
            )
        return name


class BodyForm(DeskModelForm):
    class Meta:
        model = Body
        fields = ("name", "kind", "seats")
        help_texts = {"seats": gettext_lazy("0: as many as come.")}
