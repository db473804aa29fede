"""A room as small as can be, to try the desk on: villages, and who may do what with them."""

from django import forms
from django.db import models
from django.urls import include, path, reverse

from kafo.desk.forms import DeskForm, DeskModelForm, TranslatedFormField
from kafo.desk.urls import desk_urlpatterns as frame
from kafo.desk.views import (
    Action,
    Column,
    ConfirmView,
    Filter,
    FormView,
    ListView,
    RecordView,
    Section,
)
from kafo.records.errors import Refused
from kafo.records.languages import TranslatedField
from kafo.records.models import new_id
from kafo.records.permissions import Policy


class Village(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField("Name", max_length=80)
    folded_name = models.CharField(max_length=80, db_index=True, default="")
    region = models.CharField(
        "Region", max_length=10, choices=[("south", "South"), ("north", "North")], default="south"
    )
    people = models.IntegerField("People", default=0)
    counted_on = models.DateField("Counted on", null=True, blank=True)
    about = TranslatedField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.name


class VillagePolicy(Policy):
    def may(self, actor, action, record=None):
        if actor.username == "bob":
            return action == "view" and (record is None or record.region == "south")
        return actor.username == "alice"

    def visible_to(self, actor, rows):
        if actor.username == "bob":
            return rows.filter(region="south")
        return rows if actor.username == "alice" else rows.none()


class VillageForm(DeskModelForm):
    class Meta:
        model = Village
        fields = ["name", "region", "people", "counted_on", "about"]
        long_texts = ["about"]


class PlainForm(DeskForm):
    title = TranslatedFormField(label="Title", help_text="Ten words at most.")
    on = forms.DateField(label="Day")


class VillageList(ListView):
    model = Village
    policy = VillagePolicy()
    title = "Villages"
    columns = [
        Column("Name", "name", sort="folded_name", link="toy:village"),
        Column("Region", "region"),
        Column("People", "people", sort="people", action="count", is_number=True),
    ]
    search_fields = ["folded_name"]
    filters = [Filter("region", "Region")]
    order = ("folded_name",)
    add_url_name = "toy:add"
    add_label = "Add a village"
    empty_text = "No village yet."


class VillageView(RecordView):
    model = Village
    policy = VillagePolicy()
    back_url_name = "toy:villages"
    back_label = "Villages"
    fields = [Column("Region", "region"), Column("People", "people", action="count")]
    actions = [
        Action("Change", "toy:change", "change"),
        Action("Close", "toy:close", "delete", is_post=True, is_danger=True),
    ]

    def get_sections(self):
        rows = self.visible_rows().filter(region=self.record.region).exclude(pk=self.record.pk)
        return [Section("Neighbours", [Column("Name", "name", link="toy:village")], rows)]


class WriteVillage(FormView):
    model = Village
    policy = VillagePolicy()
    form_class = VillageForm
    title = "Village"
    back_url_name = "toy:villages"
    back_label = "Villages"

    def save(self, form):
        if form.cleaned_data["name"] == "Atlantis":
            raise Refused("Atlantis is under water: choose a place that exists.")
        if form.cleaned_data["name"] == "Crash":
            Village.objects.create(name="half written")
            raise RuntimeError("the power went")
        village = self.record or Village()
        for name, value in form.cleaned_data.items():
            setattr(village, name, value)
        village.save()
        return village

    def get_result_url(self, village):
        return reverse("toy:village", args=[village.pk])


class CloseVillage(ConfirmView):
    model = Village
    policy = VillagePolicy()
    title = "Close this village?"
    intro = "It disappears from the list."
    back_url_name = "toy:villages"
    back_label = "Villages"

    def save(self, form):
        self.record.delete()


patterns = [
    path("", VillageList.as_view(), name="villages"),
    path("add/", WriteVillage.as_view(), name="add"),
    path("<uuid:pk>/", VillageView.as_view(), name="village"),
    path("<uuid:pk>/change/", WriteVillage.as_view(), name="change"),
    path("<uuid:pk>/close/", CloseVillage.as_view(), name="close"),
]
urlpatterns = [
    path("desk/", include([*frame, path("villages/", include((patterns, "toy")))])),
]
handler400 = "kafo.desk.views.error_pages.bad_request"
handler404 = "kafo.desk.views.error_pages.not_found"
handler500 = "kafo.desk.views.error_pages.server_error"
