"""What allauth asks the house: nobody signs up by herself, and who may try how often."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

_MISMATCH = _("The sign-in name or the password is not right. Mind capital letters.")


class AccountAdapter(DefaultAccountAdapter):
    # With the words of our forms; one text for both ways, so that it does not tell who is known.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _MISMATCH,
        "email_password_mismatch": _MISMATCH,
        "enter_current_password": _("This is not your current password."),
        "too_many_login_attempts": _(
            "Too many attempts with this name. Wait five minutes, or ask a colleague with a "
            "mandate for a recovery code."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host: a node answers to several, and each would be a fresh set of attempts.
        return str(credentials.get("email", credentials.get("username", ""))).lower()

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: Any = None,
        message_context: Any = None,
        extra_tags: str = "",
        message: Any = None,
    ) -> None:
        # That one is signed in or out shows by itself.
        if message_template not in {
            "account/messages/logged_in.txt",
            "account/messages/logged_out.txt",
        }:
            super().add_message(
                request, level, message_template, message_context, extra_tags, message
            )
