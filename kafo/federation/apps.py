from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "kafo.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kafo.federation.receivers import connect

        connect()
