"""Writing pages: drafts, publication, approval, translation, and the way back from each.

Every act goes into Wagtail's own page log, so that desk and back office write one history.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.actions.copy_for_translation import ParentNotTranslatedError
from wagtail.models import (
    Locale,
    Page,
    PageLogEntry,
    Revision,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from kafo.publishing.baking.dependents import mark_due
from kafo.publishing.models import Approval, ListPage, NewsPage, SitePage, TaskKind, site_of
from kafo.publishing.permissions.editing import page_policy
from kafo.publishing.queries.tasks import MINUTES
from kafo.publishing.services.tasks import credit_task
from kafo.records import loop
from kafo.records.acts import record_act
from kafo.records.errors import Refused

Block = dict[str, Any]
WORDS = (
    "title",
    "lead",
    "author",
    "translator",
    "picture",
    "news_on",
    "changes_meaning",
    "follows_source",
)


class ChangedMeanwhile(Refused):
    """Somebody saved another version while the writer was at work; `theirs` is that version."""

    def __init__(self, theirs: Any) -> None:
        super().__init__(
            _(
                "Somebody else changed this page while you were writing. Nothing of yours is saved "
                "yet, and nothing of theirs is lost. Compare below, then save again to keep yours."
            )
        )
        self.theirs = theirs


def newest(page: Page) -> Any:
    """Give the page as it was last saved, published or not."""
    return page.get_latest_revision_as_object()


def locked(page: Page) -> Any:
    """Give the page as it is stored now, for nobody else to write until the transaction ends."""
    return Page.objects.select_for_update().get(pk=page.pk).specific


def clear_dates(revision: Revision) -> None:
    """Before publishing at once: a day to come would hold it back, one gone by take it off."""
    now = timezone.now()
    begins, ends = (
        parse_datetime(revision.content.get(name) or "") for name in ("go_live_at", "expire_at")
    )
    keep_dates(
        revision,
        go_live_at=None if begins and begins > now else begins,
        expire_at=None if ends and ends <= now else ends,
    )


def keep_dates(revision: Revision, **dates: datetime | None) -> None:
    """Write dates into a version as it is stored; its words stay as they are."""
    stored = {name: time.isoformat() if time else None for name, time in dates.items()}
    if any(revision.content.get(name) != value for name, value in stored.items()):
        revision.content.update(stored)
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)


@transaction.atomic
def create_news(
    *, actor: Any, below: ListPage, title: str, body: Iterable[Block] = (), **words: Any
) -> NewsPage:
    """Make a draft of a news item in the list `below`. Raises NotVisible, Refused."""
    page_policy.require(actor, "add", below)
    page = NewsPage(
        title=title,
        draft_title=title,
        live=False,
        has_unpublished_changes=True,
        owner=actor,
        locale=below.locale,
        news_on=words.pop("news_on", None) or timezone.localdate(),
    )
    _fill(page, body=body, **words)
    _checked(lambda: below.add_child(instance=page))
    page.save_revision(user=actor, clean=False)
    return page


@transaction.atomic
def save_draft(
    *,
    actor: Any,
    page: Page,
    based_on: int | None,
    body: Iterable[Block] | None = None,
    replaces: int | None = None,
    **words: Any,
) -> Revision:
    """Save a new version; the public one stays until it is published.

    `based_on` is the version that the writer saw; None overrides whatever is there. `replaces` is
    the version that this session saved by itself a moment ago: it is written over instead of
    filling the history. Raises NotVisible, Refused, ChangedMeanwhile.
    """
    page_policy.require(actor, "change", page)
    stored = locked(page)
    if based_on is not None and stored.latest_revision_id != based_on:
        raise ChangedMeanwhile(newest(stored))
    draft = newest(stored)
    _fill(draft, body=body, **words)
    last = stored.latest_revision
    is_own = last is not None and last.pk == replaces and last.user_id == actor.pk
    is_kept = is_own and (last.pk == stored.live_revision_id or last.approved_go_live_at)
    over = last if is_own and not is_kept else None
    return _checked(
        lambda: draft.save_revision(user=actor, log_action=over is None, overwrite_revision=over)
    )


def _fill(page: Any, body: Iterable[Block] | None = None, **words: Any) -> None:
    unknown = set(words) - set(WORDS)
    if unknown:
        raise TypeError(f"Pages have no {', '.join(sorted(unknown))}.")
    for name, value in words.items():
        setattr(page, name, value)
    if body is not None:
        field = page._meta.get_field("body")
        page.body = field.to_python(list(body))


def _checked(write: Any) -> Any:
    try:
        return write()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


@transaction.atomic
def publish_page(*, actor: Any, page: Page) -> None:
    """Publish the newest version at once; a page that waits for approval is approved by it, and
    goes out on the day that its writer chose, if any.

    Raises NotVisible.
    """
    page_policy.require(actor, "publish", page)
    page = locked(page)
    task = page.current_workflow_task_state
    if task is not None and task.status == task.STATUS_IN_PROGRESS:
        task.approve(user=actor)
        return
    if page.current_workflow_state is not None:
        page.current_workflow_state.cancel(user=actor)
    revision = page.get_latest_revision() or page.save_revision(user=actor)
    clear_dates(revision)
    revision.publish(user=actor, skip_permission_checks=True)


@transaction.atomic
def submit_page(*, actor: Any, page: Page) -> None:
    """Hand the newest version to those who may publish. Raises NotVisible, Refused."""
    page_policy.require(actor, "change", page)
    page = locked(page)
    state = page.current_workflow_state
    if state is not None and state.status == state.STATUS_NEEDS_CHANGES:
        state.resume(user=actor)
    elif state is not None:
        raise Refused(_("This page waits for approval already."))
    else:
        if page.latest_revision is None:
            page.save_revision(user=actor)
        approval_workflow().start(page, actor)


@transaction.atomic
def return_page(*, actor: Any, page: Page, reason: str) -> None:
    """Ask the writer for changes, saying which. Raises NotVisible, Refused."""
    page_policy.require(actor, "publish", page)
    task = locked(page).current_workflow_task_state
    if task is None or task.status != task.STATUS_IN_PROGRESS:
        raise Refused(_("This page does not wait for approval any more."))
    task.reject(user=actor, comment=reason)


@transaction.atomic
def unpublish_page(*, actor: Any, page: Page) -> None:
    """Take the page off the public site; text and address are kept. Raises NotVisible, Refused."""
    page_policy.require(actor, "publish", page)
    if page.depth <= 2:
        raise Refused(_("The home page stays; correct it instead."))
    stored = locked(page)
    if stored.live:  # pressed twice: it is offline already
        stored.unpublish(user=actor)


def last_published(page: Page) -> Revision | None:
    """Give the version that readers saw last, or None when there never was one."""
    if page.live_revision_id:
        return page.live_revision
    entry = (
        PageLogEntry.objects.filter(page=page.pk, action="wagtail.publish")
        .exclude(revision=None)
        .order_by("-timestamp")
        .first()
    )
    return entry.revision if entry else None


@transaction.atomic
def republish_page(*, actor: Any, page: Page) -> None:
    """Undo an unpublication: readers get the version back that they saw last.

    Raises NotVisible, Refused.
    """
    page_policy.require(actor, "publish", page)
    stored = locked(page)
    revision = None if stored.live else last_published(stored)
    if revision is None:
        raise Refused(_("There is no earlier publication to go back to."))
    clear_dates(revision)
    revision.publish(user=actor, skip_permission_checks=True)


@transaction.atomic
def restore_version(
    *, actor: Any, page: Page, version: Revision, seen: int | None = None
) -> Revision:
    """Take an earlier version as the new draft; nothing is deleted.

    `seen` is the version that was the newest when the actor chose; None overrides whatever is
    there. Raises NotVisible, Refused.
    """
    page_policy.require(actor, "change", page)
    stored = locked(page)
    if seen is not None and stored.latest_revision_id != seen:
        raise Refused(_("Somebody saved another version meanwhile. Look at it first."))
    earlier = stored.revisions.get(pk=version.pk)
    return earlier.as_object().save_revision(
        user=actor, previous_revision=earlier, log_action=True, clean=False
    )


@transaction.atomic
def start_translation(*, actor: Any, page: Page, language: str) -> SitePage:
    """Make a draft of the page in another language, with the text to translate in it.

    Raises NotVisible, Refused.
    """
    page_policy.require(actor, "change", page)
    locale = Locale.objects.filter(language_code=language).first()
    if locale is None:
        raise Refused(_("The site has no such language."))
    source = locked(page)
    if source.has_translation(locale):
        raise Refused(_("The translation exists already."))
    try:
        copy = source.copy_for_translation(locale)
    except ParentNotTranslatedError as error:
        raise Refused(_("Translate the page above first.")) from error
    draft = type(source).objects.get(pk=copy.pk)
    draft.owner = actor
    draft.translator = actor.get_full_name()[:120]
    draft.save()
    draft.save_revision(user=actor, log_action="wagtail.create", clean=False)
    return draft


@transaction.atomic
def confirm_translation(*, actor: Any, page: Page) -> None:
    """Say that the translation renders its source as it is now. Raises NotVisible, Refused."""
    page_policy.require(actor, "change", page)
    translation = locked(page)
    source = translation.source()
    if source is None:
        raise Refused(_("This page is no translation."))
    translation.source_meaning = source.meaning_version
    translation.save(update_fields=["source_meaning"])
    record_act("publishing.translation.confirm", actor=actor, record=translation)
    mark_due(f"translations:{translation.translation_key}")
    transaction.on_commit(loop.wake)


@transaction.atomic
def confirm_page(*, actor: Any, page: Page) -> None:
    """Note that somebody made sure of a page: still true. Its clock starts anew.

    The same person doing it twice on one day is credited once. Raises NotVisible, Refused.
    """
    page_policy.require(actor, "change", page)
    checked = locked(page)
    site = site_of(page)
    if not checked.live or site is None:
        raise Refused(_("Readers do not see this page: there is nothing to make sure of."))
    checked.checked_on = timezone.localdate()
    checked.save(update_fields=["checked_on"])
    record_act("publishing.page.confirm", actor=actor, record=checked)
    credit_task(
        actor=actor,
        organization_id=site.organization_id,
        kind=TaskKind.CHECK,
        subject=str(page.pk),
        detail="",
        name=page.title,
        minutes=MINUTES[TaskKind.CHECK],
    )


def approval_workflow() -> Workflow:
    """Give the one workflow there is: written by one, approved by another with a mandate."""
    task = Approval.objects.filter(active=True).order_by("pk").first()
    if task is None:
        task = Approval.objects.create(name="Approval")
    workflow = Workflow.objects.filter(workflow_tasks__task=task).order_by("pk").first()
    if workflow is None:
        workflow = Workflow.objects.create(name="Approval")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow


def prepare_approval(**kwargs: Any) -> None:
    """Put that workflow in the place of Wagtail's own, which knows only groups of accounts."""
    # Also called after the tables of a single room were made, or taken away.
    if Approval._meta.db_table not in connection.introspection.table_names():
        return
    root = Page.objects.filter(depth=1).first()
    if root is not None:
        WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": approval_workflow()})
