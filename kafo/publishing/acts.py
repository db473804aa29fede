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


def register_page_acts() -> None:
    """Make the acts on pages and files known that Wagtail does not know; the others are its own."""
    register_act(
        "publishing.translation.confirm", _("found the translation up to date"), Weight.EDIT
    )
    register_act("publishing.page.end", _("planned when the page goes offline"), Weight.PUBLISH)
    register_act("publishing.page.confirm", _("checked a page: still true"), Weight.EDIT)
    register_act(
        "publishing.name.replace", _("took an erased person’s name out of texts"), Weight.ADMINISTER
    )
    register_act("publishing.name.leave", _("left an erased person’s name in texts"), Weight.DECIDE)
    register_act("publishing.link.note", _("noted where a link leads"), Weight.EDIT)
    register_act("publishing.picture.add", _("added a picture"), Weight.EDIT)
    register_act("publishing.picture.change", _("changed a picture"), Weight.EDIT)
    register_act("publishing.document.add", _("added a document"), Weight.EDIT)
