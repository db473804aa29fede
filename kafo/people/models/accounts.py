"""What one signs in with. An account has no right of its own: rights come from mandates."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kafo.people.enums import InvitationKind
from kafo.people.models.persons import Person


class Account(AbstractUser):  # type: ignore[django-manager-missing]
    # Its e-mail is not the person's: whoever edits persons could else send herself a new password.
    first_name = None  # type: ignore[assignment]  # names belong to the person
    last_name = None  # type: ignore[assignment]
    person = models.OneToOneField(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("person"),
    )
    language = models.CharField(_("language of the desk"), max_length=8, default="fr")

    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            # A superuser would be a second source of rights.
            models.CheckConstraint(
                condition=models.Q(is_superuser=False, is_staff=False),
                name="rights_come_from_mandates",
            ),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="one_account_per_address"
            ),
        ]

    def get_full_name(self) -> str:
        return str(self.person) if self.person else self.username

    def get_short_name(self) -> str:
        return self.person.given_name if self.person else self.username


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Give those that can still be used."""
        return self.filter(
            used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
        )


class Invitation(models.Model):
    """A one-time code, by link or on paper, with which a person makes or regains an account."""

    kind = models.CharField(
        _("kind"), max_length=10, choices=InvitationKind, default=InvitationKind.JOIN
    )
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="invitations", verbose_name=_("person")
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        Account,
        models.SET_NULL,
        null=True,
        related_name="invitations_made",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    removes_second_factor = models.BooleanField(_("removes the second factor"), default=False)
    told_at = models.DateTimeField(_("told to the person at"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.person}"

    @property
    def is_waiting(self) -> bool:
        return not (self.used_at or self.revoked_at) and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """What became of it, in words."""
        if self.used_at:
            return pgettext("printed code", "used")
        if self.revoked_at:
            return pgettext("printed code", "revoked")
        return str(_("waiting")) if self.is_waiting else pgettext("printed code", "expired")
