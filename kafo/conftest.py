import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.transaction import atomic
from django.utils import translation
from pytest_django.plugin import blocking_manager_key


def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other database: it is tested where the suite runs on that one."""
    vendor = connections["default"].vendor
    other = [
        i for i in items if (mark := i.get_closest_marker("only_on")) and vendor not in mark.args
    ]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite as offices have it: in a file, where several writers wait for each other.

    On PostgreSQL each worker begins with a copy of the database that `tests/run` has migrated.
    """
    default = connections["default"]
    if default.vendor == "postgresql":
        default.settings_dict["TEST"]["TEMPLATE"] = default.settings_dict["NAME"]
    if default.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        default.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(autouse=True)
def _in_english():
    """Each test begins in English; a request of an earlier one would leave its own language."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with transactions of its own empties all tables; what migrations wrote comes back."""
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem and marker and marker.kwargs.get("transaction"):
        rows = connection._test_serialized_contents  # type: ignore[attr-defined]
        with item.config.stash[blocking_manager_key].unblock(), atomic():
            connection.creation.deserialize_db_from_string(rows)
        apps.get_model("contenttypes.ContentType").objects.clear_cache()
