"""Job descriptions: the office's own, and the shared ones that they answer to."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.models import (
    Organization,
    Post,
    PostRequirement,
    PostTemplate,
    PostTemplateVersion,
    Skill,
)
from kafo.people.queries.posts import latest_version
from kafo.people.services.acts import home_of, note_act, require, set_fields
from kafo.records.errors import Refused
from kafo.records.languages import Translated


def _note(name: str, actor: Any, post: Post, **details: Any) -> None:
    note_act(
        name,
        actor=actor,
        record=post,
        organization_id=post.organization_id,
        **details,
    )


@transaction.atomic
def add_post(*, actor: Any, organization: Organization, **values: Any) -> Post:
    """Write a job description, with or without a holder.

    One that shares a text starts from its last version. Raises NotVisible.
    """
    require(permissions.posts, actor, "add")
    post = Post(organization=organization, **values)
    require(permissions.posts, actor, "change", post)
    if post.template_id and not post.adopted_version:
        version = latest_version(post)
        post.adopted_version = version.number if version else 0
    if post.template and not any(post.title.values()):
        post.title = post.template.title
    post.save()
    _note("people.post.add", actor, post)
    return post


@transaction.atomic
def change_post(*, actor: Any, post: Post, **values: Any) -> Post:
    """Change the fields given; another shared text starts from its last version.

    Raises NotVisible.
    """
    require(permissions.posts, actor, "change", post)
    changed = set_fields(post, values)
    if not changed:
        return post
    if "template" in changed:
        version = latest_version(post)
        post.adopted_version = version.number if version else 0
        post.declined_version, post.declined_reason = 0, ""
    post.save()
    _note("people.post.edit", actor, post, fields=changed)
    return post


@transaction.atomic
def set_requirement(
    *, actor: Any, post: Post, skill: Skill | None = None, language: str = "", **levels: Any
) -> PostRequirement:
    """Say which skill (`level`) or language (`cefr`) a post asks for, or say it anew.

    Raises NotVisible, and Refused unless exactly one of the two is given.
    """
    require(permissions.posts, actor, "change", post)
    if bool(skill) == bool(language):
        raise Refused(_("Choose a skill or a language, one at a time."))
    asked, _is_new = PostRequirement.objects.update_or_create(
        post=post, skill=skill, language=language, defaults=levels
    )
    _note("people.post.require", actor, post)
    return asked


@transaction.atomic
def drop_requirement(*, actor: Any, requirement: PostRequirement) -> None:
    """No longer ask for it. Raises NotVisible."""
    require(permissions.posts, actor, "change", requirement.post)
    requirement.delete()
    _note("people.post.require", actor, requirement.post)


@transaction.atomic
def adopt_version(*, actor: Any, post: Post, number: int, text: Translated | None = None) -> Post:
    """Answer version `number` of the shared text with yes.

    `text` becomes the office's own wording of it; None or the shared words themselves: the post
    uses the shared text as it stands. Raises NotVisible, and Refused when a newer one is there.
    """
    require(permissions.posts, actor, "decide", post)
    _lock(post)
    version = _require_latest(post, number)
    own = Translated(text or {})
    post.text = own if any(own.values()) and own != version.text else Translated()
    post.adopted_version = number
    post.declined_version, post.declined_reason = 0, ""
    post.save()
    _note("people.post.adopt", actor, post, version=number)
    return post


@transaction.atomic
def decline_version(*, actor: Any, post: Post, number: int, reason: str) -> Post:
    """Keep the office's text and say why; the answer can be changed by adopting later.

    Raises NotVisible, and Refused without a reason or when a newer version is there.
    """
    require(permissions.posts, actor, "decide", post)
    _lock(post)
    _require_latest(post, number)
    if not reason.strip():
        raise Refused(_("Say why the office keeps its own text: the other offices will ask."))
    post.declined_version, post.declined_reason = number, reason.strip()
    post.save()
    _note("people.post.decline", actor, post, version=number)
    return post


def _lock(post: Post) -> None:
    """Read it anew: two who decide at the same moment wait for each other."""
    post.refresh_from_db(from_queryset=Post.objects.select_for_update())


def _require_latest(post: Post, number: int) -> PostTemplateVersion:
    version = latest_version(post)
    if version is None:
        raise Refused(_("This post shares no text with the other offices."))
    if version.number != number:
        raise Refused(
            _("Version %(number)d has appeared meanwhile. Read the difference again, then decide.")
            % {"number": version.number}
        )
    return version


@transaction.atomic
def add_template(*, actor: Any, title: Translated, text: Translated) -> PostTemplate:
    """Open a job description that all offices share, with its first version. Raises NotVisible."""
    require(permissions.templates, actor, "add")
    template = PostTemplate.objects.create(title=title)
    note_act("people.template.add", actor=actor, record=template, organization_id=home_of(actor))
    publish_version(actor=actor, template=template, text=text)
    return template


@transaction.atomic
def publish_version(
    *, actor: Any, template: PostTemplate, text: Translated, note: str = ""
) -> PostTemplateVersion:
    """Publish a new text; each office that shares it is asked to adopt or to decline it.

    Raises NotVisible, and Refused when it has no words or the same as the last version.
    """
    require(permissions.templates, actor, "change", template)
    if not any(text.values()):
        raise Refused(_("There is no text yet. Write it in one language at least."))
    # Two who publish at the same moment wait for each other, also for the first version.
    PostTemplate.objects.select_for_update().get(pk=template.pk)
    last = template.versions.first()
    if last and last.text == text:
        raise Refused(_("Nothing has changed since version %(number)d.") % {"number": last.number})
    version = PostTemplateVersion.objects.create(
        template=template,
        number=last.number + 1 if last else 1,
        text=text,
        note=note,
        published_on=timezone.localdate(),
    )
    note_act(
        "people.template.publish",
        actor=actor,
        record=template,
        organization_id=home_of(actor),
        version=version.number,
    )
    return version
