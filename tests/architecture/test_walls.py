"""What the import contracts cannot see: relations, migrations, templates and names in strings."""

import ast
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.urls import get_resolver

from tests.architecture.house import PACKAGE, ROOT, depth, files_of, is_below, rooms


def test_it_has_every_room_in_the_settings():
    installed = {
        config.label for config in apps.get_app_configs() if config.name.startswith("kafo.")
    }
    assert installed == set(rooms())


def test_it_points_every_relation_downward():
    upward = []
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.remote_field.model
            if room not in rooms() or not target or field.auto_created:
                continue
            other = target._meta.app_label
            if other in rooms() and other != room and not is_below(other, room):
                upward.append(f"{room}.{model.__name__}.{field.name} -> {other}")
    assert upward == []


def test_it_depends_on_no_migration_above():
    upward = [
        f"{key} -> {parent}"
        for key, migration in MigrationLoader(None).disk_migrations.items()
        for parent in migration.dependencies
        if key[0] in rooms()
        and parent[0] in rooms()
        and parent[0] != key[0]
        and not is_below(parent[0], key[0])
    ]
    assert upward == []


@pytest.mark.parametrize("room", rooms())
def test_it_names_no_room_above_in_templates_or_addresses(room):
    unknown = [other for other in rooms() if other != room and not is_below(other, room)]
    if not unknown:
        assert depth(room) == 1
        return
    names = "|".join(unknown)
    pattern = re.compile(rf"""["'](?:{names})(?::[a-z]|/[a-z_/]+\.(?:html|css|js|txt))""")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files_of(room, ".py", ".html", ".txt")
        for match in pattern.finditer(path.read_text())
    ]
    assert found == []


def _names_of_addresses(patterns, space=""):
    """Give the whole name of each address with the room whose view answers it."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names_of_addresses(pattern.url_patterns, inner)
        elif pattern.name and pattern.callback.__module__.startswith("kafo."):
            yield space + pattern.name, pattern.callback.__module__.split(".")[1]


@pytest.mark.parametrize("room", rooms())
def test_it_asks_for_no_address_of_a_room_above(room):
    """An address is called by a name that need not begin with that of its room."""
    owners = dict(_names_of_addresses(get_resolver().url_patterns))
    assert {"people", "publishing"} <= set(owners.values())
    quoted = re.compile(r"""["']([\w-]+:?[\w-]+)["']""")
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files_of(room, ".py", ".html", ".txt")
        if path.name not in {"urls.py", "desk_urls.py"}
        for name in quoted.findall(path.read_text())
        if (owner := owners.get(name, room)) != room and not is_below(owner, room)
    ]
    assert found == []


def test_it_keeps_the_import_contracts():
    done = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def _without(rooms_gone, *command):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            "PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.architecture.house_without",
            "KAFO_WITHOUT": " ".join(rooms_gone),
        },
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("room", ["publishing", "federation"])
def test_it_starts_when_a_room_and_those_above_are_removed(room):
    _without([room, *(other for other in rooms() if is_below(room, other))], "django", "check")


def test_it_starts_when_a_layer_and_those_above_are_removed():
    """The tests of the rooms that are left run without those above in `tests/run`."""
    _without([room for room in rooms() if depth(room) <= depth("publishing")], "django", "check")


def test_it_keeps_files_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in (PACKAGE, ROOT / "tests", ROOT / "benchmarks")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".html", ".css", ".js", ".toml"}
        and "migrations" not in path.parts
        if (lines := len(path.read_text().splitlines())) > 500
    }
    assert long == {}


def test_it_names_things_by_what_they_are():
    drawers = {"utils", "helpers", "common", "manager", "managers", "misc", "core", "base"}
    named = [path for path in PACKAGE.rglob("*.py") if path.stem in drawers]
    assert named == []


def test_it_describes_every_room_on_one_page():
    missing = [room for room in rooms() if not (PACKAGE / room / "README.md").is_file()]
    assert missing == []
    long = [
        room
        for room in rooms()
        if len((PACKAGE / room / "README.md").read_text().splitlines()) > 40
    ]
    assert long == []


def test_it_says_what_goes_in_and_out_at_every_door():
    silent = [
        f"{path.relative_to(ROOT)}: {each.name}"
        for room in rooms()
        for path in files_of(room, ".py")
        if {"services", "queries"} & {path.stem, path.parent.name}
        for each in ast.parse(path.read_text()).body
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")
        if not ast.get_docstring(each)
    ]
    assert silent == []


def test_it_passes_over_no_test():
    passed_over = re.compile(r"pytest\.(?:skip|importorskip|xfail|mark\.(?:skip|skipif|xfail))\b")
    found = [
        str(path.relative_to(ROOT))
        for folder in (PACKAGE, ROOT / "tests")
        for path in folder.rglob("*.py")
        if passed_over.search(path.read_text())
    ]
    assert found == []


def test_it_leaves_no_unfinished_note():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        str(path.relative_to(ROOT))
        for room in rooms()
        for path in files_of(room, ".py", ".html", ".js", ".css")
        if unfinished.search(path.read_text())
    ]
    assert found == []
