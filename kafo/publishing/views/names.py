"""Texts that still name an erased person, and what is decided about them."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kafo.desk.views import Action, Column, ConfirmView, RecordView, Section
from kafo.publishing.models import RemainingName
from kafo.publishing.permissions.names import name_policy
from kafo.publishing.queries.names import (
    ADDRESS,
    SURNAME,
    Name,
    NamingText,
    is_by_hand,
    text_of,
)
from kafo.publishing.services.names import leave_name, replace_name


class NameView(RecordView):
    """The texts, each with the way to where it is changed by hand."""

    model = RemainingName
    policy = name_policy
    title = _("An erased person is still named")
    back_url_name = "desk:start"
    back_label = _("Desk")
    fields = [
        Column(_("Name"), str, help=_("Kept only until you have decided, and nowhere else.")),
        Column(_("Site"), "site"),
    ]
    actions = [
        Action(_("Replace it in all these texts"), "pages:name-replace", "change"),
        Action(_("Leave it as it is"), "pages:name-leave", "change"),
    ]

    def get_rows(self) -> Any:
        return RemainingName.objects.select_related("site")

    def get_title(self) -> str:
        return str(self.title)

    def get_notes(self) -> list[Any]:
        if not any(key.startswith(f"{ADDRESS}:") for key in self.record.texts):
            return []
        return [
            _(
                "An address is changed in the editor, under “Promote”. Readers of the old address "
                "are led to the new one."
            )
        ]

    def get_actions(self) -> list[Action]:
        has_texts = not all(is_by_hand(key) for key in self.record.texts)
        return list(self.actions) if has_texts else list(self.actions)[1:]

    def get_sections(self) -> list[Section]:
        name = Name(self.record.words)
        found: dict[str, list[NamingText]] = {ADDRESS: [], SURNAME: [], "": []}
        for key in self.record.texts:
            if text := text_of(key, name):
                found[key.partition(":")[0] if is_by_hand(key) else ""].append(text)
        columns = [Column(_("Text"), "title", link=lambda text: text.url)]
        sections = [
            Section(
                _("Texts that name the person"),
                columns,
                found[""],
                empty_text=_("No text names the person any more; this page goes away by itself."),
            ),
            Section(_("Addresses that name the person"), columns, found[ADDRESS]),
            Section(_("Perhaps somebody else: the surname alone"), columns, found[SURNAME]),
        ]
        return [section for section in sections if section.rows] or sections[:1]


class NameReplace(ConfirmView):
    """Put other words in the place of the name."""

    model = RemainingName
    policy = name_policy
    action = "change"
    title = _("Replace the name in all texts?")
    intro = _(
        "“(name erased)” takes the place of the name in these texts and in all their versions. "
        "Readers see it at once. It cannot be taken back."
    )
    button = _("Replace the name")
    done_text = _("The name is gone from these texts.")

    def get_back(self) -> tuple[Any, str]:
        return _("Texts"), reverse("pages:name", args=[self.record.pk])

    def get_result_url(self, result: Any) -> str:
        return reverse("desk:start")

    def save(self, form: Any) -> None:
        replace_name(actor=self.request.user, remaining=self.record)


class NameLeave(ConfirmView):
    """Go on naming the person."""

    model = RemainingName
    policy = name_policy
    action = "change"
    title = _("Leave the name in these texts?")
    intro = _(
        "They go on naming the person, as it may be right where she acted in public. The act log "
        "says that you decided so; it does not say the name."
    )
    button = _("Leave the name")
    done_text = _("The texts stay as they are.")

    def get_back(self) -> tuple[Any, str]:
        return _("Texts"), reverse("pages:name", args=[self.record.pk])

    def get_result_url(self, result: Any) -> str:
        return reverse("desk:start")

    def save(self, form: Any) -> None:
        leave_name(actor=self.request.user, remaining=self.record)


def names_panel(request: HttpRequest) -> str | None:
    """Give the part of the start page that asks for a decision, where there is one to take."""
    rows = list(name_policy.visible_to(request.user, RemainingName.objects.select_related("site")))
    if not rows:
        return None
    return render_to_string("publishing/desk/names.html", {"rows": rows}, request)
