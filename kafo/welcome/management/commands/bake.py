"""Brings the database into shape and bakes all sites, with no node running."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from kafo.publishing.baking.reconcile import bake_due, find_due, reconcile
from kafo.publishing.models import BakedPage
from kafo.welcome.cli import speak_as_the_terminal

STEP = 25


class Command(BaseCommand):
    help = "Bring the database into shape and bake all that is due; no node may be running."

    def handle(self, *args: Any, **options: Any) -> None:
        speak_as_the_terminal()
        try:
            call_command("migrate", verbosity=0, interactive=False)
            find_due()
            while bake_due(STEP):
                left = BakedPage.objects.filter(due__gt=0).count()
                self.stderr.write("  · " + _("baking; %(left)d left") % {"left": left})
            reconcile()
        except (OSError, DatabaseError) as error:
            raise CommandError(str(error)) from error
