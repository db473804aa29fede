"""The form in which a page is written: one field for each part of its text."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kafo.desk.forms import DeskForm
from kafo.publishing.forms.pictures import ACCEPT
from kafo.publishing.models import ListPage, NewsPage, Picture, PublicSite
from kafo.publishing.notation import to_html, to_notation
from kafo.publishing.queries.editing import pictures_of

TEXT, HEADING, QUOTE, KEPT = "text", "heading", "quote", "kept"
MAX_PARTS = 80
LONG = 20_000
MOST_DIGITS = 18


@dataclass
class Part:
    """One block of the body as the form shows it. What the form cannot write stays in place."""

    key: str
    kind: str
    value: str = ""
    label: Any = ""


def parts_of(body: list[dict[str, Any]], names: dict[int, str]) -> list[Part]:
    """Give the parts for a stored body; `names` are those of its pictures."""
    parts = []
    for block in body:
        key, kind, value = block["id"], block["type"], block["value"]
        if kind == "paragraph":
            parts.append(Part(key, TEXT, to_notation(value)))
        elif kind == "heading":
            parts.append(Part(key, HEADING, value))
        elif kind == "quote":
            parts.append(Part(key, QUOTE, value.get("text", "")))
        else:
            parts.append(Part(key, KEPT, label=_kept_label(kind, value, names)))
    return parts


def _kept_label(kind: str, value: Any, names: dict[int, str]) -> Any:
    if kind == "picture":
        name = value.get("caption") or names.get(value.get("picture"), "")
        return _("Picture in the text: %(name)s") % {"name": name}
    if kind == "link":
        return _("Link: %(name)s") % {"name": value.get("text", "")}
    return _("Document in the text")


class _ListChoice(forms.ModelChoiceField):
    """The key of a list is that of its page, which Django does not check against its size."""

    def to_python(self, value: Any) -> Any:
        if len(str(value)) > MOST_DIGITS:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return super().to_python(value)


class PageForm(DeskForm):
    """What is written on a page. `parts` says in which order its fields make the body."""

    below = _ListChoice(ListPage.objects.none(), label=_("Where"), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=150)
    lead = forms.CharField(
        label=_("In short"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two or three sentences that stand in lists too."),
    )
    picture = forms.ModelChoiceField(
        Picture.objects.none(), label=_("Picture"), required=False, empty_label=_("no picture")
    )
    file = forms.FileField(
        label=_("Or send a new picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("At most 10 MB. Place and date in it are removed."),
    )
    alternative = forms.CharField(
        label=_("What the new picture shows"),
        max_length=200,
        required=False,
        help_text=_("For those who cannot see it: one sentence."),
    )
    credit = forms.CharField(label=_("Who made the new picture"), max_length=200, required=False)
    news_on = forms.DateField(label=_("Date"))
    author = forms.CharField(label=_("Author"), max_length=120, required=False)
    translator = forms.CharField(label=_("Translator"), max_length=120, required=False)
    changes_meaning = forms.BooleanField(
        label=_("The meaning has changed: translations must be looked at again"), required=False
    )
    follows_source = forms.BooleanField(
        label=_("This translation says again what the original says"), required=False
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput())
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput())
    saved_alone = forms.IntegerField(required=False, widget=forms.HiddenInput())
    order = forms.CharField(max_length=LONG, required=False, widget=forms.HiddenInput())

    def __init__(
        self,
        *args: Any,
        page: Any = None,
        site: PublicSite | None = None,
        lists: list[ListPage] | None = None,
        places: dict[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.stored = list(page.body.raw_data) if page is not None else []
        self._choose_fields(lists or [], places or {})
        if site is not None:
            self._offer_pictures(site)
        else:
            del self.fields["picture"]
        self.parts = self._parts()
        self._place_parts()

    def _choose_fields(self, lists: list[ListPage], places: dict[int, str]) -> None:
        if self.page is None:
            below: Any = self.fields["below"]
            below.queryset = ListPage.objects.filter(pk__in=[p.pk for p in lists])
            below.label_from_instance = lambda row: places.get(row.pk, row.title)
            unused = ["translator", "changes_meaning", "follows_source"]
        else:
            unused = ["below"]
            if not isinstance(self.page, NewsPage):
                unused += ["news_on"]
            if self.page.source_language:
                unused += ["changes_meaning"]
            else:
                unused += ["translator", "follows_source"]
            if not self.page.first_published_at:
                unused += ["changes_meaning"]
        for name in unused:
            self.fields.pop(name, None)

    def _offer_pictures(self, site: PublicSite) -> None:
        field: Any = self.fields["picture"]
        offered = list(pictures_of(site).values_list("pk", flat=True)[:60])
        # The one in use is offered whatever its age.
        in_use = getattr(self.page, "picture_id", None)
        field.queryset = Picture.objects.filter(pk__in=[*offered, in_use] if in_use else offered)
        field.label_from_instance = lambda row: row.title[:60]

    def _parts(self) -> list[Part]:
        if self.is_bound or "order" in self.initial:
            return self._posted_parts()
        return parts_of(self.stored, self._names()) or [Part("new1", TEXT)]

    def _names(self) -> dict[int, str]:
        shown = [b["value"].get("picture") for b in self.stored if b["type"] == "picture"]
        return (
            dict(Picture.objects.filter(pk__in=shown).values_list("pk", "title")) if shown else {}
        )

    def _posted_parts(self) -> list[Part]:
        known = {part.key: part for part in parts_of(self.stored, self._names())}
        given = self.data.get("order", "") if self.is_bound else self.initial["order"]
        parts: dict[str, Part] = {}
        for each in given.split(",")[:MAX_PARTS]:
            key, _mark, kind = each.partition(":")
            if key in known:
                parts[key] = known[key]
            elif key.startswith("new") and key[3:].isdecimal() and kind in {TEXT, HEADING}:
                parts[key] = Part(key, kind)
        return list(parts.values())

    def _place_parts(self) -> None:
        after = list(self.fields)
        middle = after.index("lead") + 1
        for part in self.parts:
            name = f"part-{part.key}"
            field: forms.Field
            if part.kind == KEPT:
                field = forms.BooleanField(label=part.label, required=False)
                field.help_text = _("Stays where it is. Take the tick away to remove it.")
                field.initial = True
            elif part.kind == HEADING:
                field = forms.CharField(label=_("Heading"), max_length=120, required=False)
            else:
                label = _("Quote") if part.kind == QUOTE else _("Text")
                lines = sum(1 + len(line) // 40 for line in part.value.splitlines())
                rows = min(max(lines, 4), 20)
                widget = forms.Textarea(attrs={"rows": rows})
                field = forms.CharField(label=label, max_length=LONG, required=False, widget=widget)
            if part.value:
                field.initial = part.value
            self.fields[name] = field
        order = [*after[:middle], *(f"part-{part.key}" for part in self.parts), *after[middle:]]
        self.order_fields(order)
        self.fields["order"].initial = ",".join(f"{p.key}:{p.kind}" for p in self.parts)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("file") or data.get("upload"):
            for name, text in (
                ("alternative", _("Say what the picture shows, for those who cannot see it.")),
                ("credit", _("Say who made the picture.")),
            ):
                if not data.get(name):
                    self.add_error(name, text)
        return data

    def body(self) -> list[dict[str, Any]]:
        """Give the blocks as they are to be stored."""
        stored = {block["id"]: block for block in self.stored}
        blocks: list[dict[str, Any]] = []
        for part in self.parts:
            value = self.cleaned_data.get(f"part-{part.key}")
            if not value:
                continue
            if part.kind == KEPT:
                blocks.append(stored[part.key])
            elif part.kind == QUOTE:
                block = stored[part.key]
                blocks.append(block | {"value": block["value"] | {"text": value}})
            elif part.kind == HEADING:
                blocks.append(_block("heading", value, part.key))
            elif part.value and value.strip() == part.value:
                # Untouched text is kept to the letter, whatever the notation would make of it.
                blocks.append(stored[part.key])
            else:
                blocks += _text_blocks(value, part.key)
        return blocks


def _block(kind: str, value: str, key: str = "") -> dict[str, Any]:
    given = key if key and not key.startswith("new") else str(uuid.uuid4())
    return {"type": kind, "value": value, "id": given}


def _text_blocks(text: str, key: str) -> list[dict[str, Any]]:
    """A line that begins with ## is a heading, so that one can be put in the middle of a text."""
    blocks: list[dict[str, Any]] = []
    lines: list[str] = []

    def end_text() -> None:
        if value := to_html("\n".join(lines)):
            first = not any(block["type"] == "paragraph" for block in blocks)
            blocks.append(_block("paragraph", value, key if first else ""))
        lines.clear()

    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("## ") and len(line) <= 123:
            end_text()
            blocks.append(_block("heading", line[3:].strip()))
        else:
            lines.append(line)
    end_text()
    return blocks


class ReasonForm(DeskForm):
    """Why a page goes back to its writer."""

    reason = forms.CharField(
        label=_("What should be changed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ScheduleForm(DeskForm):
    """When a page goes online, and when it goes offline again."""

    publish_at = forms.DateTimeField(
        label=_("Goes online on"),
        widget=forms.DateTimeInput,
        help_text=_("The version that is saved now. Plan again if you change the text afterwards."),
    )
    end_at = forms.DateTimeField(
        label=_("Goes offline on"),
        widget=forms.DateTimeInput,
        required=False,
        help_text=_("Leave it empty for a page that stays. Text and address are kept."),
    )

    def __init__(self, *args: Any, is_over: bool, asks_end: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_over:
            del self.fields["publish_at"]
            self.fields["end_at"].required = True
            self.fields["end_at"].help_text = _("Text and address are kept.")
        if not asks_end:
            del self.fields["end_at"]
