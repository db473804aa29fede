"""Lists as files: CSV as it is read from the database, XLSX by way of a temporary file."""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from kafo.desk.columns import Column, as_text

# A cell that begins so is carried out as a formula by a spreadsheet.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def cell(value: Any) -> Any:
    """Give `value` as a spreadsheet may hold it: figures as they are, text made harmless."""
    if isinstance(value, bool) or value is None:
        return as_text(value)
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, SafeString):
        value = unescape(strip_tags(value))
    text = str(value) if hasattr(value, "isoformat") else _CONTROL.sub("", as_text(value))
    return f"'{text}" if _FORMULA.match(text) else text


def _lines(columns: list[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    yield [cell(column.label) for column in columns]
    for row in rows:
        yield [cell(column.read(row)) for column in columns]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, columns: list[Column], rows: Iterable[Any]) -> HttpResponseBase:
    """Give the rows as CSV, sent while they are read; it begins with the mark that Excel needs."""
    writer = csv.writer(_Echo())

    def parts() -> Iterator[str]:
        yield "\ufeff"
        for line in _lines(columns, rows):
            yield writer.writerow(line)

    return StreamingHttpResponse(
        parts(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def xlsx_response(name: str, columns: list[Column], rows: Iterable[Any]) -> HttpResponseBase:
    """Give the rows as a workbook of one sheet."""
    from openpyxl import Workbook  # a tenth of the time in which each command starts

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    for line in _lines(columns, rows):
        sheet.append(line)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


FORMATS = {"csv": csv_response, "xlsx": xlsx_response}
