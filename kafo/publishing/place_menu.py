"""What places and health hang into the frame of the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kafo.desk.menu import register_menu_item, register_panel
from kafo.people.queries import may
from kafo.publishing.acts import register_place_acts
from kafo.publishing.baking.copies import mirror_folder
from kafo.publishing.permissions.places import VIEW
from kafo.publishing.views.health import my_tasks_panel


def register_places() -> None:
    """Register acts, menu items and the panel of one's own tasks; called when the room starts."""

    def may_view(account: Any) -> bool:
        return may(account, VIEW)

    def may_view_copies(account: Any) -> bool:
        return (mirror_folder() / "sites.json").is_file() and may_view(account)

    register_place_acts()
    register_menu_item(_("Places"), "places:places", 50, visible=may_view)
    register_menu_item(_("Health of the sites"), "places:sites", 40, visible=may_view)
    register_menu_item(_("Sites of other offices"), "places:copies", 45, visible=may_view_copies)
    register_panel(my_tasks_panel, 10)
