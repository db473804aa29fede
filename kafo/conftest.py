import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english():
    """Each test begins in English; a request of an earlier one would leave its own language."""
    translation.activate("en")
    yield
    translation.deactivate()
