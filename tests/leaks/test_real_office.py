"""On a real node: a mandate that ends shuts the doors, and no secret is written to the log."""

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.at_desk import PASSWORD, AtTheDesk, Node, code_in
from tests.crash.conftest import ANSWERS
from tests.node import KAFO, environment

END_ALL = """
import django
django.setup()
from django.utils import timezone
from kafo.people.models import Mandate
Mandate.objects.update(ends_at=timezone.now())
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, str]]:
    """A running office that nobody entered yet, and the code of its director."""
    home = tmp_path_factory.mktemp("real") / "office"
    said = subprocess.run(
        [KAFO, "init", *ANSWERS],
        env=environment(KAFO_HOME=str(home)),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    node = Node(home)
    try:
        yield node.start(), code_in(said.stdout)
    finally:
        node.switch_off()


def test_it_keeps_all_it_writes_from_other_users_of_the_machine(office: tuple[Node, str]) -> None:
    node, _code = office
    subprocess.run([KAFO, "backup"], env=environment(KAFO_HOME=str(node.home)), check=True)
    assert list(node.home.glob("backups/*.tar.gz"))
    assert [str(path) for path in node.home.rglob("*") if path.stat().st_mode & 0o007] == []


def _database_in_backup(home: Path) -> bytes:
    file = home.with_name("backup.tar.gz")
    subprocess.run([KAFO, "backup", file], env=environment(KAFO_HOME=str(home)), check=True)
    with tarfile.open(file) as archive:
        database = archive.extractfile("kafo.sqlite3")
        assert database is not None
        return database.read()


def _end_all_mandates(home: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", END_ALL],
        env=environment(KAFO_HOME=str(home)) | {"DJANGO_SETTINGS_MODULE": "kafo.config.settings"},
        check=True,
        timeout=60,
    )


def test_it_shuts_desk_and_back_office_when_the_mandate_ends_and_logs_no_secret(
    office: tuple[Node, str],
) -> None:
    node, code = office
    awa = AtTheDesk(node)
    awa.accept(code)
    shown = awa.send("/desk/me/second-factor/app/").read().decode()
    awa.send("/desk/me/confirm/password/?next=/desk/me/second-factor/app/", password=PASSWORD)
    shown += awa.open("/desk/me/second-factor/app/").read().decode()
    grouped = set(re.findall(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", shown))
    totp = grouped | {secret.replace(" ", "") for secret in grouped}
    assert totp, "the page shows the secret to copy"
    stranger = AtTheDesk(node)
    stranger.send("/desk/sign-in/", login="awa", password="a wrong secret word")
    stranger.send("/desk/enter/", code="AAAA BBBB CCCC DDDD")

    doors = ("/desk/persons/", "/desk/pages/", "/desk/mandates/", "/editor/", "/editor/pages/")
    assert {path: awa.open(path).status for path in doors} == dict.fromkeys(doors, 200)
    sessions = {cookie.value for cookie in awa.cookies}
    kept = _database_in_backup(node.home)
    assert b"awa" in kept
    assert [session for session in sessions if session.encode() in kept] == []

    _end_all_mandates(node.home)
    assert {path: awa.open(path).status for path in doors} == dict.fromkeys(doors, 404)
    assert awa.open("/desk/").status == 200, "one's own data stays within reach"

    log = node.log.read_text()
    secrets = {PASSWORD, "a wrong secret word", code, code.replace(" ", ""), *totp, *sessions}
    secrets.add(re.search(r"KAFO_SECRET_KEY=(\S+)", (node.home / "settings.env").read_text())[1])
    assert [secret for secret in secrets if secret in log] == []
