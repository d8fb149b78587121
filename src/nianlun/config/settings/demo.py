"""Settings of the demo on one machine: embedded database, secrets made in `var/demo`, personas for one click."""

import os

from nianlun.config.demo_secrets import (
    class_keys,
    gateway,
    keyring,
    log_key,
    log_witnesses,
    media_recipients,
    secret_key,
)
from nianlun.config.places import demo_folder
from nianlun.config.postgres import OWNER, embedded
from nianlun.config.settings.base import *  # noqa: F403
from nianlun.config.settings.base import GATEWAY_URL, LOG_WITNESSES, PUBLIC_URL, VAR, VAULT_COPIES, database

DEMO = True
SECRET_KEY = secret_key(demo_folder())
KEYRING = keyring(demo_folder())
VAULT_KEYS = class_keys(demo_folder())
MEDIA_RECIPIENTS = media_recipients(demo_folder())
VAULT_COPIES = VAULT_COPIES or {"offsite": str(VAR / "vault-offsite")}
VAULT_LABELS = {"offsite": "异地副本"}
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or embedded().url())}
LOG_KEY = log_key(demo_folder())
LOG_WITNESSES = LOG_WITNESSES or log_witnesses(demo_folder())
PUBLIC_URL = PUBLIC_URL or f"http://127.0.0.1:{os.environ.get('NIANLUN_PORT') or 8000}"
if not GATEWAY_URL:
    GATEWAY_URL, GATEWAY_SECRET = gateway(demo_folder())
OWNER_URL = os.environ.get("NIANLUN_OWNER_URL", "")
if not os.environ.get("DATABASE_URL"):
    OWNER_URL = OWNER_URL or embedded().url(role=OWNER)
