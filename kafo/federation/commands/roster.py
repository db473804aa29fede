"""Commands of the list of offices: begin, draft, sign, take, revoke, show."""

from getpass import getpass
from pathlib import Path
from typing import Any

from kafo.federation.commands.parts import Options, say, this_node


def new(options: Options) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.services import rostering

    made = rostering.begin_roster(
        this_node(),
        actor=None,
        name=options.name,
        address=options.address,
        keys=Path(options.keys),
    )
    say(_("The list of offices begins, with %(name)s alone.") % {"name": options.name})
    say(
        _(
            "The keys of its holders are in %(folder)s: one file for each of %(count)d persons, in "
            "different countries if you can. Give each hers on a stick, then delete the folder "
            "here. Two of them sign each change."
        )
        % {"folder": options.keys, "count": len(made.roots)}
    )
    say(_("Fingerprint, to be compared by whoever joins:") + f"\n  {made.fingerprint}")


def draft(options: Options) -> None:
    from kafo.federation.services import rostering

    node = this_node()
    document = rostering.draft_roster(node, actor=None, address=options.address)
    _write_draft(node, Path(options.file), document)


def _write_draft(node: Any, path: Path, document: bytes) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.services import rostering

    path.write_bytes(document)
    say(_("%(file)s, to be signed by the holders:") % {"file": path})
    for words in rostering.differences(document, node.roster):
        say(f"  · {words}")
    say(_("Each holder signs with: kafo roster sign %(file)s KEY") % {"file": path})


def sign(options: Options) -> None:
    options.start()  # a holder need not have an office
    from django.utils.translation import gettext as _

    from kafo.federation.services import rostering

    path = Path(options.file)
    key = rostering.read_holder_key(
        Path(options.key), lambda: getpass(_("Passphrase of the key:") + " ")
    )
    document = rostering.sign_roster(path.read_bytes(), key)
    path.write_bytes(document)
    missing = rostering.missing_signatures(document)
    if missing:
        say(_("Signed. Signatures still missing: %(count)d.") % {"count": missing})
    else:
        say(_("Signed by enough holders. An office takes it with: kafo roster take FILE"))


def take(options: Options) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.services import joining, rostering

    node = this_node()
    document = Path(options.file).read_bytes()
    is_new = rostering.take_roster(node, actor=None, document=document)
    joining.settle_handovers(node)
    text = _("The list of offices is now version %(version)d. It goes to the others by itself.")
    known = node.roster
    say(text % {"version": known.version if known else 0} if is_new else _("It was known."))


def revoke(options: Options) -> None:
    import uuid

    from kafo.federation.services import rostering

    node = this_node()
    entry = rostering.office_called(node, options.office)
    document = rostering.draft_revocation(
        node,
        actor=None,
        office=uuid.UUID(bytes=entry.id),
        key=bytes.fromhex(options.new_key or ""),
    )
    _write_draft(node, Path(options.file), document)


def show(options: Options) -> None:
    from datetime import UTC, datetime

    from django.utils.translation import gettext as _

    from kafo.federation.asking import digits_of

    known = this_node().roster
    if known is None:
        say(_("There is no list of offices here yet."))
        return
    until = datetime.fromtimestamp(known.expires_at, UTC)
    say(
        _("Version %(version)d, to be renewed before %(date)s.")
        % {"version": known.version, "date": f"{until:%d.%m.%Y}"}
    )
    say(_("Fingerprint:") + f" {known.fingerprint}")
    for entry in known.offices:
        say(f"{entry.name}  {', '.join(entry.addresses) or '—'}")
        for key, limits in entry.keys:
            note = "" if limits is None else "  " + _("(believed no more)")
            say("  " + _("key") + f" {digits_of(key)}{note}")
