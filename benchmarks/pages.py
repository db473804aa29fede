"""What a reader's phone fetches and waits for: python -m benchmarks.pages."""

from benchmarks.browser import COMPUTER, EDGE, GPRS, PHONE, chromium, first_view
from benchmarks.figures import Figure, said_by, show, tell
from benchmarks.office import office
from benchmarks.wordpress import versions, wordpress

NEWS = 45
KB = 1000


def main() -> None:
    figures: list[Figure] = []

    def add(name: str, unit: str, kafo: float, other: float | None = None, **target: float) -> None:
        figures.append(Figure(name, unit, kafo, other, **target))

    with office(NEWS) as node, wordpress(NEWS) as other, chromium() as browser:
        theirs = f"http://localhost:{other.plain}"
        addresses = {
            "news item": (f"{node.url}{node.news}nouvelle-3/", f"{theirs}/nouvelle-3/"),
            "list of 20": (f"{node.url}{node.news}2/", f"{theirs}/page/2/"),
            "home": (f"{node.url}/fr/", f"{theirs}/"),
            "text view": (f"{node.url}{node.news}nouvelle-3/texte/", f"{theirs}/nouvelle-3/"),
        }
        most_bytes = {"news item": 30, "list of 20": 25, "text view": 3}
        for name, (ours, alternative) in addresses.items():
            tell(name)
            kafo, wp = (first_view(browser, url, EDGE) for url in (ours, alternative))
            most = {"at_most": most_bytes[name]} if name in most_bytes else {}
            add(f"{name}: all on the wire", "KB", kafo.bytes / KB, wp.bytes / KB, **most)
            if name == "news item":
                html = kafo.document_bytes / KB, wp.document_bytes / KB
                add(f"{name}: HTML (Kafo: with style)", "KB", *html, at_most=4)
                add(f"{name}: requests", "", kafo.requests, wp.requests, at_most=4)
            paint = kafo.first_paint, wp.first_paint
            add(f"{name}: first paint, {EDGE.name}", "s", *paint, at_most=1.5)
            add(f"{name}: all, {EDGE.name}", "s", kafo.loaded, wp.loaded, at_most=3)
            slow, slow_wp = (first_view(browser, url, GPRS, 1) for url in (ours, alternative))
            add(f"{name}: first paint, {GPRS.name}", "s", slow.first_paint, slow_wp.first_paint)
            add(f"{name}: all, {GPRS.name}", "s", slow.loaded, slow_wp.loaded)
        for name, scroll, screen, most_kb in (
            ("scrolled to its end", True, PHONE, 50),
            ("1280 px wide", False, COMPUTER, 25),
            ("1280 px wide, scrolled to its end", True, COMPUTER, 50),
        ):
            kafo, wp = (
                first_view(browser, url, EDGE, 1, scroll=scroll, screen=screen)
                for url in addresses["list of 20"]
            )
            sizes = kafo.bytes / KB, wp.bytes / KB
            add(f"list of 20, {name}: all on the wire", "KB", *sizes, at_most=most_kb)
    conditions = (
        f"A site of {NEWS} news items with two drawn pictures each, the same texts and pictures in "
        f"both. {said_by('chromium', '--version')}, 360 px wide, two dots to the pixel (the list "
        "also at 1280 px), processor slowed down four times, empty cache; bytes with headers; "
        "median of 3 at 250 kbit/s, one view at 50 kbit/s. "
        "“All” ends with the load event. DNS, TCP and TLS cost nothing here, for both alike. "
        f"WordPress has no text view; its news item stands beside ours. {versions()}."
    )
    show("Pages on a slow line", conditions, "WordPress", figures)


if __name__ == "__main__":
    main()
