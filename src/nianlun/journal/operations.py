"""Writing the journal: an entry in the transaction of its deed, its link in the chain right after."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from nianlun.journal import domain
from nianlun.journal.domain import DONE, Actor
from nianlun.journal.models import Entry, Link, Pending
from nianlun.journal.origin import request_address

_CHAIN = 0x6E69616E6C756E  # the advisory lock of whoever extends the chain
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


@transaction.atomic
def _extend_once() -> int:
    with connection.cursor() as cursor:
        # A link lost in a crash takes its deletion from the waiting list along, so it need not be waited for.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_CHAIN])
        if cursor.fetchone() != (True,):
            return 0
    waiting = list(Pending.objects.order_by("entry_id").values_list("entry_id", flat=True)[:_BATCH])
    if not waiting:
        return 0
    last = Link.objects.order_by("-position").values_list("position", "digest").first()
    position, previous = (last[0], bytes(last[1])) if last else (0, domain.GENESIS)
    links = []
    for entry_id, content in (
        Entry.objects.filter(pk__in=waiting).order_by("pk").values_list("pk", "digest")
    ):
        position += 1
        digest = domain.link_digest(
            previous=previous, position=position, entry_id=entry_id, content=bytes(content)
        )
        links.append(Link(position=position, entry_id=entry_id, previous=previous, digest=digest))
        previous = digest
    Link.objects.bulk_create(links)
    # A waiting row whose entry is gone stays: it is the trace of a deletion, and verify_chain tells of it.
    Pending.objects.filter(pk__in=[link.entry_id for link in links]).delete()
    return len(links)
