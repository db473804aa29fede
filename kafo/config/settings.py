"""Settings of a node. What an operator sets comes through `env`: docs/operate/settings.md."""

from pathlib import Path

from django.conf import locale

from kafo.config import env

PACKAGE = Path(__file__).resolve().parent.parent

KAFO_HOME = env.HOME
KAFO_OFFICE_ID = env.text("KAFO_OFFICE_ID", "00000000-0000-7000-8000-000000000000")
KAFO_IS_DEMO = env.flag("KAFO_DEMO")
SECRET_KEY = env.text("KAFO_SECRET_KEY") or "kafo-unconfigured-" + "0" * 32
DEBUG = False
ALLOWED_HOSTS = ["*"]  # publishing.middleware answers 404 for a host that no site has
KAFO_DESK_HOSTS = env.words("KAFO_DESK_HOSTS", "localhost 127.0.0.1")
SECURE = env.flag("KAFO_HTTPS")

ROOMS = [
    "kafo.welcome",
    "kafo.publishing",
    "kafo.federation",
    "kafo.people",
    "kafo.desk",
    "kafo.records",
]
INSTALLED_APPS = [
    *ROOMS,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.admin",
    "wagtail",
    "kafo.publishing.plain_search.PlainSearchConfig",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "kafo.desk.middleware.BareAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kafo.desk.middleware.CompressMiddleware",
    "kafo.desk.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kafo.desk.middleware.DeskLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "kafo.config.urls"
WSGI_APPLICATION = "kafo.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


DATABASES = {"default": env.database_at(env.text("KAFO_DATABASE_URL", "sqlite://"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "renditions": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "renditions",
    },
}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kafo.publishing.static_files.DigestStorage"},
}
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = KAFO_HOME / "media"
KAFO_BAKED = KAFO_HOME / "baked"
KAFO_CHECK_LINKS = env.flag("KAFO_CHECK_LINKS")

# Languages of content; those without a catalogue of Django's own are introduced to it here.
locale.LANG_INFO["bm"] = {
    "bidi": False,
    "code": "bm",
    "name": "Bambara",
    "name_local": "Bamanankan",
}
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English"), ("bm", "Bamanankan")]
KAFO_DESK_LANGUAGES = ["fr", "en"]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["kafo.locale.formats"]
TIME_ZONE = env.text("KAFO_TIME_ZONE", "Africa/Bamako")

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["kafo.people.backends.MandateBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/desk/sign-in/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "kafo.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_FORMS = {
    "login": "kafo.people.forms.accounts.SignInForm",
    "reauthenticate": "kafo.people.forms.accounts.ReauthenticateForm",
    "change_password": "kafo.people.forms.accounts.ChangePasswordForm",
    "set_password": "kafo.people.forms.accounts.FirstPasswordForm",
    "reset_password": "kafo.people.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "kafo.people.forms.accounts.ResetPasswordKeyForm",
}
ACCOUNT_RATE_LIMITS = {"enter": "10/m/ip,50/h/ip"}  # codes of invitations, beside allauth's own
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Kafo"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_FORMS = {
    "authenticate": "kafo.people.forms.accounts.AuthenticateForm",
    "reauthenticate": "kafo.people.forms.accounts.ReauthenticateCodeForm",
    "activate_totp": "kafo.people.forms.accounts.ActivateAppForm",
    "add_webauthn": "kafo.people.forms.accounts.AddPasskeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # browsers allow it for localhost only
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_FAILURE_VIEW = "kafo.desk.views.error_pages.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_HANDLERS = [
    "kafo.desk.uploads.StrangersSendLittle",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640

WAGTAIL_SITE_NAME = "Kafo"
WAGTAILADMIN_BASE_URL = env.text("KAFO_BASE_URL", "http://localhost:8000")
WAGTAIL_I18N_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # addresses that any keyboard can type
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILIMAGES_IMAGE_MODEL = "publishing.Picture"
WAGTAILIMAGES_EXTENSIONS = ["avif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_IMAGE_FORM_BASE = "kafo.publishing.forms.pictures.BackOfficePictureForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "kafo.publishing.forms.documents.BackOfficeDocumentForm"
WAGTAILIMAGES_AVIF_QUALITY = 40
WAGTAILIMAGES_WEBP_QUALITY = 55
WAGTAILIMAGES_JPEG_QUALITY = 60
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français"), ("en", "English")]
# Plain LIKE: no index that goes stale, no search syntax that a quote could break.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database.fallback"}}
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAILADMIN_EXTERNAL_LINK_CONVERSION = ""  # it would look the address up on everybody's sites
WAGTAIL_AUTOSAVE_INTERVAL = 20_000  # milliseconds; each saving travels over a line that is paid for
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILAPI_DOCS_ENABLED = False

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("KAFO_EMAIL_HOST")
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = env.text("KAFO_EMAIL_HOST")
EMAIL_PORT = int(env.text("KAFO_EMAIL_PORT", "587"))
EMAIL_HOST_USER = env.text("KAFO_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("KAFO_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.text("KAFO_EMAIL_HOST") != ""
DEFAULT_FROM_EMAIL = env.text("KAFO_EMAIL_FROM", "kafo@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"kafo": {"level": "WARNING" if KAFO_IS_DEMO else "INFO"}},
}
