"""The engine is tested on a toy domain: pytest --ds=kafo.federation.tests.settings kafo/federation

With the settings of the product, what needs no database is collected here, and `office/`.
"""

import pytest
from django.conf import settings

IS_TOY = "kafo.federation.tests.toy" in settings.INSTALLED_APPS
collect_ignore_glob = ["office"] if IS_TOY else ["test_[!w]*.py"]


@pytest.fixture(scope="session")
def empty(tmp_path_factory, django_db_blocker):
    from kafo.federation.tests.databases import make_template

    with django_db_blocker.unblock():
        yield make_template(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def world(tmp_path, empty):
    from kafo.federation.tests.world import World

    made = World(tmp_path, empty)
    yield made
    made.close()
