"""What it means to be a record here."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.records.enums import Visibility
from kafo.records.ids import new_id
from kafo.records.sharing import SharedQuerySet, Wire


def home_office() -> uuid.UUID:
    """Give the id of the office that this node is at home in."""
    return uuid.UUID(settings.KAFO_OFFICE_ID)


def _is_own(office: uuid.UUID) -> bool:
    return office == home_office()


def _is_never_frozen(office: uuid.UUID) -> bool:
    return False


_writes: list[Callable[[uuid.UUID], bool]] = [_is_own]
_freezes: list[Callable[[uuid.UUID], bool]] = [_is_never_frozen]


def register_homes(
    writes: Callable[[uuid.UUID], bool], freezes: Callable[[uuid.UUID], bool]
) -> None:
    """Say for which offices this node writes, and whose records nobody changes at the moment.

    Until then it writes for its own alone.
    """
    _writes[:], _freezes[:] = [writes], [freezes]


class SharedRecord(models.Model):
    """A record that may be read by other offices; only its home office writes it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    home_office = models.UUIDField(default=home_office, editable=False, db_index=True)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility, default=Visibility.HOME
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    wire: ClassVar[Wire | None] = None
    audience_from: ClassVar[str] = ""  # the reference to a record whose audience it shares
    objects: ClassVar[Any] = SharedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Set what follows from other fields, such as a text to search in; before each write."""

    @property
    def audience(self) -> str:
        """Give for whom the record is: its visibility, or the name of a circle of offices."""
        whole = getattr(self, self.audience_from) if self.audience_from else None
        return str(whole.audience if whole else self.visibility)

    @property
    def is_at_home(self) -> bool:
        """Say whether it is written here; else this is a copy to read."""
        return _writes[0](self.home_office)

    @property
    def attachments(self) -> dict[str, int]:
        """Give the files that the record names: their size by SHA-256. They travel after it."""
        return {}


class FileReference(models.Model):
    """A record names a file; written by `files`, so that nobody has to ask every record."""

    record_id = models.UUIDField(db_index=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_id", "sha256"], name="file_named_once")
        ]

    def __str__(self) -> str:
        return self.sha256


def is_copy(record: Any) -> bool:
    """Say whether it is a record of another office: read here, written there."""
    return isinstance(record, SharedRecord) and not record.is_at_home


def is_frozen(record: Any) -> bool:
    """Say whether nobody changes it at the moment: its office moves to another server."""
    return isinstance(record, SharedRecord) and _freezes[0](record.home_office)


def shared_models() -> list[type[SharedRecord]]:
    """Give every model that is shared, found by its base class: nobody keeps a list."""
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, SharedRecord)]
