from uuid import UUID

from django.urls import path, register_converter

from kafo.federation import views


class HexConverter:
    """An id of an office without hyphens, as the exchange writes it."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> UUID:
        return UUID(hex=value)

    def to_url(self, value: UUID) -> str:
        return value.hex


register_converter(HexConverter, "officeid")

_log = "federation/<officeid:office>/<str:audience>"
urlpatterns = [
    path("federation/hello", views.hello),
    path("federation/rosters", views.rosters),
    path(f"{_log}/state", views.snapshot),
    path(f"{_log}/<int:after>/<int:edition>", views.frames),
]
