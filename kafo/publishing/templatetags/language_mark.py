"""Says in a page which of its words are in another language than the page itself (WCAG 3.1.2)."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

register = template.Library()


@register.filter
def language_mark(words: Any) -> SafeString:
    """Give ` lang="fr"` when `words` were left in French for want of a translation, else nothing.

    `words` are lazy. Languages of the desk have all of them.
    """
    if get_language() in settings.KAFO_DESK_LANGUAGES:
        return mark_safe("")
    said, fallback = str(words), settings.LANGUAGE_CODE
    with override(fallback):
        return format_html(' lang="{}"', fallback) if str(words) == said else mark_safe("")


def marked(words: Any, said: Any) -> SafeString:
    """Give `said`, which was made of the lazy `words`, with a mark where these are in French."""
    mark = language_mark(words)
    return format_html("<span{}>{}</span>", mark, said) if mark else format_html("{}", said)
