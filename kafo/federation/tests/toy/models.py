"""A toy domain: projects of offices, persons who lead them, notes for one other office."""

from django.db import models

from kafo.records.languages import folded
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class Person(SharedRecord):
    name = models.CharField(max_length=80, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    folded = models.CharField(max_length=80, default="", blank=True)

    wire = Wire(kind=901, fields={1: "name", 2: "phone"})

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.name

    def derive(self):
        self.folded = self.name.lower()


class Project(SharedRecord):
    title = models.CharField(max_length=200, default="", blank=True)
    text = models.TextField(default="", blank=True)
    begins_on = models.DateField(null=True)
    budget = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    tags = models.JSONField(default=list)
    leader = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    wire = Wire(
        kind=902,
        schema=2,
        fields={1: "title", 2: "text", 3: "begins_on", 4: "budget", 5: "tags", 6: "leader"},
    )

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.title


class Step(SharedRecord):
    project = models.ForeignKey(Project, models.CASCADE, default=None, related_name="steps")
    words = models.CharField(max_length=200, default="", blank=True)
    circle = models.CharField(max_length=80, default="", blank=True)

    wire = Wire(kind=903, fields={1: "project", 2: "words", 3: "circle"})

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.words

    @property
    def audience(self):
        return self.circle or self.visibility


class Sheet(SharedRecord):
    """As many fields as records of an office have; what benchmarks exchange."""

    kind = models.CharField(max_length=20, default="", blank=True)
    title = models.CharField(max_length=200, default="", blank=True)
    email = models.CharField(max_length=200, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    town = models.CharField(max_length=80, default="", blank=True)
    street = models.CharField(max_length=200, default="", blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    count = models.IntegerField(default=0)
    amount = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    tags = models.JSONField(default=list)
    text = models.TextField(default="", blank=True)
    leader = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    folded = models.TextField(default="", blank=True)

    wire = Wire(
        kind=904,
        fields={
            1: "kind",
            2: "title",
            3: "email",
            4: "phone",
            5: "town",
            6: "street",
            7: "language",
            8: "begins_on",
            9: "ends_on",
            10: "count",
            11: "amount",
            12: "is_active",
            13: "tags",
            14: "text",
            15: "leader",
        },
    )

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.title

    def derive(self):
        self.folded = folded(f"{self.title} {self.text}")


class Paper(SharedRecord):
    title = models.CharField(max_length=200, default="", blank=True)
    files = models.JSONField(default=dict)

    wire = Wire(kind=905, fields={1: "title", 2: "files"})

    class Meta:
        app_label = "toy"

    def __str__(self):
        return self.title

    @property
    def attachments(self):
        return self.files
