"""Reading, importing and activating reference lists."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kafo.people.models import Organization
from kafo.people.queries import may
from kafo.publishing.models import Place, PlaceKind, ReferenceEntry, ReferenceList
from kafo.publishing.permissions.editing import PUBLISH
from kafo.publishing.permissions.places import list_policy
from kafo.publishing.services.places import require
from kafo.records.acts import record_act
from kafo.records.enums import Visibility
from kafo.records.errors import NotVisible, Refused
from kafo.records.languages import Translated, folded

COLUMNS = {
    "code": {"code"},
    "name": {"name", "nom", "commune"},
    "cercle": {"cercle"},
    "region": {"region"},
}
LONGEST = {"code": 20, "name": 120, "cercle": 120, "region": 120}
MOST_BYTES = 2_000_000
BATCH = 500


@dataclass
class Reading:
    """What a CSV file says: its rows, and its errors as (line, sentence)."""

    rows: list[dict[str, str]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


class BadList(Refused):
    """The file cannot be imported; `errors` says why, line by line."""

    def __init__(self, errors: list[tuple[int, str]]) -> None:
        super().__init__(_("The file has errors; nothing was imported."))
        self.errors = errors


def read_csv(content: bytes) -> Reading:
    """Read a list with the columns code, name, cercle, region (also in French, any order).

    UTF-8 is expected, Windows-1252 understood; commas, semicolons or tabs. Never raises: what is
    wrong stands in `errors`, by line.
    """
    reading = Reading()
    if len(content) > MOST_BYTES:
        reading.errors.append((0, _("The file is larger than 2 MB.")))
        return reading
    if b"\0" in content:
        reading.errors.append((0, _("This is not a CSV file.")))
        return reading
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [folded(title.strip()) for title in next(lines, [])]
        places = _places(header, reading)
        if reading.errors:
            return reading
        _read_rows(lines, len(header), places, reading)
    except csv.Error as error:
        reading.errors.append((lines.line_num, str(error)))
    if not reading.rows and not reading.errors:
        reading.errors.append((1, _("The file has no rows.")))
    return reading


def _places(header: list[str], reading: Reading) -> dict[str, int]:
    places = {}
    for column, titles in COLUMNS.items():
        found = [number for number, title in enumerate(header) if title in titles]
        if len(found) == 1:
            places[column] = found[0]
        elif column in ("code", "name"):
            text = _("There must be one column “%(column)s”.")
            reading.errors.append((1, text % {"column": _said(column)}))
    return places


def _said(column: str) -> str:
    words = {"code": _("code"), "name": _("name"), "cercle": _("cercle"), "region": _("region")}
    return words[column]


def _read_rows(lines: Any, width: int, places: dict[str, int], reading: Reading) -> None:
    line_of_code: dict[str, int] = {}
    for cells in lines:
        line = lines.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            text = _("%(found)s columns instead of %(expected)s.")
            reading.errors.append((line, text % {"found": len(cells), "expected": width}))
            continue
        row = {column: " ".join(cells[at].split()) for column, at in places.items()}
        faults = _faults(row)
        if row["code"] in line_of_code:
            text = _("The code %(code)s stands on line %(line)s already.")
            faults.append(text % {"code": row["code"], "line": line_of_code[row["code"]]})
        elif row["code"]:
            line_of_code[row["code"]] = line
        if faults:
            reading.errors.extend((line, fault) for fault in faults)
        else:
            reading.rows.append(row)


def _faults(row: dict[str, str]) -> list[str]:
    faults = []
    for column in ("code", "name"):
        if not row[column]:
            faults.append(_("“%(column)s” is empty.") % {"column": _said(column)})
    for column, text in row.items():
        if len(text) > LONGEST[column]:
            words = {"column": _said(column), "most": LONGEST[column]}
            faults.append(_("“%(column)s” is longer than %(most)s characters.") % words)
        if "\N{REPLACEMENT CHARACTER}" in text:
            faults.append(_("“%(column)s” holds a broken letter.") % {"column": _said(column)})
    return faults


@transaction.atomic
def import_list(
    *,
    actor: Any,
    organization: Organization,
    name: Translated,
    source: str,
    as_of: date,
    official_count: int,
    content: bytes,
    kind: str = PlaceKind.COMMUNE,
    progress: Callable[[int, int], None] | None = None,
) -> ReferenceList:
    """Import a CSV file as a new list beside those there are; it does not count before activation.

    The same file for the same organisation gives the list that is there. `progress(done, all)` is
    called after each batch. All or nothing: raises BadList with the errors by line, NotVisible
    without the right to publish.
    """
    if actor is not None and not may(actor, PUBLISH, organization.pk):
        raise NotVisible
    digest = hashlib.sha256(content).hexdigest()
    same = ReferenceList.objects.filter(
        organization=organization, kind=kind, digest=digest, as_of=as_of
    ).first()
    if same:
        return same
    reading = read_csv(content)
    if reading.errors:
        raise BadList(reading.errors)
    new = ReferenceList.objects.create(
        organization=organization,
        kind=kind,
        name=name,
        source=source,
        as_of=as_of,
        official_count=official_count or len(reading.rows),
        digest=digest,
        visibility=Visibility.PUBLIC,
    )
    by_code, by_name = _known_places(organization.pk, kind)
    for start in range(0, len(reading.rows), BATCH):
        batch = reading.rows[start : start + BATCH]
        ReferenceEntry.objects.bulk_create(_entry(new, row, by_code, by_name) for row in batch)
        if progress:
            progress(start + len(batch), len(reading.rows))
    _note("publishing.list.import", actor, new, rows=len(reading.rows))
    return new


def _known_places(organization_id: UUID, kind: str) -> tuple[dict[str, Place], dict[str, Place]]:
    places = list(Place.objects.filter(organization_id=organization_id, kind=kind))
    by_code = {place.code: place for place in places if place.code}
    return by_code, {place.folded_name: place for place in places}


def _entry(
    new: ReferenceList, row: dict[str, str], by_code: dict[str, Place], by_name: dict[str, Place]
) -> ReferenceEntry:
    folded_name = folded(f"{row['name']} {row.get('cercle', '')}", 240)
    # Codes are given anew when the map is redrawn: the name decides when code and name disagree.
    same_code = by_code.get(row["code"])
    place = by_name.get(folded_name)
    if place is None and same_code and folded(same_code.name) == folded(row["name"]):
        place = same_code
    return ReferenceEntry(
        list=new, folded_name=folded_name, place=place, visibility=Visibility.PUBLIC, **row
    )


@transaction.atomic
def activate_list(*, actor: Any, reference_list: ReferenceList) -> None:
    """Make this list the one that coverage is counted against, in place of the former one."""
    require(list_policy, actor, "change", reference_list)
    siblings = ReferenceList.objects.select_for_update().filter(
        organization_id=reference_list.organization_id, kind=reference_list.kind
    )
    siblings.filter(is_active=True).exclude(pk=reference_list.pk).update(is_active=False)
    if siblings.filter(pk=reference_list.pk, is_active=False).update(is_active=True):
        _note("publishing.list.activate", actor, reference_list)
    reference_list.is_active = True


@transaction.atomic
def delete_list(*, actor: Any, reference_list: ReferenceList) -> None:
    """Delete a list that does not count. Raises Refused for the active one."""
    require(list_policy, actor, "delete", reference_list)
    current = ReferenceList.objects.select_for_update().filter(pk=reference_list.pk).first()
    if current is None:
        raise NotVisible
    if current.is_active:
        raise Refused(_("This list counts now. Make another one count first."))
    _note("publishing.list.delete", actor, current)
    current.delete()


def _note(act: str, actor: Any, record: ReferenceList, **details: Any) -> None:
    record_act(act, actor=actor, record=record, organization=str(record.organization_id), **details)
