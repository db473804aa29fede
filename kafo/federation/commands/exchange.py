"""Commands of the exchange, by line and by drive."""

from pathlib import Path

from kafo.federation.commands.parts import Options, say, this_node


def exchange(options: Options) -> int:
    import uuid

    from django.utils.translation import gettext as _

    from kafo.federation.queries import peer_states
    from kafo.federation.services import joining, rostering
    from kafo.federation.services.visiting import visit_now

    node = this_node()
    office = None
    if options.peer:
        office = uuid.UUID(bytes=rostering.office_called(node, options.peer).id)
    visits = visit_now(office)
    joining.settle_handovers(node)
    errors = {state.name: state.last_error for state in peer_states()}
    for name, visit in visits.items():
        if visit:
            values = {"frames": visit.frames + visit.snapshots, "bytes": visit.pushed + visit.given}
            say(f"{name}: " + _("%(frames)d taken, %(bytes)d bytes given") % values)
        if errors.get(name):
            say(f"{name}: {errors[name]}")
    return 0 if all(visits.values()) else 1


def write(options: Options) -> None:
    import uuid

    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from kafo.federation.queries import peer_offices
    from kafo.federation.services import rostering
    from kafo.federation.services.carrying import write_stick
    from kafo.records.errors import Refused

    node = this_node()
    entries = [rostering.office_called(node, name) for name in options.office or []]
    offices = [
        uuid.UUID(bytes=e.id) for e in entries or peer_offices() if e.recipient and not e.is_revoked
    ]
    if not offices:
        raise Refused(_("No other office has a key to encrypt to yet."))
    files = write_stick(node, Path(options.drive), offices)
    size = sum(path.stat().st_size for path in files)
    values = {"count": len(offices), "size": size // 1000, "drive": options.drive}
    words = ngettext(
        "Written for %(count)d office: %(size)d kB on %(drive)s, encrypted.",
        "Written for %(count)d offices: %(size)d kB on %(drive)s, encrypted.",
        len(offices),
    )
    say(words % values)


def read(options: Options) -> int:
    from kafo.federation.reading import words_of
    from kafo.federation.services.bundling import take_stick
    from kafo.federation.services.joining import settle_handovers

    node = this_node()
    reading = take_stick(node, Path(options.drive))
    settle_handovers(node)
    for words in words_of(reading):
        say(words)
    return 0 if reading.is_well else 1
