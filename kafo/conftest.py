import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _no_language_left_over():
    """A request leaves its language active in the thread; the next test begins without one."""
    translation.deactivate()
    yield
    translation.deactivate()
