"""Deleting what nobody needs any more: ended sessions, old attempts, settled requests. The journal keeps a trace."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from nianlun.access import trail
from nianlun.access.models import Attempt, PasswordRequest, Session

SESSIONS_KEPT = timedelta(days=90)
"""As long as an owner may want to see where somebody was signed in; the journal says it for ever."""
ATTEMPTS_KEPT = timedelta(days=30)
"""Counting looks back fifteen minutes (S1.4), whoever asks what happened looks into the journal."""
REQUESTS_KEPT = timedelta(days=90)
A_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were deleted, by kind."""

    sessions: int = 0
    attempts: int = 0
    requests: int = 0


def prune(*, at: datetime) -> Pruned:
    """Delete what is older than its time, a thousand rows a transaction; cut off anywhere, the next call goes on.

    Must not run inside a transaction.
    """
    over = at - SESSIONS_KEPT
    ended = Session.objects.filter(Q(ended_at__lt=over) | Q(seen_at__lt=over))
    done = Pruned(
        sessions=_emptied(ended),
        attempts=_emptied(Attempt.objects.filter(at__lt=at - ATTEMPTS_KEPT)),
        requests=_emptied(PasswordRequest.objects.filter(closed_at__lt=at - REQUESTS_KEPT)),
    )
    if done != Pruned():
        with transaction.atomic():
            trail.record(trail.PRUNED, by=None, details=asdict(done), at=at)
    return done


def _emptied(rows: Any) -> int:
    gone = 0
    while True:
        with transaction.atomic():
            batch = list(rows.order_by("pk").values_list("pk", flat=True)[:A_BATCH])
            if not batch:
                return gone
            gone += rows.model.objects.filter(pk__in=batch).delete()[0]
