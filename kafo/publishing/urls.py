"""Addresses of the room."""

from kafo.publishing import editing_urls, place_urls, public_urls

desk_urlpatterns = [*editing_urls.desk_urlpatterns, *place_urls.desk_urlpatterns]
urlpatterns = [*editing_urls.urlpatterns, *public_urls.urlpatterns]
