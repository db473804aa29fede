from django.urls import include, path

from kafo.desk.views.frame import AssetView, LanguageView, StartView

_patterns = [
    path("", StartView.as_view(), name="start"),
    path("language/", LanguageView.as_view(), name="language"),
    path("static/<slug:digest>/<str:name>", AssetView.as_view(), name="asset"),
]
desk_urlpatterns = [path("", include((_patterns, "desk")))]
