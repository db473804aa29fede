"""The links of a page that lead out of the house."""

from typing import Any

from django.forms import model_to_dict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from kafo.desk.views import FormView
from kafo.publishing.forms.links import LinkForm
from kafo.publishing.permissions.editing import page_policy
from kafo.publishing.queries.links import links_of
from kafo.publishing.services.links import note_link


class PageLinks(FormView):
    """Note that a link leads nowhere any more, and what an archive holds of its target."""

    model = Page
    policy = page_policy
    form_class = LinkForm
    title = gettext_lazy("Links to other sites")
    intro = gettext_lazy(
        "If what a link led to has only moved, correct the page instead. If it is gone, note it "
        "here, with the day of an archived copy if there is one."
    )
    done_text = gettext_lazy("Noted. Readers see it in a moment.")

    @cached_property
    def links(self) -> Any:
        return links_of(self.record)

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Page"), self.record.draft_title)]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"links": self.links}

    def get_initial(self) -> dict[str, Any]:
        return model_to_dict(self.links[0], LinkForm.base_fields) if self.links else {}

    def save(self, form: Any) -> None:
        note_link(actor=self.request.user, page=self.record, **form.cleaned_data)
