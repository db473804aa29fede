"""Every page type keeps to its weight. Bytes as they travel, brotli, 1 KB = 1000 bytes."""

import random
import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import pytest
from PIL import Image, ImageDraw

from kafo.publishing.models import (
    DocumentPage,
    ListPage,
    Picture,
    Place,
    PlacePage,
    PlainPage,
    ProjectPage,
)
from kafo.publishing.tests.conftest import add, read

LEAD = (
    "À la mi-juin, l’équipe de Bamako et ses partenaires ont passé deux jours à comprendre "
    "comment la fédération décide, finance et répartit le travail."
)
PARAGRAPHS = (
    "<p>Le bureau malien a son siège à Bamako. Son conseil compte douze membres, son équipe quinze "
    "personnes : des techniciens, des linguistes, des organisateurs. Beaucoup se connaissaient de "
    "nom ; la plupart n’avaient jamais travaillé autour de la même table.</p><p>Les 15 et 16 juin, "
    "ils ont ouvert les dossiers ensemble. Qui décide d’un projet ? D’où vient l’argent, et qui en "
    "rend compte ? Que fait au juste un bureau national ?</p>",
    "<p>Le mot de la rencontre est venu vite : accompagnement. Remettre des clés ne suffit pas ; "
    "celui qui tenait le site forme celle qui le tiendra, sur place, puis s’écarte pas à pas.</p>"
    "<p>Ce séminaire est le premier d’une série. Une formation à la tenue du site est prévue en "
    "août, à Bamako, avec la personne qui l’administre aujourd’hui depuis Genève.</p>",
)


def body(*pictures: Picture) -> list:
    blocks: list = [("paragraph", PARAGRAPHS[0]), ("heading", "Accompagner, pas transférer")]
    for picture in pictures:
        value = {"picture": picture, "alternative": "", "caption": "La salle du séminaire"}
        blocks.append(("picture", value))
    return [*blocks, ("paragraph", PARAGRAPHS[1])]


@pytest.fixture
def drawn(make_picture):
    """Pictures with a soft sky, hard edges and fine grain, as a photograph has them."""

    def draw(seed: int) -> bytes:
        chance = random.Random(seed)
        sky = Image.linear_gradient("L").resize((1000, 750))
        picture = Image.merge("RGB", (sky, sky.point(lambda v: v // 2 + 90), sky))
        grain = Image.effect_noise((1000, 750), 6).convert("RGB")
        picture = Image.blend(picture, grain, 0.08)
        pen = ImageDraw.Draw(picture)
        for _ in range(40):
            x, y = chance.randrange(1000), chance.randrange(350, 750)
            colour = tuple(chance.randrange(40, 220) for _ in range(3))
            pen.polygon([(x, y), (x + 90, y - 60), (x + 140, y + 50)], fill=colour)
        file = BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()

    return [make_picture(f"dessin-{seed}", content=draw(seed)) for seed in range(3)]


def weight(folder: Path, path: str) -> int:
    file = folder / path / "index.html.br"
    return file.stat().st_size


def first_view(folder: Path, path: str, *, is_lazy_too: bool) -> tuple[int, int]:
    """Give bytes and requests of a page with the pictures that a telephone asks for."""
    html = read(folder, path)
    html = re.sub(r"<link rel=\"(?:canonical|alternate)[^>]*>", "", html)
    total, requests = weight(folder, path), 1
    for tag in re.findall(r"<picture>.*?</picture>|<img[^>]*>", html):
        if 'loading="lazy"' in tag and not is_lazy_too:
            continue
        link = re.search(r'([^" ]+\.avif) 480w', tag) or re.search(r'src="([^"]+)"', tag)
        file = folder / urljoin(path, link[1])
        total, requests = total + file.stat().st_size, requests + 1
    icon = re.search(r'rel="icon" href="([^"]+)"', html)[1]
    return total + (folder / urljoin(path, icon)).stat().st_size, requests + 1


def test_it_keeps_a_news_item_within_4_kb(make_news, baked):
    make_news(lead=LEAD, body=body(), author="Aminata Fictive", translator="Modibo Exemple")
    folder = baked()
    assert weight(folder, "bamako/fr/nouvelles/deux-jours/") <= 4000
    assert weight(folder, "bamako/fr/nouvelles/deux-jours/texte/") <= 3000


def test_it_keeps_a_news_item_with_two_pictures_within_30_kb_and_4_requests(
    make_news, drawn, baked
):
    make_news(lead=LEAD, picture=drawn[0], body=body(drawn[1]))
    folder = baked()
    total, requests = first_view(folder, "bamako/fr/nouvelles/deux-jours/", is_lazy_too=True)
    assert total <= 30_000
    assert requests <= 4
    assert weight(folder, "bamako/fr/nouvelles/deux-jours/") <= 4000
    assert weight(folder, "bamako/fr/nouvelles/deux-jours/texte/") <= 3000


def test_it_keeps_a_list_of_twenty_within_25_kb_before_scrolling_and_50_after(
    make_news, drawn, baked
):
    for number in range(20):
        make_news(
            f"Ce que l’équipe a décidé le jour {number}",
            lead=LEAD,
            picture=drawn[number % len(drawn)],
            news_on=date(2007, 1, 1) + timedelta(days=number),
        )
    folder = baked()
    # Telephones ask for what comes soon, too: eight of twenty were seen to be loaded.
    html = read(folder, "bamako/fr/nouvelles/")
    pictures = [
        (folder / urljoin("bamako/fr/nouvelles/", link)).stat().st_size
        for link in re.findall(r'<img src="([^"]+)"', html)
    ]
    assert len(pictures) == 20
    page = weight(folder, "bamako/fr/nouvelles/")
    assert page + sum(pictures[:8]) <= 25_000
    assert page + sum(pictures) <= 50_000


def test_it_keeps_all_other_types_within_4_kb(home, site, organization, make_document, baked):
    lists = {
        kind: add(home, ListPage(title=kind, slug=kind, listed=kind, show_in_menus=True))
        for kind in ("projects", "places", "documents")
    }
    place = Place.objects.create(organization=organization, name="Goundam", code="1")
    add(home, PlainPage(title="Qui", slug="qui", lead=LEAD, body=body(), show_in_menus=True))
    add(
        lists["projects"],
        ProjectPage(
            title="Un site", slug="un-site", lead=LEAD, body=body(), where="Bamako",
            starts_on=date(2007, 7, 1), partners="Association\nBureau de Genève", wanted="Deux",
        ),
    )  # fmt: skip
    add(lists["places"], PlacePage(title="Goundam", slug="goundam", lead=LEAD, place=place))
    document = make_document(b"%PDF-" + b"x" * 400_000)
    add(lists["documents"], DocumentPage(title="Fiche", slug="fiche", document=document))
    folder = baked()
    paths = [
        "fr/", "fr/qui/", "fr/projects/", "fr/projects/un-site/", "fr/places/",
        "fr/places/goundam/", "fr/documents/", "fr/documents/fiche/",
    ]  # fmt: skip
    for path in paths:
        assert weight(folder, f"bamako/{path}") <= 4000, path
        assert weight(folder, f"bamako/{path}texte/") <= 3000, path
    assert (folder / "bamako/fr/404.html").stat().st_size <= 9000
