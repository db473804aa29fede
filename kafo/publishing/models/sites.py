"""A public site: what readers see under one host name, in one or several languages."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from kafo.publishing.enums import Tone
from kafo.records.languages import TranslatedField

HOST = RegexValidator(
    r"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z", _("Write a host name without http:// or a path.")
)


def default_locales() -> list[str]:
    """Give the codes of the languages of a new site, its main one first."""
    return ["fr", "en"]


class PublicSite(models.Model):
    """One public site of the node; its pages hang below one home page per language."""

    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Its address in the demo: /short-name/.")
    )
    wagtail_site = models.OneToOneField(
        "wagtailcore.Site", models.CASCADE, related_name="public_site", verbose_name=_("site")
    )
    organization = models.ForeignKey(
        "people.Organization",
        models.PROTECT,
        related_name="public_sites",
        verbose_name=_("organisation"),
    )
    hosts = models.JSONField(
        _("host names"), default=list, help_text=_("The first one is the site's own address.")
    )
    locales = models.JSONField(_("languages, the main one first"), default=default_locales)
    name = TranslatedField(_("name"))
    tagline = TranslatedField(_("tagline"), blank=True)
    footer = TranslatedField(_("text at the foot of each page"), blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    collection = models.ForeignKey(
        "wagtailcore.Collection",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("collection of pictures and documents"),
    )
    tone = models.CharField(_("colour"), max_length=10, choices=Tone, default=Tone.EARTH)

    class Meta:
        verbose_name = _("public site")
        verbose_name_plural = _("public sites")
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name) or self.slug

    def clean(self) -> None:
        for host in self.hosts:
            HOST(host)
        taken = PublicSite.objects.exclude(pk=self.pk).values_list("hosts", flat=True)
        if shared := set(self.hosts) & {host for hosts in taken for host in hosts}:
            message = _("Another site already answers at %(host)s.")
            raise ValidationError({"hosts": message % {"host": min(shared)}})

    @property
    def main_locale(self) -> str:
        return self.locales[0]

    @property
    def root_url(self) -> str:
        """Give scheme and host of the site, without a slash at the end."""
        return self.wagtail_site.root_url

    def homes(self) -> dict[str, Page]:
        """Give the home page of each language that has one, by language code."""
        key = self.wagtail_site.root_page.translation_key
        rows = Page.objects.filter(translation_key=key).select_related("locale")
        return {page.locale.language_code: page for page in rows}


def site_of(page: Page) -> PublicSite | None:
    """Give the public site that `page` belongs to; None above or beside all sites."""
    home = Page.objects.filter(path=page.path[: 2 * Page.steplen]).values("translation_key")
    return (
        PublicSite.objects.filter(wagtail_site__root_page__translation_key__in=home)
        .select_related("wagtail_site__root_page")
        .first()
    )


def site_path(page: Page) -> str:
    """Give the address of `page` within its site, as `fr/nouvelles/titre/`."""
    return path_within_site(page.url_path, page.locale.language_code)


def path_within_site(url_path: str, language: str) -> str:
    """Give an address within a site from Wagtail's own path of the page."""
    below_home = url_path.strip("/").split("/")[1:]
    return "/".join([language, *below_home]) + "/"
