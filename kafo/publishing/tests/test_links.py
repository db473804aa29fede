"""A link out of the house dies slowly, and then keeps its words."""

import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from kafo.publishing.baking import links
from kafo.publishing.baking.links import answers, check_links, note_answer
from kafo.publishing.models import ExternalLink
from kafo.publishing.tests.conftest import publish, read

ADDRESS = "http://www.example.org/amm"
ITEM = "bamako/fr/nouvelles/deux-jours/"


@pytest.fixture
def item(make_news):
    text = f'<p>Voir <a href="{ADDRESS}">le site de l’association</a>.</p>'
    return make_news("Deux jours", body=[("paragraph", text)])


@pytest.fixture
def web():
    class Page(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def do_GET(self):
            """Answer as the archive does for what it holds, and for what it does not."""
            copy = {"available": True, "status": "200", "timestamp": "20060501093000"}
            copy["url"] = "http://web.archive.org/web/20060501093000/x"
            held = {"closest": copy} if "410" in self.path else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"archived_snapshots": held}).encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_keeps_a_link_alive_until_three_tries_over_seven_days_failed(db):
    link = ExternalLink.objects.create(address=ADDRESS)
    for _ in range(3):
        note_answer(link, False)
    assert not link.is_dead
    link.failing_since = timezone.now() - timedelta(days=7, minutes=1)
    note_answer(link, False)
    assert link.is_dead
    note_answer(link, True)
    assert not link.is_dead


def test_it_keeps_the_words_of_a_dead_link_with_the_date_of_its_archive(item, baked):
    assert f'<a href="{ADDRESS}">le site de l’association</a>' in read(baked(), ITEM)
    link = ExternalLink.objects.get(address=ADDRESS)
    link.is_dead, link.archived_on = True, date(2006, 5, 1)
    link.archive_address = "https://web.archive.org/web/2006/x"
    link.save()
    html = read(baked(), ITEM)
    assert "<span>le site de l’association</span>" in html
    assert "1 mai 2006" in html or "1er mai 2006" in html
    assert f'href="{ADDRESS}"' not in html
    assert 'href="https://web.archive.org/web/2006/x"' in html


@pytest.mark.parametrize(
    ("status", "is_alive"), [(200, True), (403, True), (500, True), (404, False), (410, False)]
)
def test_it_takes_only_not_found_and_gone_for_dead(web, status, is_alive):
    assert answers(f"{web}/{status}") is is_alive


def test_it_takes_silence_for_a_failed_try():
    assert not answers("http://127.0.0.1:9/")


def test_it_looks_at_no_link_unless_the_operator_wants_it(item, baked, settings, web):
    baked()
    ExternalLink.objects.update(address=f"{web}/200")
    assert check_links() == 0
    settings.KAFO_CHECK_LINKS = True
    assert check_links() == 1
    assert check_links() == 0
    assert ExternalLink.objects.get().checked_at is not None


@pytest.mark.parametrize(("status", "day"), [(410, date(2006, 5, 1)), (404, None)])
def test_it_asks_the_archive_for_a_copy_of_what_is_gone(
    db, settings, web, monkeypatch, status, day
):
    settings.KAFO_CHECK_LINKS = True
    monkeypatch.setattr(links, "ARCHIVE", f"{web}/available?url=")
    long_ago = timezone.now() - timedelta(days=8)
    link = ExternalLink.objects.create(
        address=f"{web}/{status}", failures=2, failing_since=long_ago, checked_at=long_ago
    )
    assert check_links() == 1
    link.refresh_from_db()
    assert link.is_dead
    assert link.archived_on == day
    assert link.archive_address.startswith("http://web.archive.org/") is bool(day)


def test_it_bakes_nothing_again_when_a_link_was_looked_at_and_lives(item, baked):
    baked()
    link = ExternalLink.objects.get()
    before = publish(item).baked_pages.get().due
    note_answer(link, True)
    assert item.baked_pages.get().due == before
