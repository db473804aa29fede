from django.db import models
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """The colour of a public site."""

    EARTH = "earth", _("earth")
    INDIGO = "indigo", _("indigo")


class Listed(models.TextChoices):
    """What a list page lists, and so how its items are shown."""

    NEWS = "news", _("news")
    PROJECTS = "projects", _("projects")
    PLACES = "places", _("places")
    DOCUMENTS = "documents", _("documents")


class ProjectState(models.TextChoices):
    """Where a project stands."""

    PLANNED = "planned", _("in preparation")
    RUNNING = "running", _("under way")
    ENDED = "ended", _("ended")


class BakedKind(models.TextChoices):
    """What a baked file is."""

    PAGE = "page", _("page")
    FEED = "feed", _("feed")
    REDIRECTS = "redirects", _("old addresses")
    MISSING = "missing", _("page for addresses that lead nowhere")
    SITEMAP = "sitemap", _("sitemap")
