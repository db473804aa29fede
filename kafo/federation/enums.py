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


class Fault(models.TextChoices):
    """Why the last visit to a peer did not come to its end, in words for whoever looks."""

    SILENT = "silent", _("it does not answer: its server is off, or there is no connection")
    BROKEN = "broken", _("the connection broke; the next visit goes on from that byte")
    STRANGER = "stranger", _("it does not know us: its list of offices is another one")
    WRONG = "wrong", _("it sent what cannot be believed; nothing of that was taken")
    BUDGET = "budget", _("the bytes of today are spent; it goes on tomorrow")
    NOWHERE = "nowhere", _("the list of offices has no address for it")


class Side(models.TextChoices):
    """On which side of a handing over this node stands."""

    GIVER = "giver", _("hands over")
    TAKER = "taker", _("takes over")


class Stage(models.TextChoices):
    """How far the handing over of an office has come."""

    INVITED = "invited", _("invited")
    ASKED = "asked", _("the new server has shown its key")
    KNOWN = "known", _("the list of offices names the new server")
    RELEASED = "released", _("laid down here, not taken up yet: nobody writes")
    TAKEN = "taken", _("taken up by the new server")
    ENDED = "ended", _("taken back")
