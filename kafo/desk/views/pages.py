"""The view that all views of the desk are made of."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from kafo.records.errors import NotVisible
from kafo.records.models import is_copy
from kafo.records.permissions import Policy


class DeskView(TemplateResponseMixin, ContextMixin, View):
    """A page one signs in to. Asks `policy` whether the account may do `action`; else 404.

    With a `model` and a `pk` in the address it is about `self.record`, one of the rows that the
    policy lets the account see. A record that is at home in another office can only be viewed,
    whatever the policy says, unless the view sets `is_for_copies`.
    """

    policy: Policy
    action = "view"
    is_for_copies = False
    model: type[Model] | None = None
    record: Any = None
    title: Any = ""
    template_name = "desk/page.html"
    back_url_name = ""
    back_label: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if request.method == "POST":
                messages.warning(
                    request, _("You were signed out meanwhile, so what you sent was not done.")
                )
            response: HttpResponseBase = redirect_to_login(
                request.get_full_path(), settings.LOGIN_URL
            )
        else:
            response = self.answer(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the record, ask the policy, answer. Raises NotVisible."""
        if self.model and "pk" in kwargs:
            self.record = self.get_record(kwargs["pk"])
        if not self.may(self.action):
            raise NotVisible
        return super().dispatch(request, *args, **kwargs)

    def get_rows(self) -> QuerySet[Any]:
        """Give the rows that the page draws from, before the policy; add select_related here."""
        return self.model._default_manager.all()  # type: ignore[union-attr]

    def visible_rows(self) -> QuerySet[Any]:
        """Give those of the rows that the account may see."""
        return self.policy.visible_to(self.request.user, self.get_rows())

    def get_record(self, pk: Any) -> Any:
        """Give the record with that id; raises NotVisible when there is none for this account."""
        record = self.visible_rows().filter(pk=pk).first()
        if record is None:
            raise NotVisible
        return record

    def may(self, action: str) -> bool:
        """Say whether the account may do `action` to the record of the page."""
        if not action:
            return True
        if action != "view" and is_copy(self.record) and not self.is_for_copies:
            return False
        return self.policy.may(self.request.user, action, self.record)

    def get_title(self) -> Any:
        """Give the heading of the page."""
        return self.title or str(self.record or "")

    def get_back(self) -> tuple[Any, str] | None:
        """Give label and address of the page above this one."""
        return (self.back_label, reverse(self.back_url_name)) if self.back_url_name else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.get_title(), back=self.get_back(), record=self.record, **kwargs
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Lead back to the page of the button whoever comes to its address without pressing it.

        That happens to an account whose session ended while the button was on the screen: signing
        in leads on to the address that the button was sent to.
        """
        if request.method != "GET" or not hasattr(self, "post"):
            return super().http_method_not_allowed(request, *args, **kwargs)
        messages.warning(request, _("Nothing was done yet. Press the button again."))
        back = self.get_back()
        return HttpResponseRedirect(back[1] if back else reverse("desk:start"))
