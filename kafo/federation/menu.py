"""What the room hangs into the desk: rights, the menu, parts of other pages."""

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from kafo.desk.menu import register_menu_item, register_panel, register_record_part
from kafo.federation import permissions
from kafo.federation.acts import register_acts
from kafo.federation.node import node_of
from kafo.federation.receivers import is_laid_down
from kafo.people.enums import Role
from kafo.people.queries import grant_rights
from kafo.records.models import home_office, register_homes

_RIGHTS = {
    Role.DIRECTOR: "view exchange propose decide sign",
    Role.BOARD_MEMBER: "view",
    Role.COORDINATOR: "view exchange propose",
    Role.TECHNICIAN: "view exchange",
    Role.EDITOR: "propose",
    Role.JOURNALIST: "propose",
}


def register_desk() -> None:
    """Hang the room into the desk; called when it starts."""
    from kafo.federation.views.parts import record_part, waiting_panel

    for role, verbs in _RIGHTS.items():
        grant_rights(role, *(f"federation.{verb}" for verb in verbs.split()))
    register_acts()
    register_homes(_writes, _freezes)
    register_record_part(record_part)
    register_panel(waiting_panel, order=5)
    register_menu_item(_("Other offices"), "federation:offices", 70, visible=_may_view)


def _writes(office: uuid.UUID) -> bool:
    node = node_of("default")
    return office == home_office() if node is None else node.writes(office)


def _freezes(office: uuid.UUID) -> bool:
    node = node_of("default")
    is_hosted = node is not None and office != node.office and node.writes(office)
    return node is not None and is_hosted and is_laid_down(node, office)


def _may_view(user: Any) -> bool:
    return permissions.offices.may(user, "view")
