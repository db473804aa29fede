"""What an answer to another node weighs beside what was asked for: the product's own settings."""

from kafo.federation.services.answering import hello
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.wire import cbor


def test_it_sends_a_node_no_headers_for_browsers(desk, client):
    desk.office.save()
    seal_waiting(desk.node)
    said = hello(desk.node, desk.node.office, 1)
    kind = "application/octet-stream"
    greeted = client.post("/federation/hello", said, content_type=kind)
    assert set(greeted.headers) == {"Content-Type", "Content-Length"}
    token = cbor.decode(greeted.content)[4].hex()
    where = f"/federation/{desk.node.office.hex}/federation/0/0"
    given = client.get(where, headers={"Authorization": f"Bearer {token}"})
    assert given.status_code == 200
    assert set(given.headers) == {"Content-Type", "Content-Length", "Cache-Control"}


def test_it_shuts_in_what_a_browser_can_ask_for(desk, client):
    desk.office.visibility = "public"
    desk.office.save()
    seal_waiting(desk.node)
    given = client.get(f"/federation/{desk.node.office.hex}/public/0/0")
    assert given.status_code == 200
    assert {"Content-Security-Policy", "X-Content-Type-Options"} <= set(given.headers)
    assert "Content-Security-Policy" in client.get("/federation/hello").headers
