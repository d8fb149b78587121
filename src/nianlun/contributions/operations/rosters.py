"""Rosters of contributions: one person checks and hands in, another books or sends back (S2.5)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access.domain import NotVisible, Right, Role, Viewer, authorize
from nianlun.access.queries import still
from nianlun.contributions.domain import NewPosting, Source
from nianlun.contributions.models import RosterImport
from nianlun.contributions.operations.booking import book
from nianlun.contributions.operations.examining import ImportOutcome, examine
from nianlun.contributions.operations.second_hand import NotAllowedNow, ensure_another, read_reason
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind
from nianlun.registry import queries as registry
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault import queries as vault_queries

CHECKED = declare("contributions.roster_checked", "核对缴费名册《{about}》{rows} 行")
HANDED_IN = declare("contributions.roster_handed_in", "提交缴费名册《{about}》{rows} 行，等复核")
SEEN = declare("contributions.roster_seen", "查看缴费名册《{about}》{rows} 行")
IMPORTED = declare("contributions.roster_imported", "复核缴费名册《{about}》{rows} 行，入账 {added} 条")
RETURNED = declare("contributions.roster_returned", "退回缴费名册《{about}》：{reason}")
WITHDRAWN = declare("contributions.roster_withdrawn", "撤回缴费名册《{about}》")
SENT_BACK = declare_kind("contributions.roster_returned", "缴费名册退回", page="contributions:roster")

FILE = "original.xlsx"


@transaction.atomic
def check_roster(viewer: Viewer, *, content: bytes, name: str, at: datetime) -> ImportOutcome:
    """Say what a workbook would book, and write nothing but the journal. Raises `Refused`."""
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    close = registry.persons_close_to(viewer.account_id)
    outcome, _ = examine(viewer, content=content, name=name, close=close, at=at)
    if not outcome.refused:
        journal.record(CHECKED, by=viewer, about=outcome.name, rows=len(outcome.lines), at=at)
    return outcome


@transaction.atomic
def hand_in_roster(
    viewer: Viewer, *, content: bytes, name: str, at: datetime, skip_problems: bool = False
) -> ImportOutcome:
    """Keep a workbook whose rows the viewer has checked, for another person to book; nothing is booked yet.

    With problems in some rows nothing is handed in, unless the viewer chose to leave those rows out. Raises
    `Refused` without the right, `NotAllowedNow` where the same file waits already or all its rows are booked.
    """
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    close = registry.persons_close_to(viewer.account_id)
    outcome, _ = examine(viewer, content=content, name=name, close=close, at=at)
    if outcome.refused or not outcome.lines or (outcome.problems and not skip_problems):
        return outcome
    if not outcome.news:
        raise NotAllowedNow(f"《{outcome.name}》的 {len(outcome.lines)} 行都已经记过账，不用再提交。")
    row = RosterImport(
        sha512=outcome.sha512,
        name=outcome.name,
        division=viewer.scope,
        rows=len(outcome.lines),
        persons=outcome.persons,
        personal=outcome.personal,
        employer_part=outcome.employer_part,
        added_postings=0,
        known_rows=outcome.known_rows,
        refused_rows=len(outcome.problems),
        left_out=_left_out(outcome),
        by_id=viewer.account_id,
        by_device=viewer.device,
        at=at,
    )
    row.vault_object = f"urn:nianlun:roster:{row.pk}"
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the database lets a file wait once, however often it is handed in
        raise NotAllowedNow("同样的一份名册已经提交，正在等复核。请在下面的列表里查看。") from None
    files = {FILE: content, **keeping.files_of([row.vault_object])[row.vault_object]}
    vault.store(row.vault_object, files, by=viewer, message="提交缴费名册", at=at)
    _tell(HANDED_IN, row, by=viewer, at=at, left_out=row.refused_rows, sha512=row.sha512)
    return replace(outcome, import_id=row.pk)


@transaction.atomic
def look_at_roster(viewer: Viewer, roster_id: UUID, *, at: datetime) -> ImportOutcome | None:
    """What a waiting roster would book now, for whoever reviews it and for whoever handed it in; None once decided.

    Raises `NotVisible` for anybody else.
    """
    row = visible(viewer, roster_id)
    if row.state != RosterImport.State.WAITING:
        return None
    outcome, _ = _examined_again(row, at=at)
    _tell(SEEN, row, by=viewer, at=at)
    return outcome


@transaction.atomic
def book_roster(viewer: Viewer, roster_id: UUID, *, at: datetime) -> int:
    """Book the rows that another person handed in; returns how many postings were added.

    Raises `NotAllowedNow` with nothing booked for the same hands, for own and kin's rows, for a roster that was
    decided meanwhile, and where its rows no longer read as they did when it was handed in.
    """
    viewer, row = _decided_by(viewer, roster_id)
    outcome, postings = _examined_again(row, at=at)
    own = registry.persons_close_to(viewer.account_id)
    if any(line.person_id in own for line in outcome.lines):
        raise NotAllowedNow("名册里有您本人或近亲属的缴费，不能由您复核。请交给另一位复核人员。")
    if outcome.refused or _left_out(outcome) != row.left_out:
        raise NotAllowedNow(
            "提交以后，登记或缴费记录有了变化，有的行现在不能照原样记账。请退回，由经办人重新核对。"
        )
    _decide(row, RosterImport.State.BOOKED, by=viewer, at=at)
    booked = book(postings, source=Source.ROSTER, by=viewer, at=at, roster_id=row.pk)
    row.added_postings = booked.added
    row.save(update_fields=["added_postings"])
    _tell(IMPORTED, row, by=viewer, at=at, added=booked.added, sha512=row.sha512, left_out=row.refused_rows)
    return booked.added


@transaction.atomic
def send_roster_back(viewer: Viewer, roster_id: UUID, *, reason: str, at: datetime) -> None:
    """Send a waiting roster back with the reason; nothing is booked. Raises `NotAllowedNow`."""
    reason = read_reason(reason, what="退回")
    viewer, row = _decided_by(viewer, roster_id)
    _decide(row, RosterImport.State.RETURNED, by=viewer, at=at, reason=reason)
    _tell(RETURNED, row, by=viewer, at=at, reason=reason)
    notices.tell_staff(
        account_ids=[row.by_id] if row.by_id else [],
        kind=SENT_BACK,
        title=f"缴费名册退回：{row.name[:60]}",
        text=f"{viewer.name}退回了您提交的名册《{row.name}》。理由：{reason}。请改好后重新上传。",
        about="contributions.roster",
        about_id=str(row.pk),
        division=row.division,
        key=f"contributions:{row.pk}",
        at=at,
    )


@transaction.atomic
def withdraw_roster(viewer: Viewer, roster_id: UUID, *, at: datetime) -> None:
    """Take back a roster one has handed in, while it waits. Raises `NotVisible`, `NotAllowedNow`."""
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    row = _waiting(roster_id)
    if row.by_id != viewer.account_id:
        raise NotVisible
    _decide(row, RosterImport.State.WITHDRAWN, by=viewer, at=at)
    _tell(WITHDRAWN, row, by=viewer, at=at)


def visible(viewer: Viewer, roster_id: UUID) -> RosterImport:
    """The roster, to whoever handed it in and to those who review in its division. Raises `NotVisible`."""
    row = RosterImport.objects.filter(pk=roster_id).first()
    if row is None:
        raise NotVisible
    if not (viewer.may(Right.CONTRIBUTION_IMPORT) and row.by_id == viewer.account_id):
        if not viewer.may(Right.CONTRIBUTION_CONFIRM):
            raise NotVisible
        authorize(viewer, Right.CONTRIBUTION_CONFIRM, scope_of=row.division)
    return row


def command_line() -> Viewer:
    """Whom a command that only checks acts for: the operator of the machine, who sees every division."""
    return Viewer(
        account_id=0, role=Role.CLERK, name="命令行", agency_name="", scope=registry.widest_scope()
    )


def _decided_by(viewer: Viewer, roster_id: UUID) -> tuple[Viewer, RosterImport]:
    """The viewer as the account is now, and the waiting roster, locked; the second hand is another's."""
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_CONFIRM)
    row = _waiting(roster_id)
    authorize(viewer, Right.CONTRIBUTION_CONFIRM, scope_of=row.division)
    ensure_another(viewer, first_id=row.by_id, first_device=row.by_device)
    return viewer, row


def _waiting(roster_id: UUID) -> RosterImport:
    row = RosterImport.objects.select_for_update().filter(pk=roster_id).first()
    if row is None:
        raise NotVisible
    if row.state != RosterImport.State.WAITING:
        raise NotAllowedNow(f"这份名册已经办过了（{RosterImport.State(row.state).label}），没有重复办理。")
    return row


def _examined_again(row: RosterImport, *, at: datetime) -> tuple[ImportOutcome, list[NewPosting]]:
    """What the kept file says now, with the sight and the kin of whoever handed it in: as they checked it."""
    with vault_queries.open_file(row.vault_object, FILE) as stream:
        content = stream.read()
    first = row.by_id or 0
    sight = replace(command_line(), scope=row.division)
    return examine(sight, content=content, name=row.name, close=registry.persons_close_to(first), at=at)


def _left_out(outcome: ImportOutcome) -> list[list[object]]:
    return [[problem.sheet, problem.row] for problem in outcome.problems]


def _decide(
    row: RosterImport, state: RosterImport.State, *, by: Viewer, at: datetime, reason: str = ""
) -> None:
    row.state, row.decided_by_id, row.decided_at, row.reason = state.value, by.account_id, at, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    keeping.changed([row.vault_object], at=at)


def _tell(action: str, row: RosterImport, *, by: Viewer, at: datetime, **details: object) -> None:
    journal.record(
        action, by=by, about=row.name, about_id=str(row.pk), rows=row.rows, details=details, at=at
    )
