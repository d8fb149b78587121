"""How often the public may ask: ten times a day about one identity number, thirty an hour from one source (S1.8).

Counted before anything is looked up, and by nothing that the asker brings along: not by cookies, not by headers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from nianlun.journal import guesses
from nianlun.portal.models import Inquiry

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many within so long, and what to say beyond."""

    by: Inquiry.By
    most: int
    within: timedelta
    sentence: str


MOST_OF_A_NUMBER = 10
OF_A_NUMBER = Limit(
    by=Inquiry.By.NUMBER,
    most=MOST_OF_A_NUMBER,
    within=_DAY,
    sentence=f"这个证件号 24 小时内已查询 {MOST_OF_A_NUMBER} 次，先停一停。请明天再查，或登录后查看。",
)
OF_A_SOURCE = Limit(
    by=Inquiry.By.SOURCE,
    most=30,
    within=timedelta(hours=1),
    sentence="从您这里一小时内查询的次数太多，先停一停。请一小时后再查，或拨打电话询问。",
)


class TooOften(Exception):
    """The limit is reached; the message says which and when to come again."""


def count_source(address: str, *, at: datetime) -> None:
    """Count one inquiry of a source; whoever has one IPv6 address has its whole network. Raises `TooOften`."""
    _count(OF_A_SOURCE, guesses.source_of(address), at=at)


def count_number(number: str, *, at: datetime) -> None:
    """Count one inquiry about an identity number. Raises `TooOften`."""
    digest = salted_hmac("nianlun.portal.inquiry", number, algorithm="sha256").digest()
    _count(OF_A_NUMBER, digest, at=at)


@transaction.atomic
def _count(limit: Limit, digest: bytes, *, at: datetime) -> None:
    with connection.cursor() as cursor:
        # One at a time, so that a hundred at once cannot slip through the count.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
    Inquiry.objects.filter(at__lte=at - _DAY).delete()
    recent = Inquiry.objects.filter(by=limit.by, digest=digest, at__gt=at - limit.within)
    if recent.count() >= limit.most:
        raise TooOften(limit.sentence)
    Inquiry.objects.create(by=limit.by, digest=digest, at=at)
