"""Settings of the toy for one office in processes of its own: KAFO_HOME, KAFO_DATABASE_URL."""

from kafo.config import env
from kafo.federation.tests.settings import *  # noqa: F403

DATABASES = {"default": env.database_at(env.text("KAFO_DATABASE_URL", "sqlite://"))}
USE_I18N = False
# What adds headers or takes them away in the product: their bytes count too.
MIDDLEWARE = [
    "kafo.desk.middleware.BareAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kafo.desk.middleware.SecurityHeadersMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
]
