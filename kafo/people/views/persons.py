"""Persons, what they can do, and the list of skills."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.views import (
    Action,
    Column,
    ConfirmView,
    Filter,
    FormView,
    ListView,
    RecordView,
    Section,
)
from kafo.people import permissions
from kafo.people.enums import Language, language_name
from kafo.people.forms.persons import (
    HeldSkillForm,
    PersonForm,
    SkillForm,
    SpokenLanguageForm,
)
from kafo.people.models import Mandate, Membership, Person, PersonLanguage, PersonSkill, Skill
from kafo.people.protection import personal_fields
from kafo.people.queries.protection import fields_for, lacks_authorization
from kafo.people.services.persons import (
    add_person,
    add_skill,
    change_person,
    change_skill,
    drop_language,
    drop_skill,
    set_language,
    set_skill,
)
from kafo.people.views.bodies import seat_deeds
from kafo.people.views.mandates import mandate_deeds
from kafo.people.views.parts import (
    ActorForm,
    OwnedForm,
    RecordForm,
    deeds,
    is_mandate_open,
    mandate_state,
    moment,
    organization_choices,
    place_link,
    place_of,
    seat_words,
    tag,
)
from kafo.records.enums import Visibility


def is_insider(actor: Any, person: Person) -> bool:
    """Say whether `actor` works where the record is kept, or is the person herself."""
    inside = permissions.persons.scope(actor, "view")
    return person.organization_id in inside or permissions.is_oneself(actor, person)


class PersonList(ListView):
    model = Person
    policy = permissions.persons
    title = gettext_lazy("Persons")
    search_fields = ("folded_name",)
    search_label = gettext_lazy("Name")
    order = ("folded_name",)
    add_url_name = "people:person-add"
    add_label = gettext_lazy("Add a person")
    empty_text = gettext_lazy("No person yet. Add the first one.")

    def get_columns(self) -> Iterable[Column]:
        def inside(value: Any) -> Any:
            return lambda row: value(row) if is_insider(self.request.user, row) else ""

        return [
            Column(_("Name"), str, sort="folded_name", link="people:person"),
            Column(
                _("Seats and posts"),
                inside(lambda row: [place_of(seat) for seat in row.seats_today]),
            ),
            Column(_("Languages"), inside(lambda row: row.languages)),
            Column(_("Organisation"), "organization"),
            Column(_("Mandate"), inside(lambda row: row.is_mandated)),
        ]

    def get_filters(self) -> Iterable[Filter]:
        scope = self.policy.scope(self.request.user, "view")

        def can(**condition: Any) -> Any:
            # What a person can do is found only where her record is kept.
            return lambda rows, value: rows.filter(
                organization__in=scope, **dict.fromkeys(condition, value)
            )

        def skills(request: Any) -> list[tuple[Any, str]]:
            return sorted(((row.pk, str(row)) for row in Skill.objects.all()), key=lambda x: x[1])

        yield Filter("skill", _("Skill"), skills, can(skills__skill=True))
        yield Filter("language", _("Language"), Language.choices, can(languages__code=True))
        if len(scope) > 1:
            yield Filter("organization", _("Organisation"), organization_choices(self.policy))

    def get_rows(self) -> QuerySet[Any]:
        seats = Membership.objects.on().select_related("body", "post")
        mandates = Mandate.objects.at().filter(person=OuterRef("pk"))
        return (
            Person.objects.filter(erased_at__isnull=True)
            .select_related("organization")
            .annotate(is_mandated=Exists(mandates))
            .prefetch_related(
                Prefetch("memberships", queryset=seats, to_attr="seats_today"), "languages"
            )
        )


_purposes = {entry.key: entry.purpose for entry in personal_fields()}


def _personal(label: Any, name: str, **kwargs: Any) -> Column:
    """Give a personal field with what it is kept for."""

    class Help:
        def __str__(self) -> str:
            purpose = _purposes[f"people.person.{name}"].label
            return _("Seen by this office only. Kept for: %(purpose)s.") % {"purpose": purpose}

    return Column(label, name, action="contact", help=Help(), **kwargs)


class PersonView(RecordView):
    """An insider sees all that her right gives; another office what the person agreed to."""

    model = Person
    policy = permissions.persons
    back_url_name = "people:persons"
    back_label = gettext_lazy("Persons")
    history_action = "history"
    inside_fields = (
        Column(
            gettext_lazy("Organisation"),
            "organization",
            link=lambda row: reverse("people:organization", args=[row.organization_id]),
        ),
        _personal(
            gettext_lazy("E-mail"), "email", link=lambda row: row.email and f"mailto:{row.email}"
        ),
        _personal(
            gettext_lazy("Telephone"), "phone", link=lambda row: row.phone and f"tel:{row.phone}"
        ),
        Column(gettext_lazy("Town"), "town"),
        Column(gettext_lazy("Preferred language"), lambda row: language_name(row.language)),
        _personal(gettext_lazy("Born on"), "born_on"),
        _personal(gettext_lazy("Note"), "note"),
    )

    def get_rows(self) -> QuerySet[Any]:
        return Person.objects.select_related("organization")

    @property
    def is_inside(self) -> bool:
        return is_insider(self.request.user, self.record)

    def get_fields(self) -> Iterable[Column]:
        if self.is_inside:
            return self.inside_fields
        open_keys = fields_for(self.record, Visibility.FEDERATION)
        names = {"town": _("Town"), "email": _("E-mail")}
        shown = [
            Column(label, name)
            for name, label in names.items()
            if f"people.person.{name}" in open_keys
        ]
        return [Column(_("Organisation"), "organization"), *shown]

    def get_actions(self) -> Iterable[Action]:
        has_account = hasattr(self.record, "account")
        lacks_guardian = lacks_authorization(self.record)
        yield Action(_("Change"), "people:person-change", "change")
        if self.record.is_minor():
            yield Action(_("Authorisation"), "account:authorize", "authorize")
        if not lacks_guardian:
            yield Action(_("Give a mandate"), "people:mandate-add", "give_mandate")
        if has_account:
            yield Action(_("Help back in"), "account:recover", "recover")
        elif not lacks_guardian:
            yield Action(_("Invite"), "account:invite", "invite")
        yield Action(_("What is held"), "account:held-data", "protect")

    def get_notes(self) -> Iterable[Any]:
        if self.record.is_fictional:
            yield _("Fictional person, for the demonstration.")
        if self.record.is_minor() and self.may("contact"):
            if lacks_authorization(self.record):
                yield _("Under 18: a parent or guardian must agree before she is given a mandate.")
            else:
                yield _("Under 18, with the authorisation of a guardian.")

    def get_sections(self) -> Iterable[Section]:
        if self.is_inside:
            yield from self._inside_sections()
        else:
            open_keys = fields_for(self.record, Visibility.FEDERATION)
            if "people.personskill.level" in open_keys:
                yield Section(_("Skills"), self._skill_columns(), self._skills())
            if "people.personlanguage.level" in open_keys:
                yield Section(_("Languages"), self._language_columns(), self.record.languages.all())

    def _skills(self) -> list[PersonSkill]:
        rows = self.record.skills.select_related("skill", "person")
        return sorted(rows, key=lambda row: (row.skill.profile, str(row.skill)))

    def _skill_columns(self) -> list[Column]:
        return [
            Column(_("Skill"), "skill"),
            Column(_("Kind of skill"), "skill.profile"),
            Column(_("Level"), "level"),
        ]

    def _language_columns(self) -> list[Column]:
        return [
            Column(_("Language"), lambda row: language_name(row.code)),
            Column(_("Level"), "level"),
        ]

    def _inside_sections(self) -> Iterable[Section]:
        request, pk = self.request, self.record.pk
        may_change = self.may("change")

        def link(words: str, url_name: str, action: str = "change") -> tuple[str, str] | None:
            return (words, reverse(url_name, args=[pk])) if self.may(action) else None

        def change(url_name: str) -> list[Column]:
            ask = (request, _("Take off"), permissions.person_details, "change", url_name)
            return [deeds(*ask)] if may_change else []

        seats = self.record.memberships.select_related(
            "person", "body__organization", "post__organization"
        )
        yield Section(
            _("Seats and posts"),
            [
                Column(_("Where"), place_of, link=place_link),
                Column(_("Role"), seat_words),
                Column(_("From"), "starts_on"),
                Column(_("Until"), "ends_on"),
                *seat_deeds(self),
            ],
            seats,
            _("No seat and no post."),
            link(_("Give a seat or a post"), "people:person-seat"),
        )
        mandates = self.record.mandates.select_related("person", "organization")
        yield Section(
            _("Mandates"),
            [
                Column(_("Role"), "role", link="people:mandate"),
                Column(_("Where"), "organization"),
                Column(_("From"), lambda row: moment(row.starts_at)),
                Column(_("Until"), lambda row: moment(row.ends_at)),
                Column(_("State"), lambda row: tag(mandate_state(row))),
                *mandate_deeds(self, is_mandate_open),
            ],
            mandates,
            _("No mandate: she cannot do anything here."),
            None
            if lacks_authorization(self.record)
            else link(_("Give a mandate"), "people:mandate-add", "give_mandate"),
        )
        yield Section(
            _("Languages"),
            [*self._language_columns(), *change("people:language-drop")],
            self.record.languages.select_related("person"),
            _("No language has been noted."),
            link(_("Add a language"), "people:person-language"),
        )
        yield Section(
            _("Skills"),
            [*self._skill_columns(), *change("people:skill-drop")],
            self._skills(),
            _("No skill has been noted."),
            link(_("Add a skill"), "people:person-skill"),
        )


class PersonAdd(OwnedForm):
    model = Person
    page = "people:person"
    policy = permissions.persons
    form_class = PersonForm
    title = gettext_lazy("Add a person")
    back_url_name = "people:persons"
    back_label = gettext_lazy("Persons")

    def save(self, form: Any) -> Any:
        return add_person(actor=self.request.user, **form.cleaned_data)


class _OfPerson(RecordForm):
    model = Person
    policy = permissions.persons
    action = "change"
    page = "people:person"


class PersonChange(ActorForm, _OfPerson):
    form_class = PersonForm
    title = gettext_lazy("Change a person")

    def save(self, form: Any) -> Any:
        change_person(actor=self.request.user, person=self.record, **form.cleaned_data)


class PersonSkillAdd(_OfPerson):
    form_class = HeldSkillForm
    title = gettext_lazy("Add a skill")
    intro = gettext_lazy("A skill that is noted already takes the new level.")

    def save(self, form: Any) -> Any:
        set_skill(actor=self.request.user, person=self.record, **form.cleaned_data)


class PersonLanguageAdd(_OfPerson):
    form_class = SpokenLanguageForm
    title = gettext_lazy("Add a language")
    intro = gettext_lazy("A language that is noted already takes the new level.")

    def save(self, form: Any) -> Any:
        set_language(actor=self.request.user, person=self.record, **form.cleaned_data)


class _DetailDrop(ConfirmView):
    policy = permissions.person_details
    action = "change"
    button = gettext_lazy("Take off")

    def get_rows(self) -> QuerySet[Any]:
        return super().get_rows().select_related("person")

    def get_title(self) -> Any:
        return _("Take this off the record?")

    def get_back(self) -> tuple[Any, str]:
        person = self.record.person
        return str(person), reverse("people:person", args=[person.pk])


class PersonSkillDrop(_DetailDrop):
    model = PersonSkill

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record.person), (_("Skill"), self.record.skill)]

    def save(self, form: Any) -> Any:
        drop_skill(actor=self.request.user, held=self.record)


class PersonLanguageDrop(_DetailDrop):
    model = PersonLanguage

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record.person), (_("Language"), self.record)]

    def save(self, form: Any) -> Any:
        drop_language(actor=self.request.user, spoken=self.record)


class SkillList(ListView):
    model = Skill
    policy = permissions.skills
    title = gettext_lazy("List of skills")
    columns = (
        Column(gettext_lazy("Skill"), "name", link="people:skill-change"),
        Column(gettext_lazy("Kind of skill"), "profile", sort="profile"),
    )
    filters = (Filter("profile", gettext_lazy("Kind of skill")),)
    order = ("profile", "id")
    add_url_name = "people:skill-add"
    add_label = gettext_lazy("Add a skill")
    intro = gettext_lazy("From this list persons and posts draw their skills.")

    def get_columns(self) -> Iterable[Column]:
        name, profile = self.columns
        return [name if self.may("change") else Column(name.label, "name"), profile]


class _SkillForm(FormView):
    model = Skill
    policy = permissions.skills
    form_class = SkillForm
    back_url_name = "people:skills"
    back_label = gettext_lazy("List of skills")


class SkillAdd(_SkillForm):
    title = gettext_lazy("Add a skill")

    def save(self, form: Any) -> Any:
        add_skill(actor=self.request.user, **form.cleaned_data)


class SkillChange(_SkillForm):
    title = gettext_lazy("Change a skill")

    def save(self, form: Any) -> Any:
        change_skill(actor=self.request.user, skill=self.record, **form.cleaned_data)
