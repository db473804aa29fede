from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kafo.federation.node import forget_node
from kafo.federation.tests.office.desk import make_node
from tests.leaks.world import World, make_world


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.KAFO_BAKED = tmp_path / "baked"
    make_node(tmp_path / "federation")
    yield make_world()
    forget_node("default")
