"""What allauth asks the house: nobody signs up by herself, and who may try how often."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
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
