"""The blocks of a page's body as HTML, as HTML without pictures, and as words for the search."""

import re
from typing import Any

from bs4 import BeautifulSoup
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text.rewriters import extract_attrs
from wagtail.whitelist import Whitelister, allow_without_attributes, attribute_rule, check_url

from kafo.publishing.baking.prices import file_size, price_of_download
from kafo.publishing.baking.rendering import Rendering
from kafo.publishing.templatetags.language_mark import language_mark, marked

CREDIT = gettext_lazy("Picture: %(credit)s")
PICTURE = gettext_lazy("Picture: %(text)s")
GONE = gettext_lazy("address gone")
ARCHIVED = gettext_lazy("address gone, archived on %(day)s")

_LINK = re.compile(r"<a(\b[^>]*)>(.*?)</a>", re.DOTALL)


class _Cleaner(Whitelister):
    """Lets through what the editor can write and nothing else."""

    element_rules = {
        "[document]": allow_without_attributes,
        "a": attribute_rule({"href": check_url, "linktype": True, "id": True}),
        **dict.fromkeys(
            ["p", "b", "strong", "i", "em", "ol", "ul", "li", "br"], allow_without_attributes
        ),
    }


def _external(rendering: Rendering, address: str, inner: str) -> str:
    dead = rendering.dead_link(address)
    if dead is None:
        return format_html('<a href="{}">{}</a>', address, mark_safe(inner))
    note = marked(GONE, GONE)
    if dead.archived_on:
        note = marked(ARCHIVED, ARCHIVED % {"day": date_format(dead.archived_on)})
    if dead.archive_address:
        shown = format_html('<a href="{}">{}</a>', dead.archive_address, note)
    else:
        shown = note
    return format_html("<span>{}</span> ({})", mark_safe(inner), shown)


def _link(rendering: Rendering, match: re.Match[str]) -> str:
    attributes, inner = extract_attrs(match[1]), match[2]
    kind = attributes.get("linktype")
    if kind == "page":
        page = Page.objects.filter(pk=_number(attributes)).select_related("locale").first()
        href = rendering.page_href(page) if page else ""
    elif kind == "document":
        document = get_document_model().objects.filter(pk=_number(attributes)).first()
        if document is None:
            return inner
        href = rendering.document_href(document)
        size = file_size(document.get_file_size() or 0)
        return format_html('<a href="{}">{}</a> ({})', href, mark_safe(inner), size)
    else:
        href = attributes.get("href", "")
        if href.startswith(("http://", "https://")):
            return _external(rendering, href, inner)
    return format_html('<a href="{}">{}</a>', href, mark_safe(inner)) if href else inner


def _number(attributes: dict[str, str]) -> int:
    text = attributes.get("id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def rich_text(rendering: Rendering, html: str) -> SafeString:
    """Give rich text as readers get it: links relative, dead ones named as such."""
    cleaned = _Cleaner().clean(html)
    return mark_safe(_LINK.sub(lambda match: _link(rendering, match), cleaned))


def _picture(rendering: Rendering, value: Any, *, with_pictures: bool) -> SafeString:
    picture = value["picture"]
    if picture is None:
        return mark_safe("")
    alternative = value["alternative"] or picture.alternative(rendering.language)
    if not with_pictures:
        text = PICTURE % {"text": alternative or value["caption"]}
        return format_html("<p{}>[{}]</p>", language_mark(PICTURE), text)
    caption = caption_of(value["caption"], picture)
    return format_html(
        "<figure>{}{}</figure>",
        rendering.figure(picture, alternative),
        format_html("<figcaption>{}</figcaption>", caption) if caption else "",
    )


def caption_of(caption: str, picture: Any) -> SafeString:
    """Give what stands under a picture: its caption, who made it and under which licence it is."""
    credit = CREDIT % {"credit": picture.credit} if picture.credit else ""
    if credit and picture.licence:
        credit += f" ({picture.licence})"
    parts = (caption, marked(CREDIT, credit) if credit else "")
    return format_html_join(" ", "{}", ((part,) for part in parts if part))


def _document(rendering: Rendering, document: Any) -> SafeString:
    size = document.get_file_size() or 0
    return format_html(
        '<p><a href="{}">{}</a> ({}, {})</p>',
        rendering.document_href(document),
        document.title,
        file_size(size),
        price_of_download(size),
    )


def body_html(rendering: Rendering, body: Any, *, with_pictures: bool = True) -> SafeString:
    """Give the HTML of a body; without pictures, their alternative texts stand in for them."""
    parts = []
    for block in body:
        value = block.value
        match block.block_type:
            case "paragraph":
                parts.append(rich_text(rendering, value.source))
            case "heading":
                parts.append(format_html("<h2>{}</h2>", value))
            case "picture":
                parts.append(_picture(rendering, value, with_pictures=with_pictures))
            case "quote":
                source = format_html("<p>— {}</p>", value["source"]) if value["source"] else ""
                parts.append(
                    format_html(
                        '<blockquote class="note"><p>{}</p>{}</blockquote>', value["text"], source
                    )
                )
            case "link":
                words = format_html("{}", value["text"])
                parts.append(
                    format_html(
                        "<p>{}</p>", mark_safe(_external(rendering, value["address"], words))
                    )
                )
            case "document" if value is not None:
                parts.append(_document(rendering, value))
    return mark_safe("\n".join(parts))


def words_of(html: str) -> str:
    """Give the words of a piece of HTML, for the search and for feeds."""
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())
