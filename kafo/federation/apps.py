from django.apps import AppConfig
from django.apps import apps as installed


class FederationConfig(AppConfig):
    name = "kafo.federation"
    label = "federation"

    def ready(self) -> None:
        from kafo.federation.receivers import connect

        connect()
        if not installed.is_installed("kafo.people"):
            return  # the engine alone, as its own tests run it

        from kafo.federation.menu import register_desk
        from kafo.federation.services.rounds import Rounds
        from kafo.federation.services.starting import open_node
        from kafo.records.loop import register_loop

        register_desk()
        open_node()
        register_loop("exchange", Rounds())
