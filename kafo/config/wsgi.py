"""The node's one entry: baked pages first, without the database; Django for all else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafo.config.settings")

application = get_wsgi_application()
