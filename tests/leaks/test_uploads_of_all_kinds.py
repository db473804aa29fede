"""What the desk answers to files that want to be something else."""

import io
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.documents import get_document_model

from kafo.publishing.models import Picture
from tests.leaks.world import World, picture_bytes


def _bomb() -> bytes:
    """Give a PNG of a few kilobytes that says it is 60,000 points wide and high."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    size = (60_000).to_bytes(4, "big")
    header = chunk(b"IHDR", size + size + bytes([8, 0, 0, 0, 0]))
    body = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


def _zip(name: str, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", files.pop("mimetype", name.encode()))
        for inner, content in files.items():
            archive.writestr(inner, content)
    return out.getvalue()


def _torn(content: bytes) -> bytes:
    """Give an archive whose first file cannot be unpacked."""
    at = content.index(b"mimetype") + len("mimetype")
    return content[:at] + b"\xff" * 8 + content[at + 8 :]


def _avif_of_nothing() -> bytes:
    """Give what begins as an AVIF and holds no picture."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "sienna").save(file, "AVIF")
    return file.getvalue().replace(b"pitm", b"none")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
NO_PICTURES = {
    "svg": ("a.svg", SVG),
    "svg as png": ("a.png", SVG),
    "html as jpg": ("a.jpg", HTML),
    "gif and script": ("a.jpg", b"GIF89a/*" + HTML + b"*/"),
    "bomb": ("a.png", _bomb()),
    "empty": ("a.png", b""),
    "cut": ("a.png", picture_bytes()[:60]),
    "avif of nothing": ("a.avif", _avif_of_nothing()),
}
NO_DOCUMENTS = {
    "svg": ("a.svg", SVG),
    "html": ("a.html", HTML),
    "html as pdf": ("a.pdf", HTML),
    "program": ("a.exe", b"MZ"),
    "zip as odt": ("a.odt", _zip("application/zip")),
    "bomb as odt": ("a.odt", _zip("x", mimetype=bytes(50_000_000))),
    "torn odt": ("a.odt", _torn(_zip("x", mimetype=b"application/vnd.oasis.opendocument.text"))),
    "empty": ("a.txt", b""),
    "two endings": ("a.txt.html", b"text"),
}


def _sent(world: World, kind: str, name: str, content: bytes) -> Any:
    client = world.client("director")
    site = world.records["A"]["site"].pk
    words: dict[str, Any] = {"site": site, "title": "T", "credit": "C", "licence": "CC BY-SA 4.0"}
    words |= {"alternatives_fr": "Un pont", "alternatives_en": "A bridge"}
    words["file"] = SimpleUploadedFile(name, content)
    return client.post(reverse(f"pages:{kind}-add"), words)


def test_it_refuses_as_a_picture(world: World) -> None:
    count = Picture.objects.count()
    for case, file in NO_PICTURES.items():
        answer = _sent(world, "picture", *file)
        assert answer.status_code == 422, case
        assert {"file", "__all__"} >= set(answer.context["form"].errors), f"{case}: the file alone"
        assert Picture.objects.count() == count, case


def test_it_refuses_as_a_document(world: World) -> None:
    model = get_document_model()
    count = model.objects.count()
    for case, file in NO_DOCUMENTS.items():
        answer = _sent(world, "document", *file)
        assert answer.status_code == 422, case
        assert {"file", "__all__"} >= set(answer.context["form"].errors), f"{case}: the file alone"
        assert model.objects.count() == count, case


BACK_OFFICE = [
    *(("wagtailimages:add", Picture, case, NO_PICTURES[case]) for case in NO_PICTURES),
    *(("wagtaildocs:add", get_document_model(), case, NO_DOCUMENTS[case]) for case in NO_DOCUMENTS),
]


def test_it_refuses_the_same_in_the_back_office(world: World) -> None:
    client = world.client("director")
    words = {"title": "T", "credit": "C", "description": "A bridge"}
    words["collection"] = world.records["A"]["site"].collection_id
    for view, model, case, file in BACK_OFFICE:
        count = model.objects.count()
        answer = client.post(reverse(view), words | {"file": SimpleUploadedFile(*file)})
        assert answer.status_code == 200, case
        assert {"file", "__all__"} >= set(answer.context["form"].errors), case
        assert model.objects.count() == count, case


NAMES = ["../../../etc/passwd.png", "..\\..\\evil.png", "a" * 240 + ".png", 'x"\r\nX-Evil: 1.png']


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_a_picture_under_a_plain_name_of_its_own(world: World, name: str) -> None:
    answer = _sent(world, "picture", name, picture_bytes() + HTML)
    assert answer.status_code == 302, answer.context["form"].errors
    picture = Picture.objects.order_by("-pk").first()
    assert picture is not None
    stem = picture.file.name.removeprefix("original_images/")
    assert "/" not in stem
    assert len(stem) < 100
    assert all(letter.isalnum() or letter in "-_." for letter in stem)
    with picture.file.open("rb") as file:
        assert b"script" not in file.read(), "what followed the picture is gone"


@pytest.mark.parametrize("name", ["../../settings.env.txt", "a" * 250 + ".txt"])
def test_it_keeps_a_document_under_a_plain_name_and_sends_it_as_a_file(
    world: World, name: str
) -> None:
    assert _sent(world, "document", name, HTML).status_code == 302
    document = get_document_model().objects.order_by("-pk").first()
    assert document is not None
    assert ".." not in document.file.name
    assert len(document.file.name) < 100
    answer = world.client("director").get(reverse("pages:document-file", args=[document.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()
