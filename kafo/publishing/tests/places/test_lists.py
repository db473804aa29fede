"""Reading, importing and activating reference lists."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from kafo.publishing.models import ReferenceEntry, ReferenceList
from kafo.publishing.queries.places import active_list, difference
from kafo.publishing.services.lists import (
    BadList,
    activate_list,
    delete_list,
    import_list,
    read_csv,
)
from kafo.publishing.services.places import open_place
from kafo.publishing.tests.places.conftest import make_list, make_place
from kafo.records.errors import NotVisible, Refused

GOOD = "code,name,cercle,region\n1,Bafoulabé,Bafoulabé,Kayes\n2,Kayes,Kayes,Kayes\n"
COMMUNES = Path(__file__).parents[3] / "welcome/demo/communes_ml_2007.csv"


def bring(cast, text=GOOD, actor="aminata", **changes):
    values = {
        "organization": cast.association,
        "name": {"fr": "Communes"},
        "source": "loi",
        "as_of": date(2007, 1, 1),
        "official_count": 703,
        "content": text.encode(),
    }
    return import_list(actor=cast[actor] if actor else None, **(values | changes))


def test_it_reads_columns_in_any_order_and_in_french():
    reading = read_csv("Région;Commune;Code;Cercle\nKayes;Kayes;2;Kayes\n".encode())
    assert reading.errors == []
    assert reading.rows == [{"code": "2", "name": "Kayes", "cercle": "Kayes", "region": "Kayes"}]


def test_it_reads_files_of_old_spreadsheets():
    rows = read_csv(GOOD.encode("cp1252")).rows
    assert rows[0]["name"] == "Bafoulabé"
    assert read_csv(b"\xef\xbb\xbf" + GOOD.encode()).errors == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("name,cercle\nKayes,Kayes\n", [1]),
        ("code,name\n1,\n2,Kayes\n,Ségou\n", [2, 4]),
        ("code,name\n1,Kayes\n2,Ségou\n1,Mopti\n", [4]),
        ("code,name\n1,Kayes\n2\n3,a,b\n", [3, 4]),
        ("code,name\n1," + "x" * 121 + "\n", [2]),
        ("code,name\n123456789012345678901,Kayes\n", [2]),
        ("code,name\n", [1]),
        ("", [1, 1]),
        ("code,name\n1,Kay\0es\n", [0]),
    ],
)
def test_it_names_each_bad_line(text, lines):
    assert [line for line, _sentence in read_csv(text.encode()).errors] == lines


def test_it_counts_lines_as_an_editor_shows_them():
    text = 'code,name\n1,"two\nlines"\n\n,Kayes\n'
    assert [line for line, _sentence in read_csv(text.encode()).errors] == [5]


def test_it_refuses_a_file_that_is_too_large():
    assert read_csv(b"x" * 2_000_001).errors[0][0] == 0


def test_it_imports_nothing_of_a_bad_file(cast):
    with pytest.raises(BadList) as caught:
        bring(cast, GOOD + ",Mopti,Mopti,Mopti\n")
    assert [line for line, _sentence in caught.value.errors] == [4]
    assert not ReferenceList.objects.exists()
    assert not ReferenceEntry.objects.exists()


def test_it_imports_all_communes_and_says_how_far_it_is(cast):
    steps = []
    found = bring(
        cast, COMMUNES.read_text(), progress=lambda done, total: steps.append((done, total))
    )
    assert found.entries.count() == 703
    assert steps == [(500, 703), (703, 703)]
    assert not found.is_active


def test_it_imports_the_same_file_once(cast):
    assert bring(cast) == bring(cast)
    assert ReferenceEntry.objects.count() == 2


def test_it_links_lines_to_the_places_that_are_known(cast):
    kayes = make_place(cast, "Kayes", "1-01")
    kayes.cercle = "Kayes"
    kayes.save()
    make_place(cast, "Elsewhere", "1")
    entries = {entry.name: entry.place for entry in bring(cast).entries.all()}
    assert entries == {"Bafoulabé": None, "Kayes": kayes}


def test_it_takes_a_name_that_grows_when_a_search_is_to_find_it(cast):
    long = "…" * 120
    place = make_place(cast, long)
    place.cercle = long
    place.save()
    entry = bring(cast, f"code,name,cercle,region\n1,{long},{long},Kayes\n").entries.get()
    assert entry.place == place
    assert len(entry.folded_name) == len(place.folded_name) == 240


def test_it_shows_what_a_new_list_changes(cast):
    old = bring(cast)
    text = "code,name,cercle,region\n9,Kayes,Kayes,Kayes\n3,Sadiola,Sadiola,Kayes\n"
    new = bring(cast, text, as_of=date(2024, 9, 1), official_count=815)
    found = difference(new, old)
    assert [entry.name for entry in found.new] == ["Sadiola"]
    assert [(before.code, after.code) for before, after in found.changed] == [("2", "9")]
    assert [entry.name for entry in found.gone] == ["Bafoulabé"]
    assert found.same == 0


def test_it_lets_one_list_count_at_a_time(cast):
    old, new = bring(cast), bring(cast, as_of=date(2024, 9, 1), official_count=815)
    activate_list(actor=cast["aminata"], reference_list=old)
    activate_list(actor=cast["aminata"], reference_list=new)
    activate_list(actor=cast["aminata"], reference_list=new)
    assert active_list(cast.association.pk) == new
    assert ReferenceList.objects.filter(is_active=True).count() == 1
    assert ReferenceEntry.objects.filter(list=old).count() == 2


def test_it_keeps_the_list_that_counts(cast):
    found = make_list(cast)
    with pytest.raises(Refused):
        delete_list(actor=cast["aminata"], reference_list=found)
    other = make_list(cast, is_active=False)
    place = open_place(actor=cast["aminata"], entry=other.entries.first())
    delete_list(actor=cast["aminata"], reference_list=other)
    assert not ReferenceList.objects.filter(pk=other.pk).exists()
    place.refresh_from_db()


@pytest.mark.parametrize("name", ["modibo", "lea", "oumou"])
def test_it_leaves_lists_to_who_may_publish_there(cast, name):
    found = make_list(cast, is_active=False)
    with pytest.raises(NotVisible):
        bring(cast, actor=name)
    with pytest.raises(NotVisible):
        activate_list(actor=cast[name], reference_list=found)
    with pytest.raises(NotVisible):
        delete_list(actor=cast[name], reference_list=found)


def command(*words):
    out, err = StringIO(), StringIO()
    fixed = ("--organization", "AMM", "--name", "Communes", "--source", "loi")
    try:
        call_command("import_list", *words, *fixed, "--as-of", "2007-01-01", stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_it_imports_by_command_and_shows_how_far_it_is(cast):
    with translation.override("en"):
        out, err = command(str(COMMUNES), "--activate")
    assert out.splitlines() == [
        "500 / 703",
        "703 / 703",
        "703 lines: 703 new, 0 changed, 0 gone.",
        "It counts now.",
    ]
    assert err == ""
    assert active_list(cast.association.pk).official_count == 703


def test_it_says_by_command_which_lines_are_bad(cast, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(GOOD + ",Mopti,Mopti,Mopti\n")
    with translation.override("en"):
        out, err = command(str(file))
        missing = command(str(tmp_path / "none.csv"))[1]
    assert "Line 4: “code” is empty." in err
    assert out == ""
    assert "No such file" in missing
    assert not ReferenceList.objects.exists()
