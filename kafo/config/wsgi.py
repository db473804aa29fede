"""The node's one entry: baked pages first, without the database; Django for all else."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafo.config.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - the settings must be named first

application = get_wsgi_application()
