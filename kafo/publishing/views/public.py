"""What readers get from Django itself: the search. And pictures for those who edit."""

from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from wagtail.documents import get_document_model

from kafo.publishing.addresses import relative
from kafo.publishing.baking.pages import frame_of
from kafo.publishing.models import Picture, PublicSite, Rendition
from kafo.publishing.permissions.editing import file_policy
from kafo.publishing.queries.search import MOST_LETTERS, search, words_of
from kafo.publishing.serving.application import SEARCH, SITE_PREFIX
from kafo.publishing.serving.counting import count_search
from kafo.publishing.serving.files import policy
from kafo.records.errors import NotVisible


@require_safe
def search_page(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show what the search of a site finds. Only reached through the site's own address."""
    site = PublicSite.objects.filter(slug=slug).select_related("wagtail_site__root_page").first()
    if SITE_PREFIX not in request.META or site is None or language not in site.homes():
        raise NotVisible
    query = request.GET.get("q", "").replace("\0", " ").strip()[:MOST_LETTERS]
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    found = search(site, language, query, max(1, number))
    if not found.total:
        count_search(site.slug, " ".join(words_of(query)))
    path = f"{language}/{SEARCH}/"
    near = range(max(1, number - 2), min(found.pages, number + 2) + 1)
    with override(language):
        main = render_to_string(
            "publishing/site/search.html",
            {
                "query": query,
                "total": found.total,
                "number": number,
                "hits": [
                    {
                        "href": relative(hit.path, path),
                        "title": hit.title,
                        "extract": hit.extract,
                        "shown_on": hit.shown_on,
                    }
                    for hit in found.hits
                ],
                "pagination": [
                    (each, f"./?{urlencode({'q': query, 'page': each})}")
                    for each in near
                    if found.pages > 1
                ],
            },
        )
        asked_for = f"?{urlencode({'q': query})}" if query else ""
        homes = site.homes()
        parts = {
            "title": _("Search"),
            "main": main,
            "is_unlisted": True,
            "languages": {
                code: f"{code}/{SEARCH}/{asked_for}"
                for code in site.locales
                if code in homes and homes[code].live
            },
        }
        html = frame_of(site, language).join(parts, path)
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = policy(html.encode())
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def library_file(request: HttpRequest, name: str) -> FileResponse:
    """Give a picture or document of the library to those who may see it there.

    Readers get theirs from the baked site. Raises NotVisible.
    """
    rendition = Rendition.objects.filter(file=name).select_related("image").first()
    record = (
        rendition.image
        if rendition
        else Picture.objects.filter(file=name).first()
        or get_document_model().objects.filter(file=name).first()
    )
    if record is None or not file_policy.may(request.user, "view", record):
        raise NotVisible
    try:
        file = default_storage.open(name)
    except OSError:
        raise NotVisible from None
    response = FileResponse(file, as_attachment=not isinstance(record, Picture))
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
