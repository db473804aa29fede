"""Putting the page of a place online, in all languages of the site at once."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.actions.copy_for_translation import ParentNotTranslatedError

from kafo.publishing.enums import Listed
from kafo.publishing.models import ListPage, Place, PlacePage, PublicSite, ReferenceEntry, TaskKind
from kafo.publishing.permissions.places import place_policy
from kafo.publishing.queries.tasks import MINUTES
from kafo.publishing.services.places import require
from kafo.publishing.services.tasks import credit_task
from kafo.records.errors import Refused


@transaction.atomic
def publish_place(*, actor: Any, place: Place) -> list[PlacePage]:
    """Publish a page for the place on each site of the organisation that keeps it.

    Its facts need no translator, so every language in which the site lists places gets its page.
    Done twice it changes nothing. Raises NotVisible; Refused when no site lists places.
    """
    require(place_policy, actor, "publish", place)
    place = Place.objects.select_for_update().get(pk=place.pk)
    pages: list[PlacePage] = []
    for site in PublicSite.objects.filter(organization_id=place.organization_id):
        lists = _lists_of_places(site)
        if lists:
            pages += _publish_below(actor, place, lists)
    if not pages:
        raise Refused(_("No site of yours has a list of places to put the page in."))
    for entry in ReferenceEntry.objects.filter(place=place, list__is_active=True):
        credit_task(
            actor=actor,
            organization_id=place.organization_id,
            kind=TaskKind.PLACE,
            subject=str(entry.pk),
            detail="",
            name=place.name,
            minutes=MINUTES[TaskKind.PLACE],
        )
    return pages


def _lists_of_places(site: PublicSite) -> list[ListPage]:
    """Give the live lists of places, that of the site's main language first."""
    found = []
    for language, home in site.homes().items():
        below = ListPage.objects.child_of(home).live().filter(listed=Listed.PLACES)
        if first := below.select_related("locale").first():
            found.append((language != site.main_locale, first))
    return [page for _is_other, page in sorted(found, key=lambda each: (each[0], each[1].path))]


def _publish_below(actor: Any, place: Place, lists: list[ListPage]) -> list[PlacePage]:
    first, *others = lists
    source = PlacePage.objects.child_of(first).filter(place=place).first()
    if source is None:
        source = PlacePage(
            title=place.name, place=place, live=False, owner=actor, locale=first.locale
        )
        first.add_child(instance=source)
        source.save_revision(user=actor, log_action="wagtail.create")
    pages = [source]
    for other in others:
        page = source.get_translation_or_none(other.locale)
        if page is None:
            try:
                page = source.copy_for_translation(other.locale)
            except ParentNotTranslatedError:
                continue
        pages.append(page.specific)
    for page in pages:
        if not page.live:
            revision = page.get_latest_revision() or page.save_revision(user=actor)
            revision.publish(user=actor, skip_permission_checks=True)
    return pages
