"""Addresses of places, lists, health and short tasks at the desk."""

from django.urls import include, path

from kafo.publishing.views import copies, health, lists, places

_patterns = [
    path("health/", health.SiteHealthList.as_view(), name="sites"),
    path("health/<slug:slug>/", health.SiteHealth.as_view(), name="health"),
    path("health/<slug:slug>/tasks/", health.SiteTasks.as_view(), name="tasks"),
    path("health/<slug:slug>/take/", health.TaskTake.as_view(), name="task-take"),
    path("readers/", health.ReaderCountList.as_view(), name="readers"),
    path("tasks/<int:pk>/finish/", health.TaskFinish.as_view(), name="task-finish"),
    path("tasks/<int:pk>/release/", health.TaskRelease.as_view(), name="task-release"),
    path("copies/", copies.CopyList.as_view(), name="copies"),
    path("places/", places.PlaceList.as_view(), name="places"),
    path("places/<uuid:pk>/", places.PlaceView.as_view(), name="place"),
    path("places/<uuid:pk>/change/", places.PlaceChange.as_view(), name="place-change"),
    path("places/<uuid:pk>/<slug:kind>/write/", places.FactWrite.as_view(), name="fact"),
    path("places/<uuid:pk>/publish/", places.PlacePublish.as_view(), name="place-publish"),
    path(
        "places/<uuid:pk>/<slug:kind>/confirm/", places.FactConfirm.as_view(), name="fact-confirm"
    ),
    path("places/<uuid:pk>/<slug:kind>/remove/", places.FactRemove.as_view(), name="fact-remove"),
    path("lists/", lists.ReferenceListList.as_view(), name="lists"),
    path("lists/import/", lists.ReferenceListImport.as_view(), name="list-import"),
    path("lists/lines/", lists.EntryList.as_view(), name="entries"),
    path("lists/lines/<uuid:pk>/open/", lists.EntryOpen.as_view(), name="entry-open"),
    path("lists/<uuid:pk>/", lists.ReferenceListView.as_view(), name="list"),
    path("lists/<uuid:pk>/activate/", lists.ReferenceListActivate.as_view(), name="list-activate"),
    path("lists/<uuid:pk>/delete/", lists.ReferenceListDelete.as_view(), name="list-delete"),
]
desk_urlpatterns = [path("", include((_patterns, "places")))]
