import shutil
import subprocess

import pytest

from tests.crash.at_desk import AtTheDesk, Node, code_in
from tests.node import KAFO, environment

ANSWERS = (
    "--name", "Kafo Ségou", "--town", "Ségou", "--country", "ML", "--given-name", "Awa",
    "--family-name", "Test (fictif)", "--site", "segou", "--host", "segou.localhost",
)  # fmt: skip


def kafo(home, *arguments, check=True):
    """Run the command on the office in `home`."""
    done = subprocess.run(
        [KAFO, *map(str, arguments)],
        env=environment(KAFO_HOME=str(home)),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """An office whose director has an account; each test works on a copy."""
    home = tmp_path_factory.mktemp("crash") / "office"
    code = code_in(kafo(home, "init", *ANSWERS).stdout)
    node = Node(home).start()
    AtTheDesk(node).accept(code)
    node.switch_off()
    return home


@pytest.fixture
def node(made, tmp_path):
    home = tmp_path / "office"
    shutil.copytree(made, home)
    running = Node(home)
    yield running
    running.switch_off()
