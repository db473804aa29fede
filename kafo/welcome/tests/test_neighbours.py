"""The three offices of the demonstration before any of them runs."""

import pytest

from kafo.welcome.demo.loader import read_tables
from kafo.welcome.demo.neighbours import OFFICES, office_ids, prepare_homes


def test_it_gives_each_office_a_folder_and_an_id_of_its_own(tmp_path):
    prepare_homes(tmp_path / "demo")
    ids = office_ids(tmp_path / "demo")
    assert set(ids) == {office.key for office in OFFICES}
    assert len(set(ids.values())) == len(OFFICES)
    prepare_homes(tmp_path / "demo")
    assert office_ids(tmp_path / "demo") == ids
    settings = (OFFICES[1].home(tmp_path / "demo") / "settings.env").read_text()
    assert "KAFO_TIME_ZONE=Europe/Zurich" in settings
    assert settings.count("KAFO_TIME_ZONE") == 1


def test_it_lets_each_office_answer_at_a_port_of_its_own():
    assert [office.port(8000) for office in OFFICES] == [8000, 8001, 8002]


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.key)
def test_it_tells_of_each_office_with_keys_that_exist(office):
    tables = read_tables(office.key)
    organizations = {row["key"] for row in tables["organization"]}
    persons = {row["key"] for row in tables["person"]}
    sites = {row["key"] for row in tables["site"]}
    pictures = {row["key"] for row in tables["picture"]}
    assert {row["organization"] for row in tables["person"] + tables["site"]} <= organizations
    assert {row["person"] for row in tables["mandate"]} <= persons
    assert {row["author"] for row in tables["news"] if "author" in row} <= persons
    assert {row["site"] for row in tables["news"] + tables["page"]} <= sites
    assert {row["picture"] for row in tables["news"] if "picture" in row} <= pictures
    assert {row["home"] for row in tables["organization"] if "home" in row} <= {
        each.key for each in OFFICES
    }
    assert any(row.get("username") for row in tables["person"])


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.key)
def test_it_says_on_each_public_site_what_becomes_of_data(office):
    tables = read_tables(office.key)
    foot = [row for row in tables["page"] if row.get("in_footer") and "privacy" in row["key"]]
    for site in tables["site"]:
        (page,) = (row for row in foot if row["site"] == site["key"])
        assert page["body"][site["default_locale"]], site["key"]


def test_it_tells_the_story_of_one_office_alone():
    assert {row["key"] for row in read_tables("geneva")["site"]} == {"geneva"}
    assert {row["key"] for row in read_tables()["site"]} == {"bamako", "amm"}
