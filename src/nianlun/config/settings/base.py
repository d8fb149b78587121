"""What every installation shares. A site overrides through the environment, never by editing this file."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from nianlun.config.places import var_folder
from nianlun.kernel.outgoing import read_networks

VAR = var_folder()
"""Where everything lies that the system writes: database, vault, quarantine, keys of the demo."""

DEBUG = False
ALLOWED_HOSTS = os.environ.get("NIANLUN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "nianlun.ui",
    "nianlun.jobs",
    "nianlun.journal",
    "nianlun.access",
    "nianlun.registry",
    "nianlun.lawbook",
    "nianlun.notices",
    "nianlun.watch",
    "nianlun.vault",
    "nianlun.media",
    "nianlun.archives",
    "nianlun.digitization",
    "nianlun.cases",
    "nianlun.evidence",
    "nianlun.contributions",
    "nianlun.entitlements",
    "nianlun.desk",
    "nianlun.portal",
    "nianlun.api",
    "nianlun.sample",
    "nianlun.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "nianlun.journal.origin.SourceAddress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "nianlun.ui.addresses.NoNumbersInAddresses",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nianlun.access.gate.DefaultDeny",  # innermost: nothing may answer between it and the page
]

TRUSTED_PROXIES = [text for text in os.environ.get("NIANLUN_TRUSTED_PROXIES", "").split(",") if text]
"""Networks whose X-Forwarded-For is believed (S1.4), such as 10.0.0.0/8. None unless the site says so."""

ROOT_URLCONF = "nianlun.config.urls"
WSGI_APPLICATION = "nianlun.config.wsgi.application"
AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["nianlun.access.backends.Standing"]
PASSWORD_HASHERS = ["nianlun.access.passwords.Argon2id"]
CSRF_FAILURE_VIEW = "nianlun.access.answers.forged"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {"environment": "nianlun.ui.templating.environment"},
    }
]


def database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://user:password@host:port/name` address.

    The query may say `host` (a socket folder) and `sslmode`. Raises ValueError for any other kind of address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL 必须是 postgresql:// 地址；本系统只用 PostgreSQL。")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "nianlun",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", [""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,  # a page and its journal entry stand or fall together (S3.2)
        # Prepared statements serve the journal's entries alone: Django's own cursors never use them.
        "OPTIONS": {"connect_timeout": 5, "prepare_threshold": 2}
        | {name: query[name][0] for name in ("sslmode", "sslrootcert") if name in query},
    }


STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_COOKIE_AGE = 8 * 3600  # seconds; the gate ends idle sessions much earlier (S1.6)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {  # S7.1
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

VAULT_ROOT = Path(os.environ.get("NIANLUN_VAULT") or VAR / "vault")
VAULT_URL = os.environ.get("NIANLUN_VAULT_URL", "")
"""Where the primary copy lies if not in the folder `VAULT_ROOT`: `file:///…` or `s3://bucket/prefix?endpoint=…`."""
VAULT_COPIES = dict(pair.partition("=")[::2] for pair in os.environ.get("NIANLUN_VAULT_COPIES", "").split())
"""Further locations that hold every object, by name: `offsite=/mnt/offsite bucket=s3://…`."""
VAULT_LABELS: dict[str, str] = {}
"""What pages call a further location instead of its name. A site names its locations as it likes; the demo cannot."""
VAULT_SEALED = frozenset(filter(None, os.environ.get("NIANLUN_VAULT_SEALED", "work_secret").split(",")))
"""The levels of secrecy whose objects are encrypted where they lie, at every location."""
VAULT_CIPHER = os.environ.get("NIANLUN_VAULT_CIPHER", "aes-256-gcm")
"""What new sealed files are encrypted with: `aes-256-gcm` or `sm4-gcm`. Files of either kind are read."""
VAULT_KEYS = Path(os.environ.get("NIANLUN_VAULT_KEYS") or VAR / "vault-keys.json")
"""The class keys of `nianlun.vault.class_keys`: without this file no sealed object can be read."""
PRIVATE = Path(os.environ.get("NIANLUN_PRIVATE") or VAR / "private")
"""Where sealed files lie in plain while a parser reads them; best a filesystem in memory."""
QUARANTINE = VAR / "quarantine"
DERIVED = VAR / "derived"
"""Page images, thumbnails and the like: made from the vault, may be deleted and are made again."""
KEYRING = Path(os.environ.get("NIANLUN_KEYRING") or VAR / "keyring.json")
"""The key file of `nianlun.kernel.cipher`: seals identity numbers (S5.1), lies outside the database (S5.2)."""
MEDIA_OUT = Path(os.environ.get("NIANLUN_MEDIA_OUT") or VAR / "media-out")
"""Where images of offline media are written, to be burned or copied from there."""
MEDIA_IN = Path(os.environ.get("NIANLUN_MEDIA_IN") or VAR / "media-in")
"""Where media to be read lie: image files, mounted folders, links to drives put there by the administrator."""
MEDIA_RECIPIENTS = Path(os.environ.get("NIANLUN_MEDIA_RECIPIENTS") or VAR / "media-recipients.txt")
"""The public keys of the keepers for whom offline media are sealed; the private ones never lie on this machine."""
LOG_KEY = Path(os.environ.get("NIANLUN_LOG_KEY") or VAR / "log_key.json")
"""The key file with which the journal signs its checkpoints (`nianlun journal key`). Outside the database."""
CHECKPOINTS = Path(os.environ.get("NIANLUN_CHECKPOINTS") or VAR / "checkpoints")
"""The folder of signed checkpoints; best where the database's administrator cannot write."""
_witnesses = os.environ.get("NIANLUN_LOG_WITNESSES", "").split()
LOG_WITNESSES = tuple(zip(_witnesses[::2], _witnesses[1::2], strict=True))
"""Who cosigns the checkpoints: address and public key of each, `https://… name+id+key`, parted by blanks."""
TSA_URL = os.environ.get("NIANLUN_TSA_URL", "")
TSA_ROOTS = Path(os.environ["NIANLUN_TSA_ROOTS"]) if os.environ.get("NIANLUN_TSA_ROOTS") else None
"""A time-stamping authority (RFC 3161), asked once a day, and the PEM file of roots it is trusted by."""
PUBLIC_URL = os.environ.get("NIANLUN_PUBLIC_URL", "")
"""Where the public reaches this site, such as https://ylbx.example.gov.cn: printed on papers with their code."""
GATEWAY_URL = os.environ.get("NIANLUN_GATEWAY_URL", "")
GATEWAY_SECRET = os.environ.get("NIANLUN_GATEWAY_SECRET", "")
"""The message gateway's address and the secret shared with it; without them messages wait in the outbox."""
try:
    OUTGOING = read_networks(os.environ.get("NIANLUN_OUTGOING", ""))
    """Where the names of partners may lead (S7.4); public addresses only unless the site says more."""
except ValueError:
    raise ImproperlyConfigured(
        "NIANLUN_OUTGOING 里有不是网段的，系统不启动。请写成 10.8.0.0/16 的样子，逗号分开。"
    ) from None
OWNER_URL = os.environ.get("NIANLUN_OWNER_URL", "")
"""The address under which `nianlun migrate` works, as the role that owns the tables. Unset: `DATABASE_URL`."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_TEMP_DIR = None
DEMO = False

LOGGING = {  # faults leave their traceback on stderr; request data is never in it (S5.5)
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": True},
        "nianlun": {"handlers": ["stderr"], "level": "WARNING", "propagate": True},
    },
}
