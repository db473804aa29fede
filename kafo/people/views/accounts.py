"""The doors: allauth's views where the house wants more than they do, and the code one enters."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from kafo.desk.forms import errors_in_order
from kafo.desk.permissions import Anyone, SignedIn
from kafo.people.enums import InvitationKind
from kafo.people.forms.accounts import CodeForm, NewAccountForm, NewPasswordForm
from kafo.people.models import Account, Invitation
from kafo.people.services.accounts import note_account
from kafo.people.services.invitations import (
    accept_invitation,
    find_invitation,
    redeem_recovery,
    require_usable,
)
from kafo.people.services.sessions import end_sessions_of
from kafo.records.errors import NotVisible, Refused

_View = TypeVar("_View", bound=type[Any])


def asks_again(view: _View) -> _View:
    """Let the pages of `view` ask once more who it is, if that was long ago.

    An account with nothing to show for it is sent where it gets a password.
    """

    def guarded(answer: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(answer)
        def ask(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not get_reauthentication_flows(cast(Account, request.user)):
                return HttpResponseRedirect(reverse("account_set_password"))

            @reauthentication_required
            def go_on(request: HttpRequest) -> Any:
                return answer(self, request, *args, **kwargs)

            return go_on(request)

        return ask

    for name in ("get", "post"):
        setattr(view, name, guarded(getattr(view, name)))
    return view


class SignInView(account_views.LoginView):
    policy = Anyone()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_mail=bool(settings.EMAIL_HOST), **kwargs)


class PasskeySignInView(LoginWebAuthnView):
    """Its own page: the scripts of passkeys weigh more than the page for those who have none."""

    policy = Anyone()
    template_name = "people/passkey_sign_in.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.headers.get("Accept") == "application/json":
            return super().get(request, *args, **kwargs)
        return render(request, self.template_name, {"next": request.GET.get("next", "")})


class FirstPasswordView(account_views.PasswordSetView):
    """A password for an account without one, after it was asked for its key or its code.

    Without these there is only the way through a colleague, which the page says.
    """

    policy = SignedIn()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = cast(Account, request.user)
        self.has_proof = account.is_authenticated and bool(get_reauthentication_flows(account))
        if self.has_proof and not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.has_proof:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_proof=self.has_proof, **kwargs)


class _ByMail:
    """Pages that exist only on a node that can send e-mail."""

    policy = Anyone()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.EMAIL_HOST:
            raise NotVisible
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class ResetPasswordView(_ByMail, account_views.PasswordResetView):
    pass


class ResetPasswordDoneView(_ByMail, account_views.PasswordResetDoneView):
    pass


class ResetPasswordKeyView(_ByMail, account_views.PasswordResetFromKeyView):
    pass


class ResetPasswordKeyDoneView(_ByMail, account_views.PasswordResetFromKeyDoneView):
    pass


# The first that fits; browsers claim to be each other, so the order matters.
_BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
_BROWSER_NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def device_of(user_agent: str) -> str:
    """Give in words what a browser says of itself: "Firefox · Android"."""
    browser = next((name for name in _BROWSERS if name in user_agent), "")
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    words = [_BROWSER_NAMES.get(browser, browser), system]
    return " · ".join(word for word in words if word) or _("an unknown device")


class SessionsView(ListUserSessionsView):
    """Where one is signed in: end one, all the others, or all."""

    policy = SignedIn()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.device = device_of(session.user_agent)
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        wanted = request.POST.get("end", "")
        account = cast(Account, request.user)
        if wanted == "all":
            note_account("people.account.sessions", account)
            end_sessions_of(account)
            logout(request)
            return HttpResponseRedirect(settings.LOGIN_URL)
        if not re.fullmatch(r"[0-9]{1,18}", wanted):
            note_account("people.account.sessions", account)
            return super().post(request, *args, **kwargs)
        session = UserSession.objects.filter(user=request.user, pk=int(wanted)).first()
        if session is None:
            raise NotVisible
        note_account("people.account.sessions", account)
        if session.is_current():
            logout(request)
            return HttpResponseRedirect(settings.LOGIN_URL)
        session.end()
        messages.success(request, _("This session is closed."))
        return HttpResponseRedirect(reverse("usersessions_list"))


class _DoorView(FormView):
    """A form for strangers."""

    policy = Anyone()
    template_name = "people/enter.html"
    button: Any = ""

    def form_invalid(self, form: Any) -> Any:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(button=self.button, **kwargs)
        form = context["form"]
        return {**context, "errors": errors_in_order(form) if form.is_bound else []}


_KEY = "people.invitation"


class EnterView(_DoorView):
    """Takes a code, typed or out of a link; only sending the form tells whether it is good."""

    form_class = CodeForm

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.request.GET.get("code", "")[:60]}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ratelimit.consume_or_429(request, action="enter") or super().post(request)

    def form_valid(self, form: Any) -> Any:
        try:
            invitation = find_invitation(form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", str(refused))
            return self.form_invalid(form)
        self.request.session[_KEY] = invitation.pk
        return HttpResponseRedirect(reverse("account:enter-account"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Enter with a code"), **kwargs)


class EnterAccountView(_DoorView):
    """After a good code: choose name and password, or a new password, and be signed in."""

    template_name = "people/enter_account.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = Invitation.objects.filter(pk=request.session.get(_KEY, 0)).select_related("person")
        invitation = found.first()
        try:
            if invitation is None:
                raise Refused(_("Type the code first."))
            require_usable(invitation)
        except Refused as refused:
            request.session.pop(_KEY, None)
            messages.error(request, str(refused))
            return HttpResponseRedirect(reverse("account:enter"))
        self.invitation = invitation
        self.is_recovery = invitation.kind == InvitationKind.RECOVERY
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        return NewPasswordForm if self.is_recovery else NewAccountForm

    def form_valid(self, form: Any) -> Any:
        values = {name: form.cleaned_data[name] for name in form.fields if name != "again"}
        act = redeem_recovery if self.is_recovery else accept_invitation
        try:
            account: Account = act(invitation=self.invitation, **values)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        except ValidationError as error:
            form.add_error("password", error.messages)
            return self.form_invalid(form)
        self.request.session.pop(_KEY, None)
        return perform_login(self.request, account, redirect_url=reverse("desk:start"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = Account.objects.filter(person=self.invitation.person).first()
        return super().get_context_data(
            title=_("Welcome, %(name)s") % {"name": self.invitation.person},
            account=account,
            is_recovery=self.is_recovery,
            **kwargs,
        )
