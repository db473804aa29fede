"""Forms of data protection: one's own record, consents, minors, the register of processing."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm, DeskModelForm, desk_languages
from kafo.people.enums import Purpose
from kafo.people.forms.persons import past_day
from kafo.people.models import GuardianAuthorization, Person, Processing
from kafo.people.services.protection import OWN_FIELDS

WORDINGS = {
    Purpose.DIRECTORY: _(
        "The other offices of the federation may find me: my name, town, skills, languages and "
        "e-mail."
    ),
    Purpose.PUBLIC_NAME: _("My name may stand on the public site of the office."),
}


class OwnDataForm(DeskModelForm):
    class Meta:
        model = Person
        fields = OWN_FIELDS
        widgets = {"language": forms.Select(choices=[])}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].widget.choices = desk_languages()
        self.fields["phone"].widget.input_type = "tel"
        if self.instance.is_minor():
            self.fields["born_on"].disabled = True

    def clean_born_on(self) -> date | None:
        return past_day(self.cleaned_data["born_on"])


class SignInEmailForm(DeskForm):
    email = forms.EmailField(
        label=_("E-mail of the sign-in"),
        required=False,
        help_text=_("You can sign in with it, and a new password is sent to it."),
    )


class ConsentsForm(DeskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose, wording in WORDINGS.items():
            self.fields[purpose.value] = forms.BooleanField(label=wording, required=False)


class EraseForm(DeskForm):
    understood = forms.BooleanField(label=_("I have read this and want it erased"))


class KeepForm(DeskForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The person may ask, and will read it.")
    )
    until = forms.DateField(
        label=_("Until"), help_text=_("On this day the question is asked again.")
    )


class AuthorizationForm(DeskModelForm):
    class Meta:
        model = GuardianAuthorization
        fields = ("guardian_name", "guardian_contact", "relation", "signed_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian_name"].required = self.fields["signed_on"].required = True

    def clean_signed_on(self) -> date | None:
        return past_day(self.cleaned_data["signed_on"])


class ProcessingForm(DeskModelForm):
    class Meta:
        model = Processing
        fields = (
            "description",
            "legal_basis",
            "recipients",
            "transfers",
            "retention_months",
            "security",
            "declared_on",
            "declaration_number",
        )
        long_texts = ("description", "recipients", "transfers", "security")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("recipients", "transfers", "security"):
            self.fields[name].required = False
