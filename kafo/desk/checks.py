"""System check desk.E001: an address at the desk whose view has no policy does not start."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver

from kafo.desk.permissions import policy_of, walk


@register(Tags.urls)
def check_policies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an address under /desk/ that asks no policy."""
    return [
        Error(
            f"/{route} asks no policy.",
            hint="Derive its view from kafo.desk.views.DeskView and set `policy`.",
            id="desk.E001",
        )
        for route, pattern in walk(get_resolver().url_patterns)
        if route.startswith("desk/") and policy_of(pattern.callback) is None
    ]
