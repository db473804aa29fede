from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """How wide a record may be read; ordered from the narrowest to the widest."""

    HOME = "home", _("this office only")
    FEDERATION = "federation", _("all offices of the federation")
    PUBLIC = "public", _("everybody")


BEYOND_HOME = (Visibility.FEDERATION, Visibility.PUBLIC)


class Weight(models.IntegerChoices):
    """How much an act weighs, from the daily work to what binds the organisation."""

    EDIT = 1, _("edit")
    PUBLISH = 2, _("publish or approve")
    ADMINISTER = 3, _("administer")
    DECIDE = 5, _("decide")
