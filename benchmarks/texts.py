"""The news items that both Kafo and WordPress publish: the demonstration's texts and pictures."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "kafo/welcome/demo"
PICTURES = sorted((DEMO / "pictures").glob("*.webp"))


@dataclass(frozen=True)
class NewsItem:
    """One news item with two pictures, one above the text and one in it."""

    title: str
    slug: str
    lead: str
    paragraphs: list[str]
    day: date
    pictures: tuple[Path, Path]


def news_items(count: int) -> list[NewsItem]:
    """Give `count` news items; the texts of the story come round again, numbered."""
    files = sorted((DEMO / "story").glob("news_*.toml"))
    stories = [
        row for path in files for row in tomllib.loads(path.read_text(encoding="utf-8"))["news"]
    ]
    items = []
    for number in range(count):
        story = stories[number % len(stories)]
        parts = [part.strip() for part in story["body"]["fr"].split("\n\n")]
        items.append(
            NewsItem(
                title=f"{story['title']['fr']} ({number + 1})",
                slug=f"nouvelle-{number + 1}",
                lead=story["lead"]["fr"],
                paragraphs=[part for part in map(_plain, parts) if part],
                day=date(2007, 7, 9) - timedelta(days=number),
                pictures=(
                    PICTURES[number % len(PICTURES)],
                    PICTURES[(number + 7) % len(PICTURES)],
                ),
            )
        )
    return items


def _plain(part: str) -> str:
    """Give a paragraph without marks of headings, quotes and links."""
    words = part.lstrip("#> ")
    while "](" in words:
        before, _, rest = words.partition("](")
        words = before.replace("[", "", 1) + rest.partition(")")[2]
    return words
