"""Links out of the house, as they were noted when a page was baked."""

from django.db.models import QuerySet
from wagtail.models import Page

from kafo.publishing.baking.rendering import link_key
from kafo.publishing.models import BakeDependency, ExternalLink


def has_links(page: Page) -> bool:
    """Say whether what readers get of a page leads out of the house."""
    return _keys_of(page).exists()


def links_of(page: Page) -> list[ExternalLink]:
    """Give the links out of the house of a page, those that lead nowhere first."""
    keys = set(_keys_of(page).values_list("key", flat=True))
    if not keys:
        return []
    links = ExternalLink.objects.order_by("-is_dead", "address")
    return [link for link in links if link_key(link.address) in keys]


def uses_of(link: ExternalLink) -> QuerySet[BakeDependency]:
    """Give where a link stands, on all sites of this node."""
    return BakeDependency.objects.filter(key=link_key(link.address))


def _keys_of(page: Page) -> QuerySet[BakeDependency]:
    return BakeDependency.objects.filter(baked__page=page, key__startswith="link:")
