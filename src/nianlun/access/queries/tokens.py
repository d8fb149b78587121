"""Reading tokens: all within a scope, and the one a request shows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection

from nianlun.access import keys
from nianlun.access.domain import (
    WINDOW_SECONDS,
    Right,
    TokenScope,
    Viewer,
    authorize,
    is_shaped_token,
    rights_lent,
)
from nianlun.access.models import Account, Token


class Standing(StrEnum):
    """How a token stands."""

    WAITING = "waiting"
    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """What stands beside it."""
        return {"waiting": "待启用", "good": "在用", "expired": "已过期", "revoked": "已吊销"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """One token as the list shows it."""

    id: UUID
    account_id: int
    username: str
    name: str
    scope: str
    agency_name: str
    scopes: tuple[TokenScope, ...]
    per_minute: int
    made_by: str
    made_by_id: int
    made_at: datetime
    until: datetime
    released_by: str
    used_at: datetime | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A token that a request showed and that is known; `viewer` is None where it does not work now.

    `wait_seconds` is above 0 where the minute's requests are used up.
    """

    token_id: UUID
    name: str
    viewer: Viewer | None
    wait_seconds: int = 0


def tokens(viewer: Viewer, *, at: datetime, after: UUID | None = None, limit: int = 50) -> list[TokenLine]:
    """The tokens within the viewer's scope, those that end last first. Raises `Refused`."""
    authorize(viewer, Right.TOKEN_READ)
    if viewer.scope == "":
        return []
    return _lines(viewer.scope, at=at, after=after, limit=limit)


def all_tokens(*, at: datetime) -> list[TokenLine]:
    """Every token, for the operator of the machine."""
    return _lines("", at=at, after=None, limit=None)


def _lines(scope: str, *, at: datetime, after: UUID | None, limit: int | None) -> list[TokenLine]:
    rows = Token.objects.filter(account__scope__startswith=scope)
    last = rows.filter(pk=after).values_list("until", "pk").first() if after else None
    if last is not None:
        rows = rows.filter(until__lte=last[0]).exclude(until=last[0], pk__gte=last[1])
    rows = rows.select_related("account", "made_by", "released_by").order_by("-until", "-pk")
    return [_line(row, at=at) for row in (rows if limit is None else rows[:limit])]


def _line(row: Token, *, at: datetime) -> TokenLine:
    return TokenLine(
        id=row.pk,
        account_id=row.account_id,
        username=row.account.username,
        name=row.account.name,
        scope=row.account.scope,
        agency_name=row.account.agency_name,
        scopes=tuple(TokenScope(one) for one in row.scopes),
        per_minute=row.per_minute,
        made_by=row.made_by.name,
        made_by_id=row.made_by_id,
        made_at=row.made_at,
        until=row.until,
        released_by=row.released_by.name if row.released_by else "",
        used_at=row.used_at,
        standing=_standing(row, at=at),
    )


def _standing(row: Token, *, at: datetime) -> Standing:
    if row.revoked_at is not None:
        return Standing.REVOKED
    if row.until <= at:
        return Standing.EXPIRED
    return Standing.WAITING if row.released_at is None else Standing.GOOD


_COUNT = """
UPDATE access_token SET used_at = %(at)s, counted_from = %(window)s,
  used_in = CASE WHEN counted_from = %(window)s THEN used_in + 1 ELSE 1 END
WHERE digest = %(digest)s RETURNING id, used_in
"""


def shown(text: str, *, at: datetime) -> Shown | None:
    """The token a request shows, counted; None for one that is unknown.

    Counting is one statement, so that processes at once do not lose a request. To be called outside a transaction
    that may be undone.
    """
    if not is_shaped_token(text):
        return None
    window = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"at": at, "window": window, "digest": keys.token_digest(text)})
        found = cursor.fetchone()
    if found is None:
        return None
    row = Token.objects.select_related("account").get(pk=found[0])
    wait = 0
    if found[1] > row.per_minute:
        wait = max(1, int((window + timedelta(seconds=WINDOW_SECONDS) - at).total_seconds()))
    works = _standing(row, at=at) is Standing.GOOD and row.account.is_active
    return Shown(
        token_id=row.pk,
        name=row.account.name,
        viewer=_viewer(row) if works else None,
        wait_seconds=wait,
    )


def _viewer(row: Token) -> Viewer:
    account = Account.objects.standing().get(pk=row.account_id)
    return replace(account.viewer(), lent=rights_lent([TokenScope(one) for one in row.scopes]))
