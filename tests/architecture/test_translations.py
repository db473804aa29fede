"""Both languages, always: every string a user sees has its French."""

import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest

from tests.architecture.house import PACKAGE, ROOT

CATALOGUES = [PACKAGE / "locale" / code / "LC_MESSAGES" / "django.po" for code in ("fr", "bm")]
PLACES = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> polib.POFile:
    """The French catalogue as it would be after extracting all strings anew."""
    copy = tmp_path_factory.mktemp("strings") / "kafo"
    ignored = shutil.ignore_patterns("tests", "*.mo", "__pycache__", "static", "migrations")
    shutil.copytree(PACKAGE, copy, ignore=ignored)
    subprocess.run(
        [ROOT / ".venv/bin/django-admin", "makemessages", "-l", "fr", "--no-obsolete", "-v", "0"],
        cwd=copy,
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    return polib.pofile(str(copy / "locale/fr/LC_MESSAGES/django.po"))


def test_it_says_everything_in_french(extracted):
    missing = [entry.msgid for entry in extracted if not entry.translated()]
    assert missing == []


def test_it_keeps_the_places_where_words_are_put_in(extracted):
    wrong = []
    for entry in extracted:
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        wanted = set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural))
        wrong += [text for text in texts if not set(PLACES.findall(text)) <= wanted]
        wrong += [
            text for text in texts if not entry.msgid_plural and set(PLACES.findall(text)) != wanted
        ]
    assert wrong == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_it_ships_what_the_catalogue_says(catalogue: Path):
    compiled = polib.mofile(str(catalogue.with_suffix(".mo")))
    source = polib.pofile(str(catalogue))
    said = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in compiled}
    meant = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in source.translated_entries()}
    assert said == meant


def test_it_writes_french_with_its_spaces(extracted):
    tight = re.compile(
        r"[^\s\u00a0\u202f(/:!?;\d«][!?;»]|[a-zé]\s?:(?=\s)(?<!\u00a0:)|«[^\u00a0\u202f]"
    )
    wrong = [e.msgstr for e in extracted if e.msgstr and tight.search(e.msgstr)]
    assert wrong == []
