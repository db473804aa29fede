"""What a publish costs: python -m benchmarks.baking."""

import json
import sys

import django

from benchmarks.figures import Figure, show, tell
from benchmarks.office import home, python

NEWS = 950  # with home, lists and the rest a thousand pages
PUBLISHES = 15
RENDERED = 100


def measure() -> dict[str, float]:
    """Publish, change the menu, and render anew, in the office in KAFO_HOME; give the seconds."""
    import statistics
    import time

    from django.test import RequestFactory, override_settings
    from django.utils import translation
    from wagtail.models import Locale

    from kafo.publishing.baking.reconcile import bake_due, join_due
    from kafo.publishing.enums import BakedKind
    from kafo.publishing.models import BakedPage, NewsPage, PlainPage

    french = Locale.objects.get(language_code="fr")
    pages = list(NewsPage.objects.order_by("pk")[: PUBLISHES + 1])
    published, saved = [], []
    for page in pages:
        page.lead = f"{page.lead[:300]} {time.monotonic_ns()}"
        begun = time.perf_counter()
        revision = page.save_revision()
        middle = time.perf_counter()
        revision.publish()
        published.append(time.perf_counter() - middle)
        saved.append(middle - begun)
    begun = time.perf_counter()
    while bake_due() or join_due():
        pass
    followed = time.perf_counter() - begun

    menu = PlainPage.objects.get(locale=french)
    behind = BakedPage.objects.filter(language="fr", kind=BakedKind.PAGE)
    before = dict(behind.values_list("pk", "frame"))
    menu.show_in_menus = True
    begun, used = time.perf_counter(), time.process_time()
    menu.save_revision().publish()
    while bake_due() or join_due():
        pass
    menu_seconds, menu_cpu = time.perf_counter() - begun, time.process_time() - used
    after = dict(behind.values_list("pk", "frame"))
    kept = [pk for pk, digest in before.items() if after[pk] == digest]
    if len(after) < NEWS or kept:
        raise RuntimeError(f"The new menu did not reach {len(kept)} of {len(after)} pages.")

    from wagtail.models import Page

    begun, used = time.perf_counter(), time.process_time()
    with translation.override("fr"), override_settings(ALLOWED_HOSTS=["*"]):
        request = RequestFactory().get("/")
        for page in NewsPage.objects.order_by("pk")[:RENDERED]:
            fresh = Page.objects.get(pk=page.pk).specific
            answer = fresh.serve(request)
            if hasattr(answer, "render"):
                answer.render()
            if page.title.encode() not in answer.content:
                raise RuntimeError("The page was not rendered.")
    rendered = (time.perf_counter() - begun) * NEWS / RENDERED
    rendered_cpu = (time.process_time() - used) * NEWS / RENDERED
    return {
        "publish": statistics.median(published[1:]),
        "save": statistics.median(saved[1:]),
        "followed": followed / len(pages),
        "menu": menu_seconds,
        "menu_cpu": menu_cpu,
        "joined": len(after),
        "rendered": rendered,
        "rendered_cpu": rendered_cpu,
    }


def main() -> None:
    with home(NEWS) as folder:
        tell("publishing, changing the menu, rendering anew")
        found = json.loads(python(folder, "baking", "measure"))
    figures = [
        Figure("publish of a news item until readers find it", "ms", 1000 * found["publish"],
               at_most=200),
        Figure("… then, in the background, what shows it (lists, home, feed)", "ms",
               1000 * found["followed"]),
        Figure("menu change on all pages, in the background", "s", found["menu"],
               found["rendered"], at_most=2),
        Figure("… its processor time", "s", found["menu_cpu"], found["rendered_cpu"]),
    ]  # fmt: skip
    conditions = (
        f"A site of {NEWS} news items and its lists; a news item is saved and published "
        f"{PUBLISHES} times (median, writing to disk included), then a page is put into the menu, "
        f"which joins {found['joined']:.0f} pages with the new one. The "
        f"alternative renders the same pages anew through Wagtail: {RENDERED} of them, counted up."
    )
    show("Baking", conditions, "rendering anew", figures)


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        django.setup()
        print(json.dumps(measure()))
    else:
        main()
