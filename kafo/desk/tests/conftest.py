from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client

from kafo.desk import menu
from kafo.desk.tests.toy import Village


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Village)


@pytest.fixture
def cast(db):
    """Alice may do all with villages, Bob may read those of the south, Charlie must see nothing."""
    ContentType.objects.clear_cache()  # it may know a kind that went with the test before
    ContentType.objects.get_for_model(Village)
    accounts = {
        name: get_user_model().objects.create_user(username=name, language="en")
        for name in ("alice", "bob", "charlie")
    }
    clients = {}
    for name, account in accounts.items():
        clients[name] = Client(HTTP_ACCEPT_LANGUAGE="en")
        clients[name].force_login(account)
    return SimpleNamespace(accounts=accounts, anonymous=Client(), **clients)


@pytest.fixture
def villages(db):
    """Three villages, two of them in the south."""
    return [
        Village.objects.create(name=name, folded_name=folded_name, region=region, people=people)
        for name, folded_name, region, people in [
            ("Ségou", "segou", "south", 300),
            ("Élinkéyi", "elinkeyi", "south", 20),
            ("Gao", "gao", "north", 100),
        ]
    ]


@pytest.fixture(autouse=True)
def _own_menu(monkeypatch):
    """The rooms above do not show here: their addresses are not mounted."""
    for name in ("_items", "_panels", "_account_links"):
        monkeypatch.setattr(menu, name, {})
    monkeypatch.setattr(menu, "_office_name", [])
