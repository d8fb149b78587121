"""Accounts, attempts to sign in, and the purposes for which persons' files are opened."""

from nianlun.access.models.accounts import Account, AccountManager
from nianlun.access.models.attempts import Attempt
from nianlun.access.models.purposes import Purpose

__all__ = ["Account", "AccountManager", "Attempt", "Purpose"]
