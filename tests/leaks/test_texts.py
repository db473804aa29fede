"""Text that wants to be a script stays text, whichever way it comes in."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kafo.publishing.baking.reconcile import reconcile
from kafo.publishing.models import NewsPage, ReferenceList
from kafo.publishing.services.writing import newest
from kafo.publishing.tests.conftest import Browser, browser, publish  # noqa: F401
from tests.leaks.world import World

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    '<a href="javascript:alert(1)">here</a>',
    "[here](javascript:alert(1))",
    "[here](data:text/html,<script>alert(1)</script>)",
    '[here](https://a.example/"onmouseover="alert(1))',
    "<iframe src=//evil.example></iframe>",
    "<style>@import '//evil.example'</style>",
    "<math><mtext><script>alert(1)</script>",
    "<p style=background:url(//evil.example)>x</p>",
    "{{ request.user.password }}{% debug %}",
    "</textarea><script>alert(1)</script>",
]


def _runs(html: str) -> list[str]:
    """Give what in a page could run or reach out; its own files are by address."""
    html = re.sub(r"<script\b[^>]*\bsrc=\"/[^\"]*\"[^>]*></script>", "", html)
    return re.findall(
        r"<script\b[^>]*>[^<]*alert|<[a-z]+\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*\son\w+=|"
        r"(?:href|src|action)=[\"']?\s*(?:javascript|data:text|vbscript)|<iframe src=[\"']?//|"
        r"<style[^>]*>[^<]*evil|<svg[^>]*onload|<p style",
        html,
        re.IGNORECASE,
    )


@pytest.mark.parametrize("text", SCRIPTS)
def test_it_keeps_it_text_from_the_desk_to_the_reader(
    world: World,
    browser: Browser,  # noqa: F811
    text: str,
) -> None:
    client = world.client("editor")
    data = {
        "below": world.records["A"]["news_list"].pk,
        "title": f"Title {text}"[:150],
        "lead": text,
        "news_on": "2026-01-01",
        "author": text,
        "order": "new1:text,new2:heading",
        "part-new1": text,
        "part-new2": text,
        "press": "publish",
    }
    answer = client.post(reverse("pages:add"), data)
    assert answer.status_code == 302
    page = NewsPage.objects.order_by("-pk")[0]
    for name in ("pages:page", "pages:write", "pages:preview", "pages:frame"):
        shown = client.get(reverse(name, args=[page.pk]))
        assert _runs(shown.content.decode()) == [], name
    assert _runs(client.get(reverse("pages:list"), {"q": text}).content.decode()) == []
    publish(world.records["A"]["home"].specific)
    publish(world.records["A"]["news_list"].specific)
    reconcile()
    for path in (page.get_url_parts()[2], "/fr/news/"):
        shown_to_readers = browser.get(f"http://a.localhost:8000{path}")
        assert shown_to_readers.status == 200
        assert _runs(shown_to_readers.html) == []


@pytest.mark.parametrize("text", SCRIPTS)
def test_it_cleans_what_the_back_office_sends(
    world: World,
    browser: Browser,  # noqa: F811
    text: str,
) -> None:
    """The rich text editor sends a description of the text; anybody can send another one."""
    from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

    content = {
        "blocks": [
            {
                "key": "a",
                "text": text,
                "type": "unstyled",
                "depth": 0,
                "inlineStyleRanges": [],
                "entityRanges": [{"offset": 0, "length": 4, "key": 0}],
            }
        ],
        "entityMap": {
            "0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}
        },
    }
    html = ContentstateConverter(
        features=["bold", "italic", "link", "ol", "ul"]
    ).to_database_format(json.dumps(content))
    page = newest(world.records["A"]["page"])
    page.body = json.dumps([{"type": "paragraph", "value": html + text, "id": "x"}])
    page.lead = text
    publish(page)
    publish(world.records["A"]["home"].specific)
    reconcile()
    answer = browser.get(f"http://a.localhost:8000{page.get_url_parts()[2]}")
    assert answer.status == 200
    assert _runs(answer.html) == []


@pytest.mark.parametrize("text", SCRIPTS)
def test_it_keeps_it_text_in_an_imported_list(world: World, text: str) -> None:
    cell = text.replace('"', '""')
    content = f'code,name,cercle,region\n1,"{cell}",Kati,"{cell}"\n'
    client = world.client("director")
    answer = client.post(
        reverse("places:list-import"),
        {
            "name_fr": text[:100],
            "name_en": text[:100],
            "organization": world.records["A"]["organization"].pk,
            "source": text,
            "as_of": "2024-09-01",
            "official_count": "1",
            "content": SimpleUploadedFile("l.csv", content.encode()),
        },
    )
    assert answer.status_code == 302
    pages = [answer.content.decode(), client.get(reverse("places:lists")).content.decode()]
    pages.append(client.get(reverse("places:entries")).content.decode())
    for found in ReferenceList.objects.filter(as_of=date(2024, 9, 1)):
        pages.append(client.get(reverse("places:list", args=[found.pk])).content.decode())
    assert [_runs(html) for html in pages if _runs(html)] == []


def test_it_keeps_names_text_at_the_desk(world: World) -> None:
    record: Any = world.records["A"]
    for text in SCRIPTS:
        for name, field in (("person", "family_name"), ("document", "title"), ("picture", "title")):
            type(record[name]).objects.filter(pk=record[name].pk).update(**{field: text[:80]})
        client = world.client("director")
        for path in (
            reverse("people:persons"),
            reverse("people:person", args=[record["person"].pk]),
            reverse("pages:pictures"),
            reverse("pages:documents"),
            reverse("wagtailimages:index"),
            reverse("wagtaildocs:index"),
            reverse("wagtailadmin_pages:search") + "?q=" + "%3Cscript%3Ealert(1)%3C/script%3E",
        ):
            assert _runs(client.get(path).content.decode()) == [], path
