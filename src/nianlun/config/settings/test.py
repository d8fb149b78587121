"""Settings of the test run: real PostgreSQL, cheap password hashing, keys that exist only here."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from nianlun.config.demo_secrets import class_keys, keyring, log_key, media_recipients
from nianlun.config.settings.base import *  # noqa: F403
from nianlun.config.settings.base import database

SECRET_KEY = "only-for-tests-" + "0" * 40
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///nianlun"))}
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("NIANLUN_TEST_DATABASE", "test_nianlun")}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# One folder for a test run and all processes it starts, so that they read the same keys.
if "NIANLUN_TEST_VAR" not in os.environ:
    os.environ["NIANLUN_TEST_VAR"] = tempfile.mkdtemp(prefix="nianlun-test-")
    atexit.register(shutil.rmtree, os.environ["NIANLUN_TEST_VAR"], ignore_errors=True)
VAR = Path(os.environ["NIANLUN_TEST_VAR"])
VAULT_ROOT = VAR / "vault"
VAULT_URL = ""
VAULT_COPIES = {}
QUARANTINE = VAR / "quarantine"
DERIVED = VAR / "derived"
PRIVATE = VAR / "private"
STATIC_ROOT = VAR / "static"
KEYRING = keyring(VAR)
VAULT_KEYS = class_keys(VAR)
MEDIA_OUT = VAR / "media-out"
MEDIA_IN = VAR / "media-in"
MEDIA_RECIPIENTS = media_recipients(VAR)
LOG_KEY = log_key(VAR)
CHECKPOINTS = VAR / "checkpoints"
LOG_WITNESSES = ()
