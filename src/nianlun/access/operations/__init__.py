"""Accounts, signing in by two factors, sessions, stating a purpose, stopping queries, tokens of programs."""

from nianlun.access.operations.accounts import (
    AT_INSTALLATION,
    LoginTaken,
    WeakPassword,
    add_account,
    set_active,
    unlock,
)
from nianlun.access.operations.attempts import SignInFailed
from nianlun.access.operations.changing_password import change_password, tell_known
from nianlun.access.operations.counter_codes import (
    give_first_half,
    give_second_half,
    switch_off_public,
    void_code,
)
from nianlun.access.operations.emergencies import refuse_in_emergency
from nianlun.access.operations.factors import (
    WrongCode,
    add_authenticator,
    add_passkey,
    give_authenticator,
    make_recovery_codes,
    remove_factor,
    rename_factor,
    reseal_secrets,
)
from nianlun.access.operations.holders import holder_of, identify, tell_close
from nianlun.access.operations.proving import Proof, prove, prove_again
from nianlun.access.operations.pruning import Pruned, prune
from nianlun.access.operations.purposes import state_purpose
from nianlun.access.operations.resetting import (
    ask_for_password,
    check_password_request,
    refuse_password_request,
    release_password_code,
    reset_account,
    set_forgotten_password,
)
from nianlun.access.operations.sessions import (
    begin_session,
    end_other_sessions,
    end_session,
    keep_session,
    move_session,
    replace_session,
    sign_out,
    time_out,
)
from nianlun.access.operations.signing_in import Recognised, sign_in, sign_in_persona
from nianlun.access.operations.stopping import lift_stop, stop_queries
from nianlun.access.operations.ties import Tie, same_person, tie
from nianlun.access.operations.tokens import MadeToken, make_token, release_token, revoke_token

__all__ = [
    "AT_INSTALLATION",
    "LoginTaken",
    "MadeToken",
    "Proof",
    "Pruned",
    "Recognised",
    "SignInFailed",
    "Tie",
    "WeakPassword",
    "WrongCode",
    "add_account",
    "add_authenticator",
    "add_passkey",
    "ask_for_password",
    "begin_session",
    "change_password",
    "check_password_request",
    "end_other_sessions",
    "end_session",
    "give_authenticator",
    "give_first_half",
    "give_second_half",
    "holder_of",
    "identify",
    "keep_session",
    "lift_stop",
    "make_recovery_codes",
    "make_token",
    "move_session",
    "prove",
    "prove_again",
    "prune",
    "refuse_in_emergency",
    "refuse_password_request",
    "release_password_code",
    "release_token",
    "remove_factor",
    "rename_factor",
    "replace_session",
    "reseal_secrets",
    "reset_account",
    "revoke_token",
    "same_person",
    "set_active",
    "set_forgotten_password",
    "sign_in",
    "sign_in_persona",
    "sign_out",
    "state_purpose",
    "stop_queries",
    "switch_off_public",
    "tell_close",
    "tell_known",
    "tie",
    "time_out",
    "unlock",
    "void_code",
]
