"""What the invented histories have in common: how many, how long, and where they take place."""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from kafo.federation.tests.world import World


def histories(count: int, steps: int) -> settings:
    """Give how they are made: the same `count` each time, or as many new ones as HISTORIES says."""
    return settings(
        max_examples=int(os.environ.get("HISTORIES", count)),
        stateful_step_count=steps,
        deadline=None,
        derandomize="HISTORIES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=[Phase.generate],
    )


class Offices(RuleBasedStateMachine):
    """Nodes in a folder of their own, that in the end come together."""

    empty = None

    def __init__(self):
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.world = World(self.folder, self.empty)

    def teardown(self):
        try:
            self.come_together()
        finally:
            self.world.close()
            self._folder.cleanup()
