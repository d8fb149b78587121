"""Settings for linters and type checks, which need the models but no database."""

from nianlun.config.settings.base import *  # noqa: F403
from nianlun.config.settings.base import database

SECRET_KEY = "only-for-checks"  # noqa: S105
DATABASES = {"default": database("postgresql:///nianlun")}
