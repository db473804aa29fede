"""Reference lists at the desk."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext
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
from kafo.people.models import Organization
from kafo.people.queries import organizations_where
from kafo.publishing.forms.lists import ListImportForm
from kafo.publishing.models import Place, ReferenceEntry, ReferenceList
from kafo.publishing.permissions.editing import PUBLISH
from kafo.publishing.permissions.places import entry_policy, list_policy
from kafo.publishing.queries.places import Difference, active_list, difference
from kafo.publishing.services.lists import activate_list, delete_list, import_list
from kafo.publishing.services.places import open_place

LINES_SHOWN = 15


class ReferenceListList(ListView):
    """All lists, those replaced too."""

    model = ReferenceList
    policy = list_policy
    title = _("Reference lists")
    intro = _("Official lists of places. Coverage is counted against the one that counts now.")
    columns = [
        Column(_("Name"), "name", link="places:list"),
        Column(_("State of"), "as_of", sort=("as_of",)),
        Column(_("Official number"), "official_count", sort="official_count", is_number=True),
        Column(_("Lines"), "lines", is_number=True),
        Column(_("Source"), "source"),
        Column(_("Counts now"), "is_active"),
        Column(_("Kept by"), "organization"),
    ]
    order = ("-as_of",)
    add_url_name = "places:list-import"
    add_label = _("Import a list")
    empty_text = _("No list yet. Import one as a CSV file.")

    def get_rows(self) -> QuerySet[ReferenceList]:
        rows = ReferenceList.objects.select_related("organization")
        return rows.annotate(lines=Count("entries"))


class ReferenceListView(RecordView):
    """One list, and what it changes against the one that counts now."""

    model = ReferenceList
    policy = list_policy
    back_url_name = "places:lists"
    back_label = _("Reference lists")
    fields = [
        Column(_("Source"), "source"),
        Column(_("State of"), "as_of"),
        Column(_("Official number"), "official_count"),
        Column(
            _("Lines"),
            lambda found: found.entries.count(),
            link=lambda found: reverse("places:entries") + f"?list={found.pk}",
        ),
        Column(_("Counts now"), "is_active"),
        Column(_("Kept by"), "organization"),
    ]

    def get_actions(self) -> list[Action]:
        if self.record.is_active:
            return []
        return [
            Action(_("Make it count"), "places:list-activate", "change"),
            Action(_("Delete"), "places:list-delete", "delete", is_danger=True),
        ]

    def get_rows(self) -> QuerySet[ReferenceList]:
        return ReferenceList.objects.select_related("organization")

    def get_notes(self) -> Iterable[Any]:
        lines = self.record.entries.count()
        if lines != self.record.official_count:
            yield gettext("The file has %(lines)s lines, the official number is %(official)s.") % {
                "lines": lines,
                "official": self.record.official_count,
            }
        if not self.record.is_active:
            yield gettext("This list does not count yet. Look through it, then make it count.")

    def get_sections(self) -> Iterable[Section]:
        if self.record.is_active:
            return []
        current = active_list(self.record.organization_id)
        found = difference(self.record, current)
        lines = [
            Column(_("Name"), "name"),
            Column(_("Cercle"), "cercle"),
            Column(_("Region"), "region"),
            Column(_("Code"), "code"),
        ]
        pairs = [
            Column(_("Before"), lambda pair: _line_words(pair[0])),
            Column(_("After"), lambda pair: _line_words(pair[1])),
        ]
        return [
            _part(gettext("New: %(number)s"), lines, found.new),
            _part(gettext("Changed: %(number)s"), pairs, found.changed),
            _part(gettext("Gone: %(number)s"), lines, found.gone),
        ]


def _part(title: str, columns: list[Column], rows: list[Any]) -> Section:
    title = title % {"number": len(rows)}
    return Section(title, columns, rows[:LINES_SHOWN], _("None."))


def _line_words(entry: ReferenceEntry) -> str:
    return ", ".join(filter(None, (entry.name, entry.cercle, entry.region, entry.code)))


class ReferenceListImport(FormView):
    """Brings a list in; it is looked through before it counts."""

    policy = list_policy
    form_class = ListImportForm
    title = _("Import a list")
    intro = _(
        "The file is read whole. With one error in it nothing is imported; without, the list "
        "stands beside the others until you make it count."
    )
    button = _("Read the file")
    back_url_name = "places:lists"
    back_label = _("Reference lists")

    def get_form_kwargs(self) -> dict[str, Any]:
        ids = organizations_where(self.request.user, PUBLISH)
        return super().get_form_kwargs() | {
            "organizations": Organization.objects.filter(pk__in=ids)
        }

    def save(self, form: ListImportForm) -> ReferenceList:
        return import_list(actor=self.request.user, **form.cleaned_data)

    def get_done_text(self, result: ReferenceList) -> str:
        current = active_list(result.organization_id)
        found: Difference = difference(result, current)
        lines = result.entries.count()
        return ngettext(
            "%(lines)s line read: %(new)s new, %(changed)s changed, %(gone)s gone.",
            "%(lines)s lines read: %(new)s new, %(changed)s changed, %(gone)s gone.",
            lines,
        ) % {
            "lines": lines,
            "new": len(found.new),
            "changed": len(found.changed),
            "gone": len(found.gone),
        }

    def get_result_url(self, result: ReferenceList) -> str:
        return reverse("places:list", args=[result.pk])


class _ListConfirm(ConfirmView):
    model = ReferenceList
    policy = list_policy

    def get_back(self) -> tuple[Any, str]:
        return str(self.record), reverse("places:list", args=[self.record.pk])


class ReferenceListActivate(_ListConfirm):
    action = "change"
    title = _("Make this list count?")
    intro = _("Coverage is counted against it from now on; the former list stays to compare.")
    button = _("Make it count")
    is_dangerous = False

    def save(self, form: Any) -> None:
        activate_list(actor=self.request.user, reference_list=self.record)


class ReferenceListDelete(_ListConfirm):
    title = _("Delete this list?")
    intro = _("Its lines are deleted; places and their facts stay.")

    def save(self, form: Any) -> None:
        delete_list(actor=self.request.user, reference_list=self.record)

    def get_result_url(self, result: Any) -> str:
        return reverse("places:lists")


def _lists(request: Any) -> list[tuple[Any, str]]:
    rows = list_policy.visible_to(request.user, ReferenceList.objects.all())
    return [(found.pk, str(found)) for found in rows]


class EntryList(ListView):
    """The lines of the lists; each leads to its place, or to the form that opens it."""

    model = ReferenceEntry
    policy = entry_policy
    title = _("Lines of the reference lists")
    columns = [
        Column(
            _("Name"),
            "name",
            sort=("folded_name",),
            link=lambda entry: (
                reverse("places:place", args=[entry.place_id])
                if entry.place_id
                else reverse("places:entry-open", args=[entry.pk])
            ),
        ),
        Column(_("Cercle"), "cercle", sort=("cercle", "folded_name")),
        Column(_("Region"), "region", sort=("region", "folded_name")),
        Column(_("Code"), "code", sort="code"),
        Column(_("Place is open"), lambda entry: entry.place_id is not None),
    ]
    search_fields = ["folded_name", "code"]
    filters = [
        Filter("list", _("List"), choices=_lists),
        Filter(
            "open",
            _("Place is open"),
            choices=[("yes", _("yes")), ("no", _("no"))],
            apply=lambda rows, value: rows.filter(place__isnull=value == "no"),
        ),
    ]
    order = ("folded_name",)
    empty_text = _("No list yet.")


class EntryOpen(ConfirmView):
    """Opens the place of a line, so that its facts can be written."""

    model = ReferenceEntry
    policy = entry_policy
    action = "change"
    button = _("Open the place")
    intro = _("Its facts can then be written one by one, each with its source and its date.")
    is_dangerous = False
    back_url_name = "places:entries"
    back_label = _("Lines of the reference lists")
    done_text = ""

    def get_facts(self) -> list[tuple[Any, Any]]:
        entry: ReferenceEntry = self.record
        return [
            (gettext("Cercle"), entry.cercle),
            (gettext("Region"), entry.region),
            (gettext("Code"), entry.code),
        ]

    def save(self, form: Any) -> Place:
        return open_place(actor=self.request.user, entry=self.record)

    def get_result_url(self, result: Place) -> str:
        return reverse("places:place", args=[result.pk])
