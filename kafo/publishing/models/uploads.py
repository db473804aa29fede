"""A file that is on its way: what has arrived stays, so that a cut line costs nothing twice."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.records.ids import new_id


class Upload(models.Model):
    """One file sent in pieces. `offset` counts the bytes that are safe on the disk."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("people.Account", models.CASCADE, related_name="uploads")
    name = models.CharField(_("file name"), max_length=200, blank=True)
    size = models.PositiveIntegerField(_("size"))
    offset = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def path(self) -> Path:
        """Where the bytes lie until they become a picture or a document."""
        return Path(settings.KAFO_HOME) / "uploads" / str(self.pk)

    @property
    def is_complete(self) -> bool:
        return self.offset == self.size
