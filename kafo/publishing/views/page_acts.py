"""One page at the desk: where it stands, what can be done with it, and the way back."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page, Revision

from kafo.desk.views import Action, Column, DeskView, FormView, RecordView, Section
from kafo.publishing.baking.frames import language_name
from kafo.publishing.forms.pages import ReasonForm, ScheduleForm
from kafo.publishing.models import LASTING
from kafo.publishing.permissions.editing import page_policy
from kafo.publishing.queries.editing import (
    missing_languages,
    site_finder,
    states_of,
    translations_of,
    with_states,
)
from kafo.publishing.queries.links import has_links
from kafo.publishing.queries.showing import why_unseen
from kafo.publishing.queries.versions import differences, words_of
from kafo.publishing.services.schedule import cancel_schedule, planned_times, schedule_page
from kafo.publishing.services.writing import (
    confirm_page,
    confirm_translation,
    last_published,
    newest,
    publish_page,
    republish_page,
    restore_version,
    return_page,
    start_translation,
    submit_page,
    unpublish_page,
)
from kafo.records.errors import NotVisible, Refused

PREVIEW_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; media-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)


class PageView(RecordView):
    """Where a page stands, with the few buttons that make sense now."""

    model = Page
    policy = page_policy
    template_name = "publishing/desk/page.html"
    back_url_name = "pages:list"
    back_label = gettext_lazy("Write")

    def get_rows(self) -> Any:
        return with_states(Page.objects.filter(depth__gt=1)).select_related(
            "locale", "latest_revision__user__person"
        )

    def get_title(self) -> str:
        return str(self.record.draft_title or self.record.title)

    @cached_property
    def site(self) -> Any:
        return site_finder(self.request.user)(self.record)

    @cached_property
    def planned(self) -> Any:
        return planned_times(self.record)

    def get_fields(self) -> list[Column]:
        fields = [
            Column(_("State"), states_of),
            Column(_("Site"), lambda page: str(self.site or "")),
            Column(_("Language"), lambda page: language_name(page.locale.language_code)),
            Column(_("Last version"), _last_version),
        ]
        begins, ends = self.planned
        if begins:
            fields.append(Column(_("Goes online by itself on"), lambda page: begins))
        if ends:
            fields.append(Column(_("Goes offline by itself on"), lambda page: ends))
        if self.record.is_unseen:
            fields.append(Column(_("Readers"), why_unseen))
        if self.record.live and isinstance(self.record.specific, LASTING):
            fields.append(Column(_("Checked on"), lambda page: page.specific.checked_on))
        if self.record.live:
            fields.append(
                Column(
                    _("Address"),
                    lambda page: page.specific.full_url,
                    link=lambda page: page.specific.full_url,
                )
            )
        return fields

    def get_actions(self) -> list[Action]:
        page = self.record
        may_publish = self.may("publish")
        actions = [Action(_("Correct"), "pages:write", "change")]
        if page.is_waiting and may_publish:
            actions = [
                Action(_("Approve and publish"), "pages:publish", "publish", is_post=True),
                Action(_("Ask for changes"), "pages:return", "publish"),
                *actions,
            ]
        elif page.has_unpublished_changes or not page.live:
            if may_publish:
                label = _("Publish now") if any(self.planned) else _("Publish")
                actions.append(Action(label, "pages:publish", "publish", is_post=True))
            elif not page.is_waiting:
                actions.append(
                    Action(_("Send for approval"), "pages:submit", "change", is_post=True)
                )
        if may_publish:
            is_over = page.live and not page.has_unpublished_changes
            if not page.is_waiting and not (is_over and page.depth <= 2):
                label = _("Take offline on…") if is_over else _("Publish on…")
                actions.append(Action(label, "pages:schedule", "publish"))
            if any(self.planned):
                actions.append(
                    Action(_("Cancel what is planned"), "pages:cancel", "publish", is_post=True)
                )
        actions.append(Action(_("Preview"), "pages:preview", "view"))
        if page.is_behind:
            actions.append(
                Action(
                    _("The translation is up to date again"),
                    "pages:confirm-translation",
                    "change",
                    is_post=True,
                )
            )
        if page.live and isinstance(page.specific, LASTING):
            actions.append(Action(_("Still true"), "pages:still-true", "change", is_post=True))
        if may_publish and page.depth > 2:
            if page.live:
                actions.append(
                    Action(_("Take offline"), "pages:unpublish", "publish", is_post=True)
                )
            elif last_published(page):
                actions.append(
                    Action(_("Put online again"), "pages:republish", "publish", is_post=True)
                )
        if has_links(page):
            actions.append(Action(_("Links to other sites"), "pages:links", "change"))
        actions.append(Action(_("Versions"), "pages:versions", "change"))
        return actions

    def get_sections(self) -> list[Section]:
        others = list(translations_of(self.request.user, self.record))
        if not others:
            return []
        columns = [
            Column(
                _("Language"),
                lambda page: language_name(page.locale.language_code),
                link="pages:page",
            ),
            Column(_("Title"), "draft_title"),
            Column(_("State"), states_of),
        ]
        return [Section(_("Translations"), columns, others)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the languages that the page can be translated into."""
        missing = missing_languages(self.record, self.site) if self.site else []
        codes = [locale.language_code for locale in missing]
        return super().get_context_data(
            missing=[(code, language_name(code)) for code in codes], **kwargs
        )


def _last_version(page: Page) -> Any:
    revision = page.latest_revision
    if revision is None:
        return ""
    by = revision.user.get_full_name() if revision.user else _("the node itself")
    when = Column("", "created_at").html(revision)
    return format_html("{} · {}", when, by)


class _PageAct(DeskView):
    """A button: does its act, says so, and goes back to the page."""

    model = Page
    policy = page_policy
    action = "change"
    http_method_names = ["post"]
    done_text: Any = ""

    def act(self) -> Any:
        """Call the service; may give the page to go to."""
        raise NotImplementedError

    def get_back(self) -> tuple[Any, str]:
        return self.record, reverse("pages:page", args=[self.record.pk])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        target = self.record
        try:
            target = self.act() or target
        except Refused as error:
            messages.error(request, str(error))
        else:
            if why := why_unseen(target):
                messages.warning(request, why)
            else:
                messages.success(request, self.done_text)
        return HttpResponseRedirect(reverse("pages:page", args=[target.pk]))


class PagePublish(_PageAct):
    action = "publish"
    done_text: Any = gettext_lazy("Published. Readers see it now.")

    def act(self) -> None:
        publish_page(actor=self.request.user, page=self.record)
        if planned_times(self.record)[0]:
            self.done_text = _("Approved. It goes online by itself on the day chosen.")


class PageSchedule(FormView):
    """Choose when a page goes online, and when it goes offline again."""

    model = Page
    policy = page_policy
    action = "publish"
    form_class = ScheduleForm
    button = gettext_lazy("Plan it")
    done_text = gettext_lazy("Planned. It happens by itself; you need not be here.")

    @cached_property
    def is_over(self) -> bool:
        """Whether readers see the newest version, so that only its end is left to plan."""
        return self.record.live and not self.record.has_unpublished_changes

    def get_title(self) -> str:
        return _("Take offline on a day") if self.is_over else _("Publish on a day")

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Page"), self.record.draft_title)]

    def get_form_kwargs(self) -> dict[str, Any]:
        asks_end = self.record.depth > 2
        return super().get_form_kwargs() | {"is_over": self.is_over, "asks_end": asks_end}

    def get_initial(self) -> dict[str, Any]:
        begins, ends = planned_times(self.record)
        return {"publish_at": begins, "end_at": ends}

    def save(self, form: Any) -> None:
        schedule_page(actor=self.request.user, page=self.record, **form.cleaned_data)


class PageCancelSchedule(_PageAct):
    action = "publish"
    done_text = gettext_lazy("Nothing is planned any more for this page.")

    def act(self) -> None:
        cancel_schedule(actor=self.request.user, page=self.record)


class PageSubmit(_PageAct):
    done_text = gettext_lazy("Sent. An editor looks at it and publishes it.")

    def act(self) -> None:
        submit_page(actor=self.request.user, page=self.record)


class PageUnpublish(_PageAct):
    action = "publish"
    done_text = gettext_lazy("Offline. “Put online again” takes it back.")

    def act(self) -> None:
        unpublish_page(actor=self.request.user, page=self.record)


class PageRepublish(_PageAct):
    action = "publish"
    done_text = gettext_lazy("Online again, as readers saw it last.")

    def act(self) -> None:
        republish_page(actor=self.request.user, page=self.record)


class PageConfirmTranslation(_PageAct):
    done_text = gettext_lazy("Noted: the translation is up to date.")

    def act(self) -> None:
        confirm_translation(actor=self.request.user, page=self.record)


class PageStillTrue(_PageAct):
    done_text = gettext_lazy("Noted: checked today, still true.")

    def act(self) -> None:
        confirm_page(actor=self.request.user, page=self.record)


class PageRestore(_PageAct):
    done_text = gettext_lazy("The earlier version is the draft again. Nothing was deleted.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.version = _version_of(self.record, kwargs["version"])
        return super().post(request, *args, **kwargs)

    def act(self) -> None:
        seen = self.request.POST.get("seen", "")
        restore_version(
            actor=self.request.user,
            page=self.record,
            version=self.version,
            seen=int(seen) if re.fullmatch(r"[0-9]{1,18}", seen) else None,
        )


class PageReturn(FormView):
    """Ask the writer for changes."""

    model = Page
    policy = page_policy
    action = "publish"
    form_class = ReasonForm
    title = gettext_lazy("Ask for changes")
    button = gettext_lazy("Send back")
    done_text = gettext_lazy("Sent back to its writer.")

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def save(self, form: Any) -> None:
        return_page(actor=self.request.user, page=self.record, reason=form.cleaned_data["reason"])


class PageTranslate(FormView):
    """Begin a translation."""

    model = Page
    policy = page_policy
    action = "change"
    button = gettext_lazy("Start the translation")
    done_text = gettext_lazy("The draft holds the text to translate. Readers do not see it yet.")

    @cached_property
    def language(self) -> str:
        asked = self.request.GET.get("language", "")
        site = site_finder(self.request.user)(self.record)
        if site is None or asked not in site.locales:
            raise NotVisible
        return asked

    def get_title(self) -> str:
        return _("Translate into %(language)s") % {"language": language_name(self.language)}

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Page"), self.record.title)]

    def save(self, form: Any) -> Any:
        return start_translation(actor=self.request.user, page=self.record, language=self.language)

    def get_result_url(self, result: Any) -> str:
        return reverse("pages:write", args=[result.pk])


class PagePreview(DeskView):
    """The newest version as readers will see it: framed on a computer, alone on a phone."""

    model = Page
    policy = page_policy
    template_name = "publishing/desk/preview.html"

    def get_title(self) -> str:
        return _("Preview: %(title)s") % {"title": self.record.draft_title}

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_publish=self.may("publish"), **kwargs)


class PagePreviewFrame(DeskView):
    """The page itself for the preview."""

    model = Page
    policy = page_policy

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        draft = newest(self.record)
        response: HttpResponse = draft.serve_preview(request, "")
        response.headers["Content-Security-Policy"] = PREVIEW_POLICY
        return response


def _version_of(page: Page, pk: int) -> Revision:
    version = page.revisions.filter(pk=pk).first()
    if version is None:
        raise NotVisible
    return version


class PageVersions(DeskView):
    """The versions of a page, newest first, each with what it changed and the way back to it."""

    model = Page
    policy = page_policy
    action = "change"
    template_name = "publishing/desk/versions.html"
    shown = 20

    def get_title(self) -> str:
        return _("Versions of “%(title)s”") % {"title": self.record.draft_title}

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.record.revisions.select_related("user__person").order_by("-created_at", "-pk")
        return super().get_context_data(
            versions=[
                {
                    "revision": revision,
                    "by": revision.user.get_full_name() if revision.user else _("the node itself"),
                    "is_newest": revision.pk == self.record.latest_revision_id,
                    "is_live": revision.pk == self.record.live_revision_id,
                }
                for revision in rows.defer("content")[: self.shown]
            ],
            **kwargs,
        )


class PageVersion(DeskView):
    """What one version changed, word by word."""

    model = Page
    policy = page_policy
    action = "change"
    template_name = "publishing/desk/version.html"

    def get_title(self) -> str:
        return _("What changed")

    def get_back(self) -> tuple[Any, str]:
        return _("Versions"), reverse("pages:versions", args=[self.record.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = _version_of(self.record, self.kwargs["version"])
        before = (
            self.record.revisions.filter(created_at__lt=version.created_at)
            .order_by("-created_at", "-pk")
            .first()
        )
        old = words_of(before.as_object()) if before else {}
        kwargs |= {
            "version": version,
            "before": before,
            "by": version.user.get_full_name() if version.user else _("the node itself"),
            "changes": differences(old, words_of(version.as_object())),
            "is_newest": version.pk == self.record.latest_revision_id,
        }
        return super().get_context_data(**kwargs)
