"""Making, releasing and revoking tokens of programs: made by one officer, let work by another (S2.8, S2.4)."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from nianlun.access import keys, queries, trail
from nianlun.access.domain import (
    MOST_PER_MINUTE,
    PER_MINUTE,
    TOKEN_PREFIX,
    NotAToken,
    NotVisible,
    Refused,
    Right,
    Role,
    TokenScope,
    Viewer,
    authorize,
    ensure_term,
)
from nianlun.access.models import Account, Token
from nianlun.access.operations.accounts import new_account
from nianlun.access.operations.emergencies import refuse_in_emergency
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.ties import tie


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """A token that was just made: the only time its text is known."""

    id: UUID
    text: str


@transaction.atomic
def make_token(
    viewer: Viewer,
    *,
    name: str,
    scope: str,
    agency_name: str,
    scopes: Collection[TokenScope],
    until: datetime,
    per_minute: int = PER_MINUTE,
    at: datetime,
) -> MadeToken:
    """Make a token for a program of one agency, with an account of its own; it works once another releases it.

    Raises `NotAToken` with a sentence for the form, `Refused`, and `NotVisible` outside the viewer's scope.
    """
    viewer = queries.still(viewer)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    tidy, agency = " ".join(name.split()), " ".join(agency_name.split())
    if not 2 <= len(tidy) <= 60:
        raise NotAToken("请写明是哪个程序，2 到 60 个字，例如“政务服务网收件”。")
    if not scope.isascii() or not scope.isdigit() or len(scope) > 12:
        raise NotAToken("辖区应为行政区划代码的前几位数字，例如 130606。")
    if not agency or len(agency) > 200:
        raise NotAToken("请写明属于哪个机构。")
    if not scopes:
        raise NotAToken("请至少选一项范围。")
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise NotAToken(f"每分钟次数应在 1 到 {MOST_PER_MINUTE} 之间。")
    ensure_term(since=at, until=until)
    authorize(viewer, Right.TOKEN_CHANGE, scope_of=scope)
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    account = new_account(
        username=f"program-{uuid4().hex[:12]}",
        name=tidy,
        role=Role.PROGRAM,
        scope=scope,
        agency_name=agency,
    )
    token = Token.objects.create(
        account=account,
        digest=keys.token_digest(text),
        scopes=sorted(one.value for one in set(scopes)),
        per_minute=per_minute,
        made_by_id=viewer.account_id,
        made_at=at,
        until=until,
    )
    _note(trail.TOKEN_MADE, viewer, token, at=at)
    return MadeToken(id=token.pk, text=text)


@transaction.atomic
def release_token(viewer: Viewer, token_id: UUID, *, at: datetime) -> None:
    """Let a token work that somebody else has made. Raises `NotVisible` and `Refused`."""
    viewer = queries.still(viewer)
    token = _locked(viewer, token_id, right=Right.GRANT_GIVE)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    if token.revoked_at is not None or token.until <= at:
        raise Refused("这个令牌已吊销或过期，不能启用。请重新签发。")
    if token.released_at is not None:
        raise Refused("这个令牌已经启用，不用再办。")
    if who := tie(viewer.account_id, token.made_by_id):
        raise Refused(f"签发和启用不能是{who}。请由另一位办理。")
    token.released_by_id, token.released_at = viewer.account_id, at
    token.save(update_fields=["released_by", "released_at"])
    _note(trail.TOKEN_RELEASED, viewer, token, at=at)


@transaction.atomic
def revoke_token(viewer: Viewer, token_id: UUID, *, at: datetime) -> None:
    """End a token at once. Whoever makes tokens and whoever releases them may. Raises `NotVisible` and `Refused`.

    The account is switched off with it: what the program has under way finds that before it takes effect.
    """
    viewer = queries.still(viewer)
    right = Right.TOKEN_CHANGE if viewer.may(Right.TOKEN_CHANGE) else Right.GRANT_GIVE
    token = _locked(viewer, token_id, right=right)
    if token.revoked_at is not None:
        raise Refused("这个令牌已经吊销，不用再办。")
    token.revoked_by_id, token.revoked_at = viewer.account_id, at
    token.save(update_fields=["revoked_by", "revoked_at"])
    Account.objects.filter(pk=token.account_id).update(is_active=False)
    _note(trail.TOKEN_REVOKED, viewer, token, at=at)


def _locked(viewer: Viewer, token_id: UUID, *, right: Right) -> Token:
    authorize(viewer, Right.TOKEN_READ)
    rows = Token.objects.select_for_update(of=("self",)).select_related("account", "made_by")
    token = rows.filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    authorize(
        viewer, Right.TOKEN_READ, scope_of=token.account.scope
    )  # out of sight is not there, whatever the right
    authorize(viewer, right, scope_of=token.account.scope)
    return token


def _note(action: str, viewer: Viewer, token: Token, *, at: datetime) -> None:
    trail.record(
        action,
        by=viewer,
        about=token.account.name,
        about_id=str(token.pk),
        details={
            "account": token.account.username,
            "scope": token.account.scope,
            "scopes": token.scopes,
            "until": token.until.isoformat(),
        },
        at=at,
    )
