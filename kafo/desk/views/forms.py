"""Forms: carried out once, never over somebody else's change, and what went wrong said in words."""

import hashlib
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.columns import as_text
from kafo.desk.forms import errors_in_order
from kafo.desk.models import Submission
from kafo.desk.services import find_submission, submit_once
from kafo.desk.views.pages import DeskView
from kafo.records.errors import NotVisible, Refused, TryAgain


class FormView(DeskView):
    """Create (no `pk` in the address) or change a record through `form_class`.

    `save(form)` calls a service and gives the record or None. It runs in a transaction, with
    `self.record` as it is stored and locked; what a ModelForm set on its instance is not on it.
    `get_result_url(result)` says where to go then.
    """

    template_name = "desk/form.html"
    action = ""
    form_class: type[forms.BaseForm] = forms.Form
    button: Any = gettext_lazy("Save")
    done_text: Any = gettext_lazy("Saved.")
    is_dangerous = False
    intro: Any = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.action = self.action or ("change" if "pk" in kwargs else "add")

    def save(self, form: Any) -> Any:
        """Call the service that does it; errors of kind Refused are shown in the form."""
        raise NotImplementedError

    def get_result_url(self, result: Any) -> str:
        """Give the address to go to after `save`: that of the result, or the page above."""
        if result is not None and hasattr(result, "get_absolute_url"):
            return str(result.get_absolute_url())
        back = self.get_back()
        return back[1] if back else reverse("desk:start")

    def get_done_text(self, result: Any) -> Any:
        return self.done_text

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give what the form is made with; add what your form wants to know."""
        kwargs: dict[str, Any] = {"initial": self.get_initial()}
        if self.request.method == "POST":
            kwargs |= {"data": self.request.POST, "files": self.request.FILES}
        if issubclass(self.form_class, forms.ModelForm) and self.record is not None:
            kwargs["instance"] = self.record
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_form(self) -> Any:
        return self.form_class(**self.get_form_kwargs())

    def get_facts(self) -> list[tuple[Any, Any]]:
        """Give label and value of what the reader should see above the form."""
        return []

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Before the record is looked for: a record that the first sending deleted is gone.
        if request.method == "POST":
            earlier = find_submission(str(request.user.pk), self._token)
            if earlier and earlier.digest == self._digest:
                return HttpResponseRedirect(earlier.url)
        return super().answer(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.get_form()
        account, token = str(request.user.pk), self._token or secrets.token_urlsafe(16)
        if earlier := find_submission(account, token):
            if earlier.digest == self._digest:
                return HttpResponseRedirect(earlier.url)
            form.add_error(None, _sent_before(earlier))
            return self.render(form, token=secrets.token_urlsafe(16))
        if not form.is_valid():
            return self.render(form, token=token)
        result = None

        def write() -> str:
            nonlocal result
            if self.record is not None:
                self.record = self._stored()
                if (self._seen or _version(self.record)) != _version(self.record):
                    raise _Stale
            result = self.save(form)
            return self.get_result_url(result)

        try:
            submission = submit_once(account=account, token=token, digest=self._digest, write=write)
        except _Stale:
            form.add_error(None, self._changed_meanwhile(form))
            return self.render(form, token=token, version=_version(self.record))
        except (Refused, TryAgain) as error:
            form.add_error(None, str(error))
        else:
            if text := self.get_done_text(result):
                messages.success(request, text)
            return HttpResponseRedirect(submission.url)
        return self.render(form, token=token)

    def render(self, form: Any, token: str = "", version: str = "") -> HttpResponseBase:
        """Give the page with `form`; 422 when it was sent and not carried out.

        `version` is what the reader has seen of the record: after an error still the first one.
        """
        context = self.get_context_data(
            form=form,
            errors=errors_in_order(form) if form.is_bound else [],
            token=token or secrets.token_urlsafe(16),
            version=version or self._seen or _version(self.record),
            button=self.button,
            is_dangerous=self.is_dangerous,
            intro=self.intro,
            facts=self.get_facts(),
        )
        return self.render_to_response(context, status=422 if form.is_bound else 200)

    @property
    def _token(self) -> str:
        # PostgreSQL fails on the one letter that no text holds.
        return self.request.POST.get("submission", "").replace("\0", "")[:64]

    @property
    def _seen(self) -> str:
        return self.request.POST.get("version", "")

    @property
    def _digest(self) -> str:
        """What was sent, as a digest: only the very same form counts as sent again."""
        posted = sorted(
            (name, values)
            for name, values in self.request.POST.lists()
            if name != "csrfmiddlewaretoken"
        )
        files: list[Any] = sorted(
            (name, file.name, file.size)
            for name, several in self.request.FILES.lists()
            for file in several
        )
        return hashlib.sha256(repr((self.request.path, posted, files)).encode()).hexdigest()

    def _stored(self) -> Any:
        rows = type(self.record)._default_manager.select_for_update()
        if (stored := rows.filter(pk=self.record.pk).first()) is None:
            raise NotVisible
        return stored

    def _changed_meanwhile(self, form: Any) -> str:
        text = _(
            "Somebody else changed this while you were working on it. Nothing of yours is saved "
            "yet, and nothing of theirs is lost. Compare, then save again to keep your version."
        )
        differences = [
            f"{form.fields[name].label}: {as_text(getattr(self.record, name)) or '—'}"
            for name, value in form.cleaned_data.items()
            if name in form.fields and getattr(self.record, name, value) != value
        ]
        if not differences:
            return text
        return text + " " + _("Stored now: %(values)s.") % {"values": "; ".join(differences)}


class ConfirmView(FormView):
    """Asks before something that cannot be taken back lightly; GET says what will happen."""

    template_name = "desk/confirm.html"
    is_dangerous = True
    action = "delete"
    button: Any = gettext_lazy("Delete")
    done_text: Any = gettext_lazy("Done.")
    warning: Any = ""

    def get_warning(self) -> Any:
        return self.warning

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(warning=self.get_warning(), **kwargs)


class _Stale(Exception):
    """The record is no longer what the form showed."""


def _version(record: Model | None) -> str:
    changed_at = getattr(record, "updated_at", None)
    return changed_at.isoformat() if changed_at else ""


def _sent_before(earlier: Submission) -> str:
    return format_html(
        _(
            'This form was sent before, with other content: <a href="{}">see the result</a>. '
            "Change it there, or send this one again if you want a second one."
        ),
        earlier.url,
    )
