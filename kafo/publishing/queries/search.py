"""Finding pages by their words, with or without accents; any input is only words."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kafo.publishing.enums import BakedKind
from kafo.publishing.models import BakedPage, PublicSite
from kafo.records.languages import folded

PER_PAGE = 20
MOST_WORDS = 8
MOST_LETTERS = 200
AROUND = 12


@dataclass(frozen=True)
class Hit:
    """A page found: its address within the site, and the words around the first match."""

    path: str
    title: str
    extract: SafeString
    shown_on: date | None


@dataclass(frozen=True)
class Found:
    """One page of hits."""

    hits: list[Hit]
    total: int
    pages: int


def words_of(query: str) -> list[str]:
    """Give the words to look for."""
    return folded(query.replace("\0", " ")[:MOST_LETTERS]).split()[:MOST_WORDS]


def _extract(text: str, words: list[str]) -> SafeString:
    tokens = text.split()
    at = next(
        (i for i, token in enumerate(tokens) if any(word in folded(token) for word in words)), 0
    )
    start = max(0, at - AROUND)
    shown = []
    for token in tokens[start : at + 2 * AROUND]:
        is_match = any(word in folded(token) for word in words)
        shown.append(f"<mark>{escape(token)}</mark>" if is_match else escape(token))
    end = " …" if at + 2 * AROUND < len(tokens) else ""
    return mark_safe(f"{'… ' if start else ''}{' '.join(shown)}{end}")


def search(site: PublicSite, language: str, query: str, number: int = 1) -> Found:
    """Give the pages of `site` in `language` that hold all words, in the title first."""
    words = words_of(query)
    if not words:
        return Found([], 0, 0)
    rows = BakedPage.objects.filter(
        site=site, language=language, kind=BakedKind.PAGE, baked_at__isnull=False
    )
    in_title = Q()
    for word in words:
        rows = rows.filter(Q(folded_title__contains=word) | Q(folded_text__contains=word))
        in_title &= Q(folded_title__contains=word)
    total = rows.count()
    rank = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    start = (max(1, number) - 1) * PER_PAGE
    page = rows.annotate(rank=rank).order_by("rank", "-shown_on", "path")[start : start + PER_PAGE]
    hits = [
        Hit(row.path, row.title, _extract(row.parts.get("words", ""), words), row.shown_on)
        for row in page
    ]
    return Found(hits, total, -(-total // PER_PAGE))
