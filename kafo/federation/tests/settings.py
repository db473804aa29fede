"""Settings of the toy: several nodes in one process, each with a database of its own."""

from kafo.config.env import database_at, text

SECRET_KEY = "toy"
INSTALLED_APPS = [
    "kafo.federation.tests.toy",
    "kafo.federation",
    "kafo.records",
    "django.contrib.contenttypes",
]
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # says how long an answer is
ROOT_URLCONF = "kafo.federation.urls"
KAFO_OFFICE_ID = "00000000-0000-7000-8000-000000000000"
DATABASES = {
    name: {**database_at(text("KAFO_DATABASE_URL", "sqlite://")), "NAME": f"/nonexistent/{name}"}
    for name in ("default", "geneva", "bamako", "dakar", "relay", "spare")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LANGUAGE_CODE = "en"
