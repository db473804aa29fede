"""The tree of organisations: units, partners, offices."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kafo.people import permissions
from kafo.people.mandates import may
from kafo.people.models import Body, Office, Organization
from kafo.people.services.organizations import (
    add_organization,
    change_organization,
    set_office,
)
from kafo.records.errors import NotVisible, Refused


def test_it_adds_a_unit_in_which_the_mandates_above_hold_at_once(cast):
    director = cast["director"]
    assert may(director, "people.edit", cast.office.pk)
    unit = add_organization(actor=director, name={"fr": "Ségou"}, unit_of=cast.unit)
    assert may(director, "people.edit", unit.pk)


def test_it_adds_a_partner_but_no_second_root(cast):
    assert add_organization(actor=cast["director"], name={"fr": "Radio"}, is_partner=True)
    with pytest.raises(Refused, match="part of"):
        add_organization(actor=cast["director"], name={"fr": "Royaume"})


def test_it_adds_no_unit_where_the_actor_has_no_mandate(cast):
    for above in (cast.federation, cast.amm):
        with pytest.raises(NotVisible):
            add_organization(actor=cast["director"], name={"fr": "Intrus"}, unit_of=above)
    with pytest.raises(NotVisible):
        change_organization(actor=cast["director"], organization=cast.unit, unit_of=cast.federation)


def test_it_keeps_the_tree_a_tree(cast):
    with pytest.raises(Refused, match="own units"):
        change_organization(actor=cast["director"], organization=cast.office, unit_of=cast.unit)


def test_it_does_not_let_the_director_of_a_partner_make_it_an_office(cast):
    amm = Organization.objects.get(pk=cast.amm.pk)
    with pytest.raises(Refused, match="partner"):
        change_organization(actor=cast["amm_director"], organization=amm, is_partner=False)
    unit = add_organization(actor=cast["amm_director"], name={"fr": "Union"}, unit_of=cast.amm)
    assert unit.is_partner
    assert not permissions.skills.may(cast["amm_director"], "add")


def test_it_sets_seat_and_languages_once_per_organisation(cast):
    for seat in ("Kati", "Bamako"):
        set_office(
            actor=cast["coordinator"], organization=cast.unit, seat=seat, languages=["fr", "bm"]
        )
    assert Office.objects.get(organization=cast.unit).seat == "Bamako"


def test_it_refuses_a_time_zone_that_does_not_exist(cast):
    client = Client()
    client.force_login(cast["director"])
    url = reverse("people:office-change", args=[cast.office.pk])
    sent = {"seat": "Bamako", "languages": ["fr"], "time_zone": "Mali"}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "time_zone": "Africa/Bamako"}).status_code == 302


def test_it_adds_and_changes_an_organisation_at_the_desk(cast):
    client = Client()
    client.force_login(cast["director"])
    answer = client.post(
        reverse("people:organization-add"),
        {"name_fr": "Radio Fictive", "is_partner": "on", "country": "ml"},
    )
    assert answer.status_code == 302
    radio = Organization.objects.get(country="ML", is_partner=True, short_name="")
    answer = client.post(
        reverse("people:organization-change", args=[radio.pk]),
        {"name_fr": "Radio Fictive", "short_name": "RF", "is_partner": "on", "country": "ML"},
    )
    assert answer.status_code == 302
    radio.refresh_from_db()
    assert radio.short_name == "RF"


def test_it_speaks_the_language_of_the_reader_before_it_is_stored():
    body = Body(name={"fr": "Équipe", "en": "Team"})
    with translation.override("en"):
        assert str(body.name) == str(body) == "Team"
    body.name = {"fr": "Bureau"}
    assert str(body.name) == "Bureau"
