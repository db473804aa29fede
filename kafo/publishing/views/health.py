"""The health of a site and its next short tasks."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kafo.desk.views import Column, ConfirmView, DeskView, Filter, ListView
from kafo.people.queries import may
from kafo.publishing.facts import COMMUNE
from kafo.publishing.forms.places import MinutesForm
from kafo.publishing.models import Counted, PublicSite, ReaderCount, ReviewTask, TaskKind
from kafo.publishing.permissions.editing import WRITE
from kafo.publishing.permissions.places import readers_policy, site_policy, task_policy
from kafo.publishing.queries.health import SiteSurvey
from kafo.publishing.queries.readers import readership, with_titles
from kafo.publishing.queries.reports import health_of, number
from kafo.publishing.queries.tasks import (
    NextTask,
    best_of_each_gain,
    best_of_each_kind,
    minutes_given,
    my_tasks,
    next_tasks,
    title_of,
)
from kafo.publishing.services.tasks import finish_task, release_task, take_task
from kafo.records.errors import NotVisible, Refused

TASKS_IN_ALL = 50


class SiteHealthList(ListView):
    """The sites whose health the account may see."""

    model = PublicSite
    policy = site_policy
    title = _("Health of the sites")
    columns = [
        Column(
            _("Site"),
            str,
            sort="slug",
            link=lambda site: reverse("places:health", args=[site.slug]),
        ),
        Column(_("Organisation"), "organization"),
    ]
    order = ("slug",)

    def get_rows(self) -> Any:
        return PublicSite.objects.select_related("organization")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sites = list(self.visible_rows()[:2])
        if len(sites) == 1:
            return HttpResponseRedirect(reverse("places:health", args=[sites[0].slug]))
        return super().get(request, *args, **kwargs)


class _SiteView(DeskView):
    """A page about one site, named by its slug in the address."""

    model = PublicSite
    policy = site_policy

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = self.visible_rows().select_related("wagtail_site__root_page", "organization")
        self.record = rows.filter(slug=kwargs["slug"]).first()
        if self.record is None:
            raise NotVisible
        return super().answer(request, *args, **kwargs)


@dataclass(frozen=True)
class _Row:
    """A task with the address of the form that does it, as the template shows it."""

    task: NextTask
    url: str
    button: str
    gain: str
    is_mine: bool
    others_url: str


def gain_words(gain: float) -> str:
    """Give a gain with two figures that count: +1.3, +0.36, +0.028."""
    places = 1 if gain >= 1 else 2 if gain >= 0.1 else 3
    return f"+{number(gain, places)}"


def url_of_task(kind: str, subject: str, detail: str) -> str:
    """Give the address of the form in which a task is done."""
    if kind == TaskKind.CONFIRM:
        return reverse("places:fact-confirm", args=[subject, detail])
    if kind in {TaskKind.FILL, TaskKind.SOURCE}:
        return reverse("places:fact", args=[subject, detail])
    if kind == TaskKind.PLACE:
        return reverse("places:entry-open", args=[subject])
    if kind == TaskKind.TRANSLATE and detail:
        return reverse("pages:translate", args=[subject]) + f"?language={detail}"
    if kind in {TaskKind.TRANSLATE, TaskKind.CHECK, TaskKind.LINK}:
        return reverse("pages:page", args=[subject])
    return reverse("pages:write", args=[subject])


def _button(kind: str) -> str:
    return {
        TaskKind.CONFIRM: gettext("Still true?"),
        TaskKind.CHECK: gettext("Still true?"),
        TaskKind.FILL: gettext("Fill in"),
        TaskKind.SOURCE: gettext("Add"),
        TaskKind.PLACE: gettext("Open"),
        TaskKind.TRANSLATE: gettext("Translate"),
        TaskKind.LINK: gettext("Repair"),
        TaskKind.LIGHTEN: gettext("Lighten"),
    }[TaskKind(kind)]


def _rows(tasks: list[tuple[NextTask, bool]], account: Any, all_url: str) -> list[_Row]:
    """Give the rows for tasks, each with the word whether there are others like it."""
    return [
        _Row(
            task=task,
            url=url_of_task(*task.key),
            button=_button(task.kind),
            gain=gain_words(task.gain_per_quarter),
            is_mine=task.taken_by is not None and task.taken_by.pk == account.person_id,
            others_url=f"{all_url}?kind={task.kind}" if has_others else "",
        )
        for task, has_others in tasks
    ]


class SiteHealth(_SiteView):
    """Both panels of a site, and what to do next."""

    template_name = "publishing/desk/health.html"

    def get_title(self) -> Any:
        return _("Health of %(site)s") % {"site": self.record}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        health = health_of(self.record)
        may_write = self.may("change")
        tasks = best_of_each_kind(next_tasks(health.survey)) if may_write else []
        all_url = reverse("places:tasks", args=[self.record.slug])
        return super().get_context_data(
            health=health,
            rows=_rows(tasks, self.request.user, all_url),
            all_url=all_url,
            readers=readership(self.record),
            reference_list=health.survey.reference_list,
            **kwargs,
        )


class ReaderCountList(ListView):
    """What was read and looked for in vain, by month."""

    model = ReaderCount
    policy = readers_policy
    title = _("Readers, by month")
    intro = _("Pages are counted, not readers: nothing here tells one from another.")
    search_fields = ["subject"]
    order = ("-month", "-count")
    columns = [
        Column(_("Page or words"), lambda row: row.page_title or row.subject, sort="subject"),
        Column(_("Site"), "site"),
        Column(_("Month"), lambda row: date_format(row.month, "F Y"), sort="month"),
        Column(_("What"), lambda row: row.get_kind_display()),
        Column(_("How often"), "count", sort="count"),
    ]
    filters = [
        Filter("kind", _("What"), Counted.choices),
        Filter(
            "site__slug",
            _("Site"),
            choices=lambda request: [
                (site.slug, str(site))
                for site in site_policy.visible_to(request.user, PublicSite.objects.all())
            ],
        ),
    ]
    empty_text = _("Nothing was counted yet.")

    def get_links(self) -> list[tuple[Any, str]]:
        return [(SiteHealthList.title, reverse("places:sites"))]

    def get_rows(self) -> Any:
        return with_titles(ReaderCount.objects.select_related("site"))


class SiteTasks(_SiteView):
    """The longer list of what to do next, of all kinds or of one."""

    action = "change"
    template_name = "publishing/desk/tasks.html"

    def get_title(self) -> Any:
        return _("Next tasks for %(site)s") % {"site": self.record}

    def get_back(self) -> tuple[Any, str]:
        return str(self.record), reverse("places:health", args=[self.record.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = next_tasks(SiteSurvey(self.record))
        kind = self.request.GET.get("kind", "")
        kinds = [each for each in TaskKind if any(task.kind == each for task in found)]
        if kind in TaskKind.values:
            tasks = [(task, False) for task in found if task.kind == kind]
        else:
            tasks = best_of_each_gain(found)
        all_url = reverse("places:tasks", args=[self.record.slug])
        return super().get_context_data(
            rows=_rows(tasks[:TASKS_IN_ALL], self.request.user, all_url),
            kinds=kinds,
            kind=kind,
            **kwargs,
        )


class TaskTake(_SiteView):
    """Takes one of the next tasks; what it is worth is worked out here, never sent by the form."""

    action = "change"
    http_method_names = ["post"]

    def get_back(self) -> tuple[Any, str]:
        return str(self.record), reverse("places:health", args=[self.record.slug])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = tuple(request.POST.get("task", "").split("/"))
        found = next_tasks(SiteSurvey(self.record))
        task = next((task for task in found if task.key == key), None)
        back = HttpResponseRedirect(self.get_back()[1])
        if task is None:
            messages.warning(
                request, gettext("This task is done already, or others gain more now.")
            )
            return back
        try:
            take_task(
                actor=request.user,  # type: ignore[arg-type]
                organization_id=self.record.organization_id,
                kind=task.kind,
                subject=task.subject,
                detail=task.detail,
                name=task.name,
                minutes=task.minutes,
            )
        except Refused as error:
            messages.error(request, str(error))
            return back
        messages.success(request, gettext("You took it. It waits on your start page."))
        return HttpResponseRedirect(reverse("desk:start"))


class TaskRelease(DeskView):
    """Gives a task back."""

    model = ReviewTask
    policy = task_policy
    action = "change"
    http_method_names = ["post"]

    def get_rows(self) -> QuerySet[Any]:
        return ReviewTask.objects.filter(person=self.request.user.person_id, done_at=None)  # type: ignore[union-attr]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        release_task(actor=request.user, task=self.record)  # type: ignore[arg-type]
        messages.success(request, gettext("You gave it back."))
        return HttpResponseRedirect(reverse("desk:start"))


class TaskFinish(ConfirmView):
    """Credits a task that was done elsewhere than in its own form."""

    model = ReviewTask
    policy = task_policy
    action = "change"
    form_class = MinutesForm
    is_dangerous = False
    button = _("It is done")
    done_text = _("Thank you; the minutes are credited.")

    def get_title(self) -> str:
        return title_of(self.record.kind, self.record.detail, self.record.name)

    def get_back(self) -> tuple[Any, str]:
        return _("My tasks"), reverse("desk:start")

    def get_initial(self) -> dict[str, Any]:
        return {"minutes": self.record.minutes}

    def save(self, form: MinutesForm) -> None:
        finish_task(actor=self.request.user, task=self.record, **form.cleaned_data)  # type: ignore[arg-type]


def my_tasks_panel(request: HttpRequest) -> SafeString | None:
    """Give the part of the start page with the tasks one took, or nothing without the right."""
    account: Any = request.user
    if not may(account, WRITE):
        return None
    rows = [
        {
            "task": task,
            "title": title_of(task.kind, task.detail, task.name),
            "url": url_of_task(task.kind, task.subject, task.detail),
            "button": _button(task.kind),
            "is_done_elsewhere": task.detail not in COMMUNE,
        }
        for task in my_tasks(account)
    ]
    context = {
        "rows": rows,
        "hours": number(minutes_given(account) / 60, 2),
        "health_url": reverse("places:sites"),
    }
    return SafeString(render_to_string("publishing/desk/my_tasks.html", context, request))
