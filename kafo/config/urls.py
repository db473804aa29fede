"""The composition root of addresses: each room brings its own, this file only sets the order.

A room's `urls.py` may hold `urlpatterns` (at the root) and `desk_urlpatterns` (under /desk/).
"""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

_rooms = [import_module(f"{room}.urls") for room in settings.ROOMS if find_spec(f"{room}.urls")]

urlpatterns = [
    path(
        "desk/",
        include([pattern for room in _rooms for pattern in getattr(room, "desk_urlpatterns", [])]),
    ),
    *[pattern for room in _rooms for pattern in getattr(room, "urlpatterns", [])],
]
handler400 = "kafo.desk.views.error_pages.bad_request"
handler404 = "kafo.desk.views.error_pages.not_found"
handler500 = "kafo.desk.views.error_pages.server_error"
