from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a mandate is given for; each room says which rights follow (mandates.grant_rights)."""

    DIRECTOR = "director", _("director")
    BOARD_MEMBER = "board_member", _("board member")
    EDITOR = "editor", _("editor")
    JOURNALIST = "journalist", _("journalist")
    TECHNICIAN = "technician", _("technician")
    COORDINATOR = "coordinator", _("coordinator")
    READER = "reader", _("reader")


class Profile(models.TextChoices):
    """The kinds of skill that a core team is composed of."""

    TECHNICAL = "technical", _("technical")
    LINGUISTIC = "linguistic", _("linguistic")
    ORGANISATIONAL = "organisational", _("organisational")


class Level(models.IntegerChoices):
    """How well a skill is held."""

    BEGINS = 1, _("begins")
    PRACTISES = 2, _("practises")
    TEACHES = 3, _("can teach it")


class Cefr(models.TextChoices):
    """Levels of the Common European Framework of Reference for Languages."""

    A1 = "A1", _("A1 · first words")
    A2 = "A2", _("A2 · everyday phrases")
    B1 = "B1", _("B1 · gets by")
    B2 = "B2", _("B2 · at ease")
    C1 = "C1", _("C1 · works in it")
    C2 = "C2", _("C2 · as a native")


class BodyKind(models.TextChoices):
    BOARD = "board", _("board")
    CORE_TEAM = "core_team", _("core team")
    COMMITTEE = "committee", _("committee")


class SeatRole(models.TextChoices):
    """What a person is inside a body."""

    PRESIDENT = "president", _("president")
    VICE_PRESIDENT = "vice_president", _("vice-president")
    SECRETARY = "secretary", _("secretary")
    TREASURER = "treasurer", _("treasurer")
    MEMBER = "member", _("member")


class Purpose(models.TextChoices):
    """What personal data are kept for; a consent is given per purpose."""

    RUN_OFFICE = "run_office", _("running the office")
    CONTACT = "contact", _("contact for the work of the office")
    TEAM = "team", _("composing the team: skills and languages")
    PROTECTION = "protection", _("protection of minors")
    SIGN_IN = "sign_in", _("signing in")
    DIRECTORY = "directory", _("being found by the other offices")
    PUBLIC_NAME = "public_name", _("being named on the public site")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("consent of the person")
    CONTRACT = "contract", _("membership or agreement with the person")
    LEGAL_DUTY = "legal_duty", _("legal duty")
    INTEREST = "interest", _("legitimate interest of the association")


class InvitationKind(models.TextChoices):
    JOIN = "join", _("invitation")
    RECOVERY = "recovery", _("recovery of the sign-in")


class Language(models.TextChoices):
    """Languages that persons speak and posts ask for (ISO 639); the first are those of Mali."""

    BAMBARA = "bm", _("Bambara")
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
    BOMU = "bmq", _("Bomu")
    BOZO = "boz", _("Bozo")
    DOGON = "dtm", _("Dogon")
    FULFULDE = "ff", _("Fulfulde")
    HASSANIYA = "mey", _("Hassaniya")
    KASSONKE = "kao", _("Kassonke")
    MANINKA = "mwk", _("Maninka")
    MAMARA = "myk", _("Minyanka")
    SENUFO = "spp", _("Senufo")
    SONGHAY = "ses", _("Songhay")
    SONINKE = "snk", _("Soninke")
    TAMASHEQ = "taq", _("Tamasheq")
    WOLOF = "wo", _("Wolof")
    ARABIC = "ar", _("Arabic")
    CATALAN = "ca", _("Catalan")
    GERMAN = "de", _("German")
    ITALIAN = "it", _("Italian")
    JAPANESE = "ja", _("Japanese")
    PORTUGUESE = "pt", _("Portuguese")
    SPANISH = "es", _("Spanish")
    SWAHILI = "sw", _("Swahili")


def language_name(code: str) -> str:
    """Give the name of a language; the code itself when it is not one of the list."""
    return str(Language(code).label) if code in Language.values else code
