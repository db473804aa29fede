"""Makes the pictures of the documentation from a running demonstration.

kafo demo &
python -m tests.journeys.picture http://bamako.localhost:8000
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.journeys.conftest import ARGUMENTS, CHROMIUM, COMPUTER, PHONE, choose_french_office
from tests.journeys.pictures import drawn_well
from tests.node import PASSWORD

DOCS = Path(__file__).resolve().parents[2] / "docs"
GROUND, GAP = "#d8cbb4", 32


def _enter(page: Page, base: str, username: str) -> None:
    page.goto(f"{base}/desk/sign-in/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/desk/")


def _shot(page: Page, height: int = 0) -> Image.Image:
    if height:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _keep(picture: Image.Image, path: Path, colours: int) -> None:
    path.parent.mkdir(exist_ok=True)
    small = picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    sys.stdout.write(f"{path.name} {path.stat().st_size} bytes\n")


def make_front(phone: Page, computer: Page, base: str) -> None:
    """A news item on a telephone beside the health of a site on a computer."""
    phone.goto(f"{base}/fr/nouvelles/une-equipe-prend-le-relais/")
    computer.goto(f"{base}/desk/health/amm/")
    left, right = _shot(phone, 940), _shot(computer, 940)
    both = Image.new("RGB", (left.width + right.width + 3 * GAP, left.height + 2 * GAP), GROUND)
    both.paste(left, (GAP, GAP))
    both.paste(right, (left.width + 2 * GAP, GAP))
    size = (1200, round(both.height * 1200 / both.width))
    _keep(both.resize(size, Image.Resampling.LANCZOS), DOCS / "kafo.png", 256)


def make_editing(page: Page, base: str, folder: Path) -> None:
    """The steps of an editor, at the width of a telephone."""
    keep: Callable[[str, int], None] = lambda name, height: _keep(  # noqa: E731
        _shot(page, height), DOCS / "edit" / f"{name}.png", 256
    )
    page.goto(f"{base}/desk/sign-in/")
    keep("sign-in", 640)
    _enter(page, base, "redactrice")
    keep("start", 760)
    page.goto(f"{base}/desk/pages/add/")
    choose_french_office(page)
    page.fill("[name=title]", "Le puits de Kati est réparé")
    page.fill("[name=lead]", "L’eau coule de nouveau depuis lundi.")
    page.fill("textarea[name^=part-]", "La pompe a été changée par deux volontaires de l’équipe.")
    page.evaluate("scrollTo(0, 0)")
    keep("write", 900)
    page.set_input_files("[name=file]", drawn_well(folder / "puits.jpg"))
    page.fill("[name=alternative]", "Une pompe neuve sur un puits.")
    page.fill("[name=credit]", "Dessin A. Diarra (fictif)")
    page.get_by_text("est arriv").wait_for()
    page.locator("label[for=id_picture]").evaluate("each => each.scrollIntoView()")
    keep("picture", 820)
    page.locator("button[value=preview]").click()
    page.wait_for_url("**/preview/")
    page.get_by_role("link", name="Ouvrir comme page").click()
    keep("preview", 760)
    page.go_back()
    keep("before-publishing", 560)
    page.locator("main").get_by_role("button", name="Publier", exact=True).click()
    page.wait_for_selector(".done")
    keep("publish", 820)
    page.goto(f"{base}/desk/places/")
    page.locator("tbody th a").first.click()
    page.locator("main a[href*='/confirm/']").first.click()
    page.locator("[name=how]").first.check()
    page.evaluate("scrollTo(0, 0)")
    keep("confirm", 900)


def main(base: str) -> None:
    """Make all pictures from the demonstration at `base`."""
    import tempfile

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        computer = browser.new_page(locale="fr-FR", viewport=COMPUTER)
        _enter(computer, base, "redactrice")
        make_front(browser.new_page(locale="fr-FR", viewport=PHONE), computer, base)
        make_editing(browser.new_page(locale="fr-FR", viewport=PHONE), base, Path(folder))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
