"""Forms of the desk: plain HTML, for phones and computers alike."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext

from kafo.records.languages import Translated, TranslatedField


def desk_languages() -> list[tuple[str, Any]]:
    """Give code and name of the languages that the desk's forms ask for."""
    names = dict(settings.LANGUAGES)
    return [(code, names[code]) for code in settings.KAFO_DESK_LANGUAGES]


class TranslatedWidget(forms.MultiWidget):
    """One labelled input per language of the desk."""

    template_name = "desk/widgets/translated.html"
    use_fieldset = True

    def __init__(self, widget: type[forms.Widget]) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            code: widget(attrs={"lang": code}) for code, _ in desk_languages()
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[str]:
        return [(value or {}).get(code, "") for code, _ in desk_languages()]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = [label for _, label in desk_languages()]
        context["inputs"] = list(zip(labels, context["widget"]["subwidgets"], strict=True))
        return context


class TranslatedFormField(forms.MultiValueField):
    """A text in the languages of the desk; when required, one language is enough.

    `is_long` asks for it in text areas.
    """

    def __init__(
        self, *, is_long: bool = False, max_length: int | None = None, **kwargs: Any
    ) -> None:
        for unknown in ("encoder", "decoder"):  # what a ModelForm hands to a JSON field
            kwargs.pop(unknown, None)
        fields = [forms.CharField(required=False, max_length=max_length) for _ in desk_languages()]
        kwargs["widget"] = TranslatedWidget(forms.Textarea if is_long else forms.TextInput)
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Translated:
        if isinstance(value, list):
            value = [(text or "").strip() for text in value]
        return super().clean(value)

    def compress(self, data_list: list[str]) -> Translated:
        codes = (code for code, _ in desk_languages())
        return Translated(
            {code: text for code, text in zip(codes, data_list or [], strict=False) if text}
        )


class DeskForm(forms.Form):
    """A form of the desk: native date inputs, and texts in several languages.

    For a model, derive from DeskModelForm instead.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _suit(self)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        _keep_other_languages(self)


class DeskModelForm(forms.ModelForm):
    """The same for a model; its TranslatedFields become TranslatedFormFields by themselves.

    `Meta.long_texts` names those that are asked for in text areas.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        long_texts = getattr(self.Meta, "long_texts", ())  # type: ignore[attr-defined]
        for model_field in self._meta.model._meta.get_fields():
            name = model_field.name
            if isinstance(model_field, TranslatedField) and name in self.fields:
                asked = self.fields[name]
                self.fields[name] = TranslatedFormField(
                    label=asked.label,
                    help_text=asked.help_text,
                    required=asked.required,
                    is_long=name in long_texts,
                )
        _suit(self)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        _keep_other_languages(self)


_HYPHENS = BLANK_CHOICE_DASH[0][1]


def _suit(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        widget = field.widget
        _name_empty_choice(field)
        if isinstance(widget, forms.DateTimeInput):
            widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
        elif isinstance(widget, forms.DateInput):
            widget.input_type, widget.format = "date", "%Y-%m-%d"
        elif isinstance(widget, forms.TimeInput):
            widget.input_type, widget.format = "time", "%H:%M"


def _name_empty_choice(field: Any) -> None:
    """Django writes nine hyphens, which whoever listens to the page hears one by one."""
    words = gettext("Choose") if field.required else "—"
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = words if field.empty_label == _HYPHENS else field.empty_label
    elif isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        field.choices = [(value, words if name == _HYPHENS else name) for value, name in choices]


def _keep_other_languages(form: forms.BaseForm) -> None:
    """A language that the desk does not ask for is not lost when the others are changed."""
    asked = set(settings.KAFO_DESK_LANGUAGES)
    for name, field in form.fields.items():
        if isinstance(field, TranslatedFormField) and name in form.cleaned_data:
            before = form.get_initial_for_field(field, name) or {}
            others = {code: text for code, text in before.items() if code not in asked}
            form.cleaned_data[name] = Translated({**others, **form.cleaned_data[name]})


def errors_in_order(form: forms.BaseForm) -> Iterable[tuple[forms.BoundField, list[str]]]:
    """Give the fields to correct, in the order of the page."""
    return [(field, [str(text) for text in field.errors]) for field in form if field.errors]
