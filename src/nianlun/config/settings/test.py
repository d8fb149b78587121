"""Settings of the test run: real PostgreSQL, cheap password hashing, keys that exist only here."""

import os

from nianlun.config.settings.base import *  # noqa: F403
from nianlun.config.settings.base import database

SECRET_KEY = "only-for-tests-" + "0" * 40  # noqa: S105
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///nianlun"))}
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("NIANLUN_TEST_DATABASE", "test_nianlun")}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
