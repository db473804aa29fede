"""Commands of joining, handing over and recovery."""

import uuid
from gettext import gettext as _
from pathlib import Path
from typing import Any

from kafo.federation.commands.parts import Options, say, this_node


def invite(options: Options) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.asking import code_words
    from kafo.federation.services import joining, rostering

    node = this_node()
    replaced = rostering.office_called(node, options.name) if options.replace else None
    handover = joining.invite_office(
        node,
        actor=None,
        name=replaced.name if replaced else options.name,
        organization=None if replaced else _organization(options.name),
        replaced=uuid.UUID(bytes=replaced.id) if replaced else None,
    )
    known = node.roster
    entry = known.office(node.office.bytes)
    lines = [
        "kafo-invitation 1",
        f"address: {(options.address or [*entry.addresses, ''][0])}",
        f"code: {code_words(bytes(handover.secret))}",
        f"office: {handover.office}",
        f"fingerprint: {known.fingerprint}",
    ]
    path = Path(options.file or f"invitation-{handover.office.hex[-6:]}.txt")
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(_("The invitation for %(name)s is in %(file)s.") % {"name": options.name, "file": path})
    if handover.is_hosted:
        say(_("Its records are kept here; they pass to its server, and later the right to write."))
    say(_("Or read this over the telephone:"))
    for line in lines[1:3] + lines[4:]:
        say(f"  {line}")
    say(_("On the new server: kafo office join FILE --home FOLDER"))


def _organization(name: str) -> Any:
    from kafo.people.models import Organization

    wanted = name.casefold()
    rows = Organization.objects.filter(is_partner=False)
    for each in rows:
        names = [each.short_name, each.town, *each.name.values()]
        if wanted in [known.casefold() for known in names]:
            return each
    return None


def join(options: Options) -> int:
    from kafo.federation.asking import Newcomer, ask, digits_of, read_code
    from kafo.federation.wire.rosters import trusted_payload

    home: Path = options.folder
    if (home / "settings.env").is_file() and _has_begun(options):
        return _go_on(options)
    given = _invitation(options)
    secret = read_code(given["code"])
    newcomer = Newcomer.begin(home)
    own = options.own_address or ""
    recipient = str(newcomer.identity.to_public())
    answer = ask(given["address"], secret, newcomer.public, recipient, own)
    if answer.stage == "ended":
        raise _stopped(_("This invitation was used by another server. Ask for a new one."))
    fingerprint = trusted_payload(answer.rosters[0]).fingerprint
    say(f"{answer.name}\n  {fingerprint}")
    if given.get("fingerprint") not in (None, fingerprint):
        raise _stopped(_("The fingerprint is not the one of the invitation. Do not go on."))
    if not given.get("fingerprint") and not options.yes:
        asked = _("Compare these 60 digits over the telephone. Are they the same? (yes/no)")
        if input(f"{asked} ").strip().lower() not in {"yes", "oui", "y", "o"}:
            raise _stopped(_("Nothing was done."))
    newcomer.settle(answer.office)

    options.prepare(home, str(uuid.UUID(bytes=answer.office)))
    from kafo.federation.services import joining

    joining.note_invitation(this_node(), address=given["address"], secret=secret, answer=answer)
    newcomer.forget()
    say(_("This server has shown its key. Read these digits to those who invited you:"))
    say(f"  {digits_of(newcomer.public)}")
    return _go_on(options)


def _stopped(words: str) -> SystemExit:
    return SystemExit(f"kafo: {words}")


def _has_begun(options: Options) -> bool:
    """Say whether the office here joined before; raises Refused when it is one of its own."""
    options.set_up()
    from django.db import connection
    from django.utils.translation import gettext as _

    from kafo.federation.queries import own_joining
    from kafo.people.models import Organization
    from kafo.records.errors import Refused

    if Organization._meta.db_table not in connection.introspection.table_names():
        return False
    if own_joining():
        return True
    if Organization.objects.exists():
        raise Refused(
            _(
                "There is an office in %(folder)s already, and it stays as it is. An invitation is "
                "for an empty server: give another folder with --home."
            )
            % {"folder": options.folder}
        )
    return False


def _invitation(options: Options) -> dict[str, str]:
    if options.code:
        return {"address": options.invitation, "code": options.code}
    if not options.invitation:
        raise _stopped(_("Give the file of the invitation, or an address and --code."))
    try:
        lines = Path(options.invitation).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SystemExit(f"kafo: {options.invitation}: {error.strerror}") from error
    pairs = [line.partition(":") for line in lines]
    found = {name.strip(): value.strip() for name, colon, value in pairs if colon}
    if not {"address", "code"} <= set(found):
        raise _stopped(_("%(file)s is no invitation.") % {"file": options.invitation})
    return found


def _go_on(options: Options) -> int:
    from kafo.federation.services import joining

    handover = joining.go_on_joining(this_node(), own_address=options.own_address or "")
    _say_stage(handover)
    return 0


def _say_stage(handover: Any) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.enums import Stage

    nexts = {
        Stage.INVITED: _("On the new server: kafo office join FILE"),
        Stage.ASKED: _(
            "The digits are compared, the holders sign: kafo roster draft FILE, kafo roster sign "
            "FILE KEY, kafo roster take FILE. Then, on the new server: kafo office join"
        ),
        Stage.KNOWN: _(
            "The records arrive here. When all is well, the hosting side lays down the right to "
            "write: kafo office release NAME"
        ),
        Stage.RELEASED: _(
            "Nobody writes now. The new server takes it up: kafo office accept (or gives it back: "
            "kafo office decline)"
        ),
    }
    if not handover.is_hosted:
        nexts[Stage.KNOWN] = _("It writes on its own server, and is heard of at its next exchange.")
    say(f"{handover.name}: {handover.get_stage_display()}")
    if words := nexts.get(handover.stage):
        say(f"  → {words}")


def status(options: Options) -> None:
    from django.utils.formats import localize
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from kafo.federation.queries import handovers, peer_states
    from kafo.federation.services import joining
    from kafo.federation.sizes import size_words

    joining.settle_handovers(this_node())
    for handover in handovers():
        _say_stage(handover)
    for state in peer_states():
        waits = str(_("Nothing waits for them."))
        if state.waiting_entries:
            values = {
                "count": state.waiting_entries,
                "size": size_words(state.waiting_bytes),
                "cost": localize(state.cost),
            }
            waits = ngettext(
                "%(count)d change waits for them: about %(size)s, %(cost)s FCFA.",
                "%(count)d changes wait for them: about %(size)s, %(cost)s FCFA.",
                state.waiting_entries,
            )
            waits %= values
        error = f" · {state.last_error}" if state.last_error else ""
        say(f"{state.name}: {waits}{error}")


def _handover(name: str) -> Any:
    from django.utils.translation import gettext as _

    from kafo.federation.models import Handover
    from kafo.records.errors import Refused

    for each in Handover.objects.order_by("-invited_at"):
        if each.name.casefold() == name.casefold():
            return each
    raise Refused(_("%(name)s was not invited.") % {"name": name})


def release(options: Options) -> None:
    from kafo.federation.services import joining

    node = this_node()
    _say_stage(joining.release_office(node, actor=None, handover=_handover(options.name)))


def cancel(options: Options) -> None:
    from kafo.federation.services import joining

    node = this_node()
    _say_stage(joining.cancel_office(node, actor=None, handover=_handover(options.name)))


def forget(options: Options) -> None:
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from kafo.federation.services import forgetting, joining

    node = this_node()
    joining.settle_handovers(node)
    handover = _handover(options.name)
    left = forgetting.count_copies(handover.office)
    if not options.yes and forgetting.has_copies(node, handover):
        words = ngettext(
            "%(count)d record that only %(name)s may read would be deleted here, for good.",
            "%(count)d records that only %(name)s may read would be deleted here, for good.",
            left,
        )
        say(words % {"count": left, "name": handover.name})
        say(_("Ask them whether they have a backup, then add --yes."))
        return
    done = forgetting.forget_home(node, actor=None, handover=handover)
    words = ngettext(
        "Deleted: %(count)d record. Write over old backups too.",
        "Deleted: %(count)d records. Write over old backups too.",
        done.deleted,
    )
    say(words % {"count": done.deleted})
    if done.kept:
        words = _("Kept, because records of others point to them: %(count)d.")
        say(words % {"count": done.kept})


def accept(options: Options) -> None:
    from django.utils.translation import gettext as _

    from kafo.federation.services import joining
    from kafo.people.enums import Role
    from kafo.people.models import Account, Mandate
    from kafo.people.services.invitations import in_groups, invite_person

    _say_stage(joining.accept_office(this_node(), actor=None))
    for mandate in Mandate.objects.at().filter(role=Role.DIRECTOR).select_related("person"):
        if mandate.is_at_home and not Account.objects.filter(person=mandate.person).exists():
            _invitation_row, code = invite_person(actor=None, person=mandate.person)
            words = _("%(name)s signs in at /desk/enter/ with the code %(code)s")
            say(words % {"name": mandate.person, "code": in_groups(code)})


def decline(options: Options) -> None:
    from kafo.federation.services import joining

    _say_stage(joining.decline_office(this_node(), actor=None))


def recover(options: Options) -> int:
    from django.utils.translation import gettext as _

    from kafo.federation.asking import digits_of
    from kafo.federation.models import Log
    from kafo.federation.services.recovering import check_marks, open_epoch, settle_recovery
    from kafo.federation.services.starting import settle_keys
    from kafo.federation.services.visiting import visit_now
    from kafo.federation.wire.signatures import public_bytes

    node = this_node()
    if node.roster:
        for name, visit in visit_now().items():
            say(f"{name}: " + (_("exchanged") if visit else _("not reached")))
    key = node.greeting_key()
    public = public_bytes(key) if key else node.prepare_key(node.office)
    if not node.writes(node.office):
        entry = node.roster.office(node.office.bytes) if node.roster else None
        if entry is None or public not in [known for known, _limits in entry.keys]:
            say(_("This server has a new key, which the list of offices must name first."))
            say(_("In an office that is well: kafo roster revoke NAME FILE --new-key KEY"))
            say("  " + _("key") + f" {public.hex()}")
            say("  " + _("digits") + f" {digits_of(public)}")
            return 1
        node.promote_key(node.office)
        settle_keys(node)
        if node.marks is None:
            node.write_marks({})
        options.new_epoch = True  # another key goes on: peers believe it in a new epoch only
    behind = check_marks(node)
    if options.new_epoch:
        behind = [log for log in Log.objects.filter(sequence__gt=0) if node.writes(log.office)]
        for log in behind:
            open_epoch(node, log)
        behind = []
    settle_recovery(node)
    if behind:
        say(_("What this office said last is at no peer that could be reached. Try again later,"))
        say(_("or go on from what is here, for good: kafo office recover --new-epoch"))
        return 1
    if node.roster:
        visit_now()
    say(_("This office writes again."))
    return 0
