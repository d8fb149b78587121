"""When the files of an object are written anew: after a quiet time following a change, and when they can be again."""

from datetime import datetime, timedelta

from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.jobs.domain import State
from nianlun.vault.models import KeptRecord, StoredObject

KEEP_RECORD = "vault.keep_record"
QUIET = timedelta(seconds=20)
"""How long changes of one object are gathered: ten in a minute are to make few versions, and a crash to cost little."""
_ENDED = {State.DONE, State.FAILED}


def queue(pk: int, *, changes: int, written: int, at: datetime) -> None:
    """Have the files written that tell of the changes after the one numbered `written`.

    In the transaction that counts the change and holds the record's row. One job does for all changes that wait; where
    it has ended without writing, such as of an object that is offline, the change gets one of its own.
    """
    key = f"{pk}:{written + 1}"
    is_new = _enqueue(pk, key=key, at=at)
    if not is_new and queued.state_of(kind=KEEP_RECORD, key=key) in _ENDED:
        _enqueue(pk, key=f"{key}:{changes}", at=at)


def resume(row: StoredObject, *, at: datetime) -> None:
    """Have written what waits, now that the object can be added to again."""
    record = KeptRecord.objects.filter(object=row).first()
    if record is not None and record.written < record.changes:
        _enqueue(row.pk, key=f"{row.pk}:{record.written + 1}:{at.isoformat()}", at=at)


def _enqueue(pk: int, *, key: str, at: datetime) -> bool:
    return jobs.enqueue(KEEP_RECORD, {"object": pk}, key=key, at=at, due=at + QUIET)
