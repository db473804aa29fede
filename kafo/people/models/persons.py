"""Persons and what they can do. What each personal field is for stands in people/protection.py."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kafo.people.enums import Cefr, Level, Profile, language_name
from kafo.people.models.organizations import Organization
from kafo.records.languages import TranslatedField, folded
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire

AGE_OF_MAJORITY = 18


def age_on(born: date, day: date) -> int:
    """Give the age in full years on `day` of a person born on `born`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Kept(models.Model):
    """Something kept past its period, because somebody decided so."""

    kept_until = models.DateField(_("kept until"), null=True, editable=False)
    kept_reason = models.CharField(
        _("why it is kept longer"), max_length=200, blank=True, editable=False
    )

    class Meta:
        abstract = True


class Person(Kept, SharedRecord):
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="persons",
        verbose_name=_("organisation"),
        help_text=_("The organisation that keeps this record."),
    )
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    language = models.CharField(_("preferred language"), max_length=8, default="fr")
    note = models.TextField(_("note"), blank=True)
    is_fictional = models.BooleanField(_("fictional, for the demonstration"), default=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)
    folded_name = models.CharField(max_length=170, editable=False, default="")

    # Of these, what the person consented to (people.receivers); the others never travel.
    wire = Wire(
        kind=110,
        fields={
            1: "organization",
            2: "given_name",
            3: "family_name",
            4: "email",
            5: "town",
            6: "is_fictional",
        },
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["folded_name", "id"]
        indexes = [
            models.Index(fields=["folded_name", "id"]),
            models.Index(fields=["organization", "folded_name", "id"]),
            models.Index(fields=["organization", "created_at", "id"]),  # what is past its period
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("a former member")
        return f"{self.given_name} {self.family_name}".strip()

    def derive(self) -> None:
        self.folded_name = folded(f"{self.family_name} {self.given_name}", 170)

    def is_minor(self) -> bool:
        """Say whether the person is under 18 today; unknown birth is not minor."""
        if self.born_on is None:
            return False
        return age_on(self.born_on, timezone.localdate()) < AGE_OF_MAJORITY


class Skill(SharedRecord):
    """One entry of the federation's list of skills."""

    profile = models.CharField(
        _("profile"), max_length=16, choices=Profile, default=Profile.TECHNICAL
    )
    name = TranslatedField(_("name"))

    wire = Wire(kind=107, fields={1: "profile", 2: "name"})

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["profile", "id"]

    def __str__(self) -> str:
        return str(self.name)


class PersonSkill(SharedRecord):
    person = models.ForeignKey(Person, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(
        Skill, models.PROTECT, related_name="holders", verbose_name=_("skill")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.PRACTISES)

    wire = Wire(kind=111, fields={1: "person", 2: "skill", 3: "level"})
    audience_from = "person"

    class Meta:
        verbose_name = _("skill of a person")
        verbose_name_plural = _("skills of persons")
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_level_per_skill")
        ]

    def __str__(self) -> str:
        return f"{self.skill} · {self.get_level_display()}"


class PersonLanguage(SharedRecord):
    person = models.ForeignKey(Person, models.CASCADE, related_name="languages")
    code = models.CharField(_("language"), max_length=8, default="fr")
    level = models.CharField(_("level"), max_length=2, choices=Cefr, default=Cefr.B1)

    wire = Wire(kind=112, fields={1: "person", 2: "code", 3: "level"})
    audience_from = "person"

    class Meta:
        verbose_name = _("language of a person")
        verbose_name_plural = _("languages of persons")
        constraints = [
            models.UniqueConstraint(fields=["person", "code"], name="one_level_per_language")
        ]

    def __str__(self) -> str:
        return f"{language_name(self.code)} · {self.level}"
