"""Opening what belongs to a person for a program: purpose, count and journal entry in one place (S3.1, S3.2, S3.4)."""

from datetime import datetime
from urllib.parse import unquote

from django.http import HttpRequest

from nianlun.access.domain import NotAPurpose, NotVisible, Viewer, purpose_text
from nianlun.api import problems
from nianlun.api.problems import Problem
from nianlun.cases import listing, queries
from nianlun.cases.queries import CaseView
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine
from nianlun.watch.counting import admit

HEADER = "X-Purpose"
CASES_LISTED = declare("api.cases_listed", "经接口列出办件，{rows} 行")
CASE_SEEN = declare("api.case_seen", "经接口查看业务 {number}")
PERSON_FOUND = declare("api.person_found", "经接口按个人编号查参保人")


def listed(who: Viewer, *, rows: int, at: datetime) -> None:
    """Journal that a list with people's names was given out; an empty list gives nothing out."""
    if rows:
        journal.record(CASES_LISTED, by=who, about="cases.case", rows=rows, details={"rows": rows}, at=at)


def case(request: HttpRequest, who: Viewer, number: str, *, at: datetime) -> CaseView:
    """A case in sight, opened and journaled.

    The case is its own purpose for a program that has had a hand in it; any other states one where the case is about
    a person. Raises `NotVisible`, `Problem`, and `QueriesStopped` for one person too many in an hour.
    """
    view = queries.case(who, queries.case_numbered(who, number))
    line = view.line
    if line.person_id is None or listing.has_handled(who, line.id):
        purpose = f"办理 {line.number}"
    else:
        purpose = stated_purpose(request)
    if line.person_id is not None:
        admit(who, line.person_id, at=at)
    journal.record(
        CASE_SEEN,
        by=who,
        about="cases.case",
        about_id=str(line.id),
        person_id=line.person_id,
        purpose=purpose,
        rows=1,
        details={"number": line.number},
        at=at,
    )
    return view


def person(request: HttpRequest, who: Viewer, personal_number: str, *, at: datetime) -> PersonLine:
    """The person of a 个人编号, opened for the purpose the request states. Raises as `case`."""
    purpose = stated_purpose(request)
    found = registry.find_by_personal_number(who, personal_number)
    if found is None:
        raise NotVisible
    admit(who, found.id, at=at)
    journal.record(
        PERSON_FOUND,
        by=who,
        about="registry.person",
        about_id=str(found.id),
        person_id=found.id,
        purpose=purpose,
        rows=1,
        at=at,
    )
    return found


def stated_purpose(request: HttpRequest) -> str:
    """The purpose in the request's header, UTF-8 in percent-encoding as headers want it. Raises `Problem`."""
    try:
        return purpose_text(_printable(unquote(request.headers.get(HEADER, ""), errors="replace")))
    except NotAPurpose as reason:
        sentence = f"要有 {HEADER} 头说明事由（UTF-8，百分号编码）。{reason}"
        raise Problem(
            problems.BAD_CASE, sentence, errors=[{"field": HEADER, "detail": str(reason)}]
        ) from None


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
