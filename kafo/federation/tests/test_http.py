import socketserver
import threading
import wsgiref.simple_server

import pytest
from django.core.wsgi import get_wsgi_application

from kafo.federation.errors import Untrusted
from kafo.federation.http_link import HttpLink
from kafo.federation.models import Frame, Log
from kafo.federation.services.exchanging import exchange
from kafo.federation.tests.test_exchange import project
from kafo.federation.tests.test_trust import titles
from kafo.federation.tests.world import office_id
from kafo.federation.views import exchange as views


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


@pytest.fixture
def address(world, monkeypatch, django_db_blocker):
    """The node of Bamako behind a real socket, in threads of their own."""
    monkeypatch.setattr(views, "node_of", lambda using: world.nodes["bamako"])
    monkeypatch.setattr("django.db.close_old_connections", lambda **_: None)
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_exchanges_over_http_both_ways(world, address):
    for number in range(50):
        project("bamako", title=f"Projet {number}", text="x" * number)
    project("geneva", title="Genève")
    link = HttpLink(office_id("bamako"), address)
    visit = exchange(world.nodes["geneva"], link)
    assert visit.faults == []
    assert titles("geneva") == titles("bamako")
    assert len(titles("geneva")) == 51
    again = HttpLink(office_id("bamako"), address)
    exchange(world.nodes["geneva"], again)
    assert again.moved < 400


def test_it_fetches_several_logs_and_comes_again_on_one_connection(world, address):
    for visibility in ("federation", "public", "federation"):
        project("bamako", title=visibility, visibility=visibility)
        link = HttpLink(office_id("bamako"), address)
        for _ in range(2):
            exchange(world.nodes["geneva"], link)
            assert titles("geneva") == titles("bamako")


def test_it_lets_any_client_go_on_from_a_byte_of_a_public_log(world, address):
    import urllib.request

    for number in range(50):
        project("bamako", title=f"Projet {number}", visibility="public")
    exchange(world.nodes["geneva"], HttpLink(office_id("bamako"), address))
    log = Log.objects.using("bamako").get()
    url = f"{address}/federation/{log.office.hex}/public/0/{log.edition}"
    whole = urllib.request.urlopen(url).read()
    assert whole == b"".join(bytes(f.data) for f in Frame.objects.using("bamako"))
    asked = urllib.request.Request(url, headers={"Range": f"bytes={len(whole) - 10}-"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 206
        assert answer.read() == whole[-10:]


def test_it_shows_a_stranger_nothing(world, address):
    project("bamako", title="Un")
    exchange(world.nodes["geneva"], HttpLink(office_id("bamako"), address))
    link = HttpLink(office_id("bamako"), address)
    from kafo.federation.services.answering import Head

    head = Head(office_id("bamako"), "federation", 1, 0, b"")
    for token in (b"", bytes(16)):
        with pytest.raises(Untrusted):
            list(link.frames(token, head, 0, 0, 0))
        with pytest.raises(Untrusted):
            link.snapshot(token, head, (0, 0), (0, 0), 0)
        with pytest.raises(Untrusted):
            link.push(token, head, 0, 0, 0, b"x")
    with pytest.raises(Untrusted):
        link.hello(b"\x80")
