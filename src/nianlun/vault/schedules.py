"""How often each location is checked without anybody asking (核对计划). Each due check queues the next."""

from datetime import datetime, timedelta

from django.db import transaction

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import locations, runs
from nianlun.vault.domain import ScheduleLine
from nianlun.vault.models import FixitySchedule

DUE_CHECK = "vault.due_check"
LONGEST_DAYS = 3660
SET = declare("vault.schedule_set", "设定{about}每 {days} 天核对一次")
ENDED = declare("vault.schedule_ended", "取消{about}的核对计划")


@transaction.atomic
def set_schedule(
    location: str, *, every_days: int, pace: int | None, by: Viewer | None, at: datetime
) -> None:
    """Have a location checked every so many days, for the first time so many days from the last check or now.

    `pace` limits the reading to so many megabytes a second. Raises `Refused` for a period or pace that is none,
    and `NotConfigured`.
    """
    if by is not None:
        authorize(by, Right.VAULT_CHECK)
    locations.location(location)
    if not 1 <= every_days <= LONGEST_DAYS:
        raise Refused(f"周期应是 1 到 {LONGEST_DAYS} 天。")
    if pace is not None and not 1 <= pace <= runs.FASTEST:
        raise Refused(f"速度应是 1 到 {runs.FASTEST} 之间的整数，单位 MB/秒；不限就留空。")
    last = next(iter(runs.latest(location=location, limit=1)), None)
    next_at = max(at, (last.requested_at if last else at) + timedelta(days=every_days))
    FixitySchedule.objects.update_or_create(
        location=location,
        defaults={
            "every_days": every_days,
            "pace": pace,
            "next_at": next_at,
            "set_by": by.name if by else "年轮系统",
            "set_at": at,
        },
    )
    _queue(location, next_at=next_at, at=at)
    about = runs.called(location)
    journal.record(SET, by=by, about=about, about_id=location, details={"days": every_days}, at=at)


@transaction.atomic
def end_schedule(location: str, *, by: Viewer, at: datetime) -> None:
    """No longer check a location by itself; without a schedule nothing changes."""
    authorize(by, Right.VAULT_CHECK)
    if FixitySchedule.objects.filter(location=location).delete()[0]:
        journal.record(ENDED, by=by, about=runs.called(location), about_id=location, at=at)


def come_due(location: str, *, planned: datetime, at: datetime) -> None:
    """Begin the check that was planned, and plan the next. In the transaction of the job that came due.

    A system that was off begins at once when it is back, and once only however many checks it has missed. What
    was planned before the schedule was changed or ended is nobody's any more.
    """
    schedule = FixitySchedule.objects.select_for_update().filter(location=location, next_at=planned).first()
    if schedule is None:
        return
    schedule.next_at = at + timedelta(days=schedule.every_days)
    schedule.save(update_fields=["next_at"])
    _queue(location, next_at=schedule.next_at, at=at)
    if locations.is_configured(location):
        runs.request_run(location, pace=schedule.pace, by=None, at=at)


def schedules() -> dict[str, ScheduleLine]:
    """Every schedule, by location."""
    return {
        row.location: ScheduleLine(
            location=row.location,
            every_days=row.every_days,
            pace=row.pace,
            next_at=row.next_at,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in FixitySchedule.objects.all()
    }


def _queue(location: str, *, next_at: datetime, at: datetime) -> None:
    planned = next_at.isoformat()
    jobs.enqueue(
        DUE_CHECK,
        {"location": location, "planned": planned},
        key=f"{location}:{planned}",
        at=at,
        due=next_at,
    )
