"""Bundle: what a stick holds as one file, to be sent and received at the desk.

A bundle is a plain tar, so that one which broke off still gives its whole parts.
"""

import re
import shutil
import tarfile
import tempfile
import uuid
from pathlib import Path
from typing import IO, Any

from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from kafo.federation import permissions
from kafo.federation.models import Frame
from kafo.federation.node import Node
from kafo.federation.reading import Reading
from kafo.federation.services.carrying import FOLDER, MAX_PART, read_stick, write_stick
from kafo.records.acts import record_act
from kafo.records.errors import Refused

_NAME = re.compile(rf"{FOLDER}/(ROSTER\.BIN|K\d{{7}}\.AGE)")


def write_bundle(*, actor: Any, node: Node, offices: list[uuid.UUID], file: IO[bytes]) -> None:
    """Write what `offices` may read into `file`. Raises NotVisible, and Untrusted for strangers."""
    permissions.offices.require(actor, "carry")
    with tempfile.TemporaryDirectory(dir=node.home) as folder:
        written = write_stick(node, Path(folder), offices)
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as bundle:
            for path in written:
                bundle.add(path, f"{FOLDER}/{path.name}", filter=_without_owner)
    record_act("federation.stick.write", actor=actor, record=actor, offices=len(offices))


def read_bundle(*, actor: Any, node: Node, file: IO[bytes]) -> Reading:
    """Read a bundle; give what came of it. Read twice, half or too late it does no harm.

    Raises NotVisible, and Refused when it is no bundle at all.
    """
    permissions.offices.require(actor, "carry")
    with tempfile.TemporaryDirectory(dir=node.home) as name:
        folder = Path(name)
        (folder / FOLDER).mkdir()
        broken = _unpack(file, folder)
        reading = take_stick(node, folder, broken)
    record_act("federation.stick.read", actor=actor, record=actor, frames=reading.new)
    return reading


def take_stick(node: Node, drive: Path, broken: int = 0) -> Reading:
    """Read a drive, beside which so many parts broke off; give what came of it. Raises Refused."""
    last = Frame.objects.aggregate(last=Max("pk"))["last"] or 0
    visit = read_stick(node, drive)
    said = Frame.objects.filter(pk__gt=last).aggregate(new=Sum("entries"))["new"] or 0
    return Reading(
        new=said,
        states=visit.snapshots,
        whole=visit.whole,
        others=visit.others,
        broken=broken + visit.broken,
        is_doubted=bool(visit.faults),
    )


def _unpack(file: IO[bytes], folder: Path) -> int:
    """Put the whole parts of a bundle into `folder`; give how many broke off. Raises Refused."""
    path: Path | None = None
    try:
        with tarfile.open(fileobj=file, mode="r:") as bundle:
            for member in bundle:
                is_part = member.isreg() and _NAME.fullmatch(member.name)
                content = bundle.extractfile(member) if is_part else None
                if content is None or member.size > MAX_PART:
                    continue
                path = folder / member.name
                with path.open("wb") as part:
                    shutil.copyfileobj(content, part)
    except (tarfile.TarError, EOFError, OSError) as error:
        if path is None:
            raise _no_bundle() from error
        path.unlink()
        return 1
    if path is None:
        raise _no_bundle()
    return 0


def _no_bundle() -> Refused:
    return Refused(_("This is no bundle of an office: choose a file kafo-….tar."))


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
