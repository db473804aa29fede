"""Passkeys in a real browser, with the authenticator that the browser itself simulates."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

PASSWORD = "mil-riz-fonio-27"
CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def page(settings: Any) -> Iterator[Page]:
    # The test server hands out static files itself and knows no digest in their address.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    # Playwright's own loop runs in this thread; the ORM is used from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser.new_page(locale="en", viewport={"width": 360, "height": 740})
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def simulate_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_it_adds_a_passkey_and_signs_in_with_it_alone(page: Page, live_server: Any, cast: Any):
    director = cast["director"]
    director.set_password(PASSWORD)
    director.language = "en"
    director.save()
    home = live_server.url.replace("127.0.0.1", "localhost")
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("console", note)
    simulate_authenticator(page)

    page.goto(home + reverse("account_login"))
    page.fill("#id_login", "director")
    page.fill("#id_password", PASSWORD)
    page.click("main form button")
    page.goto(home + reverse("mfa_add_webauthn"))
    page.fill("#id_password", PASSWORD)
    page.click("main form button")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert key.user_id == director.pk

    page.context.clear_cookies()
    page.goto(home + reverse("mfa_login_webauthn"))
    page.click("#passkey_login")
    page.wait_for_url("**/desk/")
    assert "Director" in page.inner_text("h1")

    page.context.clear_cookies()
    page.goto(home + reverse("account_login"))
    page.fill("#id_login", "director")
    page.fill("#id_password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**" + reverse("mfa_authenticate"))
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/desk/")
    assert faults == []


def test_it_enters_with_a_code_without_script(page: Page, live_server: Any, cast: Any):
    from kafo.people.models import Person
    from kafo.people.services.invitations import in_groups, invite_person

    seydou = Person.objects.create(
        organization=cast.office, given_name="Seydou", family_name="Inventé"
    )
    _invitation, code = invite_person(actor=cast["director"], person=seydou)
    context = page.context.browser.new_context(java_script_enabled=False, locale="en")  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto(live_server.url + reverse("account_login"))
    plain.click("text=I have a code")
    plain.fill("#id_code", in_groups(code).lower())
    plain.click("main form button")
    plain.fill("#id_username", "seydou")
    plain.fill("#id_password", PASSWORD)
    plain.fill("#id_again", PASSWORD)
    plain.click("main form button")
    assert plain.url == live_server.url + "/desk/"
    assert "Seydou" in plain.inner_text("h1")
