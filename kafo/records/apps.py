from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save


class RecordsConfig(AppConfig):
    name = "kafo.records"
    label = "records"

    def ready(self) -> None:
        from kafo.records import checks, files  # noqa: F401 - registers the system checks
        from kafo.records.loop import register_loop
        from kafo.records.models import shared_models
        from kafo.records.sharing import tell_of_loosened, tell_of_saved, tell_of_saving

        for model in shared_models():
            pre_save.connect(tell_of_saving, sender=model)
            pre_delete.connect(tell_of_saving, sender=model)
            pre_delete.connect(tell_of_loosened, sender=model)
            post_save.connect(tell_of_saved, sender=model)
            post_delete.connect(tell_of_saved, sender=model)
        files.connect()
        register_loop("files", files.FilesLoop())
