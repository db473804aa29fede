"""Mandates: who may do what, where, from when to when. There is no other source of rights."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.people.enums import Role
from kafo.people.models.organizations import Organization
from kafo.people.models.persons import Person
from kafo.records.models import SharedRecord
from kafo.records.sharing import SharedQuerySet


class MandateQuerySet(SharedQuerySet["Mandate"]):
    def at(self, moment: datetime | None = None) -> "MandateQuerySet":
        """Give the mandates in force at `moment` (now when None): begun, and not yet ended."""
        moment = moment or timezone.now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)


class Mandate(SharedRecord):
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="mandates", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.READER)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="mandates",
        verbose_name=_("where"),
        help_text=_("The mandate holds for this organisation and its units."),
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    planned_ends_at = models.DateTimeField(_("until, as it was given"), null=True, editable=False)
    reason = models.CharField(
        _("decided by"),
        max_length=200,
        blank=True,
        help_text=_("For example: board meeting of 12 June 2007."),
    )
    ended_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="mandates_given",
        verbose_name=_("given by"),
    )

    objects = MandateQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="mandate_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.organization}"
