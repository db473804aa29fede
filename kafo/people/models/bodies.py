"""Bodies of an organisation, and who sits in them or holds a post, from when to when."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.people.enums import BodyKind, SeatRole
from kafo.people.models.organizations import Organization
from kafo.people.models.persons import Person
from kafo.people.models.posts import Post
from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord
from kafo.records.sharing import SharedQuerySet, Wire


class Body(SharedRecord):
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="bodies", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=BodyKind, default=BodyKind.COMMITTEE)
    name = TranslatedField(_("name"))
    seats = models.PositiveSmallIntegerField(_("number of seats"), default=0)

    wire = Wire(kind=102, fields={1: "organization", 2: "kind", 3: "name", 4: "seats"})

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ["kind", "id"]

    def __str__(self) -> str:
        return str(self.name)


class MembershipQuerySet(SharedQuerySet["Membership"]):
    def on(self, day: date | None = None) -> "MembershipQuerySet":
        """Give those that hold on `day` (today when None); the day of the end is not included."""
        day = day or timezone.localdate()
        begun = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
        return self.filter(begun).exclude(ends_on__lte=day)


class Membership(SharedRecord):
    """A person in a body or in a post (org:Membership); exactly one of the two."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    body = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("body"),
    )
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("post"),
    )
    role = models.CharField(_("role"), max_length=16, choices=SeatRole, default=SeatRole.MEMBER)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day on which it no longer holds.")
    )

    objects = MembershipQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(body__isnull=True) ^ Q(post__isnull=True),
                name="membership_of_a_body_or_of_a_post",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gt=models.F("starts_on")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.body or self.post}"

    def holds_on(self, day: date) -> bool:
        """Say whether it holds on `day`."""
        has_begun = self.starts_on is None or self.starts_on <= day
        return has_begun and (self.ends_on is None or day < self.ends_on)
