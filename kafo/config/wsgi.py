"""The node's one entry: baked pages first, without the database; Django for all else."""

import ctypes
import os
import signal
import sys
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafo.config.settings")

from kafo.config import env  # noqa: E402 - the settings must be named first
from kafo.publishing.serving.application import Serving, Wsgi  # noqa: E402

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _django() -> Wsgi:
    from django.core.wsgi import get_wsgi_application

    django = get_wsgi_application()
    if os.environ.get("KAFO_SERVES"):
        from kafo.welcome.node import start_node

        start_node()
    return django


application = Serving(
    baked=env.HOME / "baked",
    desk_hosts=env.words("KAFO_DESK_HOSTS", "localhost 127.0.0.1"),
    load_behind=_django,
    is_secure=env.flag("KAFO_HTTPS"),
)
if os.environ.get("KAFO_SERVES"):
    if sys.platform == "linux":
        # Where the server's first process is killed alone, this one would keep port and folder.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=application.load, name="start", daemon=True).start()
