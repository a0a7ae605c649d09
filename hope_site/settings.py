"""Settings of the site: embedded defaults, production by environment alone (see env.py)."""

import base64
import re
import secrets
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from hope_site.env import NotConfigured, read, read_flag, read_list

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

DEBUG = read_flag("DEBUG")
SITE_URL = read("SITE_URL").rstrip("/")
# A configuration is live when the public address is https: the embedded demo never is.
LIVE = urlsplit(SITE_URL).scheme == "https"
GIVING_PROVIDER = read("GIVING_PROVIDER")
SANDBOX = GIVING_PROVIDER == "sandbox"


def _required(*names: str) -> None:
    missing = [name for name in names if not read(name)]
    if missing:
        raise NotConfigured(f"A live configuration (SITE_URL is https) needs: {', '.join(missing)}")


if LIVE:
    _required("SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "CACHE_URL", "EMAIL_URL")
    if DEBUG:
        raise NotConfigured("DEBUG must be off in a live configuration (SITE_URL is https)")
    if SANDBOX:
        raise NotConfigured("GIVING_PROVIDER=sandbox cannot start in a live configuration (SITE_URL is https)")
if GIVING_PROVIDER not in {"sandbox", "stripe"}:
    raise NotConfigured("GIVING_PROVIDER is sandbox or stripe")
if GIVING_PROVIDER == "stripe":
    _required("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")


def _machine_key(name: str, new: str) -> str:
    """Return this machine's own key of that name, made once; only the embedded demo uses it."""
    path = VAR_DIR / name
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(new)
    except FileExistsError:
        pass  # made by an earlier start or by a process starting beside this one
    return path.read_text() or new


SECRET_KEY = read("SECRET_KEY") or _machine_key("secret_key", secrets.token_urlsafe(50))
VAULT_KEYS = read_list("VAULT_KEYS") or [_machine_key("vault_key", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())]
if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key) for key in VAULT_KEYS):
    raise NotConfigured("VAULT_KEYS holds something that is no key: 32 random bytes in URL-safe base64")
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LIVE else None

INSTALLED_APPS = [
    "hope_site",
    "portal",
    "updates",
    "donations",
    "sandbox_bank",
    "stories",
    "supporters",
    "safeguarding",
    "letters",
    "public_pages",
    "content_editor",
    "django_prose_editor",
    "js_asset",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "django_countries",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",  # the renderer finds widget templates by app, so that ours may replace field.html
]

MIDDLEWARE = [
    "hope_site.middleware.ResponseHeaders",
    "hope_site.middleware.PolicyHeader",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hope_site.middleware.LanguageFromPath",
    "hope_site.middleware.PublicOrPrivate",
    "django.middleware.common.CommonMiddleware",
    "hope_site.middleware.SessionMiddleware",
    "hope_site.middleware.CsrfViewMiddleware",
    "hope_site.middleware.AuthenticationMiddleware",
    "supporters.sessions.SessionRules",
    "hope_site.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "hope_site.urls"
WSGI_APPLICATION = "hope_site.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "hope_site.context.site",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database -------------------------------------------------------------------------------
if read("DATABASE_URL"):
    DATABASES = {"default": dj_database_url.parse(read("DATABASE_URL"), conn_max_age=600, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(VAR_DIR / "hope.sqlite3"),
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # Readers never wait for a writer, writers queue instead of failing.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache ----------------------------------------------------------------------------------
if read("CACHE_URL"):
    CACHES = {"default": {"BACKEND": "hope_site.shared_cache.SharedCache", "LOCATION": read("CACHE_URL")}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- caches of others, told when a story goes (stories.purging) --------------------------------
CDN = read("CDN")
CDN_ADDRESSES = read_list("CDN_ADDRESSES")
CDN_ZONE, CDN_TOKEN = read("CDN_ZONE"), read("CDN_TOKEN")
if CDN not in {"", "cloudflare", "fastly", "varnish"}:
    raise NotConfigured("CDN is cloudflare, fastly, varnish or empty")
for _network, _names in {
    "cloudflare": ("CDN_ZONE", "CDN_TOKEN"),
    "fastly": ("CDN_TOKEN",),
    "varnish": ("CDN_ADDRESSES",),
}.items():
    if _network == CDN and not all(read(name) for name in _names):
        raise NotConfigured(f"CDN={CDN} needs: {', '.join(_names)}")

# --- files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = BASE_DIR / "media"
MEDIA_URL = "/media/"
MEDIA_URL_HOST = read("MEDIA_URL_HOST").rstrip("/")
if read("AWS_STORAGE_BUCKET_NAME"):
    from botocore.config import Config

    _media_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": read("AWS_STORAGE_BUCKET_NAME"),
            "endpoint_url": read("AWS_S3_ENDPOINT_URL") or None,
            "region_name": read("AWS_S3_REGION_NAME") or None,
            "access_key": read("AWS_ACCESS_KEY_ID") or None,
            "secret_key": read("AWS_SECRET_ACCESS_KEY") or None,
            # A bucket that does not answer may not hold every web thread for botocore's minute.
            "client_config": Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path"},
                signature_version="s3v4",
            ),
            "file_overwrite": False,
            "default_acl": None,
            "querystring_expire": 60,
        },
    }
else:
    _media_storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
STORAGES = {
    "default": _media_storage,
    "staticfiles": {"BACKEND": "hope_site.static.BundledStaticFiles"},
}
if not read("CLIP_MAX_MEGABYTES").isdecimal():
    raise NotConfigured("CLIP_MAX_MEGABYTES is a whole number of megabytes")
CLIP_MAX_MEGABYTES = int(read("CLIP_MAX_MEGABYTES"))
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a long story's blocks in the admin

# --- language and time ----------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
CHARITY_TIME_ZONE = read("CHARITY_TIME_ZONE")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- the charity ----------------------------------------------------------------------------
CHARITY_NAME = read("CHARITY_NAME")
TAX_JURISDICTION = read("TAX_JURISDICTION")
DEFAULT_CURRENCY = read("DEFAULT_CURRENCY")
CURRENCIES = read_list("CURRENCIES")
if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", read("REFUND_FOUR_EYES_ABOVE")):
    raise NotConfigured("REFUND_FOUR_EYES_ABOVE is a sum like 100.00")
REFUND_FOUR_EYES_ABOVE = Decimal(read("REFUND_FOUR_EYES_ABOVE"))
STRIPE_SECRET_KEY = read("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = read("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = read("STRIPE_API_BASE")

# --- people and sign-in ---------------------------------------------------------------------
AUTH_USER_MODEL = "supporters.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/admin/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "supporters.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True  # SESSION_COOKIE_AGE bounds it: no box to tick
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/5m/ip"}  # what one address is sent is bounded by rows: supporters.codes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not LIVE
MFA_TOTP_ISSUER = CHARITY_NAME
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if LIVE else 0  # the brake counts by the address the proxy saw
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- mail -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
if read("EMAIL_URL"):
    _mail = urlsplit(read("EMAIL_URL"))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or ""
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = "tls=1" in _mail.query
    EMAIL_USE_SSL = "ssl=1" in _mail.query
    if LIVE and not (EMAIL_USE_TLS or EMAIL_USE_SSL) and EMAIL_HOST not in {"127.0.0.1", "::1", "localhost"}:
        raise NotConfigured("EMAIL_URL needs tls=1 (or ssl=1): mails carry names, sums and links that open something")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
ANYMAIL = {  # what may be told of mails that did not arrive: updates.returns
    "WEBHOOK_SECRET": read("ANYMAIL_WEBHOOK_SECRET"),
    "MAILGUN_WEBHOOK_SIGNING_KEY": read("ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY"),
}

# --- background work ------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- headers --------------------------------------------------------------------------------
# Browsers apply form-action to the redirect as well: the sandbox's page stands at SITE_URL, whatever name the form was opened by.
CHECKOUT_HOSTS = ["https://checkout.stripe.com"] if GIVING_PROVIDER == "stripe" else [SITE_URL]
_media_hosts = [MEDIA_URL_HOST] if MEDIA_URL_HOST else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_media_hosts],
        "font-src": [SELF],
        "media-src": [SELF, *_media_hosts],
        "connect-src": [SELF],
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "form-action": [SELF, *CHECKOUT_HOSTS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# The admin's own: its scripts carry a nonce (import map), its editors set inline style.
ADMIN_SECURITY_POLICY = CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src": [SELF, NONCE],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:", *_media_hosts],
    "frame-src": [SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy redirects; health checks come over plain HTTP
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # hope_site.middleware.ResponseHeaders sends X-Frame-Options with every response
    "security.W003",  # hope_site.middleware.CsrfViewMiddleware is Django's, stepping aside where pages only read
    "security.W008",  # see SECURE_SSL_REDIRECT
]
SECURE_HSTS_SECONDS = 63072000 if LIVE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = LIVE
SECURE_HSTS_PRELOAD = LIVE
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LIVE
# Browsers keep a __Host- cookie to one host, one path and TLS; plain HTTP on this machine cannot have it.
SESSION_COOKIE_NAME = "__Host-session" if LIVE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if LIVE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60

# --- logging --------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "hope_site.log_lines.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django_tasks": {"level": "WARNING"},  # a line for each nudge says nothing; what fails is said
    },
}
if read("SENTRY_DSN"):
    from hope_site.error_reports import report_to

    report_to(read("SENTRY_DSN"))
