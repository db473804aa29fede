"""An office as its operator has it: a data folder, commands, and the server that runs."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
KAFO = Path(sys.executable).with_name("kafo")

# Where there is an office, Django is loaded once for it; each command, or code, runs in a fork.
WAITING = """
import json, os, sys, traceback
import django
django.setup()
from kafo.federation.services.starting import open_node
from kafo.welcome.cli import main
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    out = os.open(asked["out"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(out, 1), os.dup2(out, 2)
    code = 1
    try:
        open_node()
        if "words" in asked:
            code = main(asked["words"])
        else:
            names = {}
            exec(asked["code"], names)
            print(json.dumps(names.get("answer")))
            code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        if not isinstance(end.code, int):
            print(end.code)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush(), sys.stderr.flush()
    os._exit(code)
"""


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Server:
    """An office with its data folder: commands, Python inside it, and the running server."""

    def __init__(self, home, port=0):
        self.home, self.port = home, port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = self.waiting = None
        self.environment = {
            **os.environ,
            "KAFO_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "kafo.config.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "LANG": "C",
            "LC_ALL": "C",
        }

    def kafo(self, *words, fails=False):
        """Give a command; give what it said. It must succeed, or fail."""
        words = [*map(str, words), "--home", str(self.home)]
        if not (self.home / "settings.env").exists():
            self._forget()
            done = subprocess.run(
                [KAFO, *words],
                capture_output=True,
                text=True,
                env=self.environment,
                cwd=self.home.parent,
            )
            code, said = done.returncode, done.stdout + done.stderr
        else:
            code, said = self._ask(words=words)
        assert bool(code) == fails, said
        assert "Traceback" not in said, said
        return said

    def python(self, code):
        """Run code inside the office; give what it assigned to `answer`."""
        status, said = self._ask(code=code)
        assert status == 0, said
        return json.loads(said.splitlines()[-1])

    def _ask(self, **asked):
        if self.waiting is None:
            self.waiting = subprocess.Popen(
                [sys.executable, "-c", WAITING],
                env=self.environment,
                cwd=self.home.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        with tempfile.NamedTemporaryFile("r") as out:
            self.waiting.stdin.write(json.dumps({**asked, "out": out.name}) + "\n")
            self.waiting.stdin.flush()
            code = int(self.waiting.stdout.readline())
            return code, out.read()

    def serve(self):
        command = [KAFO, "run", "--port", str(self.port), "--home", self.home]
        log = (self.home / "log").open("w")
        self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/desk/sign-in/", timeout=5).close()
                return self
            time.sleep(0.1)
        raise AssertionError((self.home / "log").read_text())

    def _forget(self):
        if self.waiting:
            self.waiting.stdin.close()
            self.waiting.stdout.close()
            self.waiting.wait(30)
            self.waiting = None

    def stop(self):
        self._forget()
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None
