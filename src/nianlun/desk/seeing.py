"""Opening what belongs to a person: scope, purpose and journal entry in one place, so that no page forgets one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from nianlun.access.domain import NotVisible, Right, Role, Viewer
from nianlun.access.gate import purpose_for, require_fresh, viewer
from nianlun.archives import queries as archives
from nianlun.archives.queries import ItemLine
from nianlun.cases import queries as cases
from nianlun.digitization import queries as digitization
from nianlun.evidence import queue
from nianlun.evidence.queue import ExaminationLine
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine
from nianlun.vault.domain import Secrecy
from nianlun.watch.counting import admit

PERSON_SEEN = declare("desk.person_seen", "查看{what}")
ITEM_SEEN = declare("desk.item_seen", "查看档案 {code}{what}")
SEARCHED = declare("desk.searched", "检索，得 {rows} 条")
LIST_SEEN = declare("desk.list_seen", "查看{what}，{rows} 行")

IN_HAND = ("open", "submitted", "rescan")
"""States in which an item is a colleague's work in hand, so that the work itself is the purpose."""


def see_person(
    request: HttpRequest, person_id: UUID, *, what: str, at: datetime, purpose: str = ""
) -> PersonLine:
    """A person inside the viewer's scope, opened for a purpose and journaled.

    Without a `purpose` that the work in hand brings along, an open case of the person's that the viewer can work on
    is the purpose, or else the viewer must have stated one. Raises `NotVisible`, `PurposeMissing` and, for one person
    too many in an hour, `QueriesStopped`.
    """
    who = viewer(request)
    person = registry.person(who, person_id)
    purpose = purpose or _purpose(request, person_id)
    admit(who, person_id, at=at)
    journal.record(
        PERSON_SEEN,
        by=who,
        about="registry.person",
        about_id=str(person_id),
        person_id=person_id,
        purpose=purpose,
        rows=1,
        details={"what": what},
        at=at,
    )
    return person


def _purpose(request: HttpRequest, person_id: UUID) -> str:
    """Why the viewer opens a person's file: an open case in hand says it, else what was stated (S3.1)."""
    number = cases.in_hand(viewer(request), person_id)
    return f"办理 {number}" if number else purpose_for(request, person_id)


def saw_list(request: HttpRequest, *, what: str, rows: int, at: datetime) -> None:
    """Journal that a list with people's names was given out (S3.2); an empty list gives nothing out."""
    if rows:
        journal.record(
            LIST_SEEN, by=viewer(request), about="desk.list", rows=rows, details={"what": what}, at=at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An item that was opened, and the entry that tells of it: bytes given out carry its number."""

    item: ItemLine
    entry_id: int


def see_item(request: HttpRequest, item_id: UUID, *, what: str, at: datetime) -> ItemLine:
    """An item in scope. Its person's purpose is asked unless the item itself is the work in hand."""
    return open_item(request, item_id, what=what, at=at).item


def open_item(request: HttpRequest, item_id: UUID, *, what: str, at: datetime) -> Opened:
    """As `see_item`, for giving out bytes."""
    who = viewer(request)
    item = archives.item(who, item_id)
    entry_id = _journal_item(request, who, item, what=what, at=at, examination=_in_hand(who, item_id))
    return Opened(item=item, entry_id=entry_id)


def see_examination(request: HttpRequest, item_id: UUID, *, at: datetime) -> ExaminationLine:
    """An item on the review desk, opened for the examination itself."""
    who = viewer(request)
    line = queue.examination(who, item_id)
    in_hand = line if line.state in IN_HAND else None
    _journal_item(request, who, line.item, what="，在审核台", at=at, examination=in_hand)
    return line


def see_sheet(request: HttpRequest, batch_id: UUID, sheet_id: UUID, *, what: str, at: datetime) -> ItemLine:
    """A file of a contractor's own batch, opened for the work on the batch. Raises as `open_sheet`."""
    return open_sheet(request, batch_id, sheet_id, what=what, at=at).item


def open_sheet(request: HttpRequest, batch_id: UUID, sheet_id: UUID, *, what: str, at: datetime) -> Opened:
    """The same, for giving out bytes.

    Raises `NotVisible` for everybody else: the agency's own people open the item itself, with a purpose of theirs.
    """
    who = viewer(request)
    batch = digitization.batch(who, batch_id)
    item = digitization.sheet_item(who, batch_id, sheet_id)
    if who.role is not Role.SCANNER or item.secrecy is Secrecy.WORK_SECRET:
        raise NotVisible
    if item.person_id is not None:
        admit(who, item.person_id, at=at)
    entry_id = journal.record(
        ITEM_SEEN,
        by=who,
        about="archives.item",
        about_id=str(item.id),
        person_id=item.person_id,
        purpose=f"整理批次《{batch.title}》",
        rows=1,
        details={"code": item.code, "what": what},
        at=at,
    )
    return Opened(item=item, entry_id=entry_id)


def _in_hand(who: Viewer, item_id: UUID) -> ExaminationLine | None:
    if not who.may(Right.REVIEW_READ):
        return None
    return next(iter(queue.in_hand(who, item_id)), None)


def _journal_item(
    request: HttpRequest,
    who: Viewer,
    item: ItemLine,
    *,
    what: str,
    at: datetime,
    examination: ExaminationLine | None,
) -> int:
    if item.secrecy is Secrecy.WORK_SECRET:
        require_fresh(request)  # S1.7
    if examination is not None:
        purpose = f"审核 {item.code}"
    elif item.person_id is not None:
        purpose = _purpose(request, item.person_id)
    else:
        purpose = ""
    if item.person_id is not None:
        admit(who, item.person_id, at=at)
    return journal.record(
        ITEM_SEEN,
        by=who,
        about="archives.item",
        about_id=str(item.id),
        person_id=item.person_id,
        purpose=purpose,
        rows=1,
        details={"code": item.code, "what": what},
        at=at,
    )
