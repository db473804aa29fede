"""The commands of this room: the list of offices, joining, exchange, sticks, recovery.

Read before Django is there: what needs it is imported when a command runs.
"""

from kafo.federation.commands import exchange, offices, roster
from kafo.federation.commands.parts import Command, argument

GROUPS = {
    "roster": "The list of offices: who is one, under which key.",
    "office": "Invite an office, join, hand over, recover.",
    "stick": "Exchange by a drive instead of a line.",
}

_file = argument("file", metavar="FILE")
_name = argument("name", metavar="NAME")
_drive = argument("drive", metavar="DRIVE")
COMMANDS = (
    Command(
        "roster new",
        roster.new,
        "Begin the list of offices with this one, and make the keys of its holders.",
        (
            argument("--name", required=True, help="how the others call this office"),
            argument("--address", required=True, help="for example https://geneva.example.org"),
            argument("--keys", required=True, metavar="FOLDER", help="an empty folder"),
        ),
    ),
    Command(
        "roster draft",
        roster.draft,
        "Write the next version for the holders to sign: new servers that asked, own changes.",
        (_file, argument("--address", help="the new address of this office")),
    ),
    Command(
        "roster sign",
        roster.sign,
        "Sign a version with the key of a holder.",
        (_file, argument("key", metavar="KEY")),
        needs_office=False,
    ),
    Command("roster take", roster.take, "Take a version that enough holders signed.", (_file,)),
    Command(
        "roster revoke",
        roster.revoke,
        "Write a version that believes nothing new of a stolen or lost server.",
        (
            argument("office", metavar="NAME"),
            _file,
            argument("--new-key", metavar="KEY", help="the key of the server that replaces it"),
        ),
    ),
    Command("roster show", roster.show, "Show the list of offices and its fingerprint."),
    Command(
        "office invite",
        offices.invite,
        "Invite a new server, for an office that is kept here or for another one.",
        (
            _name,
            argument("--address", help="where this office is reached"),
            argument("--file", metavar="FILE"),
            argument("--replace", action="store_true", help="its server is lost"),
        ),
    ),
    Command(
        "office join",
        offices.join,
        "Join with an invitation, or go on with joining.",
        (
            argument("invitation", nargs="?", metavar="FILE", help="or the address, with --code"),
            argument("--code", help="as it was read over the telephone"),
            argument("--own-address", metavar="URL", help="where others reach this server"),
            argument("--yes", action="store_true", help="the digits were compared"),
        ),
        needs_office=False,
    ),
    Command("office status", offices.status, "Say how far joining and exchange are."),
    Command(
        "office release", offices.release, "Lay down the right to write of an office.", (_name,)
    ),
    Command("office accept", offices.accept, "Take up the right to write that was laid down."),
    Command("office decline", offices.decline, "Give it back to the side that laid it down."),
    Command("office cancel", offices.cancel, "Take an invitation back.", (_name,)),
    Command(
        "office recover",
        offices.recover,
        "Bring an office back that was restored from a backup, with what its peers hold.",
        (
            argument(
                "--new-epoch", action="store_true", help="give up what no peer could give back"
            ),
        ),
    ),
    Command(
        "exchange",
        exchange.exchange,
        "Exchange with the other offices now.",
        (argument("peer", nargs="?", metavar="NAME"),),
    ),
    Command(
        "stick write",
        exchange.write,
        "Write to a drive what other offices may read, encrypted to them.",
        (_drive, argument("--office", action="append", metavar="NAME", help="default: all")),
    ),
    Command("stick read", exchange.read, "Read from a drive what is for this office.", (_drive,)),
)
