from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """How wide a record may be read; ordered from the narrowest to the widest."""

    HOME = "home", _("this office only")
    FEDERATION = "federation", _("all offices of the federation")
    PUBLIC = "public", _("everybody")


class Weight(models.IntegerChoices):
    """How much an act weighs in the local ownership index (features note, section 3.2)."""

    EDIT = 1, _("edit")
    PUBLISH = 2, _("publish or approve")
    ADMINISTER = 3, _("administer")
    DECIDE = 5, _("decide")
