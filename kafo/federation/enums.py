from django.db import models
from django.utils.translation import gettext_lazy as _


class Parked(models.TextChoices):
    """Why a record that was received is not in its table yet."""

    NO = "", _("in its table")
    KIND = "kind", _("its kind is not known to this version")
    SCHEMA = "schema", _("written by a newer version")
    REFERENCE = "reference", _("waits for another record")
    CONFLICT = "conflict", _("contradicts a rule of its table")


class AlarmKind(models.TextChoices):
    """What an operator must know of."""

    FORK = "fork", _("two histories under one number")
    DIVERGED = "diverged", _("the state differs from what the office states")
    UNTRUSTED = "untrusted", _("bytes that nobody trusted signed")
    RECOVERY = "recovery", _("the database is older than what this node has said")
    CANNOT_TRAVEL = "cannot_travel", _("a record that the format cannot hold")
    UNTOLD = "untold", _("a change that was written past the outbox")
