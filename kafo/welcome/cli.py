"""The command `kafo`: one office on one machine."""

import argparse
import importlib
import importlib.util
import os
import pkgutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import kafo
from kafo.welcome.home import (
    GUIDE,
    RESTORING,
    clear_broken_demo,
    finish_restore,
    prepare_home,
)

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `kafo ARGUMENTS`; give the exit code: 0 done, 1 refused with a reason, 2 wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafo.config.settings")
    options = _parser().parse_args(arguments)
    if getattr(options, "home", None):
        os.environ["KAFO_HOME"] = str(Path(options.home).resolve())
    try:
        finish_restore(_home(options))
        return int(options.command(options))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from django.core.exceptions import ImproperlyConfigured

        from kafo.records.errors import KafoError

        if isinstance(error, (KafoError, ImproperlyConfigured, PermissionError)):
            print(f"kafo: {error}", file=sys.stderr)
            return 1
        raise


def _parser() -> argparse.ArgumentParser:
    home = argparse.ArgumentParser(add_help=False)
    home.add_argument(
        "--home", help="the data folder (default: KAFO_HOME, else ./kafo-data)", metavar="FOLDER"
    )
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--address", default="127.0.0.1", help="listen here (default: %(default)s)")
    where.add_argument("--port", type=int, default=8000, help="default: %(default)s")

    parser = argparse.ArgumentParser(
        prog="kafo", description="An office in a box. Each command explains itself with --help."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    def add(
        name: str, command: Command, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=parents)
        made.set_defaults(command=command)
        return made

    made = add("init", _init, "Make a new office: data folder, first director, first site.", home)
    for name, text in (
        ("name", "name of the organisation"),
        ("town", "town of the seat"),
        ("country", "two letters, for example ML"),
        ("given-name", "given name of the first director"),
        ("family-name", "family name of the first director"),
        ("site", "short name of the site, for example bamako"),
        ("host", "host name of the site, for example mali.example.org"),
    ):
        made.add_argument(f"--{name}", help=text)
    add("run", _run, "Run the office: its sites and its desk.", home, where)
    made = add("demo", _demo, "Run an office with invented data, to look around.", where)
    made.add_argument("--home", default="demo-data", metavar="FOLDER", help="default: ./demo-data")
    made.add_argument("--prepare", action="store_true", help="make the data and stop")
    made.add_argument("--office", default="bamako", help=argparse.SUPPRESS)
    made = add("backup", _backup, "Write a backup; the office may go on working.", home)
    made.add_argument("file", nargs="?", type=Path, help="default: backups/ in the data folder")
    made = add(
        "restore", _restore, "Make an office from a backup, or prove that it could be.", home
    )
    made.add_argument("file", type=Path)
    made.add_argument("--verify", action="store_true", help="only try it out; change nothing")
    add("check", _check, "Look at the health of this office.", home)
    made = add("move", _move, "Copy the database to another one, for example PostgreSQL.", home)
    made.add_argument("database", help="for example postgresql://kafo:secret@localhost/kafo")
    _add_commands_of_rooms(commands, home)
    return parser


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
            f"kafo: A restore into {HOME} was broken off. Begin it again: kafo restore FILE"
        )
    if not HOME.is_dir():
        raise SystemExit(f"kafo: There is no office in {HOME}. Make one with: kafo init")


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

    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    translation.activate("fr" if spoken.startswith("fr") else "en")


def _tell(text: str) -> None:
    print(f"  · {text}", file=sys.stderr, flush=True)


def _home(options: argparse.Namespace) -> Path:
    return Path(os.environ.get("KAFO_HOME", "kafo-data")).resolve()


def _init(options: argparse.Namespace) -> int:
    answers = {}
    for name, question in (
        ("name", "Name of the organisation"),
        ("town", "Town of the seat"),
        ("country", "Country (two letters)"),
        ("given_name", "Given name of the first director"),
        ("family_name", "Family name of the first director"),
        ("site", "Short name of the site (letters)"),
        ("host", "Host name of the site"),
    ):
        value = getattr(options, name)
        if not value and sys.stdin.isatty():
            value = input(f"{question}: ").strip()
        if not value:
            print(
                f"kafo init: --{name.replace('_', '-')} is missing ({question}).", file=sys.stderr
            )
            return 2
        answers[name] = value
    home = _home(options)
    prepare_home(home)
    _set_up()
    from kafo.welcome.first_run import make_office

    code = make_office(**answers, progress=_tell)
    print(f"\nThe office is ready in {home}.\nStart it:    kafo run --home {home}")
    print(f"Sign in:     open /desk/enter/ and type the code  {code}")
    return 0


def _run(options: argparse.Namespace) -> int:
    _require_office()
    return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((options.address, options.port))
        except OSError as error:
            # The server itself would share the port with whoever is there, and answer by turns.
            raise SystemExit(
                f"kafo: {options.address}:{options.port} is taken ({error.strerror}). "
                "Is an office running already? Give another one with --port."
            ) from error
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
    from kafo.welcome.demo.neighbours import FIRST, OWN_COMMAND, Neighbours, prepare_homes

    home = _home(options)
    guide = home / GUIDE
    is_made = guide.exists()
    is_ready = is_made and f":{options.port}/" in guide.read_text(encoding="utf-8")
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
        print("Making the office of the story (about a minute, only this once):", file=sys.stderr)
        _set_up()
        from kafo.welcome.demo.loader import load_demo

        load_demo(port=options.port, office=options.office, progress=_tell)
    elif not is_ready:
        print(f"Moving the demonstration to port {options.port}:", file=sys.stderr)
        _set_up()
        from kafo.welcome.demo.loader import move_demo

        move_demo(port=options.port, office=options.office)
    if options.prepare:
        return 0
    print("\nKafo · demonstration. All persons with (fictif) are invented.\n")
    print(guide.read_text(encoding="utf-8"))
    print("\nStop with Ctrl-C.\n", flush=True)
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
    from kafo.welcome.restoring import restore_backup, verify_backup

    if options.verify:
        manifest = verify_backup(options.file, progress=_tell)
        rows = ", ".join(f"{table} {count}" for table, count in manifest.get("rows", {}).items())
        print(f"This backup of {manifest['made_at']} restores. {rows}")
        return 0
    manifest = restore_backup(options.file, _home(options), progress=_tell)
    print(f"Restored the office of {manifest['made_at']}. Start it with: kafo run")
    return 0


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
    print("Copied. Now set in settings.env:  KAFO_DATABASE_URL=" + options.database)
    return 0
