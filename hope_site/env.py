"""The environment: every variable the site reads, in one table.

`manage.py env` prints it and the README shows it. `settings.py` is the only reader.
"""

import os
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


class NotConfigured(ImproperlyConfigured):
    """The environment does not let the site start; the message is the one line an operator needs."""


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, embedded default and meaning."""

    name: str
    default: str
    meaning: str


VARIABLES = {
    variable.name: variable
    for variable in (
        Variable("SECRET_KEY", "", "Signs sessions and links. Required in a live configuration; `make run` makes one."),
        Variable(
            "VAULT_KEYS",
            "",
            "Seals private names: 32 random bytes in URL-safe base64. Several, separated by commas: the first seals, all open. "
            "Required in a live configuration; `make run` makes one.",
        ),
        Variable("DEBUG", "0", "1 shows error details. Never in production."),
        Variable("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", "Host names the site answers to, separated by commas."),
        Variable(
            "SITE_URL",
            "http://127.0.0.1:8000",
            "The public address, used in feeds, cards and mail. https makes the configuration live.",
        ),
        Variable("DATABASE_URL", "", "postgres://… Empty: SQLite in var/."),
        Variable("CACHE_URL", "", "redis://… Empty: in-process cache."),
        Variable("MEDIA_URL_HOST", "", "https://media.example.org when a CDN host serves /media/. Empty: this site."),
        Variable("CDN", "", "Network of caches told of takedowns: cloudflare, fastly or varnish. Empty: none."),
        Variable("CDN_ADDRESSES", "", "Where it is told: Varnish servers, separated by commas. Others have their own."),
        Variable("CDN_ZONE", "", "Cloudflare's zone."),
        Variable("CDN_TOKEN", "", "Its token or key."),
        Variable("AWS_STORAGE_BUCKET_NAME", "", "S3 bucket for pictures and clips. Empty: files in media/."),
        Variable("AWS_S3_ENDPOINT_URL", "", "Address of an S3-compatible service other than AWS."),
        Variable("AWS_ACCESS_KEY_ID", "", "S3 key."),
        Variable("AWS_SECRET_ACCESS_KEY", "", "S3 secret."),
        Variable("AWS_S3_REGION_NAME", "", "S3 region."),
        Variable(
            "EMAIL_URL",
            "",
            "smtp://user:password@host:587?tls=1. A live site needs tls=1 or ssl=1. Empty: the demo mailbox at /sandbox/mail/.",
        ),
        Variable(
            "ANYMAIL_WEBHOOK_SECRET",
            "",
            "user:password that the mail provider sends with reports of bounces to /updates/returns/<provider>/. Empty: none.",
        ),
        Variable("ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY", "", "Mailgun's key for signing such reports."),
        Variable("DEFAULT_FROM_EMAIL", "IJM <hello@localhost>", "Sender of the site's mail."),
        Variable("GIVING_PROVIDER", "sandbox", "sandbox or stripe. sandbox cannot start in a live configuration."),
        Variable("STRIPE_SECRET_KEY", "", "Stripe API key."),
        Variable("STRIPE_WEBHOOK_SECRET", "", "Stripe webhook signing secret."),
        Variable("STRIPE_API_BASE", "", "Address of a Stripe stand-in (tests)."),
        Variable("CHARITY_NAME", "IJM", "Name shown to readers."),
        Variable("CHARITY_TIME_ZONE", "Europe/London", "The charity's own day."),
        Variable("TAX_JURISDICTION", "GB", "GB, US, CA, AU or NZ."),
        Variable("DEFAULT_CURRENCY", "GBP", "Currency first offered."),
        Variable("CURRENCIES", "GBP,USD,EUR", "Currencies offered, separated by commas."),
        Variable(
            "REFUND_FOUR_EYES_ABOVE",
            "100.00",
            "Refunds above this sum, in the gift's own currency, need a second person. 0: all do.",
        ),
        Variable("CLIP_MAX_MEGABYTES", "1024", "Largest clip that can be uploaded."),
        Variable("WEB_CONCURRENCY", "2", "gunicorn worker processes."),
        Variable("SENTRY_DSN", "", "Where errors are reported. Empty: nowhere."),
    )
}


def read(name: str) -> str:
    """Return the variable's value, or its embedded default when unset or empty.

    Raises KeyError for a name that is not in the table, so nothing is read undocumented.
    """
    variable = VARIABLES[name]
    return os.environ.get(name, "").strip() or variable.default


def read_list(name: str) -> list[str]:
    """Return a comma-separated variable as its non-empty parts."""
    return [part.strip() for part in read(name).split(",") if part.strip()]


def read_flag(name: str) -> bool:
    """Return whether the variable says yes (1, true, yes, on)."""
    return read(name).lower() in {"1", "true", "yes", "on"}
