"""What rooms above hang into the frame, from `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class MenuItem:
    label: Any
    url_name: str
    order: int
    visible: Callable[[Any], bool]


_items: dict[str, MenuItem] = {}
_panels: dict[Callable[[HttpRequest], Any], int] = {}
_record_parts: list[Callable[[HttpRequest, Any], Any]] = []
_account_links: dict[str, str] = {}
_office_name: list[Callable[[HttpRequest], str]] = []


def register_menu_item(
    label: Any,
    url_name: str,
    order: int,
    visible: Callable[[Any], bool] = lambda user: True,
) -> None:
    """Add a link to the menu for the accounts for which `visible(user)` holds."""
    _items[url_name] = MenuItem(label, url_name, order, visible)


def register_panel(panel: Callable[[HttpRequest], Any], order: int = 100) -> None:
    """Add a part to the start page: `panel(request)` gives safe HTML, or None for nothing."""
    _panels[panel] = order


def register_record_part(part: Callable[[HttpRequest, Any], Any]) -> None:
    """Add a part to the page of each record: `part(request, record)` gives safe HTML, or None."""
    if part not in _record_parts:
        _record_parts.append(part)


def register_office_name(name: Callable[[HttpRequest], str]) -> None:
    """Say how the office is called at the top of each page; the last one registered counts."""
    _office_name[:] = [name]


def register_account_links(*, own_page: str, sign_out: str) -> None:
    """Say by URL name where an account finds its own page, and where it signs out."""
    _account_links.update(own_page=own_page, sign_out=sign_out)


def account_links() -> dict[str, str]:
    """Give the addresses of the account's own page and of signing out."""
    return {name: reverse(url_name) for name, url_name in _account_links.items()}


def office_name(request: HttpRequest) -> str:
    """Give the name at the top of each page."""
    return (_office_name[0](request) if _office_name else "") or settings.WAGTAIL_SITE_NAME


def menu_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Give the links of the menu that the account may see, in order; the nearest one is current."""
    user = request.user
    items = sorted(_items.values(), key=lambda item: (item.order, str(item.label)))
    entries = [
        {"label": item.label, "url": reverse(item.url_name)} for item in items if item.visible(user)
    ]
    here = [entry for entry in entries if request.path.startswith(entry["url"])]
    if here:
        max(here, key=lambda entry: len(entry["url"]))["is_current"] = True
    return entries


def panels_for(request: HttpRequest) -> list[Any]:
    """Give the parts of the start page that have something to say, in order."""
    parts = (panel(request) for panel in sorted(_panels, key=lambda panel: _panels[panel]))
    return [part for part in parts if part]


def record_parts_for(request: HttpRequest, record: Any) -> list[Any]:
    """Give the parts that have something to say of a record."""
    return [said for part in _record_parts if (said := part(request, record))]
