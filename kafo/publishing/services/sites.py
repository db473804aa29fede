"""Sites and the addresses at which their pages are found."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from wagtail.models import Collection, Locale, Page, Site

from kafo.people.models import Organization
from kafo.publishing.addresses import normalised
from kafo.publishing.enums import Tone
from kafo.publishing.models import Address, BakedPage, HomePage, PublicSite, SitePage, site_of
from kafo.publishing.permissions.editing import page_policy
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible


@transaction.atomic
def create_site(
    *,
    slug: str,
    organization: Organization,
    hosts: Sequence[str],
    name: Mapping[str, str],
    locales: Sequence[str] = ("fr", "en"),
    port: int = 80,
    tagline: Mapping[str, str] | None = None,
    footer: Mapping[str, str] | None = None,
    contact: str = "",
    tone: Tone = Tone.EARTH,
) -> PublicSite:
    """Make a public site with an unpublished home page in its main language.

    An act of the node itself (first run, demo); nobody does it at the desk. Raises ValidationError
    when a host already belongs to another site.
    """
    main = locales[0]
    for code in locales:
        Locale.objects.get_or_create(language_code=code)
    root = Page.get_first_root_node()
    home = HomePage(
        title=name.get(main) or slug,
        slug=slug,
        locale=Locale.objects.get(language_code=main),
        live=False,
    )
    root.add_child(instance=home)
    collection = Collection.get_first_root_node().add_child(name=name.get(main) or slug)
    wagtail_site = Site.objects.create(
        hostname=hosts[0],
        port=port,
        site_name=name.get(main) or slug,
        root_page=home,
        is_default_site=not Site.objects.filter(is_default_site=True).exists(),
    )
    site = PublicSite(
        slug=slug,
        wagtail_site=wagtail_site,
        organization=organization,
        hosts=list(hosts),
        locales=list(locales),
        name=dict(name),
        tagline=dict(tagline or {}),
        footer=dict(footer or {}),
        contact=contact,
        collection=collection,
        tone=tone,
    )
    site.full_clean()
    site.save()
    return site


@transaction.atomic
def add_address(*, actor: Any, page: SitePage, address: str) -> Address:
    """Let an old `address` (`index.php?what=news&id=220&language=fr`) lead to `page`.

    Raises NotVisible unless `actor` may publish the page; None is the node itself.
    """
    if actor is not None:
        page_policy.require(actor, "publish", page)
    site = site_of(page)
    if site is None:
        raise NotVisible
    path, _mark, query = address.partition("?")
    row, _is_new = Address.objects.update_or_create(
        site=site, path=normalised(path, query), defaults={"page": page}
    )
    BakedPage.objects.filter(site=site, path="redirects.json").update(due=F("due") + 1)
    if actor is not None:
        record_act("publishing.address.add", actor=actor, record=page, address=row.path)
    return row
