"""Posts (org:Post): a job description exists whether or not somebody holds it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.people.enums import Cefr, Level, language_name
from kafo.people.models.organizations import Organization
from kafo.people.models.persons import Skill
from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord
from kafo.records.sharing import Wire


class PostTemplate(SharedRecord):
    """A job description that the national offices share; its text is in its versions."""

    title = TranslatedField(_("title"))

    wire = Wire(kind=104, fields={1: "title"})

    class Meta:
        verbose_name = _("shared job description")
        verbose_name_plural = _("shared job descriptions")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.title)


class PostTemplateVersion(SharedRecord):
    template = models.ForeignKey(PostTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"), default=1)
    text = TranslatedField(_("text"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    published_on = models.DateField(_("published on"), null=True)

    wire = Wire(
        kind=105,
        fields={1: "template", 2: "number", 3: "text", 4: "note", 5: "published_on"},
    )
    audience_from = "template"

    class Meta:
        verbose_name = _("version of a shared job description")
        verbose_name_plural = _("versions of shared job descriptions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"], name="one_text_per_template_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"


class Post(SharedRecord):
    """One office's job description: its own text, and the version of the shared one it adopted."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="posts", verbose_name=_("organisation")
    )
    title = TranslatedField(_("title"))
    text = TranslatedField(_("job description"))
    seats = models.PositiveSmallIntegerField(_("number of holders"), default=1)
    is_sought = models.BooleanField(_("somebody is being looked for"), default=False)
    template = models.ForeignKey(
        PostTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("shared job description"),
    )
    adopted_version = models.PositiveIntegerField(_("version adopted"), default=0)
    declined_version = models.PositiveIntegerField(_("version declined"), default=0)
    declined_reason = models.TextField(_("why it was declined"), blank=True)

    wire = Wire(
        kind=103,
        fields={
            1: "organization",
            2: "title",
            3: "text",
            4: "seats",
            5: "is_sought",
            6: "template",
            7: "adopted_version",
            8: "declined_version",
            9: "declined_reason",
        },
    )

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.title)


class PostRequirement(SharedRecord):
    """A skill, or a language, that a post asks for."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.PRACTISES)
    language = models.CharField(_("language"), max_length=8, blank=True)
    cefr = models.CharField(_("level of the language"), max_length=2, choices=Cefr, blank=True)

    wire = Wire(
        kind=106,
        fields={1: "post", 2: "skill", 3: "level", 4: "language", 5: "cefr"},
    )
    audience_from = "post"

    class Meta:
        verbose_name = _("requirement of a post")
        verbose_name_plural = _("requirements of posts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(skill__isnull=False, language="")
                | models.Q(skill__isnull=True) & ~models.Q(language=""),
                name="requirement_is_a_skill_or_a_language",
            ),
            models.UniqueConstraint(
                fields=["post", "skill"],
                condition=models.Q(skill__isnull=False),
                name="one_requirement_per_skill",
            ),
            models.UniqueConstraint(
                fields=["post", "language"],
                condition=~models.Q(language=""),
                name="one_requirement_per_language",
            ),
        ]

    def __str__(self) -> str:
        if self.skill:
            return f"{self.skill} · {self.get_level_display()}"
        return f"{language_name(self.language)} · {self.cefr}"
