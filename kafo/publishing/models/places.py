"""Places with their facts, and the official lists against which their coverage is counted."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.people.models import Organization, Person
from kafo.publishing.facts import COMMUNE, href_of, label_of, shown_value
from kafo.records.languages import TranslatedField, folded
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class PlaceKind(models.TextChoices):
    COMMUNE = "commune", _("commune")


class CheckedHow(models.TextChoices):
    """How somebody made sure of a fact."""

    CALL = "call", _("by call")
    VISIT = "visit", _("on the spot")
    MESSAGE = "message", _("by message or letter")
    DOCUMENT = "document", _("in a document")


class ReferenceList(SharedRecord):
    """An official list of places at a date. Lists replace each other; none is ever overwritten."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="lists", verbose_name=_("kept by")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PlaceKind, default=PlaceKind.COMMUNE)
    name = TranslatedField(_("name"))
    source = models.CharField(_("source"), max_length=200, default="")
    as_of = models.DateField(_("state of"), default=timezone.localdate)
    official_count = models.PositiveIntegerField(_("official number"), default=0)
    is_active = models.BooleanField(_("counts now"), default=False)
    digest = models.CharField(max_length=64, default="", editable=False)

    wire = Wire(
        kind=200,
        fields={
            1: "organization",
            2: "kind",
            3: "name",
            4: "source",
            5: "as_of",
            6: "official_count",
            7: "is_active",
            8: "digest",
        },
    )

    class Meta:
        verbose_name = _("reference list")
        verbose_name_plural = _("reference lists")
        ordering = ["-as_of", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(is_active=True),
                name="one_active_list_per_kind",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Place(SharedRecord):  # type: ignore[django-manager-missing]
    """A commune, as the organisation that keeps its facts knows it."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="places", verbose_name=_("kept by")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PlaceKind, default=PlaceKind.COMMUNE)
    name = models.CharField(_("name"), max_length=120, default="")
    code = models.CharField(_("code"), max_length=20, default="", blank=True)
    cercle = models.CharField(_("cercle"), max_length=120, default="", blank=True)
    region = models.CharField(_("region"), max_length=120, default="", blank=True)
    is_under_delegation = models.BooleanField(
        _("under a special delegation"),
        default=False,
        help_text=_("The council is dissolved; a special delegation stands in for the mayor."),
    )
    folded_name = models.CharField(max_length=240, default="", editable=False)

    wire = Wire(
        kind=202,
        fields={
            1: "organization",
            2: "kind",
            3: "name",
            4: "code",
            5: "cercle",
            6: "region",
            7: "is_under_delegation",
        },
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["folded_name", "id"]
        indexes = [models.Index(fields=["organization", "folded_name"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "code"],
                condition=~Q(code=""),
                name="one_place_per_code",
            )
        ]

    def derive(self) -> None:
        self.folded_name = folded(f"{self.name} {self.cercle}", 240)

    def __str__(self) -> str:
        return self.name


class ReferenceEntry(SharedRecord):
    """One line of an official list."""

    list = models.ForeignKey(
        ReferenceList, models.CASCADE, related_name="entries", verbose_name=_("list")
    )
    code = models.CharField(_("code"), max_length=20, default="")
    name = models.CharField(_("name"), max_length=120, default="")
    cercle = models.CharField(_("cercle"), max_length=120, default="")
    region = models.CharField(_("region"), max_length=120, default="")
    folded_name = models.CharField(max_length=240, default="", editable=False)
    place = models.ForeignKey(
        Place,
        models.SET_NULL,
        null=True,
        related_name="entries",
        verbose_name=_("place"),
    )

    wire = Wire(
        kind=201,
        fields={1: "list", 2: "code", 3: "name", 4: "cercle", 5: "region", 6: "place"},
    )
    audience_from = "list"

    class Meta:
        verbose_name = _("line of a reference list")
        verbose_name_plural = _("lines of a reference list")
        ordering = ["list", "folded_name", "id"]
        indexes = [models.Index(fields=["list", "folded_name"])]
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="one_line_per_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Fact(SharedRecord):
    """One thing known of a place, with where it comes from and who last made sure of it."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="facts", verbose_name=_("place"))
    kind = models.CharField(
        _("fact"),
        max_length=20,
        choices=[(kind.code, kind.label) for kind in COMMUNE.values()],
        default="mayor",
    )
    value = models.CharField(_("value"), max_length=200, default="")
    in_form = models.BooleanField(
        _("in the form of its kind"),
        default=False,
        help_text=_("Other languages and machines can read it."),
    )
    is_full = models.BooleanField(_("complete"), default=True)
    source = models.CharField(_("source"), max_length=200, default="", blank=True)
    as_of = models.DateField(_("state of"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"), default=timezone.localdate)
    checked_by = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_how = models.CharField(
        _("checked how"), max_length=10, choices=CheckedHow, default="", blank=True
    )

    # Who made sure of it stays at home: a name travels by the consent of the person alone.
    wire = Wire(
        kind=203,
        fields={
            1: "place",
            2: "kind",
            3: "value",
            4: "in_form",
            5: "is_full",
            6: "source",
            7: "as_of",
            8: "checked_on",
            9: "checked_how",
        },
    )
    audience_from = "place"

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["place", "kind"]
        indexes = [models.Index(fields=["kind", "checked_on"])]
        constraints = [
            models.UniqueConstraint(fields=["place", "kind"], name="one_fact_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.place}"

    @property
    def label(self) -> str:
        return str(label_of(self.kind, under_delegation=self.place.is_under_delegation))

    @property
    def shown(self) -> str:
        return shown_value(self.kind, self.value, in_form=self.in_form)

    @property
    def href(self) -> str:
        return href_of(self.kind, self.value, in_form=self.in_form)

    def age_on(self, day: date) -> int:
        """Give the days since somebody made sure of it."""
        return max((day - self.checked_on).days, 0)


class TaskKind(models.TextChoices):
    """What a short task can be about."""

    CONFIRM = "confirm", _("make sure of a fact")
    CHECK = "check", _("make sure of a page")
    FILL = "fill", _("find a missing fact")
    SOURCE = "source", _("add the source of a fact")
    PLACE = "place", _("open the page of a commune")
    TRANSLATE = "translate", _("translate a page")
    LINK = "link", _("repair links")
    LIGHTEN = "lighten", _("make a page lighter")


class ReviewTask(models.Model):
    """A short task that somebody took or did, and the minutes it is worth.

    What there is to do is computed (queries.tasks); only what is taken or done is written down.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("task"), max_length=10, choices=TaskKind)
    subject = models.CharField(max_length=36)
    detail = models.CharField(max_length=20, default="", blank=True)
    name = models.CharField(_("about"), max_length=255)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        related_name="review_tasks",
        verbose_name=_("person"),
    )
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("short task")
        verbose_name_plural = _("short tasks")
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "subject", "detail"],
                condition=Q(done_at=None),
                name="one_open_task_per_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.name}"
