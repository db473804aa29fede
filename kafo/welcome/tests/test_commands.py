import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import tarfile
import uuid

import pytest

from kafo.federation.node import Node
from kafo.welcome.tests.conftest import ANSWERS, KAFO, run_kafo

COMMANDS = ["init", "run", "demo", "backup", "restore", "check", "move"]


@pytest.mark.parametrize("command", COMMANDS)
def test_it_explains_each_command(command, tmp_path):
    said = run_kafo(command, "--help", home=tmp_path).stdout
    assert "--home" in said
    assert len(said) > 200


def test_it_explains_itself_in_the_language_of_the_terminal(tmp_path):
    said = run_kafo("backup", "--help", home=tmp_path, LANG="fr_FR.UTF-8", LC_ALL="", LANGUAGE="")
    assert "sauvegarde" in said.stdout
    assert "Write a backup" not in said.stdout


@pytest.mark.parametrize("command", ["run", "backup", "check"])
def test_it_says_what_to_do_where_there_is_no_office(command, tmp_path):
    done = run_kafo(command, home=tmp_path / "nothing", check=False)
    assert done.returncode == 1
    assert "kafo init" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_it_names_the_answer_that_is_missing(tmp_path):
    done = run_kafo("init", "--name", "Kafo", home=tmp_path / "new", check=False)
    assert done.returncode == 2
    assert "--town" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--country", "MALI"), ("--site", "Ségou 1"), ("--site", "desk"), ("--host", "http://segou")],
)
def test_it_names_the_answer_that_will_not_do(option, value, tmp_path):
    done = run_kafo("init", *ANSWERS, option, value, home=tmp_path / "new", check=False)
    assert done.returncode == 2
    assert option in done.stderr
    assert not (tmp_path / "new").exists()


def test_it_makes_an_office_with_a_code_for_the_director(made_office):
    said = (made_office / "init.out").read_text()
    assert re.search(r"\b[2-9A-Z]{4}( [2-9A-Z]{4}){3}\b", said)
    assert stat.S_IMODE((made_office / "settings.env").stat().st_mode) == 0o600
    assert (made_office / "baked/segou/fr/index.html.br").is_file()
    assert (made_office / "baked/segou/en/index.html.gz").is_file()


def test_it_gives_a_new_code_as_long_as_nobody_signed_in(office):
    first = (office / "init.out").read_text()
    second = run_kafo("init", *ANSWERS, home=office).stdout
    assert second.splitlines()[-1] != first.splitlines()[-1]
    with sqlite3.connect(office / "kafo.sqlite3") as rows:
        assert rows.execute("SELECT count(*) FROM people_organization").fetchone() == (1,)


def test_it_shows_what_needs_a_look(office):
    done = run_kafo("check", home=office, check=False)
    assert done.returncode == 1
    assert "ok    database" in done.stdout
    assert "LOOK  backup" in done.stdout


def test_it_restores_what_it_backed_up(office, tmp_path):
    (office / "media").mkdir(exist_ok=True)
    (office / "media/picture.webp").write_bytes(b"picture" * 1000)
    file = run_kafo("backup", home=office).stdout.split(" (")[0]
    note = json.loads((office / "backups/last.json").read_text())
    assert note["bytes"] > 1000
    assert note["made_at"].endswith("+00:00")
    verified = run_kafo("restore", "--verify", file, home=office).stdout
    assert "restores" in verified
    assert "people_person" not in verified
    assert run_kafo("check", home=office).returncode == 0

    other = tmp_path / "other"
    assert "baking" in run_kafo("restore", file, home=other).stderr
    assert (other / "baked/segou/fr/index.html.br").is_file()
    assert (other / "media/picture.webp").read_bytes() == b"picture" * 1000

    def rows(home):
        with sqlite3.connect(home / "kafo.sqlite3") as database:
            # A copy may keep its triggers in another order, and its sites are baked anew.
            return sorted(row for row in database.iterdump() if '"publishing_baked' not in row)

    assert rows(office) == rows(other)
    kept = dict(line.split("=", 1) for line in (office / "settings.env").read_text().split())
    made = dict(line.split("=", 1) for line in (other / "settings.env").read_text().split())
    assert made["KAFO_OFFICE_ID"] == kept["KAFO_OFFICE_ID"]
    assert made["KAFO_SECRET_KEY"] != kept["KAFO_SECRET_KEY"]


def test_it_writes_a_backup_only_where_there_is_a_folder(office, tmp_path):
    drive = tmp_path / "drive"
    done = run_kafo("backup", drive / "office.tar.gz", home=office, check=False)
    assert done.returncode == 1
    assert "plugged in" in done.stderr
    assert not drive.exists()
    drive.mkdir()
    run_kafo("backup", drive, home=office)
    assert [path.name[:5] for path in drive.iterdir()] == ["kafo-"]


def test_it_takes_away_what_a_backup_left_that_was_ended_by_a_power_cut(office):
    old, new = office / "backups/.backup-old", office / "backups/.backup-new"
    for left in (old, new):
        left.mkdir(parents=True)
    os.utime(old, (0, 0))
    run_kafo("backup", home=office)
    assert not old.exists()
    assert new.exists()


def test_it_notes_a_trial_with_the_office_that_was_tried(office, backup_file, tmp_path):
    stranger = run_kafo("restore", "--verify", backup_file, home=tmp_path / "other")
    assert "restores" in stranger.stdout
    assert "Not noted" in stranger.stderr
    assert not (tmp_path / "other").exists()
    assert "Noted" in run_kafo("restore", "--verify", backup_file, home=office).stdout
    assert (office / "backups/restored.json").exists()


def test_it_refuses_a_backup_of_a_newer_version(backup_file, tmp_path):
    file, unpacked = tmp_path / "backup.tar.gz", tmp_path / "unpacked"
    with tarfile.open(backup_file) as archive:
        archive.extractall(unpacked)
    manifest = json.loads((unpacked / "manifest.json").read_text())
    (unpacked / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with tarfile.open(file, "w:gz") as archive:
        for name in [*manifest["files"], "manifest.json"]:
            archive.add(unpacked / name, name)
    for arguments in (["--verify", file], [file]):
        done = run_kafo("restore", *arguments, home=tmp_path / "other", check=False)
        assert done.returncode == 1
        assert "newer Kafo" in done.stderr
    assert not (tmp_path / "other").exists()


def test_it_keeps_secrets_out_of_the_backup(office, tmp_path):
    with (office / "settings.env").open("a") as lines:
        lines.write("KAFO_EMAIL_PASSWORD=not-for-a-stick\n")
    Node.create("default", office / "federation", uuid.uuid4())
    keys = [*(office / "federation/keys").iterdir(), office / "federation/age.key"]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    file = tmp_path / "backup.tar.gz"
    run_kafo("backup", file, home=office)
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "federation" in name or "key" in name]
    run_kafo("restore", file, home=tmp_path / "other")
    assert not (tmp_path / "other/federation").exists()
    kept = (tmp_path / "other/settings.env").read_text()
    assert "not-for-a-stick" not in kept
    secret = re.search("KAFO_SECRET_KEY=(.*)", (office / "settings.env").read_text())[1]
    assert secret not in kept


def test_it_says_that_the_disk_is_full_and_not_that_the_backup_is_damaged(backup_file, tmp_path):
    small = 'ulimit -f 100; exec "$@"'  # no file may grow beyond 100 kB
    done = subprocess.run(
        ["bash", "-c", small, "-", KAFO, "restore", backup_file, "--home", tmp_path / "other"],
        env={n: v for n, v in os.environ.items() if not n.startswith(("KAFO_", "DJANGO_"))}
        | {"LANG": "en"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Free some space" in done.stderr
    assert not (tmp_path / "other").exists()


def test_it_takes_nothing_out_of_a_backup_that_would_lie_elsewhere(tmp_path):
    file = tmp_path / "backup.tar.gz"
    (tmp_path / "note").write_text("x")
    with tarfile.open(file, "w:gz") as archive:
        archive.add(tmp_path / "note", "../../outside")
    done = run_kafo("restore", file, home=tmp_path / "office", check=False)
    assert done.returncode == 1
    assert "not a whole backup" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.gz", "note"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "other"])
def test_it_refuses_a_damaged_backup_and_changes_nothing(damage, backup_file, tmp_path):
    file = tmp_path / "backup.tar.gz"
    content = bytearray(backup_file.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    else:
        content = bytearray(b"no archive at all")
    file.write_bytes(content)
    for arguments in (["--verify", file], [file]):
        done = run_kafo("restore", *arguments, home=tmp_path / "other", check=False)
        assert done.returncode == 1
        assert "not a whole backup" in done.stderr
    assert not (tmp_path / "other").exists()


def test_it_never_restores_over_an_office(office, backup_file):
    before = (office / "settings.env").read_text()
    done = run_kafo("restore", backup_file, home=office, check=False)
    assert done.returncode == 1
    assert "mv " in done.stderr
    assert (office / "settings.env").read_text() == before


def test_it_refuses_a_wrong_database_address(office):
    done = run_kafo("check", home=office, check=False, KAFO_DATABASE_URL="mysql://somewhere/kafo")
    assert done.returncode == 1
    assert "postgresql://" in done.stderr
    away = "postgresql://nobody@localhost:1/nothing"
    done = run_kafo("exchange", home=office, check=False, KAFO_DATABASE_URL=away)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_which_setting_is_wrong_before_it_runs(office):
    for name, value in (("KAFO_HTTPS", "maybe"), ("KAFO_DATABASE_URL", "mysql://x")):
        done = run_kafo("run", home=office, check=False, **{name: value})
        assert done.returncode == 1
        assert name in done.stderr
        assert "Traceback" not in done.stderr


def test_it_says_that_a_database_is_damaged(office):
    (office / "kafo.sqlite3").write_bytes(b"damaged" * 1000)
    for command in ("check", "backup"):
        done = run_kafo(command, home=office, check=False)
        assert done.returncode == 1
        assert "not a database" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    (office / "kafo.sqlite3").unlink()
    done = run_kafo("backup", home=office, check=False)
    assert done.returncode == 1
    assert "no office in the database" in done.stderr
    assert not list((office / "backups").glob("*.tar.gz"))


def test_it_takes_nothing_away_that_no_demonstration_made(office, tmp_path):
    before = sorted(office.rglob("*"))
    done = run_kafo("demo", "--home", office, "--prepare", home=tmp_path, check=False)
    assert done.returncode == 1
    assert "folder of its own" in done.stderr
    assert sorted(office.rglob("*")) == before


def test_it_does_not_share_its_port_with_another_office(office):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_kafo("run", "--port", port, home=office, check=False)
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert run_kafo("run", "--port", 99999, home=office, check=False).returncode == 2
