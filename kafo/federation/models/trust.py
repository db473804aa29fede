"""Whom this node believes, whom it exchanges with, and how it speaks to others at all."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.federation.enums import Fault, Side, Stage


class Roster(models.Model):
    """A version of the list of offices, as its holders signed it."""

    version = models.PositiveIntegerField(unique=True)
    data = models.BinaryField()
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["version"]

    def __str__(self) -> str:
        return str(self.version)


class Peer(models.Model):
    """Another node, and what was heard of it."""

    office = models.UUIDField(unique=True)
    heads = models.BinaryField(default=b"")
    counter = models.PositiveBigIntegerField(default=0)
    heard_at = models.DateTimeField(_("last heard of"), null=True)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    fault = models.CharField(_("last error"), max_length=12, choices=Fault, default="", blank=True)
    bytes_on = models.DateField(null=True)
    bytes_moved = models.PositiveBigIntegerField(_("bytes today"), default=0)
    budget = models.PositiveBigIntegerField(_("bytes a day"), null=True)

    def __str__(self) -> str:
        return str(self.office)


class PeerLog(models.Model):
    """How far a peer holds a log, as it last said itself."""

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="logs")
    log = models.ForeignKey("federation.Log", models.CASCADE, related_name="at_peers")
    epoch = models.PositiveIntegerField()
    sequence = models.PositiveBigIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "log"], name="one_word_of_a_peer")]

    def __str__(self) -> str:
        return f"{self.peer} · {self.log} · {self.epoch}.{self.sequence}"


class Line(models.Model):
    """How this node speaks to others; one row."""

    is_cut = models.BooleanField(_("the link is cut"), default=False)
    changed_at = models.DateTimeField(auto_now=True)
    every_minutes = models.PositiveSmallIntegerField(_("minutes between visits"), default=30)
    budget = models.PositiveBigIntegerField(_("bytes a day and office"), default=20_000_000)
    asked_at = models.DateTimeField(null=True, editable=False)
    compared_on = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_line")]

    def __str__(self) -> str:
        return str(_("cut") if self.is_cut else _("open"))


class Handover(models.Model):
    """An office that was hosted goes to its own server; both sides keep what happened, and when."""

    office = models.UUIDField(unique=True)
    name = models.CharField(_("office"), max_length=200, default="")
    organization = models.UUIDField(null=True)
    side = models.CharField(max_length=6, choices=Side)
    is_hosted = models.BooleanField(default=False)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.INVITED)
    key = models.BinaryField(default=b"")
    recipient = models.CharField(max_length=80, default="", blank=True)
    address = models.CharField(_("address of the new server"), max_length=300, default="")
    secret = models.BinaryField(default=b"")
    peer = models.UUIDField(null=True)
    peer_address = models.CharField(max_length=300, default="")
    fingerprint = models.CharField(max_length=80, default="")
    invited_at = models.DateTimeField(_("invited"), null=True)
    asked_at = models.DateTimeField(_("the new server asked"), null=True)
    known_at = models.DateTimeField(_("the roster names its key"), null=True)
    released_at = models.DateTimeField(_("the right to write was laid down"), null=True)
    taken_at = models.DateTimeField(_("the right to write was taken up"), null=True)
    ended_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("handing over")
        verbose_name_plural = _("handing over")

    def __str__(self) -> str:
        return f"{self.name} · {self.get_stage_display()}"
