from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "kafo.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from kafo.desk import checks  # noqa: F401 - registers desk.E001
        from kafo.desk.services import forget_submissions
        from kafo.records.acts import register_act
        from kafo.records.enums import Weight
        from kafo.records.loop import register_loop

        register_act("desk.list.export", _("exported a list"), Weight.EDIT)
        register_loop("desk.submissions", forget_submissions)
