"""What goes online and offline on a day that was chosen beforehand."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from kafo.publishing.baking.reconcile import BakingLoop
from kafo.publishing.models import NewsPage
from kafo.publishing.services.schedule import cancel_schedule, planned_times, schedule_page
from kafo.publishing.services.writing import (
    create_news,
    publish_page,
    republish_page,
    save_draft,
    submit_page,
)
from kafo.records.errors import NotVisible, Refused

from .conftest import World, paragraph


@pytest.fixture
def draft(world: World) -> NewsPage:
    return create_news(
        actor=world.account("editor"),
        below=world.list_of(world.bamako),
        title="Assemblée générale",
        body=[paragraph("Elle se tient bientôt.")],
    )


def stored(page: Page) -> NewsPage:
    return NewsPage.objects.get(pk=page.pk)


def let_time_pass(page: Page) -> None:
    """Put what was planned an hour ago, as if the time had come."""
    ago = timezone.now() - timedelta(hours=1)
    Revision.page_revisions.filter(
        object_id=str(page.pk), approved_go_live_at__isnull=False
    ).update(approved_go_live_at=ago)
    for revision in page.revisions.all():
        if revision.content.get("go_live_at"):
            revision.content["go_live_at"] = ago.isoformat()
            revision.save()


def local(days: float) -> str:
    return (timezone.localtime() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def acts(page: Page) -> list[str]:
    return list(PageLogEntry.objects.filter(page=page.pk).values_list("action", flat=True))


def test_it_goes_out_and_comes_down_at_the_times_planned(
    world: World, draft: NewsPage, settings: Any
) -> None:
    client = world.client("editor")
    form = client.post(
        reverse("pages:schedule", args=[draft.pk]), {"publish_at": local(1), "end_at": local(9)}
    )
    assert form.status_code == 302, form.context["form"].errors
    loop = BakingLoop()
    loop()
    assert not stored(draft).live
    shown = client.get(reverse("pages:page", args=[draft.pk])).content.decode()
    assert "Goes online by itself on" in shown or "en ligne" in shown
    assert "wagtail.publish.schedule" in acts(draft)
    let_time_pass(draft)
    loop()
    page = stored(draft)
    assert page.live
    file = settings.KAFO_BAKED / "bamako" / "fr"
    assert list(file.rglob(f"{page.slug}/index.html.br"))
    assert planned_times(page) == (None, page.expire_at)
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    loop()
    assert not stored(draft).live
    assert not list(file.rglob(f"{page.slug}/index.html.br"))
    assert {"wagtail.publish.scheduled", "wagtail.unpublish.scheduled"} <= set(acts(draft))


def test_it_stays_online_when_it_is_put_there_again_after_its_end(
    world: World, draft: NewsPage
) -> None:
    editor = world.account("editor")
    publish_page(actor=editor, page=draft)
    schedule_page(actor=editor, page=draft, end_at=timezone.now() + timedelta(days=1))
    page = stored(draft)
    past = timezone.now() - timedelta(minutes=1)
    Page.objects.filter(pk=page.pk).update(expire_at=past)
    revision = page.live_revision
    revision.content["expire_at"] = past.isoformat()
    revision.save()
    loop = BakingLoop()
    loop()
    assert not stored(draft).live
    republish_page(actor=world.account("editor"), page=stored(draft))
    loop()
    assert stored(draft).live


def test_it_plans_the_end_of_what_readers_see_without_publishing_the_draft(world: World) -> None:
    editor, page = world.account("editor"), stored(world.news)
    publish_page(actor=editor, page=page)
    save_draft(actor=editor, page=page, based_on=None, title="Pas encore")
    end = timezone.now() + timedelta(days=2)
    schedule_page(actor=editor, page=page, end_at=end)
    page = stored(page)
    assert (page.title, page.expire_at) == ("Nouvelle Niger", end)
    publish_page(actor=editor, page=page)
    assert stored(page).expire_at == end  # the new version goes offline on the same day
    assert "publishing.page.end" in acts(page)


def test_it_cancels_what_is_planned(world: World, draft: NewsPage) -> None:
    editor = world.account("editor")
    soon = timezone.now().replace(microsecond=0) + timedelta(days=1)
    schedule_page(actor=editor, page=draft, publish_at=soon, end_at=soon + timedelta(days=1))
    assert planned_times(stored(draft)) == (soon, soon + timedelta(days=1))
    client = world.client("editor")
    for _press in range(2):
        assert client.post(reverse("pages:cancel", args=[draft.pk])).status_code == 302
    assert planned_times(stored(draft)) == (None, None)
    assert "wagtail.schedule.cancel" in acts(draft)
    BakingLoop()()
    assert not stored(draft).live
    publish_page(actor=world.account("editor"), page=stored(draft))
    assert stored(draft).live
    assert planned_times(stored(draft)) == (None, None)


def test_it_publishes_at_once_what_was_planned_for_later(world: World, draft: NewsPage) -> None:
    editor = world.account("editor")
    schedule_page(actor=editor, page=draft, publish_at=timezone.now() + timedelta(days=1))
    publish_page(actor=editor, page=stored(draft))
    assert stored(draft).live
    assert planned_times(stored(draft)) == (None, None)


def test_it_keeps_the_version_that_is_planned_when_writing_goes_on(
    world: World, draft: NewsPage
) -> None:
    editor = world.account("editor")
    schedule_page(actor=editor, page=draft, publish_at=timezone.now() + timedelta(days=1))
    planned = stored(draft).latest_revision
    save_draft(actor=editor, page=draft, based_on=None, replaces=planned.pk, title="Plus tard")
    let_time_pass(draft)
    BakingLoop()()
    page = stored(draft)
    assert (page.live, page.title, page.draft_title) == (True, "Assemblée générale", "Plus tard")


def test_it_refuses_times_that_make_no_sense(world: World, draft: NewsPage) -> None:
    editor = world.account("editor")
    now, day = timezone.now(), timedelta(days=1)
    for times in (
        {},
        {"publish_at": now - day},
        {"publish_at": now + 2 * day, "end_at": now + day},
        {"end_at": now + day},  # nobody sees it yet
    ):
        with pytest.raises(Refused):
            schedule_page(actor=editor, page=draft, **times)
    with pytest.raises(NotVisible):
        schedule_page(actor=world.account("journalist"), page=draft, publish_at=now + day)
    with pytest.raises(NotVisible):
        cancel_schedule(actor=world.account("journalist"), page=draft)
    home = world.bamako.homes()["fr"]
    with pytest.raises(Refused):
        schedule_page(actor=editor, page=home, publish_at=now + day, end_at=now + 2 * day)
    client = world.client("editor")
    answer = client.post(reverse("pages:schedule", args=[draft.pk]), {"publish_at": local(-1)})
    assert answer.status_code == 422


def test_it_leads_from_writing_to_the_choice_of_a_day(world: World) -> None:
    client = world.client("editor")
    below = world.list_of(world.bamako).pk
    words = {"below": below, "title": "Demain", "news_on": "2026-11-24", "press": "plan"}
    answer = client.post(reverse("pages:add"), words)
    page = NewsPage.objects.get(title="Demain")
    assert answer["Location"].endswith(reverse("pages:schedule", args=[page.pk]))
    assert client.get(answer["Location"]).status_code == 200


def test_it_shows_in_lists_what_is_planned(world: World, draft: NewsPage) -> None:
    soon = timezone.now().replace(microsecond=0) + timedelta(days=1)
    schedule_page(actor=world.account("editor"), page=draft, publish_at=soon)
    client = world.client("editor")
    rows = client.get(reverse("pages:list"), {"state": "planned"}).content.decode()
    assert "Assemblée générale" in rows
    assert "Nouvelle Niger" not in rows


def test_it_honours_the_day_when_it_is_approved(world: World, draft: NewsPage) -> None:
    version = stored(draft).get_latest_revision_as_object()
    version.go_live_at = timezone.now().replace(microsecond=0) + timedelta(days=1)
    version.save_revision(user=world.account("journalist"))
    submit_page(actor=world.account("journalist"), page=stored(draft))
    publish_page(actor=world.account("editor"), page=stored(draft))
    assert not stored(draft).live
    assert planned_times(stored(draft))[0] == version.go_live_at


def test_it_offers_the_same_in_the_back_office(world: World, draft: NewsPage) -> None:
    client = world.client("editor")
    edit = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    assert b'name="go_live_at"' in client.get(edit).content
    schedule_page(
        actor=world.account("editor"), page=draft, publish_at=timezone.now() + timedelta(days=1)
    )
    version = stored(draft).revisions.get(approved_go_live_at__isnull=False)
    cancel = reverse("wagtailadmin_pages:revisions_unschedule", args=[draft.pk, version.pk])
    assert client.get(cancel).status_code == 200
    assert client.post(cancel).status_code == 302
    assert planned_times(stored(draft))[0] is None
    for name in ("journalist", "amm_editor"):
        assert world.client(name).post(cancel).status_code in {302, 404}
