"""The state between a right password and the second factor: five minutes, one account, and it opens no page (S1.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest

from nianlun.access import domain, queries
from nianlun.access.domain import NextStep, Role, Viewer
from nianlun.access.models import Account
from nianlun.access.operations import Recognised

_KEPT_AS = "halfway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halfway:
    """Who has given the right password and where that leads."""

    viewer: Viewer
    login: str
    next_step: NextStep
    persona: bool
    is_persona: bool


def begin(request: HttpRequest, found: Recognised, *, persona: bool = False, at: datetime) -> None:
    """Remember, under a new session id, who has come so far. Whoever was signed in here before is out."""
    account = Account.objects.get(pk=found.account_id)
    request.session.flush()
    request.session[_KEPT_AS] = {
        "account": found.account_id,
        "password": account.get_session_auth_hash(),
        "persona": persona,
        "at": at.timestamp(),
    }
    request.session.cycle_key()


def of(request: HttpRequest, *, at: datetime) -> Halfway | None:
    """Who has come so far in this browser, unless it is too long ago or the account has changed meanwhile."""
    kept: dict[str, Any] | None = request.session.get(_KEPT_AS)
    if kept is None:
        return None
    late = at.timestamp() - kept["at"] >= domain.HALFWAY_FOR.total_seconds()
    accounts = Account.objects.filter(pk=kept["account"], is_active=True)
    if (
        connection.in_atomic_block
    ):  # of two browsers that set up a first factor, the second meets the first's
        accounts = accounts.select_for_update(no_key=True)
    account = accounts.first()
    if late or account is None or account.get_session_auth_hash() != kept["password"]:
        del request.session[_KEPT_AS]
        return None
    return Halfway(
        viewer=account.viewer(),
        login=account.username,
        next_step=domain.next_step(Role(account.role), has_factor=queries.has_factor(account.pk)),
        persona=kept["persona"],
        is_persona=bool(account.persona),
    )
