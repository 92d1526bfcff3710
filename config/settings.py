"""Settings, read once from the environment (the names are listed in docs/operations.md)."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF

from config import env, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.required("SECRET_KEY", "Use a long random text and keep it.")
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")
PUBLIC_URL = env.http_url("PUBLIC_URL", "http://127.0.0.1:8000")
SMARTHR_API_URL = env.http_url("SMARTHR_API_URL", "https://{subdomain}.smarthr.jp/api/v1")
# From where SmartHR sees our requests come, for customers who limit that.
OUTGOING_IPS = env.ip_addresses("OUTGOING_IPS")
REDIS_URL = env.redis_url("REDIS_URL")

_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.entries("ALLOWED_HOSTS") or [
    _public.hostname or "127.0.0.1",
    "127.0.0.1",
    "localhost",
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
# How many proxies in front add the address they see to X-Forwarded-For.
PROXY_COUNT = env.number("PROXY_COUNT", default=1 if _public.scheme == "https" else 0)

INSTALLED_APPS = [
    "companies",
    "groups",
    "employees",
    "cards",
    "integrations",
    "webhooks",
    "bulk",
    "operators",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "js_lib_bootstrap5",
    "js_lib_bootstrap_icons",
    "csp",
    "drf_spectacular",
]

MIDDLEWARE = [
    # Before all that may answer 4xx: SmartHR would disable the webhook (W5).
    "webhooks.middleware.DeliveryMiddleware",
    "companies.middleware.CharsetMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "employees.middleware.PasswordChangeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "operators.middleware.SupportVisitMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", VAR_DIR / "app.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- people and sessions -------------------------------------------------------------------
AUTH_USER_MODEL = "employees.Employee"
AUTHENTICATION_BACKENDS = ["employees.authentication.CompanyBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "employees.initial_password.InitialPasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "companies.errors.csrf_failure"

# --- the endpoint of SmartHR's webhook -----------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "名刺管理: SmartHR webhook",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- language and time ---------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Before `collectstatic` (make run, tests) each file is looked up where its package has it.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or not STATIC_ROOT.exists()

# --- what a browser may do -----------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if _public.scheme == "https":
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- background work -----------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = (
    # A Redis that hangs must not hold whoever sends a message for ever.
    {"visibility_timeout": 30 * 60, "socket_connect_timeout": 5, "socket_timeout": 30}
    if REDIS_URL
    else {"polling_interval": 0.05}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Two queues with workers of their own: a sync never delays a delivery.
CELERY_TASK_ROUTES = {
    "integrations.*": {"queue": "syncs"},
    "webhooks.*": {"queue": "webhooks"},
}
CELERY_TASK_DEFAULT_QUEUE = "syncs"
CELERY_BEAT_SCHEDULE = {
    "pick up syncs that wait or lost their worker": {
        "task": "integrations.resume_runs",
        "schedule": 15.0,
    },
    "pick up deliveries that wait or lost their message or worker": {
        "task": "webhooks.sweep",
        "schedule": 15.0,
    },
    "forget deliveries after their 30 days": {
        "task": "webhooks.purge",
        "schedule": crontab(hour="4", minute="20"),
    },
    "remove webhooks that could not be removed": {
        "task": "integrations.remove_webhooks",
        "schedule": 5 * 60.0,
    },
    # Not every 24 hours: a beat that is restarted daily would never come to it.
    "delete archives of cards after their 30 days": {
        "task": "cards.purge_archives",
        "schedule": crontab(hour="4", minute="0"),
    },
    "pick up exports and imports that lost their message or worker": {
        "task": "bulk.resume",
        "schedule": 30.0,
    },
    "delete files and previews of 一括処理 after their time": {
        "task": "bulk.purge",
        "schedule": 10 * 60.0,
    },
    "forget former 社員ID after their 30 days": {
        "task": "employees.forget_former_ids",
        "schedule": crontab(hour="4", minute="10"),
    },
    "forget what webhooks did of long ago": {
        "task": "integrations.forget_old_acts",
        "schedule": crontab(hour="4", minute="20"),
    },
    "delete lines of the audit log after their two years": {
        "task": "companies.purge_audit",
        "schedule": crontab(hour="4", minute="30"),
    },
    "blank names 90 days after a deletion": {
        "task": "companies.forget_deleted",
        "schedule": crontab(hour="4", minute="40"),
    },
    "delete reports after their 13 months": {
        "task": "integrations.purge_reports",
        "schedule": crontab(hour="4", minute="50"),
    },
    "forget failed logins of long ago": {
        "task": "employees.forget_old_failures",
        "schedule": 15 * 60.0,
    },
    "look at every connection once an hour": {
        "task": "integrations.check_health",
        "schedule": 5 * 60.0,
    },
    "tell of troubles, and of what nobody watched": {
        "task": "integrations.send_health_mails",
        "schedule": 5 * 60.0,
    },
    "end holds whose last day has passed": {
        "task": "integrations.end_holds",
        "schedule": 5 * 60.0,
    },
    # Once each; the later hours are for mail that could not be sent.
    "tell administrators about the end of their plan": {
        "task": "integrations.send_plan_notices",
        "schedule": crontab(hour="9-17", minute="0"),
    },
    "go on with erasures that lost their worker": {
        "task": "operators.resume_erasures",
        "schedule": 60.0,
    },
    "stop companies whose contract has ended": {
        "task": "operators.stop_ended_contracts",
        "schedule": crontab(hour="0,6,12", minute="10"),
    },
    "remind the operator of companies to be erased": {
        "task": "operators.remind_of_erasures",
        "schedule": crontab(hour="9", minute="5"),
    },
}
CELERY_TIMEZONE = TIME_ZONE

# --- mail, errors, logs --------------------------------------------------------------------
globals().update(env.reader.email_url("EMAIL_URL", default="consolemail://"))
# A mail server that is silent must not hold a worker for ever.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.sender(
    "EMAIL_FROM", f"名刺管理 <no-reply@{_public.hostname or 'localhost'}>"
)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for other subdomains and
    "security.W021",  # for browsers' preload lists is the domain's owner's decision
    "security.W008",  # the proxy in front redirects http (docs/operations.md)
]
LOGGING = logging_config.logging_config(
    env.choice("LOG_FORMAT", options={"text", "json"}, default="text")
)
if dsn := os.environ.get("SENTRY_DSN", "").strip():
    logging_config.start_error_reports(dsn)
