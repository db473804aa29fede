from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse

from kafo.desk.record_pages import record_page
from kafo.people.models import Organization, Person, PersonLanguage, Skill
from kafo.records.errors import Refused
from kafo.records.models import is_copy
from kafo.records.signals import records_changed, records_changing

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    heard = []

    def hear(sender, rows, using, **kwargs):
        heard.append((sender, set(rows)))

    records_changed.connect(hear)
    yield heard
    records_changed.disconnect(hear)


def test_it_tells_of_each_way_to_write(told):
    one, two = Skill.objects.bulk_create([Skill(), Skill()])
    assert told.pop() == (Skill, {one.pk, two.pk})
    one.save()
    assert told.pop() == (Skill, {one.pk})
    Skill.objects.filter(pk=two.pk).update(profile="linguistic")
    assert told.pop() == (Skill, {two.pk})
    Skill.objects.bulk_update([one, two], ["profile"])
    assert told.pop() == (Skill, {one.pk, two.pk})
    Skill.objects.filter(pk=one.pk).delete()
    assert told.pop() == (Skill, {one.pk})
    Skill.objects.update_or_create(pk=two.pk, defaults={"profile": "technical"})
    assert told.pop() == (Skill, {two.pk})
    assert told == []


def test_it_refuses_what_it_could_not_tell_of():
    with pytest.raises(Refused):
        Skill.objects.bulk_create([Skill()], ignore_conflicts=True)
    with pytest.raises(Refused):
        Skill.objects.all()._raw_delete("default")


def test_it_lets_a_listener_refuse_before_anything_is_written():
    def refuse(sender, rows, using, **kwargs):
        raise Refused("not here")

    skill = Skill.objects.create()
    records_changing.connect(refuse)
    try:
        for write in (
            skill.save,
            skill.delete,
            Skill.objects.create,
            Skill.objects.all().delete,
            lambda: Skill.objects.update(profile="linguistic"),
            lambda: Skill.objects.bulk_create([Skill()]),
        ):
            with pytest.raises(Refused), transaction.atomic():
                write()
    finally:
        records_changing.disconnect(refuse)
    assert list(Skill.objects.values_list("profile", flat=True)) == [skill.profile]


def test_it_only_reads_what_is_at_home_elsewhere(cast, client):
    """Whatever the mandates say: a desk shows no button that the home office alone may press."""
    copy = cast.unit
    elsewhere = UUID("00000000-0000-7000-8000-00000000000e")
    Organization.objects.filter(pk=copy.pk).update(home_office=elsewhere)
    client.force_login(cast["director"])
    page = client.get(reverse("people:organization", args=[copy.pk]))
    assert page.status_code == 200
    change = reverse("people:organization-change", args=[copy.pk])
    assert change not in page.content.decode()
    assert client.get(change).status_code == client.post(change).status_code == 404
    copy.refresh_from_db()
    assert is_copy(copy)
    assert not is_copy(cast.office)
    assert record_page(Organization).address(copy.pk) in page.request["PATH_INFO"]


def test_it_finds_a_copied_person_by_any_spelling_of_the_name():
    person = Person(family_name="Traoré", given_name="Élise")
    person.derive()  # as a copy is written: in bulk, without `save`
    assert person.folded_name == "traore elise"


def test_it_shows_of_a_copied_person_what_she_lets_other_offices_know(cast, client):
    """Her consent itself stays at home."""
    elsewhere = UUID("00000000-0000-7000-8000-00000000000e")
    person = Person.objects.create(
        organization=cast.amm, family_name="Fictive", email="zou@nowhere.example", phone="+223 1"
    )
    PersonLanguage.objects.create(person=person, code="bm", level="C2")
    Person.objects.filter(pk=person.pk).update(home_office=elsewhere, visibility="federation")
    client.force_login(cast["director"])
    text = client.get(reverse("people:person", args=[person.pk])).content.decode()
    assert "zou@nowhere.example" in text
    assert "C2" in text
    assert "+223 1" not in text
