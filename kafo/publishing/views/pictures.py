"""The library of pictures and documents at the desk."""

from typing import Any

from django.http import HttpRequest
from django.http.response import FileResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents import get_document_model

from kafo.desk.views import Action, Column, DeskView, FormView, ListView, RecordView
from kafo.publishing.forms.documents import DocumentForm
from kafo.publishing.forms.pictures import PictureForm, PictureWordsForm
from kafo.publishing.models import Picture
from kafo.publishing.permissions.editing import WRITE, file_policy, sites_where
from kafo.publishing.services.pictures import add_document, add_picture, change_picture
from kafo.publishing.services.uploads import drop_upload, open_upload
from kafo.publishing.views.uploads import KeepsFile
from kafo.records.errors import NotVisible
from kafo.records.prices import FCFA_PER_MEGABYTE


class _Library(ListView):
    policy = file_policy
    search_fields = ["title"]
    order = ("-created_at",)
    page_length = 25

    def site_names(self) -> dict[int | None, str]:
        return {s.collection_id: str(s) for s in sites_where(self.request.user, WRITE)}

    def site_column(self) -> list[Column]:
        names = self.site_names()
        if len(names) < 2:
            return []
        return [Column(_("Site"), lambda row: names.get(row.collection_id, ""))]


class PictureList(_Library):
    model = Picture
    title = gettext_lazy("Pictures")
    add_url_name = "pages:picture-add"
    add_label = gettext_lazy("Add a picture")
    empty_text = gettext_lazy("No picture yet. Add the first one.")

    def get_columns(self) -> list[Column]:
        return [
            Column(_("What it shows"), "title", sort="title", link="pages:picture"),
            Column(_("Credit"), "credit"),
            *self.site_column(),
            Column(_("Added"), "created_at", sort="created_at"),
        ]


class PictureView(RecordView):
    model = Picture
    policy = file_policy
    template_name = "publishing/desk/picture.html"
    back_url_name = "pages:pictures"
    back_label = gettext_lazy("Pictures")
    fields = [
        Column(gettext_lazy("What it shows"), "alternatives"),
        Column(gettext_lazy("Credit"), "credit"),
        Column(gettext_lazy("Licence"), "licence"),
        Column(gettext_lazy("Added"), "created_at"),
    ]
    actions = [Action(gettext_lazy("Change the words"), "pages:picture-change", "change")]


class PictureFile(DeskView):
    """The picture itself, for those who may see it before readers do."""

    model = Picture
    policy = file_policy

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            file = self.record.file.open("rb")
        except FileNotFoundError as error:
            raise NotVisible from error
        return FileResponse(file)


class PictureAdd(KeepsFile, FormView):
    policy = file_policy
    form_class = PictureForm
    template_name = "publishing/desk/picture_form.html"
    title = gettext_lazy("Add a picture")
    back_url_name = "pages:pictures"
    back_label = gettext_lazy("Pictures")
    done_text = gettext_lazy("The picture is in the library.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sites": sites_where(self.request.user, WRITE)}

    def save(self, form: Any) -> Any:
        data = dict(form.cleaned_data)
        file, upload = data.pop("file"), data.pop("upload")
        if file or not upload:
            return add_picture(actor=self.request.user, file=file, **data)
        with open_upload(actor=self.request.user, pk=upload) as sent:
            picture = add_picture(actor=self.request.user, file=sent, **data)
        drop_upload(actor=self.request.user, pk=upload)
        return picture

    def get_result_url(self, result: Any) -> str:
        return reverse("pages:picture", args=[result.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(price_per_megabyte=str(FCFA_PER_MEGABYTE), **kwargs)


class PictureChange(FormView):
    model = Picture
    policy = file_policy
    form_class = PictureWordsForm
    title = gettext_lazy("Change the words of the picture")

    def get_back(self) -> tuple[Any, str]:
        return _("Picture"), reverse("pages:picture", args=[self.record.pk])

    def get_initial(self) -> dict[str, Any]:
        picture = self.record
        return {
            "alternatives": picture.alternatives or {"fr": picture.description},
            "credit": picture.credit,
            "licence": picture.licence,
        }

    def save(self, form: Any) -> None:
        change_picture(actor=self.request.user, picture=self.record, **form.cleaned_data)


class DocumentList(_Library):
    model = get_document_model()
    title = gettext_lazy("Documents")
    add_url_name = "pages:document-add"
    add_label = gettext_lazy("Add a document")
    empty_text = gettext_lazy("No document yet. Add the first one.")

    def get_columns(self) -> list[Column]:
        return [
            Column(
                _("Title"),
                "title",
                sort="title",
                link=lambda row: reverse("pages:document-file", args=[row.pk]),
            ),
            Column(_("Kind"), lambda row: row.file_extension.upper()),
            *self.site_column(),
            Column(_("Added"), "created_at", sort="created_at"),
        ]


class DocumentFile(DeskView):
    """A document to download; it is never shown inside the browser as a page of ours."""

    model = get_document_model()
    policy = file_policy

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            file = self.record.file.open("rb")
        except FileNotFoundError as error:
            raise NotVisible from error
        response = FileResponse(file, as_attachment=True, filename=self.record.filename)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response


class DocumentAdd(FormView):
    policy = file_policy
    form_class = DocumentForm
    title = gettext_lazy("Add a document")
    back_url_name = "pages:documents"
    back_label = gettext_lazy("Documents")
    done_text = gettext_lazy("The document is in the library.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sites": sites_where(self.request.user, WRITE)}

    def save(self, form: Any) -> None:
        add_document(actor=self.request.user, **form.cleaned_data)
