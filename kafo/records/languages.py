"""Short texts that exist in several languages, and text as a search finds it."""

import unicodedata
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import get_language


class Translated(dict[str, str]):
    """A text by language code; as a string it is in the active language or the nearest there is."""

    def in_language(self, language: str) -> str:
        """Give the text in `language`, else in the first language of the settings that has it."""
        order = [language, *(code for code, _ in settings.LANGUAGES)]
        return next((self[code] for code in order if self.get(code)), "")

    def __str__(self) -> str:
        return self.in_language(get_language() or settings.LANGUAGE_CODE)


class TranslatedAttribute(DeferredAttribute):
    """Makes a Translated of a plain dict when it is set, not only when it is read back."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, dict) and not isinstance(value, Translated):
            value = Translated(value)
        instance.__dict__[self.field.attname] = value


class TranslatedField(models.JSONField):
    """Stores a Translated; a missing language is an empty text, never an error."""

    descriptor_class = TranslatedAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", Translated)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Translated:
        return Translated(super().from_db_value(value, expression, connection) or {})

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(dict(value or {}))


def folded(text: str, most: int | None = None) -> str:
    """Give `text` in lower case and without accents, as searches compare it.

    One letter can become many, such as `…` or `ß`: for a column, say how many letters it holds.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))[:most]
