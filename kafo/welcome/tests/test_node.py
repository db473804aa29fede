"""A node from the operator's side: what a check looks at, and that one server runs at a time."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from kafo.federation.enums import AlarmKind
from kafo.federation.models import Alarm
from kafo.welcome import home as folder
from kafo.welcome.node import findings

OTHER = """
import fcntl, sys
lock = open(sys.argv[1], "a")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.django_db
def test_it_says_in_a_check_what_no_machine_settles_alone():
    subjects = [finding.subject for finding in findings() if not finding.is_well]
    assert "other offices" not in subjects
    Alarm.objects.create(kind=AlarmKind.RECOVERY, text="marks")
    (found,) = (finding for finding in findings() if finding.subject == "other offices")
    assert not found.is_well
    assert "kafo office recover" in found.text


def test_it_lets_one_server_run_on_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "STOPS_SECONDS", 0)
    monkeypatch.setattr(folder, "_held", {})
    command = [sys.executable, "-S", "-c", OTHER, tmp_path / folder.RUNNING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        with pytest.raises(ImproperlyConfigured, match=rf"process {other.pid}\)\..*--home"):
            folder.hold_home(tmp_path)
        other.kill()
    folder.hold_home(tmp_path)
    folder.hold_home(tmp_path)  # this process holds it
    monkeypatch.setattr(folder, "_held", {})
    with pytest.raises(ImproperlyConfigured):
        folder.hold_home(tmp_path)
