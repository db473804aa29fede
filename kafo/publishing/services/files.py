"""What people send is not what is kept: pictures are drawn anew, documents are known by content."""

import io
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from kafo.records.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
LONGEST_SIDE = 1600
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
# A JPEG is decoded at a fraction of its size, the others must be unfolded whole in memory.
MAX_PIXELS = {"JPEG": 130_000_000}
MAX_PIXELS_OTHERS = 25_000_000
# The colours of a phone's screen fit in this; longer profiles are not worth their weight.
MAX_COLOUR_PROFILE = 4096

# What Pillow stumbles over in a damaged file, by format.
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, TypeError, RuntimeError, EOFError),
    *(LookupError, ArithmeticError, AttributeError, struct.error, zlib.error),
)

_one_at_a_time = threading.Lock()


def safe_name(name: str, extension: str) -> str:
    """Give a file name of plain letters that says what the sender's name said."""
    stem = slugify(Path(name.replace("\\", "/")).stem)[:60] or "file"
    return f"{stem}.{extension}"


def check_size(size: int) -> None:
    """Refuse what is empty or too big."""
    if size == 0:
        raise Refused(_("The file is empty."))
    if size > MAX_BYTES:
        raise Refused(
            _("The file weighs %(size)s; at most %(most)s can be sent.")
            % {"size": filesizeformat(size), "most": filesizeformat(MAX_BYTES)}
        )


def clean_picture(file: Any) -> ContentFile[bytes]:
    """Give the picture in `file` drawn anew: upright, at most 1600 pixels, nothing else in it.

    Place, date and camera that the sender's file may hold do not survive. Raises Refused for what
    is not a picture, has too many pixels, or is too big.
    """
    name = getattr(file, "name", "")
    check_size(file.size)
    file.seek(0)
    with _one_at_a_time:
        try:
            with Image.open(file, formats=PICTURE_FORMATS) as picture:
                _check_pixels(picture)
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return _drawn_anew(picture, name)
        except Image.DecompressionBombError as error:
            raise _too_many_points() from error
        except UNREADABLE as error:
            message = _("This is not a picture that can be read. Send a JPEG, PNG, WebP or AVIF.")
            raise Refused(message) from error


def _check_pixels(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS.get(picture.format or "", MAX_PIXELS_OTHERS):
        raise _too_many_points()


def _too_many_points() -> Refused:
    return Refused(_("The picture has too many points. Make it smaller and send it again."))


def _drawn_anew(picture: Image.Image, name: str) -> ContentFile[bytes]:
    profile = picture.info.get("icc_profile") or b""
    # Only an RGB profile describes what is written below; "RGB " stands at byte 16 of its header.
    keep = {"icc_profile": profile} if profile[16:20] == b"RGB " else {}
    if len(profile) > MAX_COLOUR_PROFILE:
        keep = {}
    picture = ImageOps.exif_transpose(picture)
    has_holes = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    flat = picture.convert("RGBA" if has_holes else "RGB")
    # A new image carries over nothing but its points.
    fresh = Image.new(flat.mode, flat.size)
    fresh.paste(flat)
    out = io.BytesIO()
    if has_holes:
        fresh.save(out, "WEBP", quality=90, method=4, exif=b"", **keep)
        return ContentFile(out.getvalue(), safe_name(name, "webp"))
    fresh.save(out, "JPEG", quality=88, optimize=True, progressive=True, **keep)
    return ContentFile(out.getvalue(), safe_name(name, "jpg"))


OPEN_DOCUMENT = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
    "epub": b"application/epub+zip",
}
OFFICE_OPEN = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
PLAIN = {"txt", "csv"}
DOCUMENT_EXTENSIONS = ("pdf", *OPEN_DOCUMENT, *OFFICE_OPEN, *sorted(PLAIN))


def check_document(file: Any) -> str:
    """Give the name under which the document in `file` is kept.

    Its content must be what its name says. Raises Refused.
    """
    name = getattr(file, "name", "")
    check_size(file.size)
    extension = Path(name).suffix.lower().lstrip(".")
    if extension not in DOCUMENT_EXTENSIONS:
        raise Refused(
            _("Documents can be of these kinds: %(kinds)s.")
            % {"kinds": ", ".join(DOCUMENT_EXTENSIONS).upper()}
        )
    file.seek(0)
    if not _is_what_it_says(file, extension):
        raise Refused(_("The content of the file is not what its name says."))
    file.seek(0)
    return safe_name(name, extension)


def _is_what_it_says(file: Any, extension: str) -> bool:
    if extension == "pdf":
        return bool(file.read(5) == b"%PDF-")
    if extension in PLAIN:
        return _is_text(file.read())
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if extension in OFFICE_OPEN:
                return (
                    "[Content_Types].xml" in names
                    and any(each.startswith(OFFICE_OPEN[extension]) for each in names)
                    and not any(each.endswith("vbaProject.bin") for each in names)
                )
            if "mimetype" not in names or archive.getinfo("mimetype").file_size > 100:
                return False
            return archive.read("mimetype").strip() == OPEN_DOCUMENT[extension]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        return False


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
