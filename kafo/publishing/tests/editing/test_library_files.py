"""The library's own files are for those who write on the site they belong to."""

from kafo.publishing.baking.pictures import make_renditions
from kafo.publishing.tests.editing.conftest import World


def test_it_gives_pictures_and_documents_of_the_library_to_writers_of_their_site(
    world: World,
) -> None:
    rendition = next(iter(make_renditions(world.picture).values()))
    files = [rendition.file.name, world.picture.file.name, world.document.file.name]
    for name in files:
        assert world.client("journalist").get(f"/media/{name}").status_code == 200
        assert world.client("reader").get(f"/media/{name}").status_code == 404
        assert world.client(None).get(f"/media/{name}").status_code == 404
    assert (
        world.client("journalist").get(f"/media/{world.amm_picture.file.name}").status_code == 404
    )


def test_it_gives_nothing_that_is_not_in_the_library(world: World) -> None:
    for name in ("../kafo.sqlite3", "images/none.png", "%2e%2e/settings.env", "."):
        assert world.client("editor").get(f"/media/{name}").status_code == 404


def test_it_sends_documents_as_downloads_that_run_nothing(world: World) -> None:
    response = world.client("editor").get(f"/media/{world.document.file.name}")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
