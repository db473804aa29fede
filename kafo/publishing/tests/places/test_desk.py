"""Places, lists, health and short tasks at the desk."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kafo.publishing.models import Fact, Place, PlainPage, ReferenceList, ReviewTask, TaskKind
from kafo.publishing.tests.places.conftest import make_fact, make_list, make_page, make_place
from kafo.publishing.tests.places.test_health import WHOLE, bake, fill
from kafo.publishing.tests.places.test_lists import GOOD


@pytest.fixture
def sign_in(cast):
    def client_of(name):
        account = cast[name]
        account.language = "en"
        account.save()
        client = Client(headers={"accept-language": "en"})
        client.force_login(account, "kafo.people.backends.MandateBackend")
        return client

    return client_of


@pytest.fixture
def goundam(cast):
    place = make_place(cast)
    make_page(cast, place)
    return place


def all_addresses(cast, place):
    entry = make_list(cast).entries.first()
    inactive = make_list(cast, is_active=False)
    task = ReviewTask.objects.create(
        organization=cast.association,
        kind=TaskKind.LIGHTEN,
        subject="1",
        name="x",
        person=cast["aminata"].person,
    )
    make_fact(place, age=400)
    return {
        "view": [
            reverse("places:health", args=["amm"]),
            reverse("places:place", args=[place.pk]),
            reverse("places:list", args=[inactive.pk]),
        ],
        "write": [
            reverse("places:tasks", args=["amm"]),
            reverse("places:task-finish", args=[task.pk]),
            reverse("places:place-change", args=[place.pk]),
            reverse("places:fact", args=[place.pk, "schools"]),
            reverse("places:fact-confirm", args=[place.pk, "phone"]),
            reverse("places:fact-remove", args=[place.pk, "phone"]),
            reverse("places:entry-open", args=[entry.pk]),
        ],
        "publish": [
            reverse("places:place-publish", args=[place.pk]),
            reverse("places:list-activate", args=[inactive.pk]),
            reverse("places:list-delete", args=[inactive.pk]),
            reverse("places:list-import"),
        ],
    }


SEES = {
    "aminata": {"view", "write", "publish"},
    "modibo": {"view", "write"},
    "lea": {"view"},
    "oumou": set(),
}


@pytest.mark.parametrize("name", SEES)
def test_it_opens_to_each_what_a_mandate_gives_and_hides_the_rest(cast, goundam, sign_in, name):
    client = sign_in(name)
    for right, addresses in all_addresses(cast, goundam).items():
        for address in addresses:
            expected = 200 if right in SEES[name] else 404
            if name == "oumou" and address == reverse("places:list-import"):
                expected = 200  # she imports lists of her own office
            assert client.get(address).status_code == expected, address


def test_it_sends_strangers_to_the_sign_in(cast, goundam):
    for addresses in all_addresses(cast, goundam).values():
        for address in addresses:
            assert Client().get(address).status_code == 302, address


def test_it_lists_and_exports_only_the_places_of_ones_own(cast, goundam, sign_in):
    for address in (reverse("places:places"), reverse("places:entries"), reverse("places:lists")):
        assert "Goundam" not in sign_in("oumou").get(address).text
    assert "Goundam" in sign_in("lea").get(reverse("places:places")).text
    client = sign_in("oumou")
    found = client.get(reverse("places:places") + "?format=csv")
    assert "Goundam" not in found.getvalue().decode()
    found = sign_in("lea").get(reverse("places:places") + "?format=csv")
    assert "Goundam" in found.getvalue().decode()


def test_it_finds_a_place_without_its_accents(cast, sign_in):
    make_place(cast, "Bafoulabé", "1")
    make_place(cast, "Kayes", "2")
    page = sign_in("lea").get(reverse("places:places") + "?q=bafoulabe").text
    assert "Bafoulabé" in page
    assert "Kayes" not in page


def test_it_confirms_a_fact_in_one_form_and_counts_it_once(cast, goundam, sign_in):
    fact = make_fact(goundam, age=400)
    client = sign_in("aminata")
    address = reverse("places:fact-confirm", args=[goundam.pk, "phone"])
    page = client.get(address)
    assert "+223 21 92 00 00" in page.text
    form = {
        "how": "call",
        "minutes": "15",
        "submission": page.context["token"],
        "version": page.context["version"],
    }
    for _time in range(2):
        answer = client.post(address, form)
        assert answer.status_code == 302
        assert answer["Location"] == reverse("places:place", args=[goundam.pk])
    fact.refresh_from_db()
    assert fact.checked_on == timezone.localdate()
    assert ReviewTask.objects.get().minutes == 15


def test_it_leaves_open_how_somebody_made_sure(cast, goundam, sign_in):
    fact = make_fact(goundam, age=400)
    client = sign_in("aminata")
    for name in ("places:fact-confirm", "places:fact"):
        address = reverse(name, args=[goundam.pk, "phone"])
        page = client.get(address)
        assert 'name="how"' in page.text
        assert "checked" not in page.text.partition('name="how"')[2].partition("</fieldset>")[0]
        form = {"minutes": "5", "value": "21920000", "source": "Mairie", "as_of": "2007-07-02"}
        assert client.post(address, form).status_code == 422
    unchanged = Fact.objects.get(pk=fact.pk)
    assert unchanged.checked_on == fact.checked_on


def test_it_writes_a_fact_and_says_what_is_wrong_with_another(cast, goundam, sign_in):
    client = sign_in("modibo")
    address = reverse("places:fact", args=[goundam.pk, "market_days"])
    rest = {
        "source": "secrétaire communal",
        "as_of": "2007-07-02",
        "how": "call",
        "is_full": "on",
        "minutes": "15",
    }
    assert client.post(address, rest).status_code == 422
    answer = client.post(address, rest | {"value": ["Th", "Mo"]})
    assert answer.status_code == 302
    fact = Fact.objects.get(kind="market_days")
    assert (fact.value, fact.in_form, fact.is_full) == ("Mo,Th", True, True)
    assert fact.as_of == date(2007, 7, 2)
    address = reverse("places:fact", args=[goundam.pk, "phone"])
    answer = client.post(address, rest | {"value": "21 92"})
    assert answer.status_code == 422
    assert "Write eight digits" in answer.text
    answer = client.post(address, rest | {"value": "21920000", "as_of": "2999-01-01"})
    assert "This day is still to come." in answer.text
    answer = client.post(address, rest | {"value": "", "words": "demander au gardien"})
    assert answer.status_code == 302
    fact = Fact.objects.get(kind="phone")
    assert (fact.value, fact.in_form) == ("demander au gardien", False)
    assert "demander au gardien" in client.get(address).text
    answer = client.post(address, rest | {"value": "21920001", "version": ""})
    assert "Somebody else wrote this fact meanwhile: demander au gardien." in answer.text
    answer = client.post(address, rest | {"value": "21920000", "words": "demander"})
    assert answer.status_code == 422


def test_it_takes_a_fact_away_on_request(cast, goundam, sign_in):
    make_fact(goundam)
    client = sign_in("aminata")
    client.post(reverse("places:fact-remove", args=[goundam.pk, "phone"]))
    assert not Fact.objects.exists()
    assert client.get(reverse("places:fact-confirm", args=[goundam.pk, "phone"])).status_code == 404
    assert client.get(reverse("places:fact", args=[goundam.pk, "nothing"])).status_code == 404


def test_it_imports_a_list_looks_through_it_and_makes_it_count(cast, sign_in):
    client = sign_in("aminata")
    form = {
        "name_fr": "Communes",
        "name_en": "Communes",
        "organization": cast.association.pk,
        "source": "loi",
        "as_of": "2024-09-01",
        "official_count": "815",
    }

    def send(text):
        file = SimpleUploadedFile("communes.csv", text.encode(), "text/csv")
        return client.post(reverse("places:list-import"), form | {"content": file})

    answer = send(GOOD + ",Mopti,Mopti,Mopti\n1,Kayes,Kayes,Kayes\n")
    assert answer.status_code == 422
    assert "Line 4: “code” is empty." in answer.text
    assert "Line 5: The code 1 stands on line 2 already." in answer.text
    assert not ReferenceList.objects.exists()
    answer = send(GOOD)
    found = ReferenceList.objects.get()
    assert answer["Location"] == reverse("places:list", args=[found.pk])
    page = client.get(answer["Location"]).text
    assert "2 lines read: 2 new, 0 changed, 0 gone." in page
    assert "New: 2" in page
    assert "The file has 2 lines, the official number is 815." in page
    client.post(reverse("places:list-activate", args=[found.pk]))
    found.refresh_from_db()
    assert found.is_active


def test_it_leads_each_task_to_a_form_that_opens(cast, goundam, sign_in):
    make_list(cast, lines=1)
    make_fact(goundam, age=400)
    make_fact(goundam, "schools", "3", source="")
    home = cast.site.wagtail_site.root_page.specific
    about = PlainPage(title="Qui sommes-nous", slug="qui", locale=home.locale)
    home.add_child(instance=about)
    bake(cast, about, weight=200_000)
    home.meaning_version += 1
    home.save()
    client = sign_in("aminata")
    page = client.get(reverse("places:tasks", args=["amm"]))
    rows = page.context["rows"]
    assert {row.task.kind for row in rows} == set(TaskKind)
    for row in rows:
        assert client.get(row.url).status_code == 200, row.url


def test_it_says_health_in_words_and_gives_the_tasks(cast, goundam, sign_in):
    make_list(cast, lines=1, official=703)
    make_fact(goundam, age=400)
    bake(cast, cast.lists[0])
    page = sign_in("aminata").get(reverse("places:health", args=["amm"])).text
    assert "Operational but lacking substance." in page
    assert "0 of 703 communes have a page with substance" in page
    assert page.count("<meter") == 7
    assert "Telephone of the town hall of Goundam: still true?" in page
    assert reverse("places:fact-confirm", args=[goundam.pk, "phone"]) in page
    assert "Telephone" not in sign_in("lea").get(reverse("places:health", args=["amm"])).text


def test_it_brings_who_has_one_site_straight_to_its_health(cast, sign_in):
    answer = sign_in("lea").get(reverse("places:sites"))
    assert answer["Location"] == reverse("places:health", args=["amm"])


def test_it_lets_a_task_be_taken_given_back_and_finished(cast, goundam, sign_in):
    make_fact(goundam, age=400)
    bake(cast, cast.lists[0], weight=200_000)
    client = sign_in("aminata")
    take = reverse("places:task-take", args=["amm"])
    client.post(take, {"task": f"confirm/{goundam.pk}/phone"})
    start = client.get(reverse("desk:start")).text
    assert "Telephone of the town hall of Goundam: still true?" in start
    task = ReviewTask.objects.get()
    other = sign_in("modibo")
    other.post(take, {"task": f"confirm/{goundam.pk}/phone"})
    assert ReviewTask.objects.get().person == cast["aminata"].person
    assert other.post(reverse("places:task-release", args=[task.pk])).status_code == 404
    client.post(reverse("places:task-release", args=[task.pk]))
    assert not ReviewTask.objects.exists()
    client.post(take, {"task": f"lighten/{cast.lists[0].pk}/"})
    task = ReviewTask.objects.get()
    client.post(reverse("places:task-finish", args=[task.pk]), {"minutes": "20"})
    assert "0.33 h credited to you so far" in client.get(reverse("desk:start")).text


def test_it_takes_no_task_that_is_not_there_and_none_for_another(cast, goundam, sign_in):
    make_fact(goundam)
    take = reverse("places:task-take", args=["amm"])
    for task in (f"confirm/{goundam.pk}/phone", "", "confirm//", "nonsense/1/2/3"):
        assert sign_in("aminata").post(take, {"task": task}).status_code == 302
    assert sign_in("oumou").post(take, {"task": "x"}).status_code == 404
    assert sign_in("lea").post(take, {"task": "x"}).status_code == 404
    assert not ReviewTask.objects.exists()


def test_it_opens_a_place_and_puts_its_page_online(cast, sign_in):
    entry = make_list(cast).entries.first()
    client = sign_in("aminata")
    answer = client.post(reverse("places:entry-open", args=[entry.pk]))
    place = Place.objects.get()
    assert answer["Location"] == reverse("places:place", args=[place.pk])
    publish = reverse("places:place-publish", args=[place.pk])
    assert "a page has substance from 8 complete ones on" in client.get(publish).text
    for kind, value in WHOLE.items():
        make_fact(place, kind, value)
    assert "substance from" not in client.get(publish).text
    client.post(publish)
    assert place.pages.filter(live=True).count() == 2


def test_it_weighs_little(cast, goundam, sign_in):
    import brotli

    for kind, value in WHOLE.items():
        make_fact(goundam, kind, value, age=400)
    make_list(cast, lines=60)
    client = sign_in("aminata")
    for address in (
        reverse("places:health", args=["amm"]),
        reverse("places:tasks", args=["amm"]),
        reverse("places:places"),
        reverse("places:place", args=[goundam.pk]),
        reverse("places:fact", args=[goundam.pk, "languages"]),
        reverse("places:fact-confirm", args=[goundam.pk, "phone"]),
        reverse("places:entries"),
        reverse("places:list-import"),
    ):
        page = client.get(address)
        assert len(brotli.compress(page.content)) <= 5000, address
        assert b"<script>" not in page.content


@pytest.mark.parametrize(
    ("name", "most"), [("places:places", 12), ("places:entries", 12), ("places:lists", 12)]
)
def test_it_asks_as_many_queries_for_a_hundred_rows_as_for_one(
    cast, sign_in, name, most, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in("aminata")
    make_list(cast, lines=1)
    make_place(cast)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for _number in range(3):
        make_list(cast, lines=100, is_active=False)
    fill(cast, 100)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse(name))
    assert len(few) <= most
