"""Imports a reference list from a CSV file, for whoever runs the node."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kafo.people.models import Organization
from kafo.publishing.queries.places import active_list, difference
from kafo.publishing.services.lists import BadList, activate_list, import_list
from kafo.records.languages import Translated


class Command(BaseCommand):
    help = "Import a reference list from a CSV file with the columns code, name, cercle, region."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="short name of who keeps it")
        parser.add_argument("--name", required=True, help="name in the main language of the node")
        parser.add_argument("--source", required=True, help="the law or the office that says so")
        parser.add_argument("--as-of", required=True, type=date.fromisoformat, help="2024-09-01")
        parser.add_argument("--official-count", type=int, default=0, help="number it gives itself")
        parser.add_argument("--activate", action="store_true", help="count coverage against it")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(short_name=options["organization"]).first()
        if organization is None:
            known = ", ".join(Organization.objects.values_list("short_name", flat=True))
            raise CommandError(_("No such organisation. There are: %(known)s") % {"known": known})
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        before = active_list(organization.pk)
        try:
            found = import_list(
                actor=None,
                organization=organization,
                name=Translated({settings.LANGUAGE_CODE: options["name"]}),
                source=options["source"],
                as_of=options["as_of"],
                official_count=options["official_count"],
                content=content,
                progress=lambda done, total: self.stdout.write(f"{done} / {total}"),
            )
        except BadList as error:
            for line, sentence in error.errors:
                words = _("Line %(line)s: %(error)s") % {"line": line, "error": sentence}
                self.stderr.write(words)
            raise CommandError(str(error)) from error
        changes = difference(found, before)
        self.stdout.write(
            _("%(lines)s lines: %(new)s new, %(changed)s changed, %(gone)s gone.")
            % {
                "lines": found.entries.count(),
                "new": len(changes.new),
                "changed": len(changes.changed),
                "gone": len(changes.gone),
            }
        )
        if options["activate"]:
            activate_list(actor=None, reference_list=found)
            self.stdout.write(_("It counts now."))
