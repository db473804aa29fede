"""Consent, authorisation for minors, and the register of processing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.people.enums import LegalBasis, Purpose
from kafo.people.models.organizations import Organization
from kafo.people.models.persons import Kept, Person
from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord
from kafo.records.sharing import SharedQuerySet


class Consent(SharedRecord):
    """What a person agreed to, in which words; withdrawn by a date, never by deletion."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="consents", verbose_name=_("person")
    )
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=Purpose, default=Purpose.DIRECTORY
    )
    wording = models.TextField(_("words agreed to"), blank=True)
    given_at = models.DateTimeField(_("given at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_consent_in_force_per_purpose",
            )
        ]


class GuardianAuthorizationQuerySet(SharedQuerySet["GuardianAuthorization"]):
    def in_force(self) -> "GuardianAuthorizationQuerySet":
        """Give those that are approved and not withdrawn."""
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True)


class GuardianAuthorization(Kept, SharedRecord):
    """The signed authorisation of a minor's guardian; it holds once a second person approved it."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="authorizations", verbose_name=_("minor")
    )
    guardian_name = models.CharField(_("name of the guardian"), max_length=120, blank=True)
    guardian_contact = models.CharField(_("contact of the guardian"), max_length=120, blank=True)
    relation = models.CharField(_("relation to the minor"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="authorizations_recorded",
        verbose_name=_("recorded by"),
    )
    approved_by = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="authorizations_approved",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    objects = GuardianAuthorizationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("guardian's authorisation")
        verbose_name_plural = _("guardians' authorisations")
        ordering = ["-signed_on", "id"]

    def __str__(self) -> str:
        return f"{self.person} · {self.guardian_name}"


class Processing(SharedRecord):
    """One entry of the register of processing: what an office tells the authority."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="processings", verbose_name=_("organisation")
    )
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=Purpose, default=Purpose.RUN_OFFICE
    )
    description = TranslatedField(_("description"))
    legal_basis = models.CharField(
        _("legal basis"), max_length=12, choices=LegalBasis, default=LegalBasis.CONTRACT
    )
    recipients = TranslatedField(_("recipients"))
    transfers = TranslatedField(_("transfers to other countries"))
    retention_months = models.PositiveSmallIntegerField(
        _("kept for (months after the end)"), default=24
    )
    security = TranslatedField(_("security measures"))
    declared_on = models.DateField(_("declared on"), null=True, blank=True)
    declaration_number = models.CharField(_("number of the declaration"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("processing")
        verbose_name_plural = _("register of processing")
        ordering = ["purpose", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose"], name="one_entry_per_purpose"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_purpose_display())
