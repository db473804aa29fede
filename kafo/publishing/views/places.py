"""Places and their facts at the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

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
from kafo.publishing.facts import COMMUNE, label_of
from kafo.publishing.forms.places import ConfirmFactForm, FactForm, PlaceForm
from kafo.publishing.models import Fact, Place, TaskKind
from kafo.publishing.permissions.places import fact_policy, place_policy
from kafo.publishing.queries.places import facts_for_page, is_stale, live_pages_of
from kafo.publishing.queries.tasks import MINUTES, NEEDED_FACTS
from kafo.publishing.services.place_pages import publish_place
from kafo.publishing.services.places import (
    change_place,
    confirm_fact,
    remove_fact,
    write_fact,
)
from kafo.records.errors import NotVisible, Refused


def _regions(request: Any) -> list[tuple[str, str]]:
    rows = place_policy.visible_to(request.user, Place.objects.exclude(region=""))
    names = rows.order_by("region").values_list("region", flat=True).distinct()
    return [(name, name) for name in names]


def _with_page(rows: QuerySet[Place], value: str) -> QuerySet[Place]:
    live = {"pages__live": True}
    return rows.filter(**live).distinct() if value == "yes" else rows.exclude(**live)


class PlaceList(ListView):
    """The places whose facts are kept here."""

    model = Place
    policy = place_policy
    title = _("Places")
    columns = [
        Column(_("Name"), "name", sort=("folded_name",), link="places:place"),
        Column(_("Cercle"), "cercle", sort=("cercle", "folded_name")),
        Column(_("Region"), "region", sort=("region", "folded_name")),
        Column(_("Code"), "code", sort="code"),
        Column(_("Facts"), "known", sort="known", is_number=True),
        Column(_("Special delegation"), "is_under_delegation"),
    ]
    search_fields = ["folded_name", "code"]
    filters = [
        Filter("region", _("Region"), choices=_regions),
        Filter(
            "page",
            _("Page online"),
            choices=[("yes", _("yes")), ("no", _("no"))],
            apply=_with_page,
        ),
    ]
    order = ("folded_name",)
    empty_text = _("No place yet. Open one from a line of a reference list.")

    def get_rows(self) -> QuerySet[Place]:
        return Place.objects.annotate(known=Count("facts"))

    def get_links(self) -> list[tuple[Any, str]]:
        return [(_("Reference lists"), reverse("places:lists"))]


@dataclass(frozen=True)
class _Line:
    """One row of the table of facts, known or not."""

    label: Any
    value: str
    source: str
    checked: Any
    state: Any
    write_url: str
    confirm_url: str


class PlaceView(RecordView):
    """A place with all that is known of it, and what is not."""

    model = Place
    policy = place_policy
    back_url_name = "places:places"
    back_label = _("Places")
    fields = [
        Column(_("Cercle"), "cercle"),
        Column(_("Region"), "region"),
        Column(_("Code"), "code"),
        Column(_("Kept by"), "organization"),
        Column(_("Special delegation"), "is_under_delegation"),
    ]
    actions = [
        Action(_("Put its page online"), "places:place-publish", "publish"),
        Action(_("Change"), "places:place-change", "change"),
    ]

    def get_rows(self) -> QuerySet[Place]:
        return Place.objects.select_related("organization")

    def get_sections(self) -> Iterable[Section]:
        may_write = self.may("change")
        return [
            Section(
                _("Facts"),
                [
                    Column(
                        _("Fact"),
                        "label",
                        link=(lambda line: line.write_url) if may_write else None,
                    ),
                    Column(_("Value"), "value"),
                    Column(_("Source"), "source"),
                    Column(_("Checked on"), "checked"),
                    Column(
                        _("State"),
                        "state",
                        link=(lambda line: line.confirm_url) if may_write else None,
                    ),
                ],
                self._lines(),
            ),
            Section(
                _("Pages"),
                [
                    Column(_("Title"), "title", link=lambda page: page.full_url),
                    Column(_("Language"), lambda page: page.locale.language_code),
                ],
                live_pages_of(self.record),
                empty_text=_("No page shows this place yet."),
            ),
        ]

    def _lines(self) -> list[_Line]:
        place: Place = self.record
        facts = {fact.kind: fact for fact in place.facts.all()}
        today = timezone.localdate()
        lines = []
        for code in COMMUNE:
            label = label_of(code, under_delegation=place.is_under_delegation)
            write = reverse("places:fact", args=[place.pk, code])
            fact = facts.get(code)
            if fact is None:
                lines.append(_Line(label, "", "", None, _("not known yet"), write, write))
                continue
            source = ", ".join(
                filter(None, (fact.source, date_format(fact.as_of) if fact.as_of else ""))
            )
            state = _("still true?") if is_stale(fact, today) else _("checked")
            confirm = reverse("places:fact-confirm", args=[place.pk, code])
            lines.append(_Line(label, fact.shown, source, fact.checked_on, state, write, confirm))
        return lines


class PlaceChange(FormView):
    model = Place
    policy = place_policy
    form_class = PlaceForm
    back_url_name = "places:places"
    back_label = _("Places")

    def save(self, form: PlaceForm) -> Place:
        return change_place(actor=self.request.user, place=self.record, **form.cleaned_data)

    def get_result_url(self, result: Place) -> str:
        return reverse("places:place", args=[result.pk])


class PlacePublish(ConfirmView):
    """Puts the page of a place online."""

    model = Place
    policy = place_policy
    action = "publish"
    title = _("Put its page online?")
    intro = _("The page shows the facts below, in every language of the site.")
    button = _("Put it online")
    done_text = _("The page is online.")
    is_dangerous = False

    def get_back(self) -> tuple[Any, str]:
        return self.record.name, reverse("places:place", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        shown = facts_for_page(self.record, get_language())
        return [(fact.label, fact.value) for fact in shown]

    def get_warning(self) -> Any:
        known = self.record.facts.count()
        if known >= NEEDED_FACTS:
            return ""
        return gettext(
            "%(known)s facts are known; a page has substance from %(needed)s complete ones on."
        ) % {"known": known, "needed": NEEDED_FACTS}

    def save(self, form: Any) -> None:
        publish_place(actor=self.request.user, place=self.record)


class _FactView(FormView):
    """A form on one fact: the address names the place and the kind of fact."""

    model = Fact
    policy = fact_policy
    action = "change"
    must_exist = True

    place: Place
    kind: str

    def get_record(self, pk: Any) -> Fact | None:
        """Give the fact, or None where it is not known yet; the address names the place."""
        places = place_policy.visible_to(self.request.user, Place.objects.all())
        place = places.filter(pk=self.kwargs["pk"]).first()
        self.kind = self.kwargs["kind"]
        if place is None or self.kind not in COMMUNE:
            raise NotVisible
        self.place = place
        place_policy.require(self.request.user, "change", place)
        fact = Fact.objects.filter(place=place, kind=self.kind).first()
        if fact is None and self.must_exist:
            raise NotVisible
        if fact is not None:
            fact.place = place
        return fact

    @property
    def label(self) -> str:
        return str(label_of(self.kind, under_delegation=self.place.is_under_delegation))

    def get_title(self) -> str:
        return str(self.title) or f"{self.label} · {self.place}"

    def get_back(self) -> tuple[Any, str]:
        return self.place.name, reverse("places:place", args=[self.place.pk])

    def get_result_url(self, result: Any) -> str:
        return self.get_back()[1]

    def address(self, name: str) -> str:
        """Give the address of another form on the same fact."""
        return reverse(name, args=[self.place.pk, self.kind])


class FactWrite(_FactView):
    """Write or correct a fact."""

    form_class = FactForm
    must_exist = False
    template_name = "publishing/desk/fact.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind, "label": self.label}

    def get_initial(self) -> dict[str, Any]:
        fact: Fact | None = self.record
        if fact is None:
            return {
                "as_of": timezone.localdate(),
                "is_full": True,
                "minutes": MINUTES[TaskKind.FILL],
            }
        value: Any = fact.value if fact.in_form else ""
        if COMMUNE[self.kind].form.input_type == "several":
            value = value.split(",")
        return {
            "value": value,
            "words": "" if fact.in_form else fact.value,
            "source": fact.source,
            "as_of": fact.as_of or timezone.localdate(),
            "is_full": fact.is_full,
            "minutes": MINUTES[TaskKind.CONFIRM],
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        remove = self.address("places:fact-remove") if self.record else ""
        return super().get_context_data(remove_url=remove, **kwargs)

    def save(self, form: FactForm) -> Fact:
        if self.record is not None and self.request.POST.get("version") == "":
            words = gettext("Somebody else wrote this fact meanwhile: %(value)s.")
            raise Refused(words % {"value": self.record.shown})
        return write_fact(
            actor=self.request.user, place=self.place, kind=self.kind, **form.cleaned_data
        )


class FactConfirm(_FactView):
    """Checked, still true."""

    form_class = ConfirmFactForm
    template_name = "publishing/desk/confirm_fact.html"
    button = _("Still true")

    def get_initial(self) -> dict[str, Any]:
        # Nothing is chosen for anybody: what was never done would be stated as done.
        return {"minutes": MINUTES[TaskKind.CONFIRM]}

    def get_facts(self) -> list[tuple[Any, Any]]:
        fact: Fact = self.record
        source = fact.source or gettext("none")
        return [
            (fact.label, fact.shown),
            (gettext("Source"), source),
            (gettext("Checked on"), date_format(fact.checked_on)),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(write_url=self.address("places:fact"), **kwargs)

    def save(self, form: ConfirmFactForm) -> None:
        is_counted = confirm_fact(actor=self.request.user, fact=self.record, **form.cleaned_data)
        self.done_text = (
            _("Noted: checked today, still true.")
            if is_counted
            else _("You noted this today already; it counts once.")
        )


class FactRemove(_FactView, ConfirmView):
    """Take away what is no longer true."""

    title = _("Take this fact away?")
    intro = _("Do it when the value is no longer true and nobody knows the new one.")
    button = _("Take it away")
    action = "delete"

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(self.record.label, self.record.shown)]

    def save(self, form: Any) -> None:
        remove_fact(actor=self.request.user, fact=self.record)
