"""Every page type keeps to its weight. Bytes as they travel, with headers; 1 KB = 1000 bytes."""

import json
import random
import re
import subprocess
import sys
import threading
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import urljoin
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
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
from kafo.publishing.serving.application import Serving
from kafo.publishing.tests.conftest import Browser, add, read

ROOT = Path(__file__).resolve().parents[3]

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

    def draw(seed: int, width: int = 1000) -> Picture:
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
        picture.resize((width, width * 3 // 4)).save(file, "PNG")
        return make_picture(f"dessin-{seed}", content=file.getvalue())

    return draw


# What the server itself adds to each answer: its name and the time.
OF_THE_SERVER = "HTTP/1.1 200 OK\r\nserver: granian\r\ndate: Tue, 24 Nov 2026 11:38:47 GMT\r\n\r\n"


def travelled(browser: Browser, address: str, *, status: int = 200) -> int:
    """Give the bytes of an answer on the wire, with its headers."""
    answer = browser.get(address, accept_encoding="gzip, deflate, br")
    assert answer.status == status, address
    headers = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    return len(OF_THE_SERVER) + headers + len(answer.body)


def weight(browser: Browser, path: str) -> int:
    """Give the bytes of a page's HTML and style on the wire."""
    return travelled(browser, f"http://bamako.localhost:8000/{path.partition('/')[2]}")


def first_view(browser: Browser, folder: Path, path: str) -> tuple[int, int]:
    """Give bytes and requests of a page with all pictures, in the width that a telephone takes."""
    address = f"http://bamako.localhost:8000/{path.partition('/')[2]}"
    html = read(folder, path)
    links = re.findall(r'rel="icon" href="([^"]+)"', html)
    for picture in re.findall(r"<picture>.*?</picture>", html):
        source = re.search(r'srcset="([^"]+)"', picture)[1]
        middle = [each.split(" ")[0] for each in source.split(", ") if each.endswith(" 480w")]
        links.append(middle[0] if middle else source)
    parts = [address, *(urljoin(address, link) for link in links)]
    return sum(travelled(browser, part) for part in parts), len(parts)


def test_it_keeps_a_news_item_within_4_kb(make_news, baked, browser):
    make_news(lead=LEAD, body=body(), author="Aminata Fictive", translator="Modibo Exemple")
    baked()
    assert weight(browser, "bamako/fr/nouvelles/deux-jours/") <= 4000
    assert weight(browser, "bamako/fr/nouvelles/deux-jours/texte/") <= 3000


def test_it_keeps_a_news_item_with_two_pictures_within_30_kb_and_4_requests(
    make_news, drawn, baked, browser
):
    make_news(lead=LEAD, picture=drawn(0), body=body(drawn(1)))
    folder = baked()
    total, requests = first_view(browser, folder, "bamako/fr/nouvelles/deux-jours/")
    assert total <= 30_000
    assert requests <= 4
    assert weight(browser, "bamako/fr/nouvelles/deux-jours/") <= 4000
    assert weight(browser, "bamako/fr/nouvelles/deux-jours/texte/") <= 3000


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the browser counts what it fetched."""


def test_it_keeps_a_list_of_twenty_within_25_kb_before_scrolling_and_50_after(
    make_news, drawn, baked, browser
):
    for number in range(20):
        make_news(
            f"Ce que l’équipe a décidé le jour {number}",
            lead=LEAD,
            picture=drawn(number, 400),
            news_on=date(2007, 1, 1) + timedelta(days=number),
        )
    folder = baked()
    total, requests = first_view(browser, folder, "bamako/fr/nouvelles/")
    assert requests == 22
    assert total <= 50_000
    if Path("/usr/bin/chromium").exists():
        for before, after in in_chromium(folder).values():
            assert before <= 25_000
            assert abs(after - total) <= 3_000


def in_chromium(folder: Path) -> dict[str, list[int]]:
    """Give what the list weighs before and after scrolling; the browser decides what it fetches."""
    served = Serving(baked=folder, desk_hosts=["localhost"], load_behind=WSGIHandler)
    with make_server("127.0.0.1", 0, served, _Server, _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://bamako.localhost:{server.server_port}/fr/nouvelles/"
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.browser", address],
            cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        server.shutdown()
    return json.loads(done.stdout)


def test_it_keeps_all_other_types_within_4_kb(
    home, site, organization, make_document, baked, browser
):
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
    baked()
    paths = [
        "fr/", "fr/qui/", "fr/projects/", "fr/projects/un-site/", "fr/places/",
        "fr/places/goundam/", "fr/documents/", "fr/documents/fiche/",
    ]  # fmt: skip
    for path in paths:
        assert weight(browser, f"bamako/{path}") <= 4000, path
        assert weight(browser, f"bamako/{path}texte/") <= 3000, path
    for lost in ("http://bamako.localhost:8000/fr/rien/", "http://localhost:8000/bamako/en/a/b/"):
        assert travelled(browser, lost, status=404) <= 3500, lost
