from pathlib import Path
from typing import Any

import pytest

from tests.leaks.world import World, make_world


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.KAFO_BAKED = tmp_path / "baked"
    return make_world()
