"""Posts and the shared texts they answer to."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from kafo.people.models import Membership, Post, PostTemplateVersion
from kafo.people.queries.differences import Line, difference, is_same
from kafo.records.languages import Translated


def with_latest(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Add `latest_version`, the number of the shared text's last version (0: none)."""
    versions = PostTemplateVersion.objects.filter(template=OuterRef("template"))
    latest = versions.order_by("-number").values("number")[:1]
    return posts.annotate(latest_version=Coalesce(Subquery(latest), 0))


def moved(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Give those of `posts` whose shared text has a version neither adopted nor declined."""
    answered = Greatest(F("adopted_version"), F("declined_version"))
    rows: Any = with_latest(posts)
    return rows.filter(latest_version__gt=answered)


def sought(organization_ids: set[UUID]) -> QuerySet[Post]:
    """Give the posts of these organisations for which somebody is being looked for."""
    return Post.objects.filter(organization__in=organization_ids, is_sought=True)


def version_of(post: Post, number: int) -> PostTemplateVersion | None:
    """Give that version of the text that `post` shares, if there is one."""
    return PostTemplateVersion.objects.filter(template=post.template_id, number=number).first()


def latest_version(post: Post) -> PostTemplateVersion | None:
    """Give the last version of the text that `post` shares, if it shares one."""
    return (
        PostTemplateVersion.objects.filter(template=post.template_id).order_by("-number").first()
        if post.template_id
        else None
    )


def text_of(post: Post) -> Translated:
    """Give the job description in force: the office's own text, else the version it adopted."""
    if any(post.text.values()) or not post.template_id:
        return post.text
    version = version_of(post, post.adopted_version)
    return version.text if version else Translated()


@dataclass(frozen=True)
class LanguageDifference:
    """In one language: how the shared text moved, and how the office's text differs from it."""

    code: str
    name: str
    shared: list[Line]
    has_own: bool
    own: list[Line]


def differences(post: Post, new: PostTemplateVersion) -> list[LanguageDifference]:
    """Compare `new` with the version that the office adopted and with its own text, by language."""
    adopted = version_of(post, post.adopted_version)
    before = adopted.text if adopted else Translated()
    own = text_of(post)
    found = []
    for code, name in settings.LANGUAGES:
        texts = [each.get(code, "") for each in (before, own, new.text)]
        if not any(texts):
            continue
        has_own = not is_same(texts[0], texts[1])
        found.append(
            LanguageDifference(
                code,
                name,
                difference(texts[0], texts[2]),
                has_own,
                difference(texts[1], texts[2]) if has_own else [],
            )
        )
    return found


def overlapping(
    rows: QuerySet[Membership], starts_on: date | None, ends_on: date | None
) -> QuerySet[Membership]:
    """Give the memberships that hold on some day of the period; None is an open end."""
    condition: Any = Q()
    if ends_on:
        condition &= Q(starts_on__isnull=True) | Q(starts_on__lt=ends_on)
    if starts_on:
        condition &= Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)
    return rows.filter(condition)
