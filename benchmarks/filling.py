"""Fills the office in KAFO_HOME with news: python -m benchmarks.filling COUNT."""

import sys
from pathlib import Path

import django


def fill(count: int) -> None:
    """Add `count` French news items with two pictures each, and bake all."""
    from django.core.files import File
    from django.db import transaction
    from wagtail.models import Locale

    from benchmarks.texts import PICTURES, news_items
    from kafo.publishing.baking.reconcile import reconcile
    from kafo.publishing.models import ListPage, NewsPage, Picture, PublicSite
    from kafo.records.languages import Translated

    site = PublicSite.objects.get()
    pictures: dict[Path, Picture] = {}
    for path in PICTURES:
        with path.open("rb") as content:
            pictures[path] = Picture.objects.create(
                title=path.stem,
                file=File(content, name=path.name),
                collection=site.collection,
                credit="Kafo",
                alternatives=Translated(fr=f"Dessin : {path.stem}"),
            )
    french = Locale.objects.get(language_code="fr")
    news = ListPage.objects.get(locale=french)
    with transaction.atomic():
        for item in news_items(count):
            above, inside = (pictures[path] for path in item.pictures)
            texts = [("paragraph", f"<p>{text}</p>") for text in item.paragraphs]
            figure = ("picture", {"picture": inside, "caption": "", "alternative": ""})
            page = NewsPage(
                title=item.title,
                slug=item.slug,
                lead=item.lead,
                news_on=item.day,
                author="Awa Essai",
                picture=above,
                locale=french,
                body=[*texts[:1], figure, *texts[1:]],
            )
            news.add_child(instance=page)
    reconcile()


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
