"""The commands of this room: the list of offices, joining, exchange, sticks, recovery.

Read before Django is there: what needs it is imported when a command runs.
"""

from gettext import gettext as _

from kafo.federation.commands import exchange, offices, roster
from kafo.federation.commands.parts import Command, argument

GROUPS = {
    "roster": _("The list of offices: who is one, under which key."),
    "office": _("Invite an office, join, hand over, recover."),
    "stick": _("Exchange by a drive instead of a line."),
}

_file = argument("file", metavar=_("FILE"))
_name = argument("name", metavar=_("NAME"))
_drive = argument("drive", metavar=_("DRIVE"))
COMMANDS = (
    Command(
        "roster new",
        roster.new,
        _("Begin the list of offices with this one, and make the keys of its holders."),
        (
            argument("--name", required=True, help=_("how the others call this office")),
            argument("--address", required=True, help=_("for example https://geneva.example.org")),
            argument("--keys", required=True, metavar=_("FOLDER"), help=_("an empty folder")),
        ),
    ),
    Command(
        "roster draft",
        roster.draft,
        _("Write the next version for the holders to sign: new servers that asked, own changes."),
        (_file, argument("--address", help=_("the new address of this office"))),
    ),
    Command(
        "roster sign",
        roster.sign,
        _("Sign a version with the key of a holder."),
        (_file, argument("key", metavar=_("KEY"))),
        needs_office=False,
    ),
    Command("roster take", roster.take, _("Take a version that enough holders signed."), (_file,)),
    Command(
        "roster revoke",
        roster.revoke,
        _("Write a version that believes nothing new of a stolen or lost server."),
        (
            argument("office", metavar=_("NAME")),
            _file,
            argument(
                "--new-key", metavar=_("KEY"), help=_("the key of the server that replaces it")
            ),
        ),
    ),
    Command("roster show", roster.show, _("Show the list of offices and its fingerprint.")),
    Command(
        "office invite",
        offices.invite,
        _("Invite a new server, for an office that is kept here or for another one."),
        (
            _name,
            argument("--address", help=_("where this office is reached")),
            argument("--file", metavar=_("FILE")),
            argument("--replace", action="store_true", help=_("its server is lost")),
        ),
    ),
    Command(
        "office join",
        offices.join,
        _("Join with an invitation, or go on with joining."),
        (
            argument(
                "invitation", nargs="?", metavar=_("FILE"), help=_("or the address, with --code")
            ),
            argument("--code", help=_("as it was read over the telephone")),
            argument("--own-address", metavar=_("URL"), help=_("where others reach this server")),
            argument("--yes", action="store_true", help=_("the digits were compared")),
        ),
        needs_office=False,
    ),
    Command("office status", offices.status, _("Say how far joining and exchange are.")),
    Command(
        "office release", offices.release, _("Lay down the right to write of an office."), (_name,)
    ),
    Command("office accept", offices.accept, _("Take up the right to write that was laid down.")),
    Command("office decline", offices.decline, _("Give it back to the side that laid it down.")),
    Command(
        "office forget",
        offices.forget,
        _("Delete here what only an office that was handed over may read."),
        (_name, argument("--yes", action="store_true", help=_("they have a backup"))),
    ),
    Command("office cancel", offices.cancel, _("Take an invitation back."), (_name,)),
    Command(
        "office recover",
        offices.recover,
        _("Bring an office back that was restored from a backup, with what its peers hold."),
        (
            argument(
                "--new-epoch", action="store_true", help=_("give up what no peer could give back")
            ),
        ),
    ),
    Command(
        "exchange",
        exchange.exchange,
        _("Exchange with the other offices now."),
        (argument("peer", nargs="?", metavar=_("NAME")),),
    ),
    Command(
        "stick write",
        exchange.write,
        _("Write to a drive what other offices may read, encrypted to them."),
        (_drive, argument("--office", action="append", metavar=_("NAME"), help=_("default: all"))),
    ),
    Command(
        "stick read", exchange.read, _("Read from a drive what is for this office."), (_drive,)
    ),
)
