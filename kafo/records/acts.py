"""The act log: every act of a person on a record, in Wagtail's log, each kind with its weight."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import log, registry

from kafo.records.enums import Weight

# The acts that Wagtail names itself and that put something before readers, or take it away.
WAGTAIL_PUBLISHES = (
    "wagtail.publish",
    "wagtail.publish.schedule",
    "wagtail.publish.scheduled",
    "wagtail.unpublish",
    "wagtail.unpublish.scheduled",
    "wagtail.workflow.approve",
)

# In the words of our own acts: the list of acts says who did what, where Wagtail names a button.
_WAGTAIL_ACTS = {
    "wagtail.create": _("created"),
    "wagtail.edit": _("changed"),
    "wagtail.delete": _("deleted"),
    "wagtail.publish": _("published"),
    "wagtail.publish.schedule": _("planned the publication"),
    "wagtail.publish.scheduled": _("published as planned"),
    "wagtail.schedule.cancel": _("cancelled the planned publication"),
    "wagtail.unpublish": _("took offline"),
    "wagtail.unpublish.scheduled": _("took offline as planned"),
    "wagtail.rename": _("renamed"),
    "wagtail.revert": _("went back to an earlier version"),
    "wagtail.copy": _("copied"),
    "wagtail.copy_for_translation": _("began the translation"),
    "wagtail.move": _("moved"),
    "wagtail.lock": _("locked"),
    "wagtail.unlock": _("unlocked"),
    "wagtail.workflow.start": _("submitted for approval"),
    "wagtail.workflow.approve": _("approved a page"),
    "wagtail.workflow.reject": _("sent back"),
    "wagtail.workflow.resume": _("submitted again"),
    "wagtail.workflow.cancel": _("took back from approval"),
}

_weights: dict[str, Weight] = {}


def register_act(name: str, label: Promise | str, weight: Weight) -> None:
    """Make `name` (room.noun.verb) known, with the words that a reader of the log sees."""
    if name in _weights:
        return
    _weights[name] = weight

    @hooks.register("register_log_actions")
    def register(actions: Any) -> None:
        actions.register_action(name, label, label)


def weight_of(name: str) -> Weight:
    """Give the weight of an act; acts that Wagtail names itself are edits or publications."""
    if name in _weights:
        return _weights[name]
    return Weight.PUBLISH if name in WAGTAIL_PUBLISHES else Weight.EDIT


def record_act(
    name: str, *, actor: Any, record: Model, fields: Iterable[str] = (), **details: Any
) -> None:
    """Write one act of `actor` (an account, or None for the node itself) on `record`.

    `fields` are names only: values of personal fields never enter the log.
    Raises KeyError when `name` was not registered.
    """
    weight = _weights[name]
    data = {"weight": int(weight), **details}
    if names := sorted(fields):
        data["fields"] = names
    log(instance=record, action=name, user=actor, data=data)


def act_label(name: str) -> str:
    """Give the words for an act; one whose room is gone keeps its name."""
    registry.scan_for_actions()
    known = registry.formatters.get(name)
    return str(_WAGTAIL_ACTS.get(name) or (known.label if known else name))
