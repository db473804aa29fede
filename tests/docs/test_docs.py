"""What the documentation names exists, and what exists is documented."""

import re
from pathlib import Path

import pytest

from kafo.welcome.cli import _parser
from tests.architecture.house import PACKAGE, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *PACKAGE.glob("*/README.md")])


def _settings_in(text: str) -> set[str]:
    return set(re.findall(r"\bKAFO_[A-Z_]+[A-Z]\b", text))


def _commands() -> set[str]:
    return set(next(a.choices for a in _parser()._actions if a.choices))


def test_it_lists_every_setting():
    read = re.compile(r"""env\.(?:text|flag|words)\(\s*["'](KAFO_[A-Z_]+)""")
    used = {name for path in PACKAGE.rglob("*.py") for name in read.findall(path.read_text())}
    listed = _settings_in((ROOT / "docs/operate/settings.md").read_text())
    assert listed == used | {"KAFO_HOME"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_it_names_only_what_exists(page: Path):
    text = page.read_text()
    listed = _settings_in((ROOT / "docs/operate/settings.md").read_text())
    assert _settings_in(text) - {"KAFO_WITHOUT"} <= listed
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))
    asked = set(re.findall(r"(?:^|[`/])kafo ([a-z]+)\b", code, re.M))
    assert asked <= _commands()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make ([a-z]+)\b", code)) <= targets | {"python"}
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
        assert (page.parent / target).exists(), target


def test_it_documents_every_command():
    operate = "".join(path.read_text() for path in (ROOT / "docs/operate").glob("*.md"))
    operate += (ROOT / "README.md").read_text()
    assert {c for c in _commands() if f"kafo {c}" not in operate} <= {"demo", "run"}


def test_it_shows_pictures_that_a_reader_can_afford():
    edit = {path.name: path.stat().st_size for path in (ROOT / "docs/edit").glob("*.png")}
    assert {name: size for name, size in edit.items() if size > 60_000} == {}
    assert (ROOT / "docs/kafo.png").stat().st_size <= 120_000
    for page in ("README.md", "README.en.md"):
        shown = set(re.findall(r"\]\(([\w-]+\.png)\)", (ROOT / "docs/edit" / page).read_text()))
        assert shown == set(edit), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_it_links_to_headings_that_exist(page: Path):
    for target, heading in re.findall(
        r"\]\((?!https?:|mailto:)([^)#]*)#([^)]+)\)", page.read_text()
    ):
        text = (page.parent / target).read_text() if target else page.read_text()
        known = {
            re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.+)$", text, re.M)
        }
        assert heading in known
