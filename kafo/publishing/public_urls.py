"""Addresses that stand beside the baked sites."""

from django.urls import path

from kafo.publishing.serving.application import SEARCH
from kafo.publishing.views import public

urlpatterns = [
    path(f"sites/<slug:slug>/<slug:language>/{SEARCH}/", public.search_page, name="site-search"),
    path("media/<path:name>", public.library_file, name="library-file"),
]
