import pytest
from django.db import transaction

from kafo.people.models import Skill
from kafo.records.errors import Refused
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
