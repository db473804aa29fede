"""Job descriptions of the office, and the shared ones that they answer to."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kafo.desk.views import (
    Action,
    Column,
    ConfirmView,
    Filter,
    FormView,
    ListView,
    RecordView,
    Section,
)
from kafo.people import permissions
from kafo.people.forms.posts import (
    DecisionForm,
    PostForm,
    RequirementForm,
    TemplateForm,
    VersionForm,
)
from kafo.people.models import Post, PostRequirement, PostTemplate, PostTemplateVersion
from kafo.people.queries.posts import (
    differences,
    latest_version,
    moved,
    text_of,
    version_of,
    with_latest,
)
from kafo.people.services.posts import (
    add_post,
    add_template,
    adopt_version,
    change_post,
    decline_version,
    drop_requirement,
    publish_version,
    set_requirement,
)
from kafo.people.views.bodies import holder_sections, with_holders
from kafo.people.views.parts import (
    ActorForm,
    OwnedForm,
    RecordForm,
    deeds,
    is_named,
    organization_choices,
    text_html,
)
from kafo.records.languages import Translated


def has_moved(post: Any) -> bool:
    """Say whether the shared text has a version without an answer; `post` is from `with_latest`."""
    return bool(post.latest_version > max(post.adopted_version, post.declined_version))


def shared_state(post: Any) -> str:
    """Say in words how the post stands to its shared text; `post` is from `with_latest`."""
    if not post.template_id:
        return _("own text")
    if has_moved(post):
        return _("has moved: version %(number)d to read") % {"number": post.latest_version}
    if post.declined_version > post.adopted_version:
        return _("version %(number)d declined") % {"number": post.declined_version}
    return _("version %(number)d adopted") % {"number": post.adopted_version}


def places_words(post: Any) -> str:
    """Say whether there is a vacancy; `post` comes from `with_holders`."""
    held, free = len(post.holders), max(0, post.seats - len(post.holders))
    words = _("filled") if held else _("vacant")
    if free > 1 or held and free:
        words = ngettext(
            "%(free)d vacant place of %(seats)d", "%(free)d vacant places of %(seats)d", free
        ) % {"free": free, "seats": post.seats}
    return f"{words} · {_('somebody is looked for')}" if post.is_sought else words


def in_post_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Give the posts that are sought, or whose shared text moved."""
    return moved(rows) if state == "moved" else rows.filter(is_sought=True)


def all_languages(text: Translated) -> SafeString:
    """Give a text in the language of the page; the other languages folded away below it."""
    here = get_language() or settings.LANGUAGE_CODE
    others = [(code, name) for code, name in settings.LANGUAGES if code != here and text.get(code)]
    if not text.get(here) and others:
        code, _name = others.pop(0)
        first = format_html('<div lang="{}">{}</div>', code, text_html(text[code]))
    else:
        first = text_html(text.get(here, ""))
    more = ((name, code, text_html(text[code])) for code, name in others)
    return first + format_html_join(
        "", '<details><summary>{}</summary><div lang="{}">{}</div></details>', more
    )


class PostList(ListView):
    model = Post
    policy = permissions.posts
    title = gettext_lazy("Job descriptions")
    search_fields = ("title",)
    search_label = gettext_lazy("Title")
    order = ("created_at",)
    add_url_name = "people:post-add"
    add_label = gettext_lazy("Write a job description")
    empty_text = gettext_lazy("No job description yet.")

    def get_columns(self) -> Iterable[Column]:
        def holders(post: Any) -> list[Any]:
            return [seat.person for seat in post.holders if is_named(self.request, seat)]

        return [
            Column(_("Post"), "title", link="people:post"),
            Column(_("Holders"), holders),
            Column(_("Filled or vacant"), places_words, sort=("is_sought", "created_at")),
            Column(
                _("Shared text"),
                shared_state,
                link=lambda post: (
                    reverse("people:post-difference", args=[post.pk]) if has_moved(post) else None
                ),
            ),
            Column(_("Organisation"), "organization"),
        ]

    def get_filters(self) -> Iterable[Filter]:
        states = (("sought", _("somebody is looked for")), ("moved", _("shared text has moved")))
        yield Filter("state", _("State"), states, in_post_state)
        yield Filter("organization", _("Organisation"), organization_choices(self.policy))

    def get_links(self) -> list[tuple[Any, str]]:
        if permissions.templates.may(self.request.user, "view"):
            return [(_("Shared job descriptions"), reverse("people:templates"))]
        return []

    def get_rows(self) -> QuerySet[Any]:
        return with_holders(with_latest(Post.objects.select_related("template")))


class PostView(RecordView):
    model = Post
    policy = permissions.posts
    back_url_name = "people:posts"
    back_label = gettext_lazy("Job descriptions")
    actions = (
        Action(gettext_lazy("Change"), "people:post-change", "change"),
        Action(gettext_lazy("Difference from the shared text"), "people:post-difference", "view"),
    )

    def get_rows(self) -> QuerySet[Any]:
        return with_holders(with_latest(Post.objects.select_related("template")))

    def get_actions(self) -> Iterable[Action]:
        change, difference = self.actions
        return [change, difference] if self.record.template_id else [change]

    def get_notes(self) -> Iterable[Any]:
        if has_moved(self.record):
            yield _("The shared text has moved. Read the difference, then adopt or decline it.")

    def get_fields(self) -> Iterable[Column]:
        declined = self.record.declined_reason
        return [
            Column(
                _("Organisation"),
                "organization",
                link=lambda row: reverse("people:organization", args=[row.organization_id]),
            ),
            Column(_("Filled or vacant"), places_words),
            Column(_("Shared text"), shared_state),
            *([Column(_("Why it was declined"), "declined_reason")] if declined else []),
            Column(_("Job description"), lambda row: all_languages(text_of(row))),
        ]

    def get_sections(self) -> Iterable[Section]:
        request = self.request
        ask = (request, _("Take off"), permissions.requirements, "change")
        may_change = self.may("change")
        yield Section(
            _("What it asks for"),
            [
                Column(_("Skill or language"), lambda row: row),
                *([deeds(*ask, "people:requirement-drop")] if may_change else []),
            ],
            self.record.requirements.select_related("skill", "post"),
            _("Nothing has been asked for: the matrix cannot show what is missing."),
            (_("Add a requirement"), reverse("people:post-requirement", args=[self.record.pk]))
            if may_change
            else None,
        )
        yield from holder_sections(
            self,
            (_("Holders"), _("Former holders")),
            _("Nobody holds it. Posts are given from the page of a person."),
        )


class PostAdd(OwnedForm):
    model = Post
    page = "people:post"
    policy = permissions.posts
    form_class = PostForm
    title = gettext_lazy("Write a job description")
    back_url_name = "people:posts"
    back_label = gettext_lazy("Job descriptions")

    def save(self, form: Any) -> Any:
        return add_post(actor=self.request.user, **form.cleaned_data)


class _OfPost(RecordForm):
    model = Post
    policy = permissions.posts
    action = "change"
    page = "people:post"


class PostChange(ActorForm, _OfPost):
    form_class = PostForm
    title = gettext_lazy("Change a job description")

    def save(self, form: Any) -> Any:
        change_post(actor=self.request.user, post=self.record, **form.cleaned_data)


class RequirementAdd(_OfPost):
    form_class = RequirementForm
    title = gettext_lazy("Add a requirement")

    def save(self, form: Any) -> Any:
        set_requirement(actor=self.request.user, post=self.record, **form.cleaned_data)


class RequirementDrop(ConfirmView):
    model = PostRequirement
    policy = permissions.requirements
    action = "change"
    title = gettext_lazy("No longer ask for this?")
    button = gettext_lazy("Take off")

    def get_rows(self) -> QuerySet[Any]:
        return PostRequirement.objects.select_related("post", "skill")

    def get_back(self) -> tuple[Any, str]:
        return str(self.record.post), reverse("people:post", args=[self.record.post_id])

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Post"), self.record.post), (_("Asks for"), self.record)]

    def save(self, form: Any) -> Any:
        drop_requirement(actor=self.request.user, requirement=self.record)


class PostDifference(_OfPost):
    """Shows what moved in the shared text; whoever may decide adopts or declines it below."""

    action = "view"
    form_class = DecisionForm
    template_name = "people/difference.html"
    button = gettext_lazy("Save the decision")
    done_text = gettext_lazy("The decision is kept with the job description.")

    def get_title(self) -> Any:
        return _("Difference: %(post)s") % {"post": self.record}

    def get_initial(self) -> dict[str, Any]:
        version = latest_version(self.record)
        return {"text": version.text if version else {}, "decision": DecisionForm.ADOPT}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = latest_version(self.record)
        is_adopted = bool(version) and self.record.adopted_version == version.number  # type: ignore[union-attr]
        shown = differences(self.record, version) if version else []
        return super().get_context_data(
            shared=version,
            adopted=version_of(self.record, self.record.adopted_version),
            differences=shown,
            has_own=any(each.has_own for each in shown),
            is_adopted=is_adopted,
            may_decide=bool(version) and not is_adopted and self.may("decide"),
            **kwargs,
        )

    def save(self, form: Any) -> Any:
        values = form.cleaned_data
        seen = self.request.POST.get("number", "")
        number = int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else 0
        ask = {"actor": self.request.user, "post": self.record, "number": number}
        if values["decision"] == DecisionForm.DECLINE:
            decline_version(**ask, reason=values["reason"])
        else:
            adopt_version(**ask, text=values["text"])


class TemplateList(ListView):
    model = PostTemplate
    policy = permissions.templates
    title = gettext_lazy("Shared job descriptions")
    intro = gettext_lazy("All offices share them; each adopts a new version or says why not.")
    columns = (
        Column(gettext_lazy("Title"), "title", link="people:template"),
        Column(gettext_lazy("Last version"), "latest_version", is_number=True),
    )
    add_url_name = "people:template-add"
    add_label = gettext_lazy("Add a shared job description")
    back_url_name = "people:posts"
    back_label = gettext_lazy("Job descriptions")

    def get_rows(self) -> QuerySet[Any]:
        versions = PostTemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
        return PostTemplate.objects.annotate(latest_version=Subquery(versions.values("number")[:1]))


class TemplateView(RecordView):
    model = PostTemplate
    policy = permissions.templates
    back_url_name = "people:templates"
    back_label = gettext_lazy("Shared job descriptions")
    actions = (Action(gettext_lazy("Publish a new version"), "people:template-publish", "change"),)

    def get_fields(self) -> Iterable[Column]:
        return (
            [Column(_("Text"), lambda row: all_languages(row.versions.all()[0].text))]
            if self.record.versions.exists()
            else []
        )

    def get_sections(self) -> Iterable[Section]:
        yield Section(
            _("Versions"),
            [
                Column(_("Version"), "number"),
                Column(_("Published on"), "published_on"),
                Column(_("What changed"), "note"),
            ],
            self.record.versions.all(),
        )
        posts = permissions.posts.visible_to(
            self.request.user, with_latest(self.record.posts.all())
        )
        yield Section(
            _("Posts that share it"),
            [
                Column(_("Post"), "title", link="people:post"),
                Column(_("Organisation"), "organization"),
                Column(_("State"), shared_state),
                Column(_("Why it was declined"), "declined_reason"),
            ],
            posts,
            _("No office uses it yet."),
        )


class TemplateAdd(FormView):
    model = PostTemplate
    policy = permissions.templates
    form_class = TemplateForm
    title = gettext_lazy("Add a shared job description")
    back_url_name = "people:templates"
    back_label = gettext_lazy("Shared job descriptions")

    def save(self, form: Any) -> Any:
        return add_template(actor=self.request.user, **form.cleaned_data)

    def get_result_url(self, result: Any) -> str:
        return reverse("people:template", args=[result.pk])


class TemplatePublish(RecordForm):
    model = PostTemplate
    page = "people:template"
    policy = permissions.templates
    form_class = VersionForm
    title = gettext_lazy("Publish a new version")
    button = gettext_lazy("Publish")
    done_text = gettext_lazy("It is published. The offices that share it see that it has moved.")

    def get_initial(self) -> dict[str, Any]:
        last = self.record.versions.first()
        return {"text": last.text if last else {}}

    def save(self, form: Any) -> Any:
        publish_version(actor=self.request.user, template=self.record, **form.cleaned_data)
