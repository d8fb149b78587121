"""Accounts, signing in, and stating a purpose."""

from nianlun.access.operations.accounts import LoginTaken, WeakPassword, add_account, set_active
from nianlun.access.operations.purposes import state_purpose
from nianlun.access.operations.signing_in import SignInFailed, sign_in, sign_in_persona

__all__ = [
    "LoginTaken",
    "SignInFailed",
    "WeakPassword",
    "add_account",
    "set_active",
    "sign_in",
    "sign_in_persona",
    "state_purpose",
]
