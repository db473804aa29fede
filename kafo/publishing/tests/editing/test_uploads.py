"""Files: what is let in, and how it arrives over a line that is cut."""

import io
import os
import signal
import struct
import subprocess
import sys
import zipfile
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from kafo.publishing.models import Picture, Upload
from kafo.publishing.services.files import check_document, clean_picture
from kafo.publishing.services.uploads import (
    WrongOffset,
    begin_upload,
    forget_uploads,
    receive_piece,
)
from kafo.records.errors import Refused

from .conftest import World, png
from .test_writing import form_of

TUS = {"Tus-Resumable": "1.0.0"}


def begin(client: Any, size: int, name: str = "cGhvdG8ucG5n") -> str:
    response = client.post(
        reverse("pages:uploads"),
        headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": f"filename {name}"},
    )
    assert response.status_code == 201, response.content
    return str(response["Location"])


def piece(client: Any, url: str, offset: int, content: bytes) -> Any:
    return client.patch(
        url,
        content,
        content_type="application/offset+octet-stream",
        headers=TUS | {"Upload-Offset": str(offset)},
    )


def offset_of(client: Any, url: str) -> int:
    response = client.head(url, headers=TUS)
    assert response.status_code == 200
    return int(response["Upload-Offset"])


def test_it_goes_on_after_a_cut_and_becomes_a_picture(world: World) -> None:
    client = world.client("journalist")
    content = png()
    url = begin(client, len(content))
    response = piece(client, url, 0, content[:500])
    assert response.status_code == 204
    assert response["Upload-Offset"] == "500"
    later = world.client("journalist")
    assert offset_of(later, url) == 500
    wrong = piece(later, url, 0, content)
    assert wrong.status_code == 409
    assert piece(later, url, 500, content[500:]).status_code == 204
    data = form_of(later, reverse("pages:picture-add")) | {
        "alternatives_fr": "Par morceaux",
        "credit": "Dessin",
    }
    without = later.post(reverse("pages:picture-add"), data)
    assert without.status_code == 422
    form = without.context["form"]
    assert list(form.errors) == ["file"]
    assert form.fields["file"].required
    data |= {"upload": url.split("/")[-2]}
    assert later.post(reverse("pages:picture-add"), data).status_code == 302
    picture = Picture.objects.get(title="Par morceaux")
    assert (picture.width, picture.height) == (800, 600)
    assert not Upload.objects.exists()


def test_it_refuses_an_upload_that_is_not_whole(world: World) -> None:
    client = world.client("journalist")
    url = begin(client, 100)
    piece(client, url, 0, b"x" * 50)
    data = form_of(client, reverse("pages:picture-add")) | {
        "upload": url.split("/")[-2],
        "alternatives_fr": "Moitié",
        "credit": "Dessin",
    }
    assert client.post(reverse("pages:picture-add"), data).status_code == 422


def test_it_hides_the_uploads_of_others(world: World) -> None:
    url = begin(world.client("journalist"), 100)
    other = world.client("editor")
    assert other.head(url, headers=TUS).status_code == 404
    assert piece(other, url, 0, b"x").status_code == 404
    assert other.delete(url, headers=TUS).status_code == 404
    for name in ("reader", "stranger"):
        response = world.client(name).post(
            reverse("pages:uploads"), headers=TUS | {"Upload-Length": "5"}
        )
        assert response.status_code == 404
    assert Upload.objects.count() == 1


def test_it_takes_no_more_than_was_announced(world: World) -> None:
    client = world.client("journalist")
    url = begin(client, 10)
    assert piece(client, url, 0, b"x" * 11).status_code == 413
    response = client.post(
        reverse("pages:uploads"), headers=TUS | {"Upload-Length": str(11 * 1024 * 1024)}
    )
    assert response.status_code == 413
    assert client.post(reverse("pages:uploads"), headers={"Upload-Length": "5"}).status_code == 412


def test_it_throws_away_what_was_never_acknowledged(world: World) -> None:
    client = world.client("journalist")
    url = begin(client, 10)
    piece(client, url, 0, b"12345")
    upload = Upload.objects.get()
    with upload.path.open("ab") as file:
        file.write(b"torn")
    assert offset_of(client, url) == 5
    assert piece(client, url, 5, b"67890").status_code == 204
    assert upload.path.read_bytes() == b"1234567890"


def test_it_goes_on_while_the_broken_line_is_still_waited_for(world: World) -> None:
    actor, content = world.account("editor"), b"0123456789"
    upload = begin_upload(actor=actor, name="photo.png", size=len(content))

    class Silent:
        """A line that went without a word; meanwhile its sender came back on another."""

        def read(self, size: int) -> bytes:
            receive_piece(actor=actor, pk=upload.pk, offset=0, stream=io.BytesIO(content))
            return b"abc"

    with pytest.raises(WrongOffset):
        receive_piece(actor=actor, pk=upload.pk, offset=0, stream=Silent())
    assert upload.path.read_bytes() == content


def test_it_forgets_what_nobody_finished(world: World) -> None:
    client = world.client("journalist")
    begin(client, 10)
    begin(client, 10)
    old = Upload.objects.first()
    Upload.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=9))
    orphan = old.path.parent / "orphan"
    orphan.touch()
    os.utime(orphan, (0, 0))
    assert forget_uploads() == 1
    assert not old.path.exists()
    assert not orphan.exists()
    assert Upload.objects.count() == 1


KILLED = """
import os, sys, django
django.setup()
from kafo.people.models import Account
from kafo.publishing.services.uploads import receive_piece
account = Account.objects.get(username="killed")
class Line:
    def __init__(self): self.given = 0
    def read(self, size):
        self.given += 1
        if self.given == 4:
            print("middle", flush=True)
            import time; time.sleep(60)
        return b"x" * 1000
pk = sys.argv[1]
class Short(Line):
    def read(self, size):
        if self.given: return b""
        self.given = 1
        return b"y" * 1000
receive_piece(actor=account, pk=pk, offset=0, stream=Short())
print("acknowledged", flush=True)
receive_piece(actor=account, pk=pk, offset=1000, stream=Line())
"""


def test_it_loses_no_acknowledged_byte_when_killed(tmp_path: Any) -> None:
    env = os.environ | {
        "KAFO_HOME": str(tmp_path),
        "KAFO_DATABASE_URL": "sqlite://",
        "DJANGO_SETTINGS_MODULE": "kafo.config.settings",
    }

    def run(code: str, *arguments: str) -> str:
        command = [sys.executable, "-c", "import django; django.setup()\n" + code, *arguments]
        return subprocess.run(
            command, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    pk = run(
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from kafo.people.models import Account\n"
        "from kafo.publishing.services.uploads import begin_upload\n"
        "account = Account.objects.create(username='killed')\n"
        "print(begin_upload(actor=account, name='a', size=100000).pk)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, pk], env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "acknowledged"
    assert process.stdout.readline().strip() == "middle"
    process.send_signal(signal.SIGKILL)
    process.wait()
    offset = int(
        run(
            "import sys\nfrom kafo.publishing.models import Upload\n"
            "print(Upload.objects.get(pk=sys.argv[1]).offset)",
            pk,
        )
    )
    kept = (tmp_path / "uploads" / pk).read_bytes()
    assert offset >= 1000
    assert kept[:1000] == b"y" * 1000


def _file(content: bytes, name: str) -> Any:
    return ContentFile(content, name)


def test_it_draws_pictures_anew() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret maker"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", (3000, 1000), "teal").save(out, "JPEG", exif=exif, comment=b"Secret comment")
    clean = clean_picture(_file(out.getvalue(), "../Évil name.JPG"))
    assert clean.name == "evil-name.jpg"
    content = clean.read()
    assert b"Secret" not in content
    assert b"Exif" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (533, 1600)
        assert not picture.getexif()


def test_it_keeps_what_can_be_seen_through() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    clean = clean_picture(_file(out.getvalue(), "a.png"))
    with Image.open(clean) as picture:
        assert picture.format == "WEBP"
        assert picture.mode == "RGBA"


def _png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    points = zlib.compress(b"\0" * (width * 3 + 1) * min(height, 50))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png"),
        (b"<html><script>alert(1)</script>", "a.jpg"),
        (b"GIF89a" + b"\0" * 50, "a.gif"),
        (_png_of(30_000, 30_000), "bomb.png"),
        (_png_of(6_000, 6_000), "big.png"),
        (png()[:300], "cut.png"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "heavy.jpg"),
    ],
    ids=["empty", "svg", "svg as png", "html", "gif", "bomb", "big", "cut", "heavy"],
)
def test_it_refuses_what_is_no_picture(content: bytes, name: str) -> None:
    with pytest.raises(Refused):
        clean_picture(_file(content, name))


@pytest.mark.parametrize("side", [6_000, 30_000])
def test_it_says_when_a_picture_has_too_many_points(side: int) -> None:
    with pytest.raises(Refused, match="too many points"):
        clean_picture(_file(_png_of(side, side), "big.png"))


def _zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


ODT = _zip(mimetype=b"application/vnd.oasis.opendocument.text", content=b"")


def test_it_knows_documents_by_their_content() -> None:
    assert check_document(_file(b"%PDF-1.7", "Rapport Été.PDF")) == "rapport-ete.pdf"
    assert check_document(_file(ODT, "a.odt")) == "a.odt"
    assert check_document(_file("Mali ɔ".encode(), "a.txt")) == "a.txt"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html>", "a.pdf"),
        (b"%PDF-1.7", "a.html"),
        (b"%PDF-1.7", "a.exe"),
        (b"\0\1", "a.txt"),
        (b"\xff\xfe", "a.csv"),
        (ODT, "a.docx"),
        (ODT, "a.ods"),
        (_zip(word__vbaProject=b"x"), "a.docx"),
        (b"PK\3\4", "a.odt"),
    ],
)
def test_it_refuses_documents_that_are_something_else(content: bytes, name: str) -> None:
    with pytest.raises(Refused):
        check_document(_file(content, name))


def test_it_cleans_what_comes_through_the_back_office(world: World) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret maker"
    Image.new("RGB", (2000, 100), "teal").save(out, "JPEG", exif=exif)
    client = world.client("editor")
    data = {
        "title": "Bureau",
        "description": "Le bureau",
        "credit": "Dessin",
        "collection": world.bamako.collection_id,
        "file": _file(out.getvalue(), "bureau.jpg"),
    }
    client.post("/editor/images/add/", data)
    picture = Picture.objects.get(title="Bureau")
    assert picture.width == 1600
    assert b"Secret" not in picture.file.read()
    data |= {"title": "Ailleurs", "collection": world.amm.collection_id}
    data["file"] = _file(out.getvalue(), "bureau.jpg")
    client.post("/editor/images/add/", data)
    other = Picture.objects.filter(title="Ailleurs").first()
    assert other is None or other.collection == world.bamako.collection
    client.post("/editor/images/add/", data | {"title": "Sans", "credit": ""})
    assert not Picture.objects.filter(title="Sans").exists()
    client.post("/editor/documents/add/", {"title": "Faux", "file": _file(b"<html>", "a.pdf")})
    from wagtail.documents import get_document_model

    assert not get_document_model().objects.filter(title="Faux").exists()
