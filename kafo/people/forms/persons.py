"""Persons, skills, languages, seats."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.forms import DeskForm, DeskModelForm
from kafo.people import permissions
from kafo.people.enums import Cefr, Language, Level, Profile, SeatRole
from kafo.people.models import Body, Organization, Person, Post, Skill


def past_day(day: date | None) -> date | None:
    """Give a day that is not to come. Raises ValidationError."""
    if day and day > timezone.localdate():
        raise ValidationError(_("This date is still to come. Check the year."))
    return day


class PersonForm(DeskModelForm):
    class Meta:
        model = Person
        fields = (
            "given_name",
            "family_name",
            "organization",
            "email",
            "phone",
            "town",
            "language",
            "born_on",
            "note",
        )
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "language": forms.Select(choices=Language.choices),
        }
        help_texts = {
            "email": gettext_lazy("Seen by this office only. Used to reach the person."),
            "phone": gettext_lazy("Seen by this office only. Used to reach the person."),
            "born_on": gettext_lazy(
                "Seen by this office only. Says whether a parent or guardian must agree."
            ),
            "note": gettext_lazy(
                "Seen by this office only. The person may read it: write what you would say to her."
            ),
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = permissions.persons.scope(actor, "change")
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.filter(id__in=scope)
        )

    def clean_born_on(self) -> date | None:
        return past_day(self.cleaned_data["born_on"])


class SkillField(forms.ModelChoiceField):
    """The list of skills under the names of their profiles, in the order of the alphabet."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Skill"))
        super().__init__(queryset=Skill.objects.all(), **kwargs)

    def group_choices(self) -> None:
        """Read the list; called by each form that is made, so that new skills are there."""
        skills = sorted(Skill.objects.all(), key=str)
        groups = [
            (
                profile.label,
                [(skill.pk, str(skill)) for skill in skills if skill.profile == profile],
            )
            for profile in Profile
        ]
        self.choices = [("", _("Choose")), *(group for group in groups if group[1])]


class HeldSkillForm(DeskForm):
    skill = SkillField()
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), choices=Level.choices, coerce=lambda value: Level(int(value))
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].group_choices()  # type: ignore[attr-defined]


class SpokenLanguageForm(DeskForm):
    code = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), choices=Cefr.choices, coerce=Cefr, initial=Cefr.B1
    )


class SkillForm(DeskModelForm):
    class Meta:
        model = Skill
        fields = ("name", "profile")


class SeatForm(DeskForm):
    """A seat in a body, or a post; the bodies and posts that the actor may fill are the choices."""

    place = forms.ChoiceField(label=gettext_lazy("Body or post"))
    role = forms.TypedChoiceField(
        label=gettext_lazy("Role in the body"),
        choices=SeatRole.choices,
        coerce=SeatRole,
        initial=SeatRole.MEMBER,
        help_text=gettext_lazy("For a post, leave it at “member”."),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), initial=timezone.localdate)
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day on which it no longer holds; empty: without an end."),
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = permissions.bodies.scope(actor, "change")
        bodies = Body.objects.filter(organization__in=scope).select_related("organization")
        posts = Post.objects.filter(organization__in=scope).select_related("organization")
        self.places: dict[str, Any] = {str(place.pk): place for place in [*bodies, *posts]}
        groups = ((_("Bodies"), bodies), (_("Posts"), posts))
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *(
                (title, [(str(row.pk), f"{row} · {row.organization}") for row in rows])
                for title, rows in groups
            ),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        place = self.places.get(values.pop("place", ""))
        values["body"] = place if isinstance(place, Body) else None
        values["post"] = place if isinstance(place, Post) else None
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", _("It would be over before it begins. Choose a later day."))
        return values


class EndSeatForm(DeskForm):
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        initial=timezone.localdate,
        help_text=gettext_lazy("The first day on which it no longer holds."),
    )
