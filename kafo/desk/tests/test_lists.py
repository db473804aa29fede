import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from kafo.desk.exports import cell
from kafo.desk.tests.toy import Village

pytestmark = pytest.mark.urls("kafo.desk.tests.toy")
LIST = "/desk/villages/"


def names(response):
    return [row[0]["html"] for row in response.context["rows"]]


def test_it_sends_a_stranger_to_sign_in_and_back(cast):
    response = cast.anonymous.get(LIST + "?q=gao")
    assert response.status_code == 302
    assert response["Location"] == "/desk/sign-in/?next=/desk/villages/%3Fq%3Dgao"
    assert "no-store" in response["Cache-Control"]


def test_it_is_not_there_for_an_account_without_right(cast, villages):
    response = cast.charlie.get(LIST)
    assert response.status_code == 404
    assert b"There is nothing at this address" in response.content


def test_it_shows_only_the_rows_that_the_policy_gives(cast, villages):
    assert names(cast.alice.get(LIST)) == ["Élinkéyi", "Gao", "Ségou"]
    assert names(cast.bob.get(LIST)) == ["Élinkéyi", "Ségou"]


def test_it_leaves_out_a_column_that_the_policy_refuses(cast, villages):
    assert "People" in cast.alice.get(LIST).content.decode()
    response = cast.bob.get(LIST + "?sort=people")
    assert "People" not in response.content.decode()
    assert names(response) == ["Élinkéyi", "Ségou"]
    assert b"People" not in b"".join(cast.bob.get(LIST + "?format=csv"))


def test_it_keeps_its_answers_out_of_every_cache(cast):
    control = cast.alice.get(LIST)["Cache-Control"]
    assert "private" in control
    assert "no-store" in control


@pytest.mark.parametrize("word", ["ségou", "SEGOU", "seg", "  Ségou  "])
def test_it_finds_words_with_and_without_accents(cast, villages, word):
    assert names(cast.alice.get(LIST, {"q": word})) == ["Ségou"]


@pytest.mark.parametrize("word", ['"', '"abc', "%", "_", "' OR 1=1 --", "\0", "*", "a AND"])
def test_it_takes_no_sign_of_a_search_for_a_command(cast, villages, word):
    response = cast.alice.get(LIST, {"q": word})
    assert response.status_code == 200
    assert names(response) == ([] if word != "\0" else ["Élinkéyi", "Gao", "Ségou"])


def test_it_says_what_to_do_when_nothing_matches_and_when_nothing_is_there(cast):
    assert b"No village yet." in cast.alice.get(LIST).content
    assert b"Add a village" in cast.alice.get(LIST).content
    Village.objects.create(name="Gao", folded_name="gao", region="north")
    page = cast.alice.get(LIST + "?q=zz").content.decode()
    assert "Nothing here matches “zz”." in page
    assert "Show everything" in page
    bobs = cast.bob.get(LIST).content.decode()
    assert "No village yet." in bobs
    assert "Add a village" not in bobs


def test_it_narrows_by_choice_and_ignores_what_is_none(cast, villages):
    assert names(cast.alice.get(LIST + "?region=north")) == ["Gao"]
    assert names(cast.alice.get(LIST + "?region=moon")) == ["Élinkéyi", "Gao", "Ségou"]


def test_it_sorts_forth_and_back_and_ignores_unknown_columns(cast, villages):
    assert names(cast.alice.get(LIST + "?sort=people")) == ["Élinkéyi", "Gao", "Ségou"]
    assert names(cast.alice.get(LIST + "?sort=-people")) == ["Ségou", "Gao", "Élinkéyi"]
    assert names(cast.alice.get(LIST + "?sort=-updated_at")) == ["Élinkéyi", "Gao", "Ségou"]


def test_it_shows_each_row_on_exactly_one_page(cast, db):
    Village.objects.bulk_create(Village(name=f"V{n}", folded_name="v") for n in range(120))
    seen = [name for page in (1, 2, 3) for name in names(cast.alice.get(f"{LIST}?page={page}"))]
    assert sorted(seen) == sorted(f"V{n}" for n in range(120))
    assert len(names(cast.alice.get(f"{LIST}?page=3"))) == 20
    assert cast.alice.get(f"{LIST}?page=99").context["page"] == 3
    assert cast.alice.get(f"{LIST}?page=-1").context["page"] == 1
    assert cast.alice.get(f"{LIST}?page=99999999999999999999").context["page"] == 1


def test_it_asks_the_database_as_often_for_one_row_as_for_a_hundred(cast, db):
    counts = []
    for many in (1, 99):
        Village.objects.bulk_create(Village(name="V", folded_name="v") for _ in range(many))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert cast.alice.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+223 00", "'+223 00"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("Ségou", "Ségou"),
        ("a\x00b", "ab"),
        (-3, -3),
        (None, ""),
    ],
)
def test_it_makes_formulas_harmless(raw, safe):
    assert cell(raw) == safe


def test_it_exports_what_the_filters_show(cast, villages):
    Village.objects.filter(name="Gao").update(name="=HYPERLINK(1)")
    response = cast.alice.get(LIST + "?region=north&format=csv")
    assert response.streaming
    assert "attachment" in response["Content-Disposition"]
    text = b"".join(response).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Name", "Region", "People"],
        ["'=HYPERLINK(1)", "North", "100"],
    ]
    response = cast.alice.get(LIST + "?sort=-people&format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(response))).active
    assert list(sheet.values) == [
        ("Name", "Region", "People"),
        ("Ségou", "South", 300),
        ("'=HYPERLINK(1)", "North", 100),
        ("Élinkéyi", "South", 20),
    ]


def test_it_notes_each_export_in_the_act_log(cast, villages):
    b"".join(cast.bob.get(LIST + "?format=csv"))
    entry = ModelLogEntry.objects.get(action="desk.list.export")
    assert entry.user == cast.accounts["bob"]
    assert entry.data == {"weight": 1, "list": "toy.village", "format": "csv", "rows": 2}
    assert cast.charlie.get(LIST + "?format=csv").status_code == 404
