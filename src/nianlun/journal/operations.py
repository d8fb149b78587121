"""Writing the journal: an entry in the transaction of its deed, its link in the chain right after."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from nianlun.journal import domain
from nianlun.journal.domain import DONE, Actor
from nianlun.journal.models import Entry
from nianlun.journal.origin import request_address

_BATCH = 1000


def record(
    action: str,
    *,
    by: Actor | None,
    about: str = "",
    about_id: str = "",
    person_id: UUID | None = None,
    purpose: str = "",
    rows: int = 0,
    details: Mapping[str, object] | None = None,
    outcome: str = DONE,
    at: datetime,
) -> None:
    """Write one entry; it stands or falls with the transaction around it (S3.2).

    `by` is None where the system itself acts. `rows` counts the rows of personal data given out.
    Identity numbers are masked wherever they appear. Raises `OutsideTransaction` without a transaction
    and `UndeclaredAction` for an action nobody declared.
    """
    if not connection.in_atomic_block:
        raise domain.OutsideTransaction(action)
    if action not in domain.ACTIONS:
        raise domain.UndeclaredAction(action)
    content = domain.Content(
        at=at,
        account_id=by.account_id if by else None,
        role=by.role.value if by else "",
        role_label=by.role.label if by else "",
        name=by.name if by else "",
        agency_name=by.agency_name if by else "",
        scope=by.scope if by else "",
        action=action,
        about=domain.clean(about)[:300],
        about_id=domain.clean(about_id)[:100],
        person_id=person_id,
        purpose=domain.clean(purpose)[:300],
        rows=rows,
        outcome=outcome,
        address=request_address(),
        details=domain.plain(details or {}),
    )
    entry = Entry(digest=content.digest())
    for name in domain.Content.__dataclass_fields__:
        setattr(entry, name, getattr(content, name))
    entry.save(force_insert=True)
    # One call a transaction is enough; Django keeps what was asked for in run_on_commit.
    if not any(_after_commit in asked for asked in connection.run_on_commit):
        transaction.on_commit(_after_commit, robust=True)


def _after_commit() -> None:
    extend_chain()


def extend_chain() -> int:
    """Put every committed entry that waits into the chain; returns how many were linked.

    Runs after each commit that wrote an entry. Where another session is at it, that session or the next
    takes them along: nothing waits, nothing is lost, since what waits is a row in a table.
    """
    linked = 0
    while True:
        batch = _extend_once()
        linked += batch
        if batch < _BATCH:
            return linked


def _extend_once() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nianlun_journal_extend(%s, %s)", [domain.GENESIS, _BATCH])
        (linked,) = cursor.fetchone()
    return int(linked)
