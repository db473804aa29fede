"""The command `kafo`: one office on one machine."""

import argparse
import gettext
import importlib
import importlib.util
import os
import pkgutil
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

import kafo
from kafo.welcome.home import (
    GUIDE,
    RESTORING,
    clear_broken_demo,
    finish_restore,
    hold_home,
    prepare_home,
)

Command = Callable[[argparse.Namespace], int]

_QUESTIONS = ("name", "town", "country", "given_name", "family_name", "site", "host")
# The first part of an address that is no site's.
_OWN_PATHS = {"desk", "editor", "static", "media", "health", "federation", "mirror"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `kafo ARGUMENTS`; give the exit code: 0 done, 1 refused with a reason, 2 wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafo.config.settings")
    # Before Django is there, the standard library reads the same catalogue; argparse does too.
    gettext.bindtextdomain("django", str(Path(kafo.__file__).parent / "locale"))
    gettext.textdomain("django")
    options = _parser().parse_args(arguments)
    if getattr(options, "home", None):
        os.environ["KAFO_HOME"] = str(Path(options.home).resolve())
    os.umask(0o027)  # what is made here, backups too, is nothing for other users of the machine
    try:
        finish_restore(_home(options))
        return int(options.command(options))
    except (KeyboardInterrupt, EOFError):
        print("\nkafo: " + _("Stopped. The same command begins again."), file=sys.stderr)
        return 130
    except Exception as error:
        why = _why(error)
        if not why:
            raise
        print(f"kafo: {why}", file=sys.stderr)
        return 1


def _why(error: Exception) -> str:
    """Say in words what an operator can do about an error; nothing when it is a fault of ours."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import DatabaseError

    from kafo.records.errors import KafoError

    if isinstance(error, (KafoError, ImproperlyConfigured)):
        return str(error)
    if isinstance(error, DatabaseError):
        return _("The database does not answer: %(why)s") % {"why": str(error).strip()}
    if isinstance(error, PermissionError):
        known = {"file": error.filename or ""}
        return _("No right to %(file)s. Work as the user of the office: sudo -u kafo …") % known
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return ""


def _parser() -> argparse.ArgumentParser:
    # What argparse itself says; it looks it up in the catalogue as we do.
    _("usage: "), _("options"), _("positional arguments"), _("show this help message and exit")
    _("%(prog)s: error: %(message)s\n"), _("argument %(argument_name)s: %(message)s")
    _("the following arguments are required: %s"), _("unrecognized arguments: %s")
    _("expected one argument"), _("invalid choice: %(value)r (choose from %(choices)s)")

    home = argparse.ArgumentParser(add_help=False)
    home.add_argument(
        "--home",
        help=_("the data folder (default: KAFO_HOME, else ./kafo-data)"),
        metavar=_("FOLDER"),
    )
    where = argparse.ArgumentParser(add_help=False)
    default = _("default: %(default)s")
    where.add_argument("--address", default="127.0.0.1", metavar=_("ADDRESS"), help=default)
    where.add_argument("--port", type=_port, default=8000, metavar=_("PORT"), help=default)

    parser = argparse.ArgumentParser(
        prog="kafo", description=_("An office in a box. Each command explains itself with --help.")
    )
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"), title=_("commands"))

    def add(
        name: str, command: Command, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=parents)
        made.set_defaults(command=command)
        return made

    text = _("Make a new office: data folder, first director, first site. Asks what is not given.")
    made = add("init", _init, text, home)
    for name in _QUESTIONS:
        made.add_argument(f"--{name.replace('_', '-')}", metavar=_("TEXT"), help=_question(name))
    add("run", _run, _("Run the office: its sites and its desk."), home, where)
    made = add("demo", _demo, _("Run three offices with invented data, to look around."), where)
    made.add_argument(
        "--home", default="demo-data", metavar=_("FOLDER"), help=_("default: ./demo-data")
    )
    made.add_argument("--prepare", action="store_true", help=_("make the data and stop"))
    made.add_argument("--office", default="bamako", help=argparse.SUPPRESS)
    made = add("backup", _backup, _("Write a backup; the office may go on working."), home)
    made.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar=_("FILE"),
        help=_("a new file, or a folder that is there (default: backups/ in the data folder)"),
    )
    text = _("Make an office from a backup, or prove that it could be.")
    made = add("restore", _restore, text, home)
    made.add_argument("file", type=Path, metavar=_("FILE"))
    made.add_argument(
        "--verify", action="store_true", help=_("only try it out, and note that it was")
    )
    add("check", _check, _("Look at the health of this office."), home)
    text = _("Copy the database to another one, for example PostgreSQL.")
    made = add("move", _move, text, home)
    made.add_argument(
        "database",
        metavar=_("DATABASE"),
        help=_("for example %(address)s") % {"address": "postgresql://kafo:secret@localhost/kafo"},
    )
    _add_commands_of_rooms(commands, home)
    return parser


def _question(name: str) -> str:
    return {
        "name": _("name of the organisation"),
        "town": _("town of the seat"),
        "country": _("its country in two letters, for example ML"),
        "given_name": _("given name of the first director"),
        "family_name": _("family name of the first director"),
        "site": _("short name of the site, for example bamako"),
        "host": _("host name of the site, for example mali.example.org"),
    }[name]


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535"))
    return int(text)


def _add_commands_of_rooms(commands: Any, home: argparse.ArgumentParser) -> None:
    """Let each room that has a module `commands` bring its own.

    Its `COMMANDS` are lines of words ("office invite"), text, function, what it takes; the
    function is called once Django is there, or at once when its line says so.
    """
    groups: dict[str, Any] = {}
    for room in pkgutil.iter_modules(kafo.__path__):
        if not room.ispkg or not importlib.util.find_spec(f"kafo.{room.name}.commands"):
            continue
        module = importlib.import_module(f"kafo.{room.name}.commands")
        for each in module.COMMANDS:
            group, _space, name = each.words.rpartition(" ")
            if group and group not in groups:
                text = module.GROUPS[group]
                parser = commands.add_parser(group, help=text, description=text)
                groups[group] = parser.add_subparsers(required=True, metavar="COMMAND")
            parser = (groups[group] if group else commands).add_parser(
                name, help=each.text, description=each.text, parents=[home]
            )
            for names, settings in each.arguments:
                parser.add_argument(*names, **settings)
            parser.set_defaults(
                command=_begun(each), start=_start_django, set_up=_set_up, prepare=_prepare
            )


def _begun(each: Any) -> Command:
    def command(options: argparse.Namespace) -> int:
        options.folder = _home(options)
        if each.needs_office:
            _set_up()
        return int(each.run(options) or 0)

    return command


def _prepare(home: Path, office: str) -> None:
    """Make the data folder of an office that was invited, with its tables."""
    prepare_home(home, office=office)
    _set_up()
    from kafo.welcome.node import migrate

    migrate()


def _require_office() -> None:
    from kafo.config.env import HOME

    if (HOME / RESTORING).exists():
        raise SystemExit(
            "kafo: "
            + _("A restore into %(home)s was broken off. Begin it again: kafo restore FILE")
            % {"home": HOME}
        )
    if not (HOME / "settings.env").is_file():
        raise SystemExit(
            "kafo: "
            + _("There is no office in %(home)s. Name its folder with --home, or: kafo init")
            % {"home": HOME}
        )


def _set_up() -> None:
    _require_office()
    _start_django()


def _start_django() -> None:
    import django

    django.setup()
    speak_as_the_terminal()


def speak_as_the_terminal() -> None:
    """Speak French where the terminal does, else English."""
    from django.utils import translation

    asked = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = next(filter(None, asked), "")
    translation.activate("fr" if spoken.startswith("fr") else "en")


def _tell(text: str) -> None:
    print(f"  · {text}", file=sys.stderr, flush=True)


def _home(options: argparse.Namespace) -> Path:
    return Path(os.environ.get("KAFO_HOME", "kafo-data")).resolve()


def _init(options: argparse.Namespace) -> int:
    answers = {}
    for name in _QUESTIONS:
        option, value = f"--{name.replace('_', '-')}", getattr(options, name) or ""
        wrong = _wrong(name, value)
        while wrong and sys.stdin.isatty():
            if value:
                print(f"  {wrong}", file=sys.stderr)
            question = _question(name)
            value = input(f"{question[0].upper()}{question[1:]}: ").strip()
            wrong = _wrong(name, value)
        if wrong:
            print(f"kafo init: {option}: {wrong}", file=sys.stderr)
            return 2
        answers[name] = value
    home = _home(options)
    prepare_home(home)
    _set_up()
    from kafo.welcome.first_run import make_office

    code = make_office(**answers, progress=_tell)
    print("\n" + _("The office is ready in %(home)s.") % {"home": home})
    print(_("Start it:") + f"  kafo run --home {home}")
    print(_("Sign in: open /desk/enter/ and type the code") + f"  {code}")
    return 0


def _wrong(name: str, value: str) -> str:
    """Say what an answer lacks; nothing when it will do."""
    if not value:
        return _("missing (%(what)s)") % {"what": _question(name)}
    if name == "country" and not re.fullmatch("[A-Za-z]{2}", value):
        return _("Give two letters, for example ML.")
    if name == "site" and (not re.fullmatch("[a-z0-9-]{1,50}", value) or value in _OWN_PATHS):
        known = {"words": ", ".join(sorted(_OWN_PATHS))}
        return _("Give small letters a to z, digits or hyphens; not one of: %(words)s.") % known
    if name == "host" and not re.fullmatch("[a-z0-9]([a-z0-9.-]*[a-z0-9])?", value):
        return _("Give a name in small letters, without http:// and path: mali.example.org.")
    return ""


def _run(options: argparse.Namespace) -> int:
    _require_office()
    importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])  # says what is wrong in them
    _require_port(options)
    return _serve(options)


def _require_port(options: argparse.Namespace) -> None:
    # The server itself would share the port with whoever is there, and answer by turns.
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((options.address, options.port))
        except OSError as error:
            where = f"{options.address}:{options.port}"
            said = _("%(where)s is not free (%(why)s). Is an office running already? Else: --port")
            raise SystemExit("kafo: " + said % {"where": where, "why": error.strerror}) from error


def _serve(options: argparse.Namespace) -> int:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    hold_home(_home(options))
    os.environ["KAFO_SERVES"] = "1"
    Granian(
        "kafo.config.wsgi:application",
        address=options.address,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=16,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()
    return 0


def _demo(options: argparse.Namespace) -> int:
    from kafo.welcome.demo.neighbours import (
        FIRST,
        OWN_COMMAND,
        Neighbours,
        is_made_for,
        prepare_homes,
    )

    home = _home(options)
    is_made = (home / GUIDE).exists()
    is_ready = is_made_for(home, options.port)
    if not options.prepare:
        _require_port(options)
        if is_made:
            hold_home(home)  # before another port is written into what runs there
    if not is_ready and not options.prepare:
        # In a process of its own: what making the data needs of memory, serving does not.
        where = ["--home", str(home), "--port", str(options.port), "--office", options.office]
        made = subprocess.run([*OWN_COMMAND, "demo", *where, "--prepare"])  # noqa: S603
        if made.returncode:
            return made.returncode
    elif not is_made:
        if options.office == FIRST:
            clear_broken_demo(home)
            prepare_homes(home)
        print(_("Making the office of the story (half a minute, only this once):"), file=sys.stderr)
        _set_up()
        from kafo.welcome.demo.loader import load_demo

        load_demo(port=options.port, office=options.office, progress=_tell)
    elif not is_ready:
        said = _("Moving the demonstration to port %(port)d:") % {"port": options.port}
        print(said, file=sys.stderr)
        _set_up()
        from kafo.welcome.demo.loader import move_demo

        move_demo(port=options.port, office=options.office, progress=_tell)
    if options.prepare:
        return 0
    print("\n" + _("Kafo · demonstration. All persons with (fictif) are invented.") + "\n")
    print((home / GUIDE).read_text(encoding="utf-8"))
    print("\n" + _("Stop with Ctrl-C.") + "\n", flush=True)
    if options.office != FIRST:
        return _serve(options)
    neighbours = Neighbours(home, options.port, _tell)
    neighbours.start()
    try:
        return _serve(options)
    finally:
        neighbours.stop()


def _backup(options: argparse.Namespace) -> int:
    _set_up()
    from kafo.welcome.backup import make_backup

    path = make_backup(options.file, progress=_tell)
    print(f"{path} ({path.stat().st_size // 1000} kB)")
    return 0


def _restore(options: argparse.Namespace) -> int:
    _start_django()
    from kafo.welcome.restoring import TABLES, restore_backup, verify_backup

    home = _home(options)
    if options.verify:
        manifest = verify_backup(options.file, progress=_tell)
        rows = ", ".join(f"{TABLES[table]}: {count}" for table, count in manifest["rows"].items())
        print(_("This backup of %(time)s restores. It holds: %(rows)s") % _about(manifest, rows))
        if manifest["is_noted"]:
            print(_("Noted for the health page of %(home)s.") % {"home": home})
        else:
            said = _("Not noted: it is no backup of the office in %(home)s. See --home.")
            print(said % {"home": home}, file=sys.stderr)
        return 0
    manifest = restore_backup(options.file, home, progress=_tell)
    print(_("Restored the office of %(time)s.") % _about(manifest))
    print(_("Start it:") + f"  kafo run --home {home}")
    return 0


def _about(manifest: dict[str, Any], rows: str = "") -> dict[str, str]:
    made = datetime.fromisoformat(manifest["made_at"])
    return {"time": f"{made:%Y-%m-%d %H:%M} UTC", "rows": rows}


def _check(options: argparse.Namespace) -> int:
    _set_up()
    from kafo.welcome.node import findings

    all_well = True
    for finding in findings():
        all_well = all_well and finding.is_well
        print(f"{'ok  ' if finding.is_well else 'LOOK'}  {finding.subject}: {finding.text}")
    return 0 if all_well else 1


def _move(options: argparse.Namespace) -> int:
    _set_up()
    from kafo.welcome.moving import move_database

    move_database(options.database, progress=_tell)
    print(_("Copied. Now write into settings.env:") + f"  KAFO_DATABASE_URL={options.database}")
    return 0
