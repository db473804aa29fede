"""Policies of the frame itself, and the way to find the policy of any view."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver

from kafo.records.permissions import Policy


class SignedIn(Policy):
    """Whoever is signed in: for pages that show nothing but one's own."""

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        return bool(actor.is_authenticated)


class Anyone(Policy):
    """Strangers too: the doors themselves (sign-in, invitation, style sheet)."""

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        return True


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """Give the policy that the view of a URL asks, or None when it has none."""
    policy = getattr(view, "policy", None) or getattr(
        getattr(view, "view_class", None), "policy", None
    )
    return policy if isinstance(policy, Policy) else None


def declare_policy(
    patterns: Iterable[URLPattern | URLResolver], policy: Policy
) -> list[URLPattern | URLResolver]:
    """Say which policy the views of other packages follow; these views enforce it themselves."""
    patterns = list(patterns)
    for _route, pattern in walk(patterns):
        if policy_of(pattern.callback) is None:
            pattern.callback.policy = policy  # type: ignore[attr-defined]
    return patterns


def walk(
    patterns: Iterable[URLPattern | URLResolver], before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Give every address below `patterns` with its whole route."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern
