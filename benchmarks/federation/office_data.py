"""Invented data of an office: the same seed gives the same bytes. Nobody in it exists."""

import random
from collections.abc import Iterator
from typing import Any

GIVEN = [
    "Awa",
    "Binta",
    "Cheick",
    "Djénéba",
    "Fatou",
    "Ibrahim",
    "Kadia",
    "Lassana",
    "Mariam",
    "Nana",
    "Oumou",
    "Sékou",
    "Yaya",
    "Aïssata",
]
FAMILY = [
    "Coulibaly",
    "Diarra",
    "Traoré",
    "Keïta",
    "Sissoko",
    "Dembélé",
    "Konaté",
    "Sangaré",
    "Touré",
    "Maïga",
    "Ndiaye",
    "Fall",
    "Sow",
]
TOWNS = [
    "Bamako",
    "Ségou",
    "Sikasso",
    "Mopti",
    "Kayes",
    "Koulikoro",
    "Gao",
    "Tombouctou",
    "Dakar",
    "Thiès",
    "Genève",
    "Lausanne",
]
SUBJECTS = [
    "la commune",
    "le conseil municipal",
    "l'équipe de Bamako",
    "une bénévole",
    "le bureau",
    "l'école",
    "le comité",
    "l'association des municipalités",
    "la direction",
    "un formateur",
    "la bibliothèque",
    "le centre de santé",
]
VERBS = [
    "a présenté",
    "prépare",
    "a reçu",
    "souhaite publier",
    "a corrigé",
    "organise",
    "met à jour",
    "a transmis",
    "évalue",
    "propose",
    "a achevé",
    "discute",
]
OBJECTS = [
    "le rapport annuel",
    "une formation à la publication",
    "la liste des inscrits",
    "le budget du projet",
    "les photographies du séminaire",
    "la fiche de la commune",
    "un cours d'informatique",
    "l'ordre du jour",
    "le compte rendu du comité",
    "un appel aux bénévoles",
    "les adresses des écoles",
    "le plan de travail",
]
ENDS = [
    "avec l'appui de Genève",
    "pour la fin du mois",
    "à la demande du conseil",
    "dans deux langues",
    "malgré la coupure du réseau",
    "en présence du maire",
    "avec trois partenaires",
    "pour la seconde fois",
    "sans moyens supplémentaires",
    "selon le calendrier prévu",
    "devant quarante personnes",
    "au chef-lieu",
]
KINDS = ["person"] * 30 + ["profile"] * 30 + ["activity"] * 17 + ["training"] * 15 + ["page"] * 5
KINDS += ["project"] * 3


def sentence(chance: random.Random) -> str:
    """Give one sentence of an office's French."""
    words = [chance.choice(part) for part in (SUBJECTS, VERBS, OBJECTS, ENDS)]
    tail = chance.choice(
        (
            "",
            f" le {chance.randint(1, 28)}.{chance.randint(1, 12)}.20{chance.randint(10, 26)}",
            f" ({chance.randint(3, 900)} personnes)",
            f", dit {chance.choice(GIVEN)}",
        )
    )
    text = " ".join(words) + tail + "."
    return text[0].upper() + text[1:]


def prose(chance: random.Random, least: int, most: int) -> str:
    """Give so many sentences."""
    return " ".join(sentence(chance) for _ in range(chance.randint(least, most)))


def record(chance: random.Random, kind: str) -> dict[str, Any]:
    """Give the fields of one invented record."""
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    town = chance.choice(TOWNS)
    size = {"page": (9, 30), "project": (4, 9), "activity": (2, 6), "training": (2, 6)}.get(
        kind, (0, 3)
    )
    return {
        "kind": kind,
        "title": f"{given} {family}" if kind in {"person", "profile"} else sentence(chance)[:-1],
        "town": town,
        "email": f"{given}.{family}{chance.randint(1, 999)}@example.org".lower()
        if kind == "person"
        else "",
        "phone": f"+223 {chance.randint(60, 99)} {chance.randint(10, 99)} {chance.randint(10, 99)} "
        f"{chance.randint(10, 99)}"
        if kind == "person"
        else "",
        "language": chance.choice(["fr", "fr", "fr", "en", "bm"]),
        "day": f"20{chance.randint(10, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "count": chance.randint(0, 400),
        "amount": chance.randint(0, 90) * 25_000,
        "is_active": chance.random() < 0.8,
        "tags": [chance.choice(["eau", "école", "santé", "réseau", "mairie"]) for _ in range(2)],
        "text": prose(chance, *size),
    }


def records(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Give `count` invented records."""
    chance = random.Random(seed)
    for _ in range(count):
        yield record(chance, chance.choice(KINDS))


def edit(chance: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    """Give the changed fields of a usual correction: two or three fields, sometimes of a text."""
    changed: dict[str, Any] = {}
    for name in chance.sample(["town", "phone", "day", "count", "is_active", "amount"], 2):
        changed[name] = record(chance, "person")[name]
    if chance.random() < 0.3:
        changed["text"] = f"{fields['text']} {sentence(chance)}".strip()
    return changed
