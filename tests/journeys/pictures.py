"""Pictures as a telephone takes them: large, and hard to compress."""

import random
from pathlib import Path

from PIL import Image


def photograph(path: Path, width: int = 3000, height: int = 2000, seed: int = 1) -> Path:
    """Draw a JPEG that weighs as much as a photograph of this size; give its path."""
    grain = Image.frombytes(
        "L", (width // 4, height // 4), random.Random(seed).randbytes((width // 4) * (height // 4))
    )
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (sky, grain.resize((width, height)), sky.rotate(180)))
    picture.save(path, quality=88)
    return path
