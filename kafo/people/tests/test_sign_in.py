"""The doors: password, second factor, limits, sessions."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from kafo.people.models import Account
from kafo.people.services.sessions import forget_sessions

PASSWORD = "mil-riz-fonio-27"
SIGN_IN = "/desk/sign-in/"


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def director(cast):
    account = cast["director"]
    account.set_password(PASSWORD)
    account.email = "director@bamako.example"
    account.language = "en"
    account.save()
    return account


def sign_in(client, login="director", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


def confirm(client, password=PASSWORD):
    return client.post(reverse("account_reauthenticate"), {"password": password})


def totp_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up_app(client):
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": totp_now(secret)})
    assert answer.status_code == 302
    return secret


@pytest.mark.parametrize("login", ["director", "director@bamako.example"])
def test_it_opens_to_the_name_or_the_email(client, director, login):
    assert sign_in(client, login)["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_it_keeps_passwords_as_argon2(director):
    assert director.password.startswith("argon2")


def test_it_sets_no_cookie_before_the_sign_in_page(client, cast):
    answer = client.get("/desk/")
    assert answer["Location"] == f"{SIGN_IN}?next=/desk/"
    assert not client.cookies
    assert set(client.get(SIGN_IN).cookies) == {"csrftoken"}


def test_it_goes_where_one_wanted_to_go_and_never_to_another_host(client, director):
    assert sign_in(client, next="/desk/me/")["Location"] == "/desk/me/"
    client.logout()
    assert sign_in(client, next="https://elsewhere.example/")["Location"] == "/desk/"


def test_it_forgets_the_session_with_the_browser_unless_asked_to_stay(client, director):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_it_says_the_same_for_a_wrong_name_and_a_wrong_password(client, director):
    wrong_name = sign_in(client, "nobody").context["form"].non_field_errors()
    wrong_password = sign_in(client, password="x").context["form"].non_field_errors()
    assert wrong_name == wrong_password
    wrong_email = sign_in(client, "nobody@example.org").context["form"].non_field_errors()
    assert wrong_email == wrong_password
    assert "sign-in name" in str(wrong_name)


def test_it_limits_attempts_per_name_with_words_whatever_the_host(client, director):
    for host in ("localhost", "127.0.0.1", "localhost", "127.0.0.1", "localhost"):
        client.post(SIGN_IN, {"login": "director", "password": "x"}, HTTP_HOST=host)
    blocked = client.post(
        SIGN_IN, {"login": "director", "password": PASSWORD}, REMOTE_ADDR="10.9.8.7"
    )
    assert "attempts" in str(blocked.context["form"].non_field_errors())
    assert not blocked.wsgi_request.user.is_authenticated


def test_it_limits_attempts_per_address_with_a_page_of_words(client, director):
    answers = [sign_in(client, f"name{number}", "x") for number in range(31)]
    assert answers[29].status_code == 200
    assert answers[30].status_code == 429
    assert "Try again in five minutes" in answers[30].content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "sign-up/",
        "signup/",
        "login/",
        "email/",
        "confirm-email/",
        "password/set/",
        "sign-in/code/",
        "3rdparty/",
        "social/signup/",
        "2fa/",
        "accounts/login/",
    ],
)
def test_it_has_no_page_that_nobody_wanted(client, director, path):
    sign_in(client)
    assert client.get(f"/desk/{path}").status_code == 404


def test_it_resets_by_email_only_where_email_is_configured(client, director, settings, mailoutbox):
    assert client.get(reverse("account_reset_password")).status_code == 404
    assert reverse("account_reset_password") not in client.get(SIGN_IN).content.decode()
    settings.EMAIL_HOST = "mail.example"
    answer = client.post(reverse("account_reset_password"), {"email": director.email})
    assert answer["Location"] == reverse("account_reset_password_done")
    link = next(word for word in mailoutbox[0].body.split() if "/reset/" in word)
    page = client.get(link, follow=True)
    new = "sorgho-niébé-gombo"
    posted = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert posted["Location"] == reverse("account_reset_password_from_key_done")
    assert sign_in(client, password=new).status_code == 302


def test_it_signs_out_by_a_form_only(client, director):
    sign_in(client)
    client.get(reverse("account_logout"))
    assert client.get("/desk/").status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == SIGN_IN
    assert client.get("/desk/").status_code == 302


def test_it_asks_for_the_code_of_the_telephone(client, director):
    sign_in(client)
    secret = set_up_app(client)
    client.post(reverse("account_logout"))
    Authenticator.objects.update(last_used_at=None)
    cache.clear()
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "type the new one" in str(wrong.context["form"].errors["code"])
    assert "mfa_webauthn_authenticate" not in wrong.content.decode()  # there is no key to use
    right = client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)})
    assert right["Location"] == "/desk/"


def test_it_takes_a_printed_recovery_code_once(client, director):
    sign_in(client)
    set_up_app(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    code = page.context["unused_codes"][0]
    assert code in page.content.decode()
    for expected in (302, 200):
        client.post(reverse("account_logout"))
        sign_in(client)
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        assert answer.status_code == expected


def test_it_asks_who_it_is_before_the_second_factor_is_touched(client, director):
    sign_in(client)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_it_limits_guesses_of_the_code(client, director):
    sign_in(client)
    secret = set_up_app(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    for _attempt in range(10):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)})
    assert answer.status_code == 200


@pytest.mark.parametrize(("name", "is_reminded"), [("director", True), ("reader", False)])
def test_it_reminds_those_whose_mandate_opens_much(client, cast, name, is_reminded):
    client.force_login(cast[name])
    text = client.get("/desk/").content.decode()
    assert (reverse("mfa_index") in text) is is_reminded


def test_it_stops_reminding_once_the_factor_is_there(client, director):
    sign_in(client)
    set_up_app(client)
    assert reverse("mfa_index") not in client.get("/desk/").content.decode()


def two_devices(director):
    first, second = Client(), Client()
    for device in (first, second):
        sign_in(device)
    return first, second


def test_it_lists_sessions_and_closes_one(director):
    first, second = two_devices(director)
    page = first.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2
    other = UserSession.objects.get(session_key=second.session.session_key)
    first.post(reverse("usersessions_list"), {"end": other.pk})
    assert second.get("/desk/").status_code == 302
    assert first.get("/desk/").status_code == 200


def test_it_closes_all_other_sessions_or_all(director):
    first, second = two_devices(director)
    first.post(reverse("usersessions_list"), {"end": "others"})
    assert (first.get("/desk/").status_code, second.get("/desk/").status_code) == (200, 302)
    first.post(reverse("usersessions_list"), {"end": "all"})
    assert first.get("/desk/").status_code == 302
    assert not UserSession.objects.exists()


def test_it_does_not_close_the_session_of_somebody_else(cast, director):
    client, other = Client(), Client()
    sign_in(client)
    other.force_login(cast["reader"])
    session = UserSession.objects.create(
        user=cast["reader"], ip="10.0.0.1", session_key=other.session.session_key
    )
    answer = client.post(reverse("usersessions_list"), {"end": session.pk})
    assert answer.status_code == 404
    assert other.get("/desk/").status_code == 200


def test_it_closes_other_sessions_when_the_password_changes(director):
    first, second = two_devices(director)
    new = "sorgho-niébé-gombo"
    first.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert (first.get("/desk/").status_code, second.get("/desk/").status_code) == (200, 302)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_change_password",
        "usersessions_list",
        "account_reauthenticate",
        "account:me-data",
        "account:me-correct",
        "account:me-consents",
        "account:me-email",
        "account:me-erase",
    ],
)
def test_it_shows_each_page_of_ones_own_privately(client, director, name, language):
    director.language = language
    director.save()
    sign_in(client)
    confirm(client)
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "<h1>" in answer.content.decode()
    for script in answer.content.decode().split("<script")[1:]:
        assert "src=" in script.split(">")[0] or "application/json" in script.split(">")[0]


def test_it_forgets_sessions_that_are_over(director):
    first, second = two_devices(director)
    gone = first.session.session_key
    Session.objects.filter(session_key=gone).update(expire_date=timezone.now())
    forget_sessions()
    assert not UserSession.objects.filter(session_key=gone).exists()
    assert second.get("/desk/").status_code == 200


def change_email(client, email):
    return client.post(reverse("account:me-email"), {"email": email})


def test_it_changes_the_address_after_asking_again_and_tells_the_old_one(
    client, director, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.EMAIL_HOST = "mail.example"
    sign_in(client)
    asked = change_email(client, "new@bamako.example")
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.session.pop("account_reauthentication_state", None)
    confirm(client)
    with django_capture_on_commit_callbacks(execute=True):
        change_email(client, "new@bamako.example")
    director.refresh_from_db()
    assert director.email == "new@bamako.example"
    (message,) = mailoutbox
    assert message.to == ["director@bamako.example"]
    assert "new@bamako.example" not in message.body
    acts = ModelLogEntry.objects.filter(action="people.account.email")
    assert [act.user_id for act in acts] == [director.pk]
    assert "bamako.example" not in str(acts[0].data)


@pytest.mark.parametrize("taken", ["Editor@bamako.example", "editor"])
def test_it_refuses_an_address_of_somebody_else_without_saying_whose(client, cast, director, taken):
    Account.objects.filter(username="editor").update(email="editor@bamako.example")
    if "@" not in taken:
        Account.objects.filter(username="editor").update(username="editor@nowhere.example")
        taken = "editor@nowhere.example"
    sign_in(client)
    confirm(client)
    answer = change_email(client, taken)
    assert answer.status_code == 422
    assert "cannot be used here" in answer.content.decode()
    assert "Editor" not in answer.content.decode().replace(taken, "")
    director.refresh_from_db()
    assert director.email == "director@bamako.example"


def test_it_keeps_one_account_per_address_in_the_database(cast, director):
    with pytest.raises(IntegrityError):
        Account.objects.filter(username="editor").update(email="DIRECTOR@bamako.example")


def test_it_does_not_let_one_try_out_addresses(client, director):
    sign_in(client)
    confirm(client)
    answers = [change_email(client, f"try{number}@nowhere.example") for number in range(12)]
    assert answers[-1].status_code == 429


def without_password(director):
    director.set_unusable_password()
    director.save()
    return Authenticator.objects.create(user=director, type="totp", data={"secret": SECRET})


SECRET = "JBSWY3DPEHPK3PXP"


def test_it_sets_a_first_password_after_the_code_of_the_app(client, director):
    without_password(director)
    client.force_login(director)
    asked = client.get(reverse("account_change_password"), follow=True)
    assert asked.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": totp_now(SECRET)})
    assert client.get(reverse("account_set_password")).status_code == 200
    new = "karite-fonio-2027"
    client.post(reverse("account_set_password"), {"password1": new, "password2": new})
    director.refresh_from_db()
    assert director.check_password(new)


def test_it_sends_who_can_show_nothing_to_a_colleague(client, director):
    without_password(director).delete()
    client.force_login(director)
    for name in ("account_change_password", "account:me-email", "account:me-erase"):
        page = client.get(reverse(name), follow=True)
        assert page.status_code == 200
        assert "A colleague with a mandate can make a recovery code" in page.content.decode()
    new = "karite-fonio-2027"
    client.post(reverse("account_set_password"), {"password1": new, "password2": new})
    director.refresh_from_db()
    assert not director.has_usable_password()


def test_it_leaves_in_the_act_log_what_was_changed_about_the_sign_in(
    client, director, django_capture_on_commit_callbacks
):
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    new = "karite-fonio-2027"
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    client.post(reverse("usersessions_list"), {"end": "all"})
    acts = ModelLogEntry.objects.filter(user=director).values_list("action", flat=True)
    assert {
        "people.account.factor",
        "people.account.password",
        "people.account.sessions",
    } <= set(acts)
