"""Whom this node believes, and whom it exchanges with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
    bytes_on = models.DateField(null=True)
    bytes_moved = models.PositiveBigIntegerField(_("bytes today"), default=0)
    budget = models.PositiveBigIntegerField(_("bytes a day"), null=True)

    def __str__(self) -> str:
        return str(self.office)
