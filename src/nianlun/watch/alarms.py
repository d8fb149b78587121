"""Alarms: raised once for each reason, account and hour; read, and settled by somebody else with a word why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.operations import tie
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.watch.domain.rules import BEIJING, Finding, Kind
from nianlun.watch.models import Alarm

RAISED = declare("watch.alarm_raised", "异常提醒：{about}，{reason}")
SETTLED = declare("watch.alarm_settled", "处理异常提醒：{about}，{reason}，{verdict}")
MOST_EVIDENCE = 500
SHORTEST_NOTE, LONGEST_NOTE = 4, 500
VERDICTS = {Alarm.State.EXPLAINED.value: "有正当业务", Alarm.State.BREACH.value: "属于违规"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """The account an alarm is about, as it was."""

    name: str
    role_label: str
    agency_name: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One alarm as lists show it."""

    id: UUID
    kind: Kind
    account_id: int
    name: str
    role_label: str
    agency_name: str
    since: datetime
    until: datetime
    count: int
    evidence: Sequence[int]
    raised_at: datetime
    is_open: bool
    state_label: str
    settled_name: str
    settled_at: datetime | None
    note: str

    @property
    def cursor(self) -> str:
        """Where the page after this line begins, for `alarms(before=…)`."""
        return f"{self.raised_at.isoformat()}~{self.id}"


def of_viewer(viewer: Viewer) -> Suspect:
    """The viewer as an alarm keeps it."""
    return Suspect(
        name=viewer.name,
        role_label=viewer.role.label,
        agency_name=viewer.agency_name,
        scope=viewer.scope,
    )


@transaction.atomic
def raise_alarm(finding: Finding, *, about: Suspect, at: datetime) -> bool:
    """Ask the question, or add to the one that is open about the same hour; whether it is a new one."""
    hour = finding.until.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)
    same = Alarm.objects.filter(account_id=finding.account_id, kind=finding.kind.value)
    near = Q(until__gte=finding.since) | Q(hour=hour)
    known = same.filter(near, state=Alarm.State.OPEN).order_by("-until")
    if (row := known.select_for_update().first()) is not None:
        _add(row, finding)
        return False
    made = Alarm(
        kind=finding.kind.value,
        account_id=finding.account_id,
        name=about.name,
        role_label=about.role_label,
        agency_name=about.agency_name,
        scope=about.scope,
        hour=hour,
        since=finding.since,
        until=finding.until,
        count=finding.count,
        evidence=list(finding.evidence[:MOST_EVIDENCE]),
        raised_at=at,
    )
    Alarm.objects.bulk_create([made], ignore_conflicts=True)
    if not Alarm.objects.filter(pk=made.pk).exists():
        return False  # that hour has been asked about and settled
    journal.record(
        RAISED,
        by=None,
        about=f"{about.agency_name} {about.role_label} {about.name}",
        about_id=str(made.pk),
        details={"reason": finding.kind.label, "account": finding.account_id, "count": finding.count},
        division=about.scope,
        at=at,
    )
    return True


def _add(row: Alarm, finding: Finding) -> None:
    evidence = sorted({*row.evidence, *finding.evidence})[:MOST_EVIDENCE]
    until, count = max(row.until, finding.until), max(row.count, finding.count)
    if (evidence, until, count) != (row.evidence, row.until, row.count):
        row.evidence, row.until, row.count = evidence, until, count
        row.save(update_fields=["evidence", "until", "count"])


@transaction.atomic
def settle(viewer: Viewer, alarm_id: UUID, *, verdict: str, note: str, at: datetime) -> None:
    """Say what it was: explained by the business, or a breach; by somebody else than the account in question.

    Raises `Refused` with the reason, and `NotVisible` outside the viewer's scope.
    """
    viewer = still(viewer)
    authorize(viewer, Right.WATCH_SETTLE)
    row = _within(viewer).select_for_update().filter(pk=alarm_id).first()
    if row is None:
        raise NotVisible
    tidy = " ".join(note.split())
    if who := tie(viewer.account_id, row.account_id):
        raise Refused(f"处理提醒的人和提醒所说的人不能是{who}。请由另一位安全管理员处理。")
    if row.state != Alarm.State.OPEN:
        raise Refused(f"这条提醒已由{row.settled_name}处理。请刷新页面。")
    if verdict not in VERDICTS:
        raise Refused("请选择处理结果：有正当业务，或属于违规。")
    if not SHORTEST_NOTE <= len(tidy) <= LONGEST_NOTE:
        raise Refused(f"处理提醒要写明问了谁、查到什么，{SHORTEST_NOTE} 至 {LONGEST_NOTE} 个字。")
    row.state, row.note = verdict, tidy
    row.settled_by, row.settled_name, row.settled_at = viewer.account_id, viewer.name, at
    row.save(update_fields=["state", "note", "settled_by", "settled_name", "settled_at"])
    journal.record(
        SETTLED,
        by=viewer,
        about=f"{row.agency_name} {row.role_label} {row.name}",
        about_id=str(row.pk),
        details={"reason": row.get_kind_display(), "verdict": VERDICTS[verdict], "note": tidy},
        at=at,
    )


def alarms(viewer: Viewer, *, is_open: bool = True, before: str = "", limit: int = 50) -> list[AlarmLine]:
    """The alarms of the viewer's scope, latest first, from below the cursor `before` on. Raises `Refused`."""
    authorize(viewer, Right.WATCH_READ)
    rows = _within(viewer)
    rows = rows.filter(state=Alarm.State.OPEN) if is_open else rows.exclude(state=Alarm.State.OPEN)
    instant, _, number = before.partition("~")
    try:
        at, last = datetime.fromisoformat(instant), UUID(number)
    except ValueError:
        pass
    else:
        if at.tzinfo is not None:
            rows = rows.filter(raised_at__lte=at).exclude(raised_at=at, pk__gte=last)
    return [_line(row) for row in rows.order_by("-raised_at", "-pk")[:limit]]


def alarm(viewer: Viewer, alarm_id: UUID) -> AlarmLine:
    """One alarm. Raises `Refused`, and `NotVisible` outside the viewer's scope."""
    authorize(viewer, Right.WATCH_READ)
    row = _within(viewer).filter(pk=alarm_id).first()
    if row is None:
        raise NotVisible
    return _line(row)


def count_open(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many questions of the viewer's scope wait for an answer, `up_to` at most."""
    return int(_within(viewer).filter(state=Alarm.State.OPEN)[:up_to].count())


def _within(viewer: Viewer) -> QuerySet[Alarm]:
    rows = Alarm.objects.all()
    return rows.filter(scope__startswith=viewer.scope) if viewer.scope else rows.none()


def _line(row: Alarm) -> AlarmLine:
    return AlarmLine(
        id=row.pk,
        kind=Kind(row.kind),
        account_id=row.account_id,
        name=row.name,
        role_label=row.role_label,
        agency_name=row.agency_name,
        since=row.since,
        until=row.until,
        count=row.count,
        evidence=tuple(row.evidence),
        raised_at=row.raised_at,
        is_open=row.state == Alarm.State.OPEN,
        state_label=str(row.get_state_display()),
        settled_name=row.settled_name,
        settled_at=row.settled_at,
        note=row.note,
    )
