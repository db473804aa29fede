"""When what was held on a person is erased, her name leaves what the sites keep of her.

Credits go at once, everywhere: in pages, in all their versions, under pictures. What a text *says*
of somebody is for people to decide: it is listed for the director, and stays until then. Versions
that are neither online nor the newest are nobody's text any more: they lose the name at once.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.documents import get_document_model
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision, TaskState

from kafo.publishing.baking.dependents import mark_due
from kafo.publishing.baking.pages import expect_page
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import (
    PAGE_TYPES,
    BakedPage,
    Fact,
    Picture,
    PublicSite,
    ReaderCount,
    RemainingName,
    ReviewTask,
    Upload,
)
from kafo.publishing.permissions.names import name_policy
from kafo.publishing.queries.names import (
    CREDITS,
    DRAFT_TITLE,
    SURNAME,
    Name,
    Surname,
    content_of,
    is_by_hand,
    naming_texts,
    raw,
    text_fields,
    text_of,
    versions_near,
)
from kafo.publishing.services.writing import locked
from kafo.records import loop
from kafo.records.acts import record_act
from kafo.records.languages import folded

MOST_ALONE = 20  # in more texts of a site a surname is a word or a name of many


def neutral(language: str) -> str:
    """Give the words that stand for an erased person in a language."""
    with override(language):
        return _("(name erased)")


def forget_name(*, words: Iterable[str]) -> None:
    """Take the name out of credits, old versions and logs; list the texts that still hold it.

    Called inside the transaction that erases the person: both happen, or neither.
    """
    known = list(words)
    name = Name(known)
    if not name.words:
        return
    _clean_pages(name)
    for revision in versions_near(name):
        _clean_version(revision, name)
    _clean_files(name)
    _clean_logs(name)
    surname = Surname(known)
    for site in PublicSite.objects.select_related("wagtail_site__root_page"):
        texts = [text.key for text in naming_texts(name, site)]
        if surname.is_telling():
            alone = [f"{SURNAME}:{text.key}" for text in naming_texts(surname, site)]
            texts += alone if len(alone) <= MOST_ALONE else []
        if texts:
            RemainingName.objects.create(site=site, words=known, texts=texts)
    transaction.on_commit(loop.wake)


def _clean_pages(name: Name) -> None:
    for model in PAGE_TYPES:
        near = name.near("author") | name.near("translator")
        for page in model.objects.filter(near).select_related("locale"):
            instead = neutral(page.locale.language_code)
            _write(page, {field: name.without(getattr(page, field), instead) for field in CREDITS})


def _write(page: Any, values: dict[str, Any]) -> None:
    """Write fields of a page that differ, and have it baked again with all that tells of it."""
    changed = {
        field: value for field, value in values.items() if raw(getattr(page, field)) != value
    }
    if not changed:
        return
    if "body" in changed:
        changed["body"] = page._meta.get_field("body").to_python(changed["body"])
    type(page).objects.filter(pk=page.pk).update(**changed)
    if page.live:
        expect_page(page)
        mark_due(f"card:{page.pk}", f"address:{page.pk}")
        BakedPage.objects.exclude(kind=BakedKind.PAGE).update(due=F("due") + 1)


def _clean_version(revision: Revision, name: Name, *, wholly: bool = False) -> None:
    """Take the name out of a version: credits always, its texts if nobody decides about them."""
    page: Any = Page.objects.filter(pk=revision.object_id).select_related("locale").first()
    if page is None:
        return
    is_kept = revision.pk in {page.latest_revision_id, page.live_revision_id}
    is_kept = is_kept or revision.approved_go_live_at is not None
    instead = neutral(page.locale.language_code)
    fields = {
        *CREDITS,
        DRAFT_TITLE,
        *(() if is_kept and not wholly else text_fields(page.specific_class)),
    }
    content = content_of(revision)
    new = {
        field: name.without(value, instead) if field in fields else value
        for field, value in content.items()
    }
    title = (
        revision.object_str
        if is_kept and not wholly
        else name.without(revision.object_str, instead)
    )
    if new == content and title == revision.object_str:
        return
    if "body" in new:
        new["body"] = json.dumps(new["body"])
    Revision.objects.filter(pk=revision.pk).update(content=new, object_str=title)


def _clean_files(name: Name) -> None:
    for picture in Picture.objects.filter(name.near("credit")):
        if name.is_in(picture.credit):
            language = next(iter(picture.alternatives), "fr")
            credit = name.without(picture.credit, neutral(language))
            Picture.objects.filter(pk=picture.pk).update(credit=credit)
            mark_due(f"picture:{picture.pk}")
    for fact in Fact.objects.filter(name.near("source")).select_related("place"):
        if name.is_in(fact.source):
            Fact.objects.filter(pk=fact.pk).update(source=name.without(fact.source, neutral("fr")))
            mark_due(f"place:{fact.place_id}")


def _clean_logs(name: Name) -> None:
    """The log keeps what was done, and by which number; titles and remarks lose the name."""
    instead = neutral("fr")
    _replace(PageLogEntry.objects.all(), ("label", "data"), name, instead)
    types = ContentType.objects.filter(app_label__in=["publishing", "wagtaildocs"])
    _replace(ModelLogEntry.objects.filter(content_type__in=types), ("label", "data"), name, instead)
    _replace(TaskState.objects.all(), ("comment",), name, instead)
    _replace(ReviewTask.objects.all(), ("name",), name, instead)
    _replace(Upload.objects.all(), ("name",), name, instead)
    said = Q(pk__in=())
    for word in name.words:
        said |= Q(kind="search", subject__contains=folded(word))
    ReaderCount.objects.filter(said).delete()


def _replace(rows: Any, fields: tuple[str, ...], name: Name, instead: str) -> None:
    near = Q(pk__in=())
    for field in fields:
        near |= name.near(field)
    for row in rows.filter(near):
        values = {field: name.without(getattr(row, field), instead) for field in fields}
        rows.filter(pk=row.pk).update(**values)


@transaction.atomic
def replace_name(*, actor: Any, remaining: RemainingName) -> None:
    """Put “(name erased)” in the place of the name in all texts listed. Raises NotVisible.

    Addresses, and texts with the surname alone, stay on the list: they are looked at one by one.
    """
    name_policy.require(actor, "change", remaining)
    name = Name(remaining.words)
    for key in remaining.texts:
        _replace_in(key, name)
    _note("publishing.name.replace", actor, remaining)
    remaining.texts = [key for key in remaining.texts if is_by_hand(key)]
    if remaining.texts:
        remaining.save(update_fields=["texts"])
    else:
        remaining.delete()
    _clean_logs(name)
    transaction.on_commit(loop.wake)


def _replace_in(key: str, name: Name) -> None:
    kind, _colon, pk = key.partition(":")
    if kind == "page":
        page = Page.objects.filter(pk=pk).first()
        if page is None:
            return
        page = locked(page)
        for revision in versions_near(name, page.pk):
            _clean_version(revision, name, wholly=True)
        instead = neutral(page.locale.language_code)
        fields = text_fields(type(page))
        _write(page, {field: name.without(raw(getattr(page, field)), instead) for field in fields})
    elif kind == "picture":
        _update(Picture, pk, ("title", "description", "alternatives"), name)
        mark_due(f"picture:{pk}")
    elif kind == "document":
        _update(get_document_model(), pk, ("title",), name)
        mark_due(f"document:{pk}")
    elif kind == "fact":
        _update(Fact, pk, ("value",), name)
        for place in Fact.objects.filter(pk=pk).values_list("place_id", flat=True):
            mark_due(f"place:{place}")


def _update(model: type[Model], pk: str, fields: tuple[str, ...], name: Name) -> None:
    for row in model._default_manager.filter(pk=pk):
        values = {field: name.without(getattr(row, field), neutral("fr")) for field in fields}
        model._default_manager.filter(pk=pk).update(**values)


@transaction.atomic
def leave_name(*, actor: Any, remaining: RemainingName) -> None:
    """Decide that the texts go on naming the person, as history does. Raises NotVisible."""
    name_policy.require(actor, "change", remaining)
    _note("publishing.name.leave", actor, remaining)
    remaining.delete()


def _note(act: str, actor: Any, remaining: RemainingName) -> None:
    site = remaining.site
    record_act(
        act,
        actor=actor,
        record=site,
        organization=str(site.organization_id),
        texts=len(remaining.texts),
    )


def settle_names() -> int:
    """Strike texts off the lists that were changed by hand; forget a name that is nowhere left.

    What a text said before it was changed loses the name as well.
    """
    moved = 0
    for remaining in RemainingName.objects.all():
        name = Name(remaining.words)
        left = [key for key in remaining.texts if text_of(key, name)]
        if left == remaining.texts:
            continue
        with transaction.atomic():
            for key in set(remaining.texts) - set(left):
                kind, _colon, pk = key.partition(":")
                if kind == "page":
                    for revision in versions_near(name, int(pk)):
                        _clean_version(revision, name)
            if left:
                remaining.texts = left
                remaining.save(update_fields=["texts"])
            else:
                _clean_logs(name)
                remaining.delete()
        moved += 1
    return moved
