from datetime import UTC, datetime

import pytest
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from kafo.records import loop
from kafo.records.acts import act_label, record_act, weight_of
from kafo.records.checks import check_shared_records
from kafo.records.enums import Visibility, Weight
from kafo.records.errors import NotVisible
from kafo.records.ids import new_id
from kafo.records.languages import Translated, TranslatedField, folded
from kafo.records.models import SharedRecord
from kafo.records.permissions import Policy


def test_it_makes_ids_that_sort_by_time():
    ids = [new_id() for _ in range(100)]
    assert {value.version for value in ids} == {7}
    assert {value.variant for value in ids} == {"specified in RFC 4122"}
    made = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert abs((datetime.now(UTC) - made).total_seconds()) < 60
    assert len(set(ids)) == 100


def test_it_starts_with_well_shaped_records():
    assert [m for m in run_checks() if (m.id or "").startswith("records.")] == []


@isolate_apps("kafo.records")
@pytest.mark.parametrize(
    ("number", "fields"),
    [
        ("records.E002", lambda target: {"others": models.ManyToManyField(target)}),
        ("records.E004", lambda target: {"local": models.ForeignKey(target, models.CASCADE)}),
        ("records.E005", lambda target: {"count": models.IntegerField()}),
    ],
)
def test_it_refuses_a_shape_that_cannot_travel(number, fields, monkeypatch):
    class Local(models.Model):
        class Meta:
            app_label = "records"

        def __str__(self):
            return "local"

    meta = type("Meta", (), {"app_label": "records"})
    shape = type("Shape", (SharedRecord,), {**fields(Local), "__module__": __name__, "Meta": meta})
    monkeypatch.setattr("kafo.records.checks.shared_models", lambda: [shape])
    assert number in {fault.id for fault in check_shared_records(None)}


def test_it_is_kept_at_home_by_default():
    assert SharedRecord._meta.get_field("visibility").default == Visibility.HOME


def test_it_gives_a_text_in_the_nearest_language():
    text = Translated(fr="bonjour", en="")
    assert text.in_language("en") == "bonjour"
    assert text.in_language("fr") == "bonjour"
    assert Translated().in_language("fr") == ""
    assert TranslatedField().get_prep_value(None) in ("{}", {})


@pytest.mark.parametrize(
    ("text", "found_as"),
    [("Élève", "eleve"), ("Ségou", "segou"), ("ÑAMINA", "namina"), ("Bɔrɔ", "bɔrɔ"), ("", "")],
)
def test_it_folds_case_and_accents(text, found_as):
    assert folded(text) == found_as


def test_it_folds_to_no_more_letters_than_a_column_holds():
    assert folded("Straße…", 8) == "strasse."


def test_it_denies_by_default():
    class Nothing(Policy):
        pass

    assert not Nothing().may(object(), "view")
    with pytest.raises(NotVisible):
        Nothing().require(object(), "view")


def test_it_refuses_an_act_that_nobody_registered():
    with pytest.raises(KeyError):
        record_act("records.nothing.done", actor=None, record=SharedRecord)


def test_it_weighs_publications_of_the_page_log():
    for act in ("publish", "publish.scheduled", "unpublish", "unpublish.scheduled"):
        assert weight_of(f"wagtail.{act}") == Weight.PUBLISH
    assert weight_of("wagtail.edit") == Weight.EDIT


def test_it_runs_the_other_loops_when_one_fails(monkeypatch, caplog):
    def fails():
        raise RuntimeError("no")

    monkeypatch.setattr(loop, "_passes", {"first": fails, "second": lambda: 3})
    assert loop.run_once() == {"first": 0, "second": 3}
    assert "first" in caplog.text


def test_it_names_an_act_even_when_its_room_is_gone():
    assert act_label("wagtail.publish") != "wagtail.publish"
    assert act_label("attic.box.open") == "attic.box.open"
