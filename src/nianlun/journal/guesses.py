"""How many wrong questions a source may put to the public verification (as S1.8)."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from nianlun.journal.models import WrongGuess
from nianlun.kernel.sources import source_name

MOST, WITHIN = 30, timedelta(hours=1)


def is_stopped(address: str, *, at: datetime) -> bool:
    """Whether a source has been wrong too often of late."""
    return _recent(source_of(address), at=at) >= MOST


@transaction.atomic
def count(address: str, *, at: datetime) -> None:
    """Count one wrong question of a source; what is older than an hour is forgotten."""
    WrongGuess.objects.filter(at__lte=at - WITHIN).delete()
    WrongGuess.objects.create(source=source_of(address), at=at)


def alone(address: str) -> None:
    """Let one question of a source be answered at a time, so that a hundred at once cannot slip through the count.

    Lasts as long as the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(source_of(address)[:8], signed=True)]
        )


def _recent(source: bytes, *, at: datetime) -> int:
    return WrongGuess.objects.filter(source=source, at__gt=at - WITHIN).count()


def source_of(address: str) -> bytes:
    """The keyed digest by which a source is counted; of an IPv6 address, its whole network."""
    return salted_hmac("nianlun.journal.guess", source_name(address), algorithm="sha256").digest()
