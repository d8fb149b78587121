"""Accounts, factors, attempts, sessions and tokens; purposes; stops; how posts are given and filled for a time."""

from nianlun.access.models.accounts import Account, AccountManager, Standing
from nianlun.access.models.attempts import Attempt
from nianlun.access.models.factors import Authenticator, Passkey, RecoveryCode
from nianlun.access.models.grants import BENEFICIARY, Grant, GrantRequest, Signature
from nianlun.access.models.purposes import Purpose
from nianlun.access.models.resets import PasswordRequest
from nianlun.access.models.sessions import Session
from nianlun.access.models.standing_in import Glass, Substitution
from nianlun.access.models.stops import Stop
from nianlun.access.models.tokens import Token

__all__ = [
    "BENEFICIARY",
    "Account",
    "AccountManager",
    "Attempt",
    "Authenticator",
    "Glass",
    "Grant",
    "GrantRequest",
    "Passkey",
    "PasswordRequest",
    "Purpose",
    "RecoveryCode",
    "Session",
    "Signature",
    "Standing",
    "Stop",
    "Substitution",
    "Token",
]
