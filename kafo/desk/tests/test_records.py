import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kafo.desk.tests.toy import Village
from kafo.records.acts import record_act

pytestmark = pytest.mark.urls("kafo.desk.tests.toy")


def page(client, village):
    return client.get(reverse("toy:village", args=[village.pk]))


def test_it_shows_what_the_policy_lets_one_see(cast, villages):
    segou, _, gao = villages
    alices, bobs = page(cast.alice, segou).content.decode(), page(cast.bob, segou).content.decode()
    for word in ("<dt>People</dt>", "Change", "Close"):
        assert word in alices
        assert word not in bobs
    assert "<dt>Region</dt><dd>South</dd>" in bobs
    assert "Élinkéyi" in bobs
    assert page(cast.bob, gao).status_code == 404
    assert page(cast.charlie, segou).status_code == 404
    assert page(cast.anonymous, segou).status_code == 302
    assert page(cast.alice, Village()).status_code == 404


def test_it_tells_who_did_what_to_those_who_may_change(cast, villages):
    record_act("desk.list.export", actor=cast.accounts["bob"], record=villages[0])
    record_act("desk.list.export", actor=None, record=villages[0])
    text = page(cast.alice, villages[0]).content.decode()
    assert "exported a list · bob" in text
    assert "exported a list · the node itself" in text
    assert "exported a list" not in page(cast.bob, villages[0]).content.decode()


def test_it_asks_the_database_as_often_for_one_act_as_for_twenty(cast, villages):
    counts = []
    for many in (1, 19):
        for _ in range(many):
            record_act("desk.list.export", actor=cast.accounts["bob"], record=villages[0])
            Village.objects.create(name="near", region="south")
        with CaptureQueriesContext(connection) as queries:
            page(cast.alice, villages[0])
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
