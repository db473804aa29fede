"""Facts at a glance: short answers beside their names, for projects, places and documents."""

from dataclasses import dataclass

from django.template.defaultfilters import linebreaksbr
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page

from kafo.publishing.baking.frames import language_name
from kafo.publishing.baking.prices import file_size, price_of_download
from kafo.publishing.baking.rendering import Rendering
from kafo.publishing.enums import ProjectState
from kafo.publishing.facts import COMMUNE
from kafo.publishing.models import DocumentPage, Place, PlacePage, ProjectPage, SitePage
from kafo.publishing.templatetags.language_mark import marked

BETWEEN = gettext_lazy("%(starts)s to %(ends)s")
SINCE = gettext_lazy("since %(starts)s")
UNTIL = gettext_lazy("until %(ends)s")
PAGES = gettext_lazy("Pages")
FACTS = gettext_lazy("Facts")
BUNDLE = gettext_lazy("at the price of a day's bundle, 2.5 FCFA a megabyte")


@dataclass(frozen=True)
class Answer:
    """One line: what is asked, the answer as HTML, and where it comes from."""

    name: str
    value: SafeString
    note: str = ""


def _plain(name: str, text: str) -> Answer:
    return Answer(name, format_html("{}", text))


def _span(page: ProjectPage) -> SafeString:
    starts = date_format(page.starts_on) if page.starts_on else ""
    ends = date_format(page.ends_on) if page.ends_on else ""
    if not (starts or ends):
        return SafeString("")
    words = BETWEEN if starts and ends else SINCE if starts else UNTIL
    return marked(words, words % {"starts": starts, "ends": ends})


def _where(rendering: Rendering, page: ProjectPage) -> SafeString:
    if page.place is None:
        return format_html("{}", page.where)
    rendering.uses(f"place:{page.place_id}")
    told = (
        PlacePage.objects.filter(place=page.place, locale=page.locale, live=True)
        .select_related("locale")
        .first()
    )
    href = rendering.page_href(told) if told else ""
    name = page.where or page.place.name
    return format_html('<a href="{}">{}</a>', href, name) if href else format_html("{}", name)


def project_answers(rendering: Rendering, page: ProjectPage) -> list[Answer]:
    """Give a project at a glance; what nobody filled in is left out."""
    lines = [
        Answer(_("Where"), _where(rendering, page)),
        _plain(_("When"), _span(page)),
        Answer(_("State"), marked(ProjectState(page.state).label, page.get_state_display())),
        *(
            Answer(name, linebreaksbr(text))
            for name, text in (
                (_("With whom"), page.partners),
                (_("Means"), page.means),
                (_("Volunteers wanted"), page.wanted),
            )
        ),
        _plain(_("Contact"), page.contact),
    ]
    return [line for line in lines if line.value]


def place_answers(rendering: Rendering, place: Place) -> list[Answer]:
    """Give the facts of a place, each with its source and the day somebody made sure of it."""
    rendering.uses(f"place:{place.pk}")
    order = list(COMMUNE)
    facts = sorted(place.facts.select_related("place"), key=lambda fact: order.index(fact.kind))
    answers = []
    for fact in facts:
        if not fact.value:
            continue
        value = marked(FACTS, fact.shown)
        if fact.href:
            value = format_html('<a href="{}">{}</a>', fact.href, value)
        checked = _("checked on %(day)s") % {"day": date_format(fact.checked_on)}
        source = _("Source: %(source)s") % {"source": fact.source} if fact.source else ""
        note = marked(FACTS, " · ".join(filter(None, (source, checked))))
        answers.append(Answer(fact.label, value, note))
    return answers


def place_line(place: Place, known: int) -> str:
    """Give where a place lies and how much is known of it."""
    where = [
        _("cercle of %(name)s") % {"name": place.cercle} if place.cercle else "",
        _("region of %(name)s") % {"name": place.region} if place.region else "",
    ]
    told = _("%(known)s of %(all)s facts known")
    return " · ".join(filter(None, [*where, told % {"known": known, "all": len(COMMUNE)}]))


def document_answers(page: DocumentPage) -> list[Answer]:
    """Give what a document is and what it costs to download it."""
    size = page.document.get_file_size() or 0
    form = page.document.file_extension.upper()
    if page.pages_count:
        words = ngettext("%(form)s, %(count)s page", "%(form)s, %(count)s pages", page.pages_count)
        form = marked(PAGES, words % {"form": form, "count": page.pages_count})
    issued = date_format(page.issued_on) if page.issued_on else ""
    lines = [
        _plain(_("Format"), form),
        _plain(_("Size"), file_size(size)),
        Answer(
            _("Cost"),
            price_of_download(size),
            marked(BUNDLE, BUNDLE),
        ),
        _plain(
            _("Language"), language_name(page.document_language) if page.document_language else ""
        ),
        _plain(_("Edition"), ", ".join(filter(None, (page.edition, issued)))),
    ]
    return [line for line in lines if line.value]


def answers_of(rendering: Rendering, page: SitePage | Page) -> list[Answer]:
    """Give the lines at a glance of any page; none for types that have none."""
    match page:
        case ProjectPage():
            return project_answers(rendering, page)
        case PlacePage():
            return place_answers(rendering, page.place)
        case DocumentPage():
            return document_answers(page)
    return []
