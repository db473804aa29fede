"""Forms of the doors: signing in, factors, codes; allauth's own, without ornament."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm
from kafo.people.models import Account, Person
from kafo.people.queries.accounts import is_taken


class _Plain:
    """No text inside a field that vanishes when one types, no links inside help texts."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.pop("autofocus", None)
        for name in ("login", "oldpassword", "password"):
            if name in self.fields:
                self.fields[name].help_text = ""
        if "code" in self.fields:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SignInForm(_Plain, account_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name or e-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["login"].widget.attrs["autocapitalize"] = "none"
        self.fields["remember"].label = _("Stay signed in on this device")

    def clean_login(self) -> str:
        # Keyboards write é in one letter or in two; accounts hold one spelling.
        return str(Account.normalize_username(super().clean_login()))


class ReauthenticateForm(_Plain, account_forms.ReauthenticateForm):
    pass


class ChangePasswordForm(_Plain, account_forms.ChangePasswordForm):
    pass


class FirstPasswordForm(_Plain, account_forms.SetPasswordForm):
    pass


class ResetPasswordForm(_Plain, account_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(_Plain, account_forms.ResetPasswordKeyForm):
    pass


class _Code(_Plain):
    """Asks for the six figures in the same words everywhere, and says what to do when wrong."""

    label: Any = _("Six figures, or a recovery code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.label

    def clean_code(self) -> Any:
        try:
            return super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(
                _("This code is not right. The app changes it every 30 seconds: type the new one.")
            ) from None


class AuthenticateForm(_Code, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateCodeForm(_Code, mfa_forms.ReauthenticateForm):
    pass


class ActivateAppForm(_Code, ActivateTOTPForm):
    label = _("Six figures of the app")


class AddPasskeyForm(_Plain, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call this key")
        self.fields["passwordless"].label = _("Sign in with this key alone, without password")
        self.fields["passwordless"].help_text = _("Your device then asks for its PIN or finger.")


class CodeForm(DeskForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Four groups of four letters and figures. Small letters and spaces are fine."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class NewPasswordForm(DeskForm):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", _("The two passwords are not the same."))
        return cleaned


class NewAccountForm(NewPasswordForm):
    username = UsernameField(
        label=_("Sign-in name"),
        max_length=150,
        help_text=_("Short and easy to type; you choose it."),
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("username", "password", "again")

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        if is_taken(username):
            raise forms.ValidationError(_("Somebody has this name. Choose another."))
        return username


class InviteForm(DeskForm):
    def __init__(self, *args: Any, person: Person, may_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_mail:
            self.fields["send"] = forms.BooleanField(
                label=_("Send it to %(email)s as well") % {"email": person.email}, required=False
            )


class RecoverForm(InviteForm):
    removes_second_factor = forms.BooleanField(
        label=_("The second factor is lost as well: remove it"),
        required=False,
        help_text=_("Only when you know that the telephone or the key is gone."),
    )
