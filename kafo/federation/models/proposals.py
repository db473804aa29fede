"""Corrections that one office proposes to another; both halves travel as records of their own."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class Proposal(SharedRecord):
    """Who would change which fields of a record of another office, against what, and why."""

    owner = models.UUIDField(null=True, editable=False)
    kind = models.PositiveIntegerField(default=0, editable=False)
    record_id = models.UUIDField(null=True, editable=False)
    seen = models.JSONField(_("as it was seen"), default=dict)
    changes = models.JSONField(_("proposed"), default=dict)
    author = models.CharField(_("author"), max_length=200, default="")
    reason = models.TextField(_("reason"), default="", blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    wire = Wire(
        kind=1,
        fields={
            1: "owner",
            2: "kind",
            3: "record_id",
            4: "seen",
            5: "changes",
            6: "author",
            7: "reason",
            8: "made_at",
        },
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.author}: {', '.join(sorted(self.changes))}"

    @property
    def audience(self) -> str:
        """Give the office that decides; nobody else reads it."""
        return f"to:{self.owner.hex}" if self.owner else "home"


class Decision(SharedRecord):
    """What the office that owns the record said to a proposal."""

    proposer = models.UUIDField(null=True, editable=False)
    proposal_id = models.UUIDField(null=True, editable=False, db_index=True)
    is_accepted = models.BooleanField(_("accepted"), default=False)
    word = models.TextField(_("word"), default="", blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, default="")
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)

    wire = Wire(
        kind=2,
        fields={
            1: "proposer",
            2: "proposal_id",
            3: "is_accepted",
            4: "word",
            5: "decided_by",
            6: "decided_at",
        },
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return str(_("accepted") if self.is_accepted else _("declined"))

    @property
    def audience(self) -> str:
        """Give the office that proposed."""
        return f"to:{self.proposer.hex}" if self.proposer else "home"
