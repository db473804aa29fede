"""Addresses of writing at the desk, of the back office, and of the files both need."""

from django.urls import include, path

from kafo.publishing import back_office
from kafo.publishing.static_files import static_file
from kafo.publishing.views import links, names, page_acts, pages, pictures, uploads

_patterns = [
    path("pages/", pages.PageList.as_view(), name="list"),
    path("pages/add/", pages.PageAdd.as_view(), name="add"),
    path("pages/<int:pk>/", page_acts.PageView.as_view(), name="page"),
    path("pages/<int:pk>/write/", pages.PageWrite.as_view(), name="write"),
    path("pages/<int:pk>/preview/", page_acts.PagePreview.as_view(), name="preview"),
    path("pages/<int:pk>/preview/page/", page_acts.PagePreviewFrame.as_view(), name="frame"),
    path("pages/<int:pk>/publish/", page_acts.PagePublish.as_view(), name="publish"),
    path("pages/<int:pk>/schedule/", page_acts.PageSchedule.as_view(), name="schedule"),
    path("pages/<int:pk>/cancel/", page_acts.PageCancelSchedule.as_view(), name="cancel"),
    path("pages/<int:pk>/submit/", page_acts.PageSubmit.as_view(), name="submit"),
    path("pages/<int:pk>/return/", page_acts.PageReturn.as_view(), name="return"),
    path("pages/<int:pk>/unpublish/", page_acts.PageUnpublish.as_view(), name="unpublish"),
    path("pages/<int:pk>/republish/", page_acts.PageRepublish.as_view(), name="republish"),
    path("pages/<int:pk>/translate/", page_acts.PageTranslate.as_view(), name="translate"),
    path(
        "pages/<int:pk>/translated/",
        page_acts.PageConfirmTranslation.as_view(),
        name="confirm-translation",
    ),
    path("pages/<int:pk>/links/", links.PageLinks.as_view(), name="links"),
    path("pages/<int:pk>/still-true/", page_acts.PageStillTrue.as_view(), name="still-true"),
    path("pages/<int:pk>/versions/", page_acts.PageVersions.as_view(), name="versions"),
    path("pages/<int:pk>/versions/<int:version>/", page_acts.PageVersion.as_view(), name="version"),
    path(
        "pages/<int:pk>/versions/<int:version>/restore/",
        page_acts.PageRestore.as_view(),
        name="restore",
    ),
    path("names/<int:pk>/", names.NameView.as_view(), name="name"),
    path("names/<int:pk>/replace/", names.NameReplace.as_view(), name="name-replace"),
    path("names/<int:pk>/leave/", names.NameLeave.as_view(), name="name-leave"),
    path("pictures/", pictures.PictureList.as_view(), name="pictures"),
    path("pictures/add/", pictures.PictureAdd.as_view(), name="picture-add"),
    path("pictures/<int:pk>/", pictures.PictureView.as_view(), name="picture"),
    path("pictures/<int:pk>/file/", pictures.PictureFile.as_view(), name="picture-file"),
    path("pictures/<int:pk>/change/", pictures.PictureChange.as_view(), name="picture-change"),
    path("documents/", pictures.DocumentList.as_view(), name="documents"),
    path("documents/add/", pictures.DocumentAdd.as_view(), name="document-add"),
    path("documents/<int:pk>/file/", pictures.DocumentFile.as_view(), name="document-file"),
    path("uploads/", uploads.UploadBegin.as_view(), name="uploads"),
    path("uploads/<uuid:pk>/", uploads.UploadPiece.as_view(), name="upload"),
]
desk_urlpatterns = [path("", include((_patterns, "pages")))]
urlpatterns = [
    path("editor/", include(back_office.urlpatterns)),
    path("static/<slug:version>/<path:path>", static_file),
]
