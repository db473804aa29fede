import re
from datetime import date

import pytest
from django.urls import reverse

from kafo.desk.models import Submission
from kafo.desk.services import forget_submissions
from kafo.desk.tests.toy import PlainForm, Village

pytestmark = pytest.mark.urls("kafo.desk.tests.toy")
ADD = "/desk/villages/add/"


def hidden(response):
    """What the page sends along without being seen."""
    inputs = re.findall(
        r'<input type="hidden" name="(submission|version)" value="([^"]*)"',
        response.content.decode(),
    )
    return dict(inputs)


def filled(response, **typed):
    return {"name": "Gao", "region": "north", "people": "5", **hidden(response), **typed}


def change_url(village):
    return reverse("toy:change", args=[village.pk])


def test_it_asks_strangers_to_sign_in_and_hides_from_those_without_right(cast, villages):
    for url in (ADD, change_url(villages[0])):
        assert cast.anonymous.get(url).status_code == 302
        assert cast.anonymous.post(url, {"name": "X"}).status_code == 302
        for client in (cast.bob, cast.charlie):
            assert client.get(url).status_code == 404
            assert client.post(url, {"name": "X"}).status_code == 404
    assert Village.objects.count() == 3


def test_it_adds_and_goes_to_what_was_added(cast, db):
    response = cast.alice.post(ADD, filled(cast.alice.get(ADD)), follow=True)
    village = Village.objects.get()
    assert response.redirect_chain == [(reverse("toy:village", args=[village.pk]), 302)]
    assert "Saved." in response.content.decode()


def test_it_writes_once_when_the_same_form_is_sent_twice(cast, db):
    data = filled(cast.alice.get(ADD))
    first, second = cast.alice.post(ADD, data), cast.alice.post(ADD, data)
    assert first["Location"] == second["Location"]
    assert Village.objects.count() == 1


def test_it_lets_the_same_form_be_sent_again_after_a_crash(cast, db):
    cast.alice.raise_request_exception = False
    data = filled(cast.alice.get(ADD))
    assert cast.alice.post(ADD, {**data, "name": "Crash"}).status_code == 500
    assert not Village.objects.exists()
    assert not Submission.objects.exists()
    assert cast.alice.post(ADD, data).status_code == 302
    assert Village.objects.count() == 1


def test_it_takes_a_token_with_a_letter_that_no_database_holds(cast, db):
    data = filled(cast.alice.get(ADD), name="Kita", founded_on="1881-01-01")
    answer = cast.alice.post(ADD, data | {"submission": "\0" + data["submission"]})
    assert answer.status_code == 302
    assert Village.objects.count() == 1


def test_it_asks_when_a_form_that_was_sent_comes_back_with_other_content(cast, db):
    data = filled(cast.alice.get(ADD))
    cast.alice.post(ADD, data)
    response = cast.alice.post(ADD, {**data, "name": "Tombouctou"})
    assert response.status_code == 422
    assert "sent before" in response.content.decode()
    assert Village.objects.count() == 1
    again = filled(response, name="Tombouctou")
    assert again["submission"] != data["submission"]
    assert cast.alice.post(ADD, again).status_code == 302
    assert Village.objects.count() == 2


def test_it_takes_the_token_of_another_account_for_a_new_one(cast, villages, django_user_model):
    data = filled(cast.alice.get(ADD))
    cast.alice.post(ADD, data)
    assert cast.charlie.post(ADD, data).status_code == 404
    assert cast.bob.post(ADD, data).status_code == 404


def test_it_refuses_to_write_over_somebody_elses_change(cast, villages):
    village = villages[0]
    page = cast.alice.get(change_url(village))
    village.people = 777
    village.save()
    response = cast.alice.post(change_url(village), filled(page, name="Ségou", region="south"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else changed this" in text
    assert "777" in text
    village.refresh_from_db()
    assert village.people == 777
    knowing = filled(response, name="Ségou", region="south")
    assert cast.alice.post(change_url(village), knowing).status_code == 302
    village.refresh_from_db()
    assert village.people == 5


def test_it_still_refuses_after_an_error_on_the_way(cast, villages):
    village = villages[0]
    page = cast.alice.get(change_url(village))
    village.save()
    response = cast.alice.post(change_url(village), filled(page, people="many"))
    assert hidden(response)["version"] == hidden(page)["version"]
    response = cast.alice.post(change_url(village), filled(response))
    assert "Somebody else changed this" in response.content.decode()


def test_it_shows_a_refusal_in_the_form_and_keeps_what_was_typed(cast, db):
    response = cast.alice.post(ADD, filled(cast.alice.get(ADD), name="Atlantis"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "Atlantis is under water: choose a place that exists." in text
    assert 'value="Atlantis"' in text
    assert not Submission.objects.exists()


def test_it_ties_each_error_to_its_field_and_lists_them_at_the_top(cast, db):
    text = cast.alice.post(ADD, filled(cast.alice.get(ADD), people="many")).content.decode()
    assert '<a href="#id_people">People</a>' in text
    assert 'id="id_people_error"' in text
    field = re.search(r'<input[^>]*name="people"[^>]*>', text)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_people_error"' in field
    assert 'id="errors" tabindex="-1"' in text


def test_it_keeps_a_language_that_the_desk_does_not_ask_for(cast, villages):
    village = villages[0]
    village.about = {"fr": "vieux", "bm": "kɔrɔ"}
    village.save()
    page = cast.alice.get(change_url(village))
    assert "vieux" in page.content.decode()
    data = filled(page, name="Ségou", about_fr="neuf", about_en="new")
    assert cast.alice.post(change_url(village), data).status_code == 302
    village.refresh_from_db()
    assert village.about == {"fr": "neuf", "en": "new", "bm": "kɔrɔ"}


def test_it_asks_for_dates_and_languages_with_the_inputs_made_for_them():
    form = PlainForm(initial={"on": date(2007, 6, 15), "title": {"fr": "Séminaire"}})
    text = str(form)
    assert '<input type="date" name="on" value="2007-06-15" required id="id_on">' in text
    assert '<label for="id_title_0">Français</label>' in text
    assert '<label for="id_title_1">English</label>' in text
    assert 'lang="fr"' in text
    sent = PlainForm({"on": "2007-06-15", "title_fr": "", "title_en": "Seminar"})
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data == {"title": {"en": "Seminar"}, "on": date(2007, 6, 15)}
    assert not PlainForm({"on": "2007-06-15", "title_fr": " ", "title_en": ""}).is_valid()


def test_it_says_what_will_happen_and_only_then_does_it(cast, villages):
    url = reverse("toy:close", args=[villages[0].pk])
    page = cast.alice.get(url)
    assert "It disappears from the list." in page.content.decode()
    assert Village.objects.count() == 3
    assert cast.bob.post(url).status_code == 404
    data = hidden(page)
    first, second = cast.alice.post(url, data), cast.alice.post(url, data)
    assert first["Location"] == second["Location"] == "/desk/villages/"
    assert Village.objects.count() == 2


def test_it_forgets_what_nobody_will_send_again(cast, db, django_user_model):
    cast.alice.post(ADD, filled(cast.alice.get(ADD)))
    assert forget_submissions() == 0
    Submission.objects.update(made_at="2007-01-01T00:00Z")
    assert forget_submissions() == 1


def test_it_needs_the_sessions_own_form(cast, db):
    cast.alice.handler.enforce_csrf_checks = True
    response = cast.alice.post(ADD, {"name": "X"})
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()
