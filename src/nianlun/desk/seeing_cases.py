"""Opening a case: scope, purpose and journal entry in one place. The case is its own purpose for whose work it is."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from nianlun.access.domain import Right, Viewer
from nianlun.access.gate import purpose_for, viewer
from nianlun.cases import listing, queries
from nianlun.cases.domain.flow import State
from nianlun.cases.queries import CaseView
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.watch.counting import admit

CASE_SEEN = declare("desk.case_seen", "查看业务 {number}{what}")
OVERVIEW = " 的概况"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case that was opened, and the entry that tells of it: bytes given out carry its number."""

    view: CaseView
    entry_id: int


def see_case(request: HttpRequest, number: str, *, what: str = OVERVIEW, at: datetime) -> CaseView:
    """A case in scope, opened and journaled.

    Whoever has nothing to do with it states a purpose first where it is about a person. Raises `NotVisible`,
    `PurposeMissing` and, for one person too many in an hour, `QueriesStopped`.
    """
    return open_case(request, number, what=what, at=at).view


def open_case(request: HttpRequest, number: str, *, what: str = OVERVIEW, at: datetime) -> OpenedCase:
    """As `see_case`, for giving out bytes."""
    who = viewer(request)
    view = queries.case(who, queries.case_numbered(who, number))
    person_id, line = view.line.person_id, view.line
    if _is_mine(who, view):
        purpose = f"办理 {line.number}"
    elif person_id is None:
        purpose = f"查看 {line.number}"
    else:
        purpose = purpose_for(request, person_id)
    if person_id is not None:
        admit(who, person_id, at=at)
    entry_id = journal.record(
        CASE_SEEN,
        by=who,
        about="cases.case",
        about_id=str(line.id),
        person_id=person_id,
        purpose=purpose,
        rows=1,
        details={"number": line.number, "what": what},
        at=at,
    )
    return OpenedCase(view=view, entry_id=entry_id)


def _is_mine(who: Viewer, view: CaseView) -> bool:
    """Whether the case is the viewer's to work on, to oversee or to file, or has been through the viewer's hands."""
    line = view.line
    if line.turn in queries.states_for(who) and line.holder_id in (None, who.account_id):
        return True
    if line.state is State.CONCLUDED and who.may(Right.CASE_FILE):
        return True
    if line.state.is_open and who.may(Right.CASE_OVERSEE):
        return True
    return listing.has_handled(who, line.id)
