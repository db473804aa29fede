"""Sign-in by name or e-mail; permissions of Django itself are never given here."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from kafo.people.mandates import may
from kafo.people.models import Account


class MandateBackend(AuthenticationBackend):
    """Answers Wagtail's one question outside its policies: may this account enter."""

    def get_user(self, user_id: Any) -> Account | None:
        # With the person and her organisation: every page names both.
        accounts = Account.objects.select_related("person__organization")
        account = accounts.filter(pk=user_id).first()
        return account if account and self.user_can_authenticate(account) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm == "wagtailadmin.access_admin" and may(user_obj, "publishing.write")

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return (
            {"wagtailadmin.access_admin"}
            if self.has_perm(user_obj, "wagtailadmin.access_admin")
            else set()
        )

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False
