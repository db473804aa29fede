from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "kafo.records"
    label = "records"

    def ready(self) -> None:
        from kafo.records import checks  # noqa: F401 - registers the system checks
