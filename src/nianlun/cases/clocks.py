"""The clock of one case, on its rows: it starts, stands still and goes on, and says the last day."""

from datetime import date, datetime

from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from nianlun.cases.domain import clock
from nianlun.cases.domain.calendar import Calendar
from nianlun.cases.domain.posting import Posting, uncounted
from nianlun.cases.domain.types import CaseType
from nianlun.cases.models import Case, Pause


def start(row: Case, *, case_type: CaseType, at: datetime, calendar: Calendar) -> None:
    """Count from the acceptance; the type's limit in working days. Raises `CalendarMissing`."""
    row.accepted_at = at
    row.limit_days = case_type.limit.days if case_type.limit else None
    row.due_on = due_on(row, calendar=calendar)


def pause(row: Case, *, reason: str, on: date) -> None:
    """The clock stands from this day on."""
    Pause.objects.create(case=row, since=on, reason=reason)
    row.due_on = None


def restart(row: Case, *, on: date, calendar: Calendar) -> None:
    """The clock goes on from this day, and the due day moves by the working days it stood."""
    end_pause(row, on=on)
    row.due_on = due_on(row, calendar=calendar)


def leave_out(row: Case, posting: Posting, *, calendar: Calendar) -> None:
    """The days of a posting that is over do not count, and the due day moves by those not left out before."""
    known = [clock.Pause(since=p.since, until=p.until, reason=p.reason) for p in row.pauses.all()]
    Pause.objects.bulk_create(
        Pause(case=row, since=since, until=until, reason=f"公示：{posting.place}"[:400])
        for since, until in uncounted(posting, pauses=known)
    )
    row.due_on = due_on(row, calendar=calendar)


def end_pause(row: Case, *, on: date) -> None:
    """What stood goes on; where the machine's clock was set back meanwhile, it stood for no day."""
    row.pauses.filter(until__isnull=True).update(until=Greatest("since", Value(on)))


def due_on(row: Case, *, calendar: Calendar) -> date | None:
    """The last day of the term; None without a term, before acceptance and while paused. Raises `CalendarMissing`.

    Takes the pauses as they were fetched with the row, where they were.
    """
    if row.accepted_at is None or row.limit_days is None:
        return None
    return clock.due_on(
        timezone.localdate(row.accepted_at),
        days=row.limit_days,
        pauses=[
            clock.Pause(since=one.since, until=one.until, reason=one.reason) for one in row.pauses.all()
        ],
        calendar=calendar,
    )
