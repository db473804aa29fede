"""The page types of the public sites."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.documents import get_document_model_string
from wagtail.fields import StreamField
from wagtail.models import Page

from kafo.publishing.blocks import BodyBlock
from kafo.publishing.enums import Listed, ProjectState
from kafo.publishing.models.sites import site_of, site_path

RESERVED_SLUGS = {"texte", "recherche", "media", "n"}


class SitePage(Page):
    """What every page of a public site has.

    A translation goes stale only when its source is published with a change *declared* as one of
    meaning: that raises the source's `meaning_version`, and the translation remembers in
    `source_meaning` the version it renders.
    """

    number = models.PositiveIntegerField(
        _("number"), null=True, editable=False, help_text=_("The same for all languages, for ever.")
    )
    lead = models.TextField(_("lead"), max_length=400, blank=True)
    picture = models.ForeignKey(
        "publishing.Picture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    picture_caption = models.CharField(_("caption of the picture"), max_length=250, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("body"))
    author = models.CharField(_("author"), max_length=120, blank=True)
    translator = models.CharField(_("translator"), max_length=120, blank=True)
    updated_on = models.DateField(_("updated on"), null=True, blank=True)
    changes_meaning = models.BooleanField(
        _("this change alters the meaning"),
        default=False,
        help_text=_("Tick it if the translations must be looked at again."),
    )
    follows_source = models.BooleanField(
        _("this translation says again what the original says"), default=False
    )
    checked_on = models.DateField(_("checked on"), null=True, editable=False)
    meaning_version = models.PositiveIntegerField(default=1, editable=False)
    source_language = models.CharField(max_length=12, blank=True, editable=False)
    source_meaning = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("body", heading=_("Text")),
        FieldPanel("changes_meaning"),
        FieldPanel("follows_source"),
    ]
    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("show_in_menus")],
            heading=_("Address and menu"),
        ),
        MultiFieldPanel(
            [FieldPanel("author"), FieldPanel("translator"), FieldPanel("updated_on")],
            heading=_("Who and when"),
        ),
    ]

    is_wide = False

    def clean(self) -> None:
        super().clean()
        if self.slug in RESERVED_SLUGS or self.slug.isdigit():
            message = _("“%(slug)s” is kept for the site itself; choose another address.")
            raise ValidationError({"slug": message % {"slug": self.slug}})

    def with_content_json(self, content: Any) -> Any:
        page = super().with_content_json(content)
        for name in (
            "number",
            "meaning_version",
            "source_language",
            "source_meaning",
            "checked_on",
        ):
            setattr(page, name, getattr(self, name))
        return page

    @property
    def language(self) -> str:
        """Give the language code of the page."""
        return self.locale.language_code

    @property
    def shown_on(self) -> Any:
        """Give the date that readers see beside the title, or None."""
        return None

    def source(self) -> "SitePage | None":
        """Give the page that this one translates; None for an original or a lost source."""
        if not self.source_language:
            return None
        return (
            type(self)
            .objects.filter(
                translation_key=self.translation_key, locale__language_code=self.source_language
            )
            .first()
        )

    def is_stale(self) -> bool:
        """Say whether the source changed its meaning since this translation was made."""
        source = self.source()
        return source is not None and source.meaning_version > self.source_meaning

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        site = site_of(self)
        if site is None:
            return None
        return site.wagtail_site_id, site.root_url, f"/{site_path(self)}"

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.serve_preview(request, "")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from kafo.publishing.baking.previews import preview

        return preview(self)


class HomePage(SitePage):
    """The first page of a site in one language."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["publishing.ListPage", "publishing.PlainPage"]
    is_wide = True

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class ListPage(SitePage):
    """Lists its children, twenty a page."""

    listed = models.CharField(_("lists"), max_length=12, choices=Listed, default=Listed.NEWS)

    parent_page_types = ["publishing.HomePage"]
    subpage_types = [
        "publishing.NewsPage",
        "publishing.ProjectPage",
        "publishing.PlacePage",
        "publishing.DocumentPage",
        "publishing.PlainPage",
    ]
    content_panels = [*SitePage.content_panels, FieldPanel("listed")]

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")

    @property
    def is_wide(self) -> bool:  # type: ignore[override]
        return self.listed in {Listed.PLACES, Listed.PROJECTS}


class NewsPage(SitePage):
    """A news item."""

    news_on = models.DateField(_("date"))

    parent_page_types = ["publishing.ListPage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("news_on")]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")

    @property
    def shown_on(self) -> Any:
        return self.news_on


class ProjectPage(SitePage):
    """A project at a glance, then its details."""

    where = models.CharField(_("where"), max_length=160, blank=True)
    place = models.ForeignKey(
        "publishing.Place",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ProjectState, default=ProjectState.RUNNING
    )
    partners = models.TextField(_("with whom"), blank=True)
    means = models.TextField(_("means"), blank=True)
    wanted = models.TextField(_("volunteers wanted"), blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)

    parent_page_types = ["publishing.ListPage"]
    subpage_types: list[str] = []
    content_panels = [
        *SitePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "where",
                    "place",
                    "starts_on",
                    "ends_on",
                    "state",
                    "partners",
                    "means",
                    "wanted",
                    "contact",
                )
            ],
            heading=_("At a glance"),
        ),
    ]

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("A project cannot end before it starts.")})


class PlacePage(SitePage):
    """The page of a place; its facts are the place's own, the same in all languages."""

    place = models.ForeignKey(
        "publishing.Place", models.PROTECT, related_name="pages", verbose_name=_("place")
    )

    parent_page_types = ["publishing.ListPage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("place")]

    class Meta:
        verbose_name = _("place page")
        verbose_name_plural = _("place pages")


class PlainPage(SitePage):
    """A page of text."""

    in_footer = models.BooleanField(_("link at the foot of each page"), default=False)

    subpage_types = ["publishing.PlainPage"]
    promote_panels = [*SitePage.promote_panels, FieldPanel("in_footer")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")


class DocumentPage(SitePage):
    """A document to download, with what it costs to do so."""

    document = models.ForeignKey(
        get_document_model_string(), models.PROTECT, related_name="+", verbose_name=_("document")
    )
    pages_count = models.PositiveSmallIntegerField(_("number of pages"), null=True, blank=True)
    document_language = models.CharField(_("language of the document"), max_length=12, blank=True)
    edition = models.CharField(_("edition"), max_length=40, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)

    parent_page_types = ["publishing.ListPage"]
    subpage_types: list[str] = []
    content_panels = [
        *SitePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("document", "pages_count", "document_language", "edition", "issued_on")
            ],
            heading=_("Document"),
        ),
    ]

    class Meta:
        verbose_name = _("document page")
        verbose_name_plural = _("document pages")

    @property
    def shown_on(self) -> Any:
        return self.issued_on


LASTING = (PlainPage, ProjectPage)
"""What is meant to stay true, and is made sure of now and then."""
PAGE_TYPES = (HomePage, ListPage, NewsPage, ProjectPage, PlacePage, PlainPage, DocumentPage)
