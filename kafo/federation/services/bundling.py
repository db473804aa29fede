"""Bundle: what a stick holds as one file, to be sent and received at the desk.

A bundle is a plain tar, so that one which broke off still gives its whole parts.
"""

import re
import shutil
import tarfile
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyrage
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from kafo.federation import permissions
from kafo.federation.models import Frame
from kafo.federation.node import Node
from kafo.federation.services.carrying import FOLDER, MAX_PART, read_stick, write_stick
from kafo.records.acts import record_act
from kafo.records.errors import Refused

_NAME = re.compile(rf"{FOLDER}/(ROSTER\.BIN|K\d{{7}}\.AGE)")


@dataclass(frozen=True)
class Reading:
    """What came of a bundle."""

    new: int = 0  # changes that were not here before
    whole: int = 0  # parts for this office
    others: int = 0  # parts for other offices
    broken: int = 0  # parts that broke off
    is_doubted: bool = False  # something in it could not be believed


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
    last = Frame.objects.aggregate(last=Max("pk"))["last"] or 0
    with tempfile.TemporaryDirectory(dir=node.home) as name:
        folder = Path(name)
        (folder / FOLDER).mkdir()
        broken = _unpack(file, folder)
        whole = others = 0
        for path in sorted((folder / FOLDER).glob("K*.AGE")):
            fault = _fault_of(node, path)
            whole += not fault
            others += fault == "other"
            broken += fault == "broken"
        visit = read_stick(node, folder)
    said = Frame.objects.filter(pk__gt=last).aggregate(new=Sum("entries"))["new"] or 0
    record_act("federation.stick.read", actor=actor, record=actor, frames=visit.frames)
    return Reading(said, whole, others, broken, bool(visit.faults))


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


def _fault_of(node: Node, path: Path) -> str:
    try:
        pyrage.decrypt(path.read_bytes(), [node.identity])
    except pyrage.DecryptError as error:
        return "other" if "No matching keys" in str(error) else "broken"
    return ""
