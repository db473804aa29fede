"""Settings of the toy for one office in processes of its own: KAFO_HOME, KAFO_DATABASE_URL."""

from kafo.config import env
from kafo.federation.tests.settings import *  # noqa: F403

DATABASES = {"default": env.database_at(env.text("KAFO_DATABASE_URL", "sqlite://"))}
USE_I18N = False
