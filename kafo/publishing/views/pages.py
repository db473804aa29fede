"""Writing at the desk: the list of pages, the form, and what comes before and after it."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from kafo.desk.services import find_submission, submit_once
from kafo.desk.views import Column, Filter, FormView, ListView
from kafo.publishing.baking.frames import language_name
from kafo.publishing.forms.pages import HEADING, TEXT, PageForm
from kafo.publishing.models import ListPage, PublicSite
from kafo.publishing.permissions.editing import WRITE, page_policy, sites_where
from kafo.publishing.queries.editing import (
    STATES,
    in_state,
    news_lists,
    site_finder,
    states_of,
    with_states,
)
from kafo.publishing.queries.showing import why_unseen
from kafo.publishing.queries.versions import differences, text_of, words_of
from kafo.publishing.services.pictures import add_picture
from kafo.publishing.services.uploads import drop_upload, open_upload
from kafo.publishing.services.writing import (
    WORDS,
    ChangedMeanwhile,
    create_news,
    newest,
    publish_page,
    save_draft,
    submit_page,
)
from kafo.publishing.views.uploads import KeepsFile
from kafo.records.errors import NotVisible, Refused
from kafo.records.prices import FCFA_PER_MEGABYTE


class PageList(ListView):
    """All pages of the sites that one writes on, and where each of them stands."""

    model = Page
    policy = page_policy
    title = gettext_lazy("Write")
    search_fields = ["title", "draft_title"]
    order = ("-latest_revision_created_at",)
    add_url_name = "pages:add"
    add_label = gettext_lazy("Write a news item")
    empty_text = gettext_lazy("There is no page yet.")
    page_length = 25

    def get_rows(self) -> Any:
        return with_states(Page.objects.filter(depth__gt=1)).select_related("locale")

    @cached_property
    def find_site(self) -> Any:
        return site_finder(self.request.user)

    def get_columns(self) -> list[Column]:
        site = Column(_("Site"), lambda page: str(self.find_site(page) or ""))
        return [
            Column(_("Title"), "draft_title", sort="draft_title", link="pages:page"),
            *([site] if len(sites_where(self.request.user, WRITE)) > 1 else []),
            Column(_("Language"), lambda page: language_name(page.locale.language_code)),
            Column(_("State"), states_of),
            Column(_("Changed"), "latest_revision_created_at", sort="latest_revision_created_at"),
        ]

    def get_filters(self) -> list[Filter]:
        homes = page_policy.visible_to(
            self.request.user, Page.objects.filter(depth=2).select_related("locale")
        )
        sites: dict[int, str] = {}
        languages: dict[str, str] = {}
        paths: dict[str, list[str]] = {}
        for home in homes:
            site: PublicSite | None = self.find_site(home)
            if site is None:
                continue
            sites[site.pk] = str(site)
            paths.setdefault(str(site.pk), []).append(home.path)
            code = home.locale.language_code
            languages[code] = language_name(code)
        filters = [
            Filter("state", _("State"), STATES.items(), apply=in_state),
            Filter("locale__language_code", _("Language"), languages.items()),
        ]
        if len(sites) > 1:
            filters.insert(0, Filter("site", _("Site"), sites.items(), apply=_on_site(paths)))
        return filters

    def get_links(self) -> list[tuple[Any, str]]:
        return [
            (_("Pictures"), reverse("pages:pictures")),
            (_("Documents"), reverse("pages:documents")),
        ]


def _on_site(paths: dict[str, list[str]]) -> Any:
    def narrowed(rows: Any, value: str) -> Any:
        found = rows.none()
        for path in paths[value]:
            found = found | rows.filter(path__startswith=path)
        return found

    return narrowed


class _WriteView(KeepsFile, FormView):
    """What beginning and correcting a page share."""

    policy = page_policy
    form_class = PageForm
    template_name = "publishing/desk/write.html"
    back_url_name = "pages:list"
    back_label = gettext_lazy("Write")
    done_text: Any = gettext_lazy("The draft is saved. Readers do not see it yet.")
    draft: Any = None

    def site(self) -> PublicSite | None:
        """Give the site that the page belongs to, or will."""
        raise NotImplementedError

    def may_publish(self) -> bool:
        raise NotImplementedError

    def get_form(self, **changes: Any) -> Any:
        kwargs = self.get_form_kwargs() | {"page": self.draft, "site": self.site()} | changes
        return self.form_class(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("add") in {TEXT, HEADING}:
            return self.render(self._with_part(request.POST["add"]), token=self._token)
        if request.headers.get("X-Autosave"):
            return self.autosave()
        return super().post(request, *args, **kwargs)

    def _with_part(self, kind: str) -> Any:
        """Give the form as it was sent, with one more field."""
        posted = self.request.POST
        order = [each for each in posted.get("order", "").split(",") if each]
        number = 1 + sum(each.startswith("new") for each in order)
        while any(each.startswith(f"new{number}:") for each in order):
            number += 1
        initial: dict[str, Any] = posted.dict() | {
            "order": ",".join([*order, f"new{number}:{kind}"])
        }
        form = self.get_form(data=None, files=None, initial=initial)
        for part in form.parts:
            if part.kind == "kept":
                form.initial[f"part-{part.key}"] = f"part-{part.key}" in posted
        form.initial.pop("order")
        form.fields[f"part-new{number}"].widget.attrs["autofocus"] = True
        return form

    def save(self, form: Any) -> Any:
        page = self.write(form)
        press = self.request.POST.get("press", "")
        if press == "publish" and page_policy.may(self.request.user, "publish", page):
            publish_page(actor=self.request.user, page=page)
            self.done_text = _("Published. Readers see it now.")
        elif press == "submit":
            submit_page(actor=self.request.user, page=page)
            self.done_text = _("Sent. An editor looks at it and publishes it.")
        return page

    def write(self, form: Any, *, with_picture: bool = True) -> Any:
        """Call the service with what the form says; gives the page."""
        raise NotImplementedError

    def words(
        self, form: Any, site: PublicSite, language: str, with_picture: bool
    ) -> dict[str, Any]:
        """Give the words of the form for a service, with the new picture if one was sent."""
        data = form.cleaned_data
        words = {name: data[name] for name in WORDS if name in data}
        if not with_picture or not (data.get("upload") or data.get("file")):
            return words
        told = {
            "actor": self.request.user,
            "site": site,
            "alternatives": {language: data["alternative"]},
            "credit": data["credit"],
        }
        if data.get("upload") and not data.get("file"):
            with open_upload(actor=self.request.user, pk=data["upload"]) as file:
                words["picture"] = add_picture(file=file, **told)
            drop_upload(actor=self.request.user, pk=data["upload"])
        else:
            words["picture"] = add_picture(file=data["file"], **told)
        return words

    def get_done_text(self, result: Any) -> Any:
        if why := why_unseen(result):
            messages.warning(self.request, why)
            return ""
        return self.done_text

    def get_result_url(self, result: Any) -> str:
        press = self.request.POST.get("press", "")
        if press == "plan" and page_policy.may(self.request.user, "publish", result):
            return reverse("pages:schedule", args=[result.pk])
        return reverse("pages:preview" if press == "preview" else "pages:page", args=[result.pk])

    def autosave(self) -> HttpResponse:
        """Save without leaving the page; the answer carries what the form needs to go on."""
        form = self.get_form()
        if not form.is_valid():
            left = [name for name in form.errors if name not in {"alternative", "credit", "file"}]
            if left:
                return JsonResponse(
                    {"message": _("Not saved yet: something is missing.")}, status=422
                )
        saved = None

        def write() -> str:
            nonlocal saved
            saved = self.write(form, with_picture=False)
            return reverse("pages:write", args=[saved.pk])

        account = str(self.request.user.pk)
        try:
            if self.record is None:
                earlier = find_submission(account, self._token)
                if earlier is not None:
                    return JsonResponse({"action": earlier.url}, status=409)
                url = submit_once(
                    account=account, token=self._token, digest=self._digest, write=write
                ).url
            else:
                url = write()
        except Refused as error:
            return JsonResponse({"message": str(error)}, status=409)
        page = Page.objects.get(pk=saved.pk) if saved else self.record
        now = timezone.localtime()
        return JsonResponse(
            {
                "action": url,
                "submission": secrets.token_urlsafe(16),
                "based_on": page.latest_revision_id,
                "saved_alone": page.latest_revision_id,
                "message": _("Saved at %(time)s.") % {"time": date_format(now, "H:i")},
            }
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs["form"]
        return super().get_context_data(
            may_publish=self.may_publish(),
            theirs=getattr(form, "theirs", []),
            last_part=f"part-{form.parts[-1].key}" if form.parts else "lead",
            price_per_megabyte=str(FCFA_PER_MEGABYTE),
            **kwargs,
        )


class PageAdd(_WriteView):
    """Begin a news item."""

    title = gettext_lazy("Write a news item")

    @cached_property
    def lists(self) -> list[ListPage]:
        return news_lists(self.request.user)

    @cached_property
    def below(self) -> ListPage | None:
        asked = self.request.POST.get("below") or self.request.GET.get("below") or ""
        return next((row for row in self.lists if str(row.pk) == asked), None) or next(
            iter(self.lists), None
        )

    def site(self) -> PublicSite | None:
        return site_finder(self.request.user)(self.below) if self.below else None

    def may_publish(self) -> bool:
        return self.below is not None and page_policy.may(self.request.user, "publish", self.below)

    def get_form_kwargs(self) -> dict[str, Any]:
        if not self.lists:
            raise NotVisible
        find = site_finder(self.request.user)
        places = {
            row.pk: f"{find(row)} · {language_name(row.locale.language_code)}" for row in self.lists
        }
        return super().get_form_kwargs() | {"lists": self.lists, "places": places}

    def get_initial(self) -> dict[str, Any]:
        account: Any = self.request.user
        return {
            "below": self.below.pk if self.below else None,
            "news_on": timezone.localdate(),
            "author": account.get_full_name(),
        }

    def write(self, form: Any, *, with_picture: bool = True) -> Any:
        below = form.cleaned_data["below"]
        site = site_finder(self.request.user)(below)
        if site is None:
            raise NotVisible
        words = self.words(form, site, below.locale.language_code, with_picture)
        return create_news(actor=self.request.user, below=below, body=form.body(), **words)


class PageWrite(_WriteView):
    """Correct a page."""

    model = Page

    def get_record(self, pk: Any) -> Any:
        page = super().get_record(pk)
        self.draft = newest(page)
        return page

    def get_title(self) -> str:
        return str(self.draft.title)

    def get_back(self) -> tuple[Any, str]:
        return _("Page"), reverse("pages:page", args=[self.record.pk])

    def site(self) -> PublicSite | None:
        return site_finder(self.request.user)(self.record)

    def may_publish(self) -> bool:
        return page_policy.may(self.request.user, "publish", self.record)

    def get_initial(self) -> dict[str, Any]:
        draft = self.draft
        initial = {name: getattr(draft, name) for name in WORDS if hasattr(draft, name)}
        initial["picture"] = draft.picture_id
        return initial | {"based_on": self.record.latest_revision_id}

    def write(self, form: Any, *, with_picture: bool = True) -> Any:
        site = self.site()
        if site is None:
            raise NotVisible
        language = self.draft.locale.language_code
        try:
            save_draft(
                actor=self.request.user,
                page=self.record,
                based_on=form.cleaned_data.get("based_on"),
                replaces=form.cleaned_data.get("saved_alone"),
                body=form.body(),
                **self.words(form, site, language, with_picture),
            )
        except ChangedMeanwhile as error:
            form.theirs = self._compared(form, error.theirs)
            form.data = form.data.copy()
            form.data["based_on"] = str(error.theirs.latest_revision_id)
            form.data["saved_alone"] = ""
            raise
        return self.record

    def _compared(self, form: Any, theirs: Any) -> list[Any]:
        """Give what the other version says differently, marked against this one."""
        mine = words_of(theirs) | {
            _("Title"): form.cleaned_data["title"],
            _("In short"): form.cleaned_data["lead"],
            _("Text"): text_of(form.body()),
        }
        return differences(mine, words_of(theirs))
