from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "kafo.publishing"
    label = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        from kafo.people.enums import LegalBasis, Purpose, Role
        from kafo.people.queries import declare_personal, grant_rights
        from kafo.publishing import receivers  # noqa: F401 - connects them
        from kafo.publishing.baking.copies import CopiesLoop
        from kafo.publishing.baking.links import check_links
        from kafo.publishing.baking.reconcile import BakingLoop
        from kafo.publishing.editing_menu import register_editing
        from kafo.publishing.models import ReviewTask, Upload
        from kafo.publishing.place_menu import register_places
        from kafo.publishing.services.readers import ReadersLoop
        from kafo.records.acts import register_act
        from kafo.records.enums import Weight
        from kafo.records.loop import register_loop

        for role in Role:
            grant_rights(role, "publishing.view")
        for role in (Role.DIRECTOR, Role.EDITOR, Role.JOURNALIST, Role.COORDINATOR):
            grant_rights(role, "publishing.write")
        for role in (Role.DIRECTOR, Role.EDITOR):
            grant_rights(role, "publishing.publish")
        declare_personal(
            ReviewTask,
            "organization kind subject detail name minutes taken_at done_at",
            Purpose.RUN_OFFICE,
            LegalBasis.CONTRACT,
            24,
            words={"subject": _("record it is about"), "detail": _("particulars")},
        )
        declare_personal(
            Upload,
            "name size offset created_at",
            Purpose.RUN_OFFICE,
            LegalBasis.CONTRACT,
            0,
            words={"offset": _("bytes received"), "created_at": _("begun at")},
        )
        register_places()
        register_editing(self)
        register_act("publishing.address.add", _("added an old address"), Weight.EDIT)
        register_loop("baking", BakingLoop())
        register_loop("copies", CopiesLoop())
        register_loop("links", check_links)
        register_loop("readers", ReadersLoop())
