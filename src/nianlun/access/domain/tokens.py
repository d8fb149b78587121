"""What programs of others may do with a token, for how long and how often (S2.8). No database, no clock."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from nianlun.access.domain.rights import Right

LONGEST_TERM = timedelta(days=366)
"""One year, whichever day it begins on."""
PER_MINUTE, MOST_PER_MINUTE = 120, 1200
WINDOW_SECONDS = 60
PREFIX = "nianlun_"
"""Begins every token, so that a search for leaked secrets finds them."""
_WORDS = re.compile(r"[A-Za-z0-9_-]{43}")


class TokenScope(StrEnum):
    """One thing a token is for. What it lends is `SCOPES`."""

    CASES_READ = "cases.read"
    CASES_WRITE = "cases.write"
    PERSONS_READ = "persons.read"

    @property
    def label(self) -> str:
        """What the officer who makes a token reads beside it."""
        return _LABELS[self]


_LABELS = {
    TokenScope.CASES_READ: "查看办件",
    TokenScope.CASES_WRITE: "立案、补录、收材料、受理、要求补正",
    TokenScope.PERSONS_READ: "按个人编号查参保人",
}

SCOPES: Mapping[TokenScope, frozenset[Right]] = {
    TokenScope.CASES_READ: frozenset({Right.CASE_READ}),
    TokenScope.CASES_WRITE: frozenset({Right.CASE_READ, Right.CASE_ACCEPT, Right.PERSON_READ}),
    TokenScope.PERSONS_READ: frozenset({Right.PERSON_READ, Right.PERSON_SEARCH}),
}
"""What each scope lends to the program's account, which has no rights of its own.

None lends a right to a separate step (初审, 复核, 审批, 支付): those are taken by a person at a machine of the own,
and a program has neither kin to keep away from nor a machine by which two hands could be told apart (S2.5).
"""


class NotAToken(ValueError):
    """The token cannot be made like this; the message tells what to write."""


def lent(scopes: Collection[TokenScope]) -> frozenset[Right]:
    """The rights that these scopes lend."""
    return frozenset[Right]().union(*(SCOPES[scope] for scope in scopes))


def ensure_term(*, since: datetime, until: datetime) -> None:
    """Return where a token may be good that long. Raises `NotAToken`."""
    if until <= since:
        raise NotAToken("有效期的最后一天要在今天或以后。")
    if until - since > LONGEST_TERM:
        raise NotAToken("令牌最长一年，到期重新签发。请把有效期写短些。")


def is_shaped(text: str) -> bool:
    """Whether the text can be a token at all, so that nothing else is looked for."""
    return text.startswith(PREFIX) and _WORDS.fullmatch(text.removeprefix(PREFIX)) is not None
