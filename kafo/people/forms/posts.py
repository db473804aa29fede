"""Job descriptions, what they ask for, and the answer to a shared text that moved."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.forms import DeskForm, DeskModelForm, TranslatedFormField
from kafo.people import permissions
from kafo.people.enums import Cefr, Language, Level
from kafo.people.forms.persons import SkillField
from kafo.people.models import Organization, Post, PostTemplate

PARAGRAPHS = gettext_lazy("An empty line starts a paragraph; a line that begins with “- ” a point.")


class PostForm(DeskModelForm):
    class Meta:
        model = Post
        fields = ("organization", "template", "title", "text", "seats", "is_sought")
        long_texts = ("text",)
        help_texts = {
            "title": gettext_lazy("Empty: the title of the shared job description."),
            "text": gettext_lazy(
                "Empty: the shared text as it stands. An empty line starts a paragraph; "
                "a line that begins with “- ” a point."
            ),
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = permissions.posts.scope(actor, "change")
        templates = permissions.templates.visible_to(actor, PostTemplate.objects.all())
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.filter(id__in=scope)
        )
        self.fields["template"].queryset = templates  # type: ignore[attr-defined]
        self.fields["title"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("template") and not any((values.get("title") or {}).values()):
            self.add_error("title", _("Write a title, or choose a shared job description."))
        return values


class RequirementForm(DeskForm):
    """A skill or a language; the level that belongs to the other one is left aside."""

    skill = SkillField(required=False)
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level of the skill"),
        choices=Level.choices,
        coerce=lambda value: Level(int(value)),
        initial=Level.PRACTISES,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Or a language"),
        choices=[("", "—"), *Language.choices],
        required=False,
    )
    cefr = forms.ChoiceField(
        label=gettext_lazy("Level of the language"), choices=Cefr.choices, initial=Cefr.B1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].group_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("language"):
            values.pop("level", None)
        else:
            values.pop("cefr", None)
        return values


class DecisionForm(DeskForm):
    """Adopt the shared text, with or without own words, or keep the office's and say why."""

    ADOPT, DECLINE = "adopt", "decline"

    decision = forms.ChoiceField(
        label=gettext_lazy("What does the office do?"),
        choices=[
            (ADOPT, gettext_lazy("Adopt the new text")),
            (DECLINE, gettext_lazy("Keep our text")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you keep your text."),
    )
    text = TranslatedFormField(
        label=gettext_lazy("The text that the office adopts"),
        is_long=True,
        required=False,
        help_text=gettext_lazy("Change it here where the office needs other words."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("decision") == self.DECLINE and not values.get("reason", "").strip():
            self.add_error(
                "reason",
                ValidationError(
                    _("Say why the office keeps its own text: the other offices will ask.")
                ),
            )
        return values


class TemplateForm(DeskForm):
    title = TranslatedFormField(label=gettext_lazy("Title"))
    text = TranslatedFormField(label=gettext_lazy("Text"), is_long=True, help_text=PARAGRAPHS)


class VersionForm(DeskForm):
    text = TranslatedFormField(label=gettext_lazy("Text"), is_long=True, help_text=PARAGRAPHS)
    note = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=200,
        help_text=gettext_lazy("One sentence: the offices read it beside the difference."),
    )
