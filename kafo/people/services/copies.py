"""What is held on a person, as a file she can take with her."""

import io
import json
import zipfile
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from kafo.people import permissions
from kafo.people.models import Person
from kafo.people.queries.protection import consents_of, holdings_of
from kafo.people.services.acts import note_on_person, require


def take_copy(*, actor: Any, person: Person) -> bytes:
    """Give all that is held on `person` as a zip: one file for people, one for machines.

    Raises NotVisible.
    """
    require(permissions.persons, actor, "protect", person)
    note_on_person("people.person.take", actor, person)
    consents = consents_of(person)
    groups = [
        (name, [(entry, value, entry.visibility(consents)) for entry, value in pairs])
        for name, pairs in holdings_of(person)
    ]
    context = {
        "person": person,
        "groups": groups,
        "taken_at": timezone.now(),
        "language": translation.get_language(),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.html", render_to_string("people/copy.html", context))
        archive.writestr("data.json", _as_json(groups))
    return file.getvalue()


def _as_json(groups: Any) -> str:
    records = [
        {
            "record": pairs[0][0].model._meta.label_lower,
            "fields": {
                entry.name: {
                    "value": _plain(value),
                    "purpose": entry.purpose.value,
                    "legal_basis": entry.basis.value,
                    "months_kept": entry.months,
                    "seen_by": seen_by.value,
                }
                for entry, value, seen_by in pairs
            },
        }
        for _name, pairs in groups
    ]
    return json.dumps(records, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | dict | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
