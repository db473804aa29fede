import os
import shutil
import subprocess
from pathlib import Path

import pytest

KAFO = Path(__file__).parents[3] / ".venv/bin/kafo"


def run_kafo(*arguments, home, check=True, **extra):
    """Run the real command in a process of its own, on SQLite, and give what it did."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAFO_", "DJANGO_"))
    }
    done = subprocess.run(
        [KAFO, *map(str, arguments)],
        env={**environment, "KAFO_HOME": str(home), "LANG": "en", **extra},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


ANSWERS = (
    "--name", "Kafo Ségou", "--town", "Ségou", "--country", "ML", "--given-name", "Awa",
    "--family-name", "Test (fictif)", "--site", "segou", "--host", "segou.localhost",
)  # fmt: skip


@pytest.fixture(scope="session")
def made_office(tmp_path_factory):
    """An office made by `kafo init`; tests work on a copy."""
    home = tmp_path_factory.mktemp("made") / "office"
    done = run_kafo("init", *ANSWERS, home=home)
    (home / "init.out").write_text(done.stdout)
    return home


@pytest.fixture
def office(made_office, tmp_path):
    home = tmp_path / "office"
    shutil.copytree(made_office, home)
    return home


@pytest.fixture(scope="session")
def backup_file(made_office, tmp_path_factory):
    """A backup of that office; tests damage a copy."""
    file = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    run_kafo("backup", file, home=made_office)
    return file
