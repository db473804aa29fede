"""Addresses of the doors and of data protection.

allauth's views keep their names, for they call each other by them, but have our addresses; those
that are not here, such as signing up by oneself, do not exist.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as key_views
from django.urls import URLPattern, include, path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.cache import cache_control

from kafo.desk.permissions import Anyone, SignedIn
from kafo.people.views import accounts, invitations, me, protection, retention
from kafo.records.permissions import Policy


def _door(route: str, view: Callable[..., Any], name: str, policy: Policy) -> URLPattern:
    private: Any = cache_control(private=True, no_store=True)(view)
    private.policy = policy
    return path(route, private, name=name)


class _Base36(StringConverter):
    regex = "[0-9A-Za-z]+"  # no hyphen: the first one ends it


register_converter(_Base36, "base36")
_anyone, _signed_in = Anyone(), SignedIn()
_sign_in: list[tuple[str, Callable[..., Any], str]] = [
    ("", accounts.SignInView.as_view(), "account_login"),
    ("closed/", account_views.account_inactive, "account_inactive"),
    ("second-factor/", mfa_views.authenticate, "mfa_authenticate"),
    ("passkey/", accounts.PasskeySignInView.as_view(), "mfa_login_webauthn"),
    ("reset/", accounts.ResetPasswordView.as_view(), "account_reset_password"),
    ("reset/sent/", accounts.ResetPasswordDoneView.as_view(), "account_reset_password_done"),
    (
        "reset/<base36:uidb36>-<str:key>/",
        accounts.ResetPasswordKeyView.as_view(),
        "account_reset_password_from_key",
    ),
    (
        "reset/done/",
        accounts.ResetPasswordKeyDoneView.as_view(),
        "account_reset_password_from_key_done",
    ),
]
_own: list[tuple[str, Callable[..., Any], str]] = [
    ("confirm/password/", account_views.reauthenticate, "account_reauthenticate"),
    ("confirm/code/", mfa_views.reauthenticate, "mfa_reauthenticate"),
    ("confirm/passkey/", key_views.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    ("password/", account_views.password_change, "account_change_password"),
    ("password/first/", accounts.FirstPasswordView.as_view(), "account_set_password"),
    ("sessions/", accounts.SessionsView.as_view(), "usersessions_list"),
    ("second-factor/", mfa_views.index, "mfa_index"),
    ("second-factor/app/", app_views.activate_totp, "mfa_activate_totp"),
    ("second-factor/app/remove/", app_views.deactivate_totp, "mfa_deactivate_totp"),
    ("second-factor/codes/", code_views.view_recovery_codes, "mfa_view_recovery_codes"),
    ("second-factor/codes/new/", code_views.generate_recovery_codes, "mfa_generate_recovery_codes"),
    (
        "second-factor/codes/file/",
        code_views.download_recovery_codes,
        "mfa_download_recovery_codes",
    ),
    ("second-factor/keys/", key_views.list_webauthn, "mfa_list_webauthn"),
    ("second-factor/keys/add/", key_views.add_webauthn, "mfa_add_webauthn"),
    ("second-factor/keys/<int:pk>/", key_views.edit_webauthn, "mfa_edit_webauthn"),
    ("second-factor/keys/<int:pk>/remove/", key_views.remove_webauthn, "mfa_remove_webauthn"),
]


def _personal(before: str, name: str) -> list[URLPattern]:
    return [
        path(before, me.HeldView.as_view(), name=f"{name}-data"),
        path(f"{before}consents/", me.ConsentsView.as_view(), name=f"{name}-consents"),
        path(f"{before}copy/", me.CopyView.as_view(), name=f"{name}-copy"),
        path(f"{before}erase/", me.EraseView.as_view(), name=f"{name}-erase"),
    ]


_patterns = [
    path("enter/", accounts.EnterView.as_view(), name="enter"),
    path("enter/account/", accounts.EnterAccountView.as_view(), name="enter-account"),
    *_personal("me/", "me"),
    path("me/correct/", me.CorrectView.as_view(), name="me-correct"),
    path("me/email/", me.SignInEmailView.as_view(), name="me-email"),
    path("erased/", me.ErasedView.as_view(), name="erased"),
    *_personal("held/<uuid:pk>/", "held"),
    path("invitations/", invitations.InvitationsView.as_view(), name="invitations"),
    path(
        "invitations/<int:pk>/revoke/",
        invitations.RevokeView.as_view(),
        name="invitation-revoke",
    ),
    path("invitations/for/<uuid:pk>/", invitations.InviteView.as_view(), name="invite"),
    path("invitations/back-in/<uuid:pk>/", invitations.RecoverView.as_view(), name="recover"),
    path("authorizations/", protection.AuthorizationsView.as_view(), name="authorizations"),
    path(
        "authorizations/for/<uuid:pk>/",
        protection.AddAuthorizationView.as_view(),
        name="authorize",
    ),
    path(
        "authorizations/<uuid:pk>/approve/",
        protection.ApproveAuthorizationView.as_view(),
        name="authorization-approve",
    ),
    path(
        "authorizations/<uuid:pk>/withdraw/",
        protection.WithdrawAuthorizationView.as_view(),
        name="authorization-withdraw",
    ),
    path(
        "authorizations/<uuid:pk>/keep/",
        retention.KeepAuthorizationView.as_view(),
        name="authorization-keep",
    ),
    path(
        "authorizations/<uuid:pk>/erase/",
        retention.EraseAuthorizationView.as_view(),
        name="authorization-erase",
    ),
    path("past-period/", retention.RetentionView.as_view(), name="retention"),
    path("past-period/<uuid:pk>/", retention.KeepPersonView.as_view(), name="person-keep"),
    path("register/", protection.RegisterView.as_view(), name="register"),
    path(
        "register/<uuid:organization>/<slug:purpose>/",
        protection.ProcessingView.as_view(),
        name="processing",
    ),
    path(
        "register/<uuid:organization>/declaration/<slug:law>.<slug:kind>",
        protection.DeclarationView.as_view(),
        name="declaration",
    ),
]

account_patterns = [
    *[_door(f"sign-in/{route}", view, name, _anyone) for route, view, name in _sign_in],
    _door("sign-out/", account_views.logout, "account_logout", _anyone),
    *[_door(f"me/{route}", view, name, _signed_in) for route, view, name in _own],
    path("", include((_patterns, "account"))),
]
