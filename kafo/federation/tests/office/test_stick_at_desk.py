"""The same bytes as a file: made at one desk, read at another, whatever happened in between."""

import io
import tarfile

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kafo.federation.models import Frame, Held, Log
from kafo.federation.services.attachments import files_of
from kafo.federation.services.bundling import write_bundle
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.tests.office.desk import BAMAKO
from kafo.federation.views.stick import office_choices
from kafo.records.models import FileReference

STICK = "federation:stick"


def sent(browser, data):
    file = SimpleUploadedFile("kafo.tar", data)
    answer = browser.post(reverse(STICK), {"bundle": file, "read": "yes"})
    return answer.status_code, answer.content.decode()


def made(browser, *offices):
    answer = browser.post(reverse(STICK), {"offices": [office.hex for office in offices]})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith('.tar"')
    return b"".join(answer.streaming_content)


@pytest.fixture
def for_here(desk):
    """A file for this office, with what it said itself: as a stick that came around."""
    seal_waiting(desk.node)
    data = io.BytesIO()
    office = desk.node.office
    write_bundle(actor=desk["technician"], node=desk.node, offices=[office], file=data)
    return data.getvalue()


def test_it_makes_a_file_that_only_the_chosen_can_open(desk, signed_in):
    browser = signed_in("coordinator")
    text = browser.get(reverse(STICK)).content.decode()
    assert "Bamako (" in text
    assert browser.post(reverse(STICK), {}).status_code == 422
    data = made(browser, BAMAKO)
    assert b"kafo1/K0000001.AGE" in data
    assert b"GEN" not in data.split(b"K0000001.AGE")[1]
    status, text = sent(browser, data)
    assert status == 200
    assert "1 part is for another office and stays closed." in text


def test_it_counts_the_files_that_go_along(desk, tmp_path):
    seal_waiting(desk.node)
    picture = tmp_path / "picture"
    picture.write_bytes(bytes(2_000_000))
    sha256, size = files_of(desk.node).put(picture)
    FileReference.objects.create(record_id=desk.office.pk, sha256=sha256, size=size)
    (bamako, *_others) = [name for _office, name in office_choices()]
    assert bamako == "Bamako (2 MB)"


def test_it_says_that_nothing_was_new(desk, signed_in, for_here):
    status, text = sent(signed_in("technician"), for_here)
    assert status == 200
    assert "Nothing in it was new" in text


def test_it_brings_what_was_new(desk, signed_in, for_here):
    Frame.objects.all().delete()
    Held.objects.all().delete()
    Log.objects.filter(office=desk.node.office).delete()
    desk.node.write_marks({})
    status, text = sent(signed_in("technician"), for_here)
    assert status == 200
    assert "were new; they are here now." in text or "was new; it is here now." in text
    assert Log.objects.get(office=desk.node.office, audience="federation").sequence == 1


@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_it_says_that_a_file_broke_off(desk, signed_in, for_here, kept):
    end = for_here.index(b"K0000001.AGE") + 512
    status, text = sent(signed_in("technician"), for_here[: end + int(300 * kept)])
    assert status == 200
    assert "It broke off" in text


def test_it_refuses_what_is_no_bundle(desk, signed_in):
    browser = signed_in("technician")
    for data in (b"x" * 2000, b"PK\x03\x04", b"\0" * 1024):
        status, text = sent(browser, data)
        assert status == 422
        assert "This is no bundle" in text


def test_it_writes_nowhere_else(desk, signed_in, tmp_path):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as bundle:
        for name in ("../../evil", "kafo1/../evil", "kafo1/K0000001.AGE"):
            info = tarfile.TarInfo(name)
            info.size = 3
            bundle.addfile(info, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("kafo1/K0000002.AGE")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        bundle.addfile(link)
    status, text = sent(signed_in("technician"), file.getvalue())
    assert status == 200
    assert "It broke off" in text
    assert not list(tmp_path.rglob("evil"))


def test_it_knows_the_words_of_the_cipher(desk):
    """Which part is for others is told by what the library says; it must go on saying so."""
    other = pyrage.x25519.Identity.generate()
    sealed = pyrage.encrypt(b"x" * 200, [other.to_public()])
    with pytest.raises(pyrage.DecryptError, match="No matching keys"):
        pyrage.decrypt(sealed, [desk.node.identity])
    with pytest.raises(pyrage.DecryptError, match="^(?!.*No matching keys)"):
        pyrage.decrypt(sealed[:-5], [other])
