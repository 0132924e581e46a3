"""Settings. The environment is read here and nowhere else; `.env.example` explains each name."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)


def required(name: str) -> str:
    """A variable that production cannot do without; development gets a fixed value."""
    value = env.str(name, default="")
    if value:
        return value
    if DEBUG:
        return f"development-only-{name.lower()}-{'x' * 32}"
    raise ImproperlyConfigured(
        f"{name} is missing. Set it in the environment or in .env "
        "(`make setup` writes a .env for development; .env.example explains each name)."
    )


def duration(name: str, default: str) -> timedelta:
    """Read `72h`, `30m`, `7d` or `900s`."""
    text = env.str(name, default=default).strip()
    match = re.fullmatch(r"(\d+)\s*([smhd])", text)
    if not match:
        raise ImproperlyConfigured(f"{name} must look like 72h, 30m, 7d or 900s, not {text!r}.")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


SECRET_KEY = required("SECRET_KEY")
# Those before it: they sign nothing any more, and what they signed still counts.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
JWT_SECRET = required("JWT_SECRET")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Where `manage.py dev` and `runserver` listen.
PORT = env.int("PORT", default=8000)
# The address that people type; links in mails begin with it.
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
# How many proxies of ours stand before the web processes: so many forwarded addresses are believed.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "betterside.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "betterside.serving",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "corsheaders",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "procrastinate.contrib.django",
    "rest_framework",
    "betterside.database",
    "betterside.accounts",
    "betterside.api",
    "betterside.jobs",
    "betterside.realtime",
    "crm",
    "marketing",
    "cp",
]

MIDDLEWARE = [
    "betterside.api.middleware.request_id",
    # Outside of errors_in_shape, so that browsers let other origins read what it answers too.
    "betterside.api.middleware.marketing_cors",
    "corsheaders.middleware.CorsMiddleware",
    "betterside.api.middleware.errors_in_shape",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "betterside.staff.csp.middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "betterside.api.middleware.plain_paths",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "betterside.urls"
WSGI_APPLICATION = "betterside.wsgi.application"
ASGI_APPLICATION = "betterside.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ui": "betterside.ui"},
        },
    },
]

# --- Database ------------------------------------------------------------------------------------


def database() -> dict:
    """DB_URL's server or, in development without one, the embedded PostgreSQL."""
    if env.str("DB_URL", default=""):
        return {**env.db("DB_URL"), "ENGINE": "betterside.database.server"}
    if not DEBUG:
        raise ImproperlyConfigured(
            "DB_URL is missing. Outside DEBUG the database must be named, "
            "as in DB_URL=postgres://user:password@host:5432/betterside."
        )
    return {"ENGINE": "betterside.database.backend", "NAME": "betterside"}


# A folder with PostgreSQL's programs for the embedded server, when those that it finds are not to be used.
DEVDB_BIN = env.str("DEVDB_BIN", default="")

DATABASES = {"default": {**database(), "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}}
DATABASES["default"]["OPTIONS"] = {
    # The pool's time-out is that of an absent server; a busy one is waited for longer (betterside.database.server).
    # After reconnect_timeout the next request tries: left alone, the pool's pauses grow to a minute.
    "pool": {
        "min_size": 1,
        "max_size": env.int("DB_POOL_SIZE", default=20),
        "timeout": 1.5,
        "reconnect_timeout": 1,
    },
    # Seconds (the last: milliseconds) until a server that fell silent is taken for lost.
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    # What DB_URL says behind its question mark, as sslmode.
    **DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ------------------------------------------------------------------------------------

# The e-mail is unique without regard to case, by a constraint that this check does not read.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["betterside.accounts.backends.EmailOrUsernameBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
PASSWORD_RESET_TIMEOUT = 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

JWT_LIFETIME = duration("JWT_EXPIRES_IN", "72h")
JWT_EXPIRES_IN = env.str("JWT_EXPIRES_IN", default="72h")
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET,
    "ACCESS_TOKEN_LIFETIME": JWT_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": max(timedelta(days=30), JWT_LIFETIME),
    "LEEWAY": 30,
    "USER_ID_CLAIM": "user_id",
    "UPDATE_LAST_LOGIN": False,
}

# --- API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "betterside.api.authentication.TokenAuthentication",
        "betterside.api.authentication.ApiKeyAuthentication",
        "betterside.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["betterside.api.permissions.IsApproved"],
    "DEFAULT_RENDERER_CLASSES": ["betterside.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "betterside.api.renderers.PreferredNotRequired",
    "DEFAULT_PARSER_CLASSES": ["betterside.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "betterside.api.schema.FaceSchema",
    "EXCEPTION_HANDLER": "betterside.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BetterSide",
    "DESCRIPTION": "One lead engine, five faces: channel, sales, growth, practice, marketing.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/(api|auth)",
    "ENUM_NAME_OVERRIDES": {
        "ChannelStatusEnum": "cp.rules.STATUSES",
        "ActivityStatusEnum": "crm.models.activity.Activity.Status",
    },
    "PREPROCESSING_HOOKS": ["betterside.api.schema.only_the_api"],
    # Choices stay with their field: the faces' many fields called `status` would get numbered names.
    "POSTPROCESSING_HOOKS": ["crm.api.profile_schema.both_profiles"],
    "GET_LIB_DOC_EXCLUDES": "betterside.api.schema.no_descriptions",
}
# Larger bodies are refused with 413 before they are read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
API_MAX_BODY = DATA_UPLOAD_MAX_MEMORY_SIZE
# Files for the admin and the panel.
UPLOAD_MAX_BODY = 50_000_000

# Where the contracts' clients are served from at a developer's: marketing.md, practice.md.
DEVELOPMENT_ORIGINS = [f"http://{host}:{port}" for port in (5173, 3000) for host in ("localhost", "127.0.0.1")]
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=DEVELOPMENT_ORIGINS if DEBUG else [])
CORS_URLS_REGEX = r"^/(api|auth)/.*$"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-api-profile",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["x-total-count", "x-request-id", "link", "retry-after"]
CORS_PREFLIGHT_MAX_AGE = 86400

# --- Jobs ----------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "betterside.jobs.engine.on_ready"
# Seconds. A worker whose last heartbeat is older than JOB_STALLED_AFTER is taken for dead, its jobs for lost.
JOB_HEARTBEAT = 10
JOB_STALLED_AFTER = 30
JOB_POLLING = 5
JOB_GRACE = 25

# --- Outside services ----------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default=f"filemail:///{BASE_DIR / 'mail'}" if DEBUG else "consolemail://")
vars().update(env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BetterSide <no-reply@betterside.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
TEAM_EMAIL = env.str("TEAM_EMAIL", default="team@betterside.example")
ADMIN_API_TOKEN = env.str("ADMIN_API_TOKEN", default="")
FB_APP_ID = env.str("FB_APP_ID", default="")
FB_APP_SECRET = env.str("FB_APP_SECRET", default="")
FB_VERIFY_TOKEN = env.str("FB_VERIFY_TOKEN", default="")
FB_PAGE_ACCESS_TOKEN = env.str("FB_PAGE_ACCESS_TOKEN", default="")
META_GRAPH_URL = env.str("META_GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
META_GRAPH_VERSION = env.str("META_GRAPH_VERSION", default="v25.0")
# The longest wait, in seconds, between two tries to fetch one lead.
CAPTURE_BACKOFF_MAX = env.int("CAPTURE_BACKOFF_MAX", default=900)
# Seconds that one worker may work on a delivery before another takes it over.
CAPTURE_LEASE = 45
# How long a run of a schedule stays in the log, with its figures; a year and a bit, to compare with last year's.
REPORT_RUNS_KEPT = duration("REPORT_RUNS_KEPT", "400d")
# Newest first: the first encrypts, all decrypt.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])

# --- Files, time, web ----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    HTTPS = env.bool("HTTPS", default=True)
    SECURE_SSL_REDIRECT = HTTPS
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NUM_PROXIES else None
    SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = HTTPS
    CSRF_COOKIE_SECURE = HTTPS

CSP_DIRECTIVES = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
# The admin's theme needs eval and style attributes; betterside.staff.csp answers with this policy there.
CONTENT_SECURITY_POLICY = {"EXCLUDE_URL_PREFIXES": ["/admin"], "DIRECTIVES": CSP_DIRECTIVES}
ADMIN_CSP_DIRECTIVES = {
    **CSP_DIRECTIVES,
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}

# --- Staff admin ---------------------------------------------------------------------------------

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
UNFOLD = {
    "SITE_TITLE": "BetterSide staff",
    "SITE_HEADER": "BetterSide",
    "SITE_SUBHEADER": "Staff",
    "SITE_URL": "/",
    "SITE_ICON": f"{STATIC_URL}img/favicon.svg",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}img/favicon.svg"}],
    "STYLES": [f"{STATIC_URL}css/staff.css"],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "#eef8f4",
            "100": "#ddf0e9",
            "200": "#b9e2d4",
            "300": "#88cdb8",
            "400": "#4cc5a6",
            "500": "#1f9c7f",
            "600": "#0b6655",
            "700": "#0a5647",
            "800": "#084d40",
            "900": "#0d2f29",
            "950": "#081f1b",
        },
    },
    "LOGIN": {"form": "betterside.accounts.forms.AdminLoginForm"},
    "SIDEBAR": {"show_search": True, "navigation": "betterside.staff.navigation.groups"},
}

# --- Logs ----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "betterside.logs.formatter", "json": not DEBUG},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "watchfiles": {"level": "WARNING"},
        # uvicorn sets its own up before it loads us: one format for all.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.error": {"level": "WARNING"},
    },
}
TESTING = "pytest" in sys.modules
