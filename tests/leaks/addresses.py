"""Every address of the node, from its URL configuration, and filled in for a record."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from kafo.people.models import Organization

_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    route: str
    name: str

    @property
    def key(self) -> str:
        """Its name, or its route where it has none."""
        return self.name or self.route

    def filled(self, record: Any = None) -> str:
        """Give the path, with `record` in it."""
        route = self.route
        if "(?P<" in route:  # the one address of Wagtail's that is a regular expression
            route = "editor/pages/<int:pk>/revisions/compare/earliest...latest/"
        route = route.replace("^.*/$", "whatever/").replace("^", "").replace("$", "")
        asked = "?language=en" if self.name == "pages:translate" else ""
        return "/" + _PART.sub(lambda part: self._value(part[1], record), route) + asked

    def _value(self, part: str, record: Any) -> str:
        kinds = {"account:declaration": "html", "federation:propose": str(Organization.wire.kind)}  # type: ignore[union-attr]
        known = {
            "kind": kinds.get(self.name, "population"),
            "purpose": "run_office",
            "law": "ml",
            "language": "fr",
            "content_type_app_name": "publishing",
            "content_type_model_name": "newspage",
            "app_label": "publishing",
            "model_name": "newspage",
            "app_name": "publishing",
            "action": "delete",
            "action_name": "approve",
            "filter_spec": "max-100x100",
            "document_filename": "file.txt",
            "digest": "none",
            "version": str(getattr(record, "latest_revision_id", None) or 1),
            "task_id": str(getattr(_task_of(record), "task_id", 1)),
            "task_state_id": str(getattr(_task_of(record), "pk", 1)),
            "path": "desk/desk.css",
            "revision_id": str(getattr(record, "latest_revision_id", None) or 1),
            "name": "desk.css" if self.name == "desk:asset" else "en",
            "uidb36": "1",
            "uidb64": "MQ",
            "key": "abc-def",
            "office": "00000000000070008000000000000009",
            "audience": "federation",
            "token": "abc-def",
            "sha256": "0" * 64,
        }
        if self.name == "library-file" and part == "name":
            return str(record.file.name)
        if part in known:
            return known[part]
        if part == "slug":
            return str(record.slug)
        if record is not None:
            return str(record.pk)
        return "00000000-0000-7000-8000-000000000009" if f"uuid:{part}" in self.route else "1"


def _task_of(record: Any) -> Any:
    """Give the step of approval that a page waits for, if it is one that waits."""
    return getattr(record, "current_workflow_task_state", None)


def every_address() -> list[Address]:
    return sorted(set(_walk(get_resolver().url_patterns)), key=lambda each: each.key)


def _walk(
    patterns: Iterable[URLPattern | URLResolver], before: str = "", space: str = ""
) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, route, inner)
        else:
            yield Address(route, space + pattern.name if pattern.name else "")
