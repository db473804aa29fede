"""The acts on places and lists that the log knows."""

from django.utils.translation import gettext_lazy as _

from kafo.records.acts import register_act
from kafo.records.enums import Weight


def register_place_acts() -> None:
    """Make the acts known; called once when the room starts."""
    register_act("publishing.fact.write", _("wrote a fact"), Weight.EDIT)
    register_act("publishing.fact.confirm", _("checked a fact: still true"), Weight.EDIT)
    register_act("publishing.fact.remove", _("took a fact away"), Weight.EDIT)
    register_act("publishing.place.open", _("opened a place"), Weight.EDIT)
    register_act("publishing.place.change", _("changed a place"), Weight.EDIT)
    register_act("publishing.task.finish", _("finished a short task"), Weight.EDIT)
    register_act("publishing.list.import", _("imported a reference list"), Weight.ADMINISTER)
    register_act("publishing.list.activate", _("made a reference list count"), Weight.DECIDE)
    register_act("publishing.list.delete", _("deleted a reference list"), Weight.ADMINISTER)
