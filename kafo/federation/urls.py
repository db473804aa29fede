from uuid import UUID

from django.apps import apps
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from kafo.federation.views import exchange


class HexConverter:
    """An id of an office without hyphens, as the exchange writes it."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> UUID:
        return UUID(hex=value)

    def to_url(self, value: UUID) -> str:
        return value.hex


class HashConverter(StringConverter):
    """The SHA-256 of a file."""

    regex = "[0-9a-f]{64}"


register_converter(HexConverter, "officeid")
register_converter(HashConverter, "filehash")

_log = "federation/<officeid:office>/<str:audience>"
urlpatterns = [
    path("federation/hello", exchange.hello, name="federation-hello"),
    path("federation/join", exchange.join, name="federation-join"),
    path("federation/join/home", exchange.join_home, name="federation-join-home"),
    path("federation/join/held", exchange.join_held, name="federation-join-held"),
    path("federation/rosters", exchange.rosters, name="federation-rosters"),
    path("federation/files", exchange.offered, name="federation-offered"),
    path("federation/files/<filehash:sha256>", exchange.file, name="federation-file"),
    path(f"{_log}/state", exchange.snapshot, name="federation-state"),
    path(f"{_log}/<int:after>/<int:edition>", exchange.frames, name="federation-frames"),
]
if apps.is_installed("kafo.desk"):  # the engine is tested without one
    from kafo.federation.desk_urls import desk_urlpatterns  # noqa: F401
