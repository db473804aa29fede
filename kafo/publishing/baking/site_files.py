"""What a site has besides its pages: feeds, sitemap, the page for lost addresses, old addresses."""

import json
import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from kafo.publishing.addresses import without_language
from kafo.publishing.baking.files import (
    remove_compressed,
    site_folder,
    write_compressed,
)
from kafo.publishing.baking.frames import recipe
from kafo.publishing.baking.pages import Done, frame_of
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import Address, BakedPage, NewsPage, PublicSite
from kafo.records.durable import write_whole

FEED_LENGTH = 20
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="{ground}" '
    'd="M0 0h24v24H0z"/><path fill="none" stroke="#f8eedb" stroke-width="2.6" '
    'd="m8 2 10 10L8 22M16 2 6 12l10 10"/><path fill="#e3a43c" d="m12 9 3 3-3 3-3-3z"/></svg>'
)


def expect_site_files(site: PublicSite) -> None:
    """Make sure that a row stands for each file of `site` that is not a page."""
    homes = [code for code, home in site.homes().items() if home.live and code in site.locales]
    wanted = {("sitemap.xml", BakedKind.SITEMAP, ""), ("redirects.json", BakedKind.REDIRECTS, "")}
    for code in homes:
        wanted.add((f"{code}/feed.atom", BakedKind.FEED, code))
        wanted.add((f"{code}/404.html", BakedKind.MISSING, code))
    for path, kind, language in wanted:
        BakedPage.objects.get_or_create(
            site=site, path=path, defaults={"kind": kind, "language": language}
        )
    unwanted = (
        BakedPage.objects.filter(site=site)
        .exclude(kind=BakedKind.PAGE)
        .exclude(path__in=[path for path, _, _ in wanted])
    )
    for row in unwanted:
        file = site_folder(site.slug) / row.path
        remove_compressed(file)
        file.unlink(missing_ok=True)
        row.delete()


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _feed(row: BakedPage) -> str:
    site, language = row.site, row.language
    home = site.homes()[language]
    pages = (
        NewsPage.objects.descendant_of(home)
        .live()
        .select_related("locale")
        .order_by("-news_on", "-pk")[:FEED_LENGTH]
    )
    entries = [
        {
            "id": uuid.uuid5(page.translation_key, language).urn,
            "title": page.title,
            "lead": page.lead,
            "author": page.author,
            "address": page.get_full_url(),
            "published_at": _midnight(page.news_on),
            "updated_at": _midnight(page.updated_on or page.news_on),
        }
        for page in pages
    ]
    updated_at = max(
        (entry["updated_at"] for entry in entries), default=datetime.fromtimestamp(0, UTC)
    )
    with override(language):
        return render_to_string(
            "publishing/site/feed.xml",
            {
                "site": site,
                "language": language,
                "entries": entries,
                "updated_at": updated_at,
                "feed_address": f"{site.root_url}/{row.path}",
                "home_address": f"{site.root_url}/{language}/",
            },
        )


def _sitemap(row: BakedPage) -> str:
    paths = BakedPage.objects.filter(site=row.site, kind=BakedKind.PAGE).order_by("path")
    addresses = [f"{row.site.root_url}/{path}" for path in paths.values_list("path", flat=True)]
    return render_to_string("publishing/site/sitemap.xml", {"addresses": addresses})


def _redirects(row: BakedPage) -> str:
    """Give each address that no page has now: where to go, or null for a page that is gone."""
    site = row.site
    now = dict(
        BakedPage.objects.filter(site=site, kind=BakedKind.PAGE, page__isnull=False)
        .order_by("-path")
        .values_list("page_id", "path")
    )
    living = set(now.values())
    found: dict[str, str | None] = {}
    for path, page_id in Address.objects.filter(site=site).values_list("path", "page_id"):
        if path not in living:
            found[path] = now.get(page_id)
    for path, target in sorted(found.items(), key=lambda pair: _is_main(site, pair[1])):
        if "?" in path:
            found[without_language(path)] = target
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def _is_main(site: PublicSite, target: str | None) -> bool:
    return target is not None and target.startswith(f"{site.main_locale}/")


_TEXTS: dict[str, Callable[[BakedPage], str]] = {
    BakedKind.FEED: _feed,
    BakedKind.SITEMAP: _sitemap,
    BakedKind.REDIRECTS: _redirects,
}


def bake_site_file(row: BakedPage) -> Done:
    """Bake what `row` stands for, which is not a page; give what `settle` needs."""
    target = site_folder(row.site.slug) / row.path
    digest = ""
    if row.kind == BakedKind.MISSING:
        digest = bake_missing(row)
    elif row.kind == BakedKind.REDIRECTS:
        write_whole(target, _redirects(row).encode(), durable=False)
    else:
        text = "\n".join(filter(None, (line.strip() for line in _TEXTS[row.kind](row).split("\n"))))
        write_compressed(target, text)
    now = timezone.now()
    BakedPage.objects.filter(pk=row.pk).update(frame=digest, recipe=recipe(), baked_at=now)
    return Done(row.pk, row.due, now)


def bake_missing(row: BakedPage) -> str:
    """Bake the page for lost addresses; the server fills in where the root is."""
    frame = frame_of(row.site, row.language)
    with override(row.language):
        main = render_to_string("publishing/site/missing.html", {"language": row.language})
        title = main.partition("<h1>")[2].partition("</h1>")[0]
    html = frame.join({"title": title, "main": main.strip()}, row.path, up="@@up@@")
    write_compressed(site_folder(row.site.slug) / row.path, html)
    return frame.digest


def favicon(tone: str) -> str:
    """Give the sign of a site in its colour."""
    return FAVICON.format(ground="#8a2f0f" if tone == "earth" else "#1a2350")


def write_sites() -> None:
    """Tell the server which sites there are, at which hosts and in which languages."""
    sites = {}
    for site in PublicSite.objects.select_related("wagtail_site__root_page"):
        homes = site.homes()
        sites[site.slug] = {
            "hosts": site.hosts,
            "locales": [code for code in site.locales if code in homes and homes[code].live],
            "name": dict(site.name),
        }
        folder = site_folder(site.slug)
        robots = f"User-agent: *\nDisallow: /*/recherche/\nSitemap: {site.root_url}/sitemap.xml\n"
        write_whole(folder / "robots.txt", robots.encode(), durable=False)
        write_whole(folder / "favicon.svg", favicon(site.tone).encode(), durable=False)
    baked = settings.KAFO_BAKED
    content = json.dumps(sites, ensure_ascii=False, sort_keys=True).encode()
    target = baked / "sites.json"
    if not target.is_file() or target.read_bytes() != content:
        write_whole(target, content)
    for folder in baked.iterdir():
        if folder.is_dir() and folder.name not in sites:
            shutil.rmtree(folder)
