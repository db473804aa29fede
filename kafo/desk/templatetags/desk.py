from typing import Any

from django import template
from django.conf import settings

from kafo.desk.assets import assets
from kafo.desk.forms import desk_languages
from kafo.desk.menu import account_links, menu_for, office_name

register = template.Library()
register.simple_tag(desk_languages)


@register.simple_tag
def desk_asset(name: str) -> str:
    """Give the address of a file of the frame."""
    return assets()[name].url


@register.simple_tag(takes_context=True)
def desk_menu(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the menu of the account, empty for strangers."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return []
    return menu_for(request)


@register.simple_tag(takes_context=True)
def desk_office(context: dict[str, Any]) -> str:
    """Give the name of the office."""
    request = context.get("request")
    return office_name(request) if request else settings.WAGTAIL_SITE_NAME


@register.simple_tag
def desk_account_links() -> dict[str, str]:
    """Give the addresses of the account's own page and of signing out."""
    return account_links()
