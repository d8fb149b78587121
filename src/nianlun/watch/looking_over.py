"""Looking over the journal every few seconds for what one reading alone does not show (S3.4)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Avg, Count

from nianlun.journal import queries as journal
from nianlun.journal.queries import Deed
from nianlun.registry import kin, traits
from nianlun.watch import alarms, counting, exports, listed, office_days
from nianlun.watch.alarms import Suspect
from nianlun.watch.domain.limits import alarming
from nianlun.watch.domain.readings import GLASS_BROKEN, NO_READING, Reading, Seen
from nianlun.watch.domain.rules import BEIJING, HOUR, findings
from nianlun.watch.limit_file import limits_on
from nianlun.watch.models import HourTally, Pass, Usual

OVERLAP = timedelta(minutes=2)
"""How far back a pass looks again: an entry bears the time of its deed and is seen only after the commit."""
PIECE = timedelta(minutes=10)
DAY = timedelta(days=1)
LONGEST_BACK = timedelta(days=7)
"""Further back a pass that was long away does not begin: those questions could no longer be answered."""
_LOCK = 0x6E776C6F


def look_over(*, at: datetime) -> int:
    """Raise the alarms that what was read since the last pass calls for; how many are new.

    Two processes at once: one looks, the other leaves it to it. Raises `NotInForce` before the first limits.
    """
    with transaction.atomic():
        if not _is_ours():
            return 0
        done = Pass.objects.filter(pk="readings").values_list("until", flat=True).first()
        begin = max(done - OVERLAP if done else at - HOUR, at - LONGEST_BACK)
        well_known = cache(
            listed.listed_persons
        )  # unseals the whole list: once a pass, if anybody read anything
        new = sum(_piece(*piece, well_known=well_known, at=at) for piece in _pieces(begin, at))
        counting.sweep(at=at)
        exports.sweep(at=at)
        Pass.objects.update_or_create(pk="readings", defaults={"until": at})
    with transaction.atomic():  # apart: nobody waits for an alarm until the past has been counted
        if _is_ours():
            _tally_hours(at=at)
    return new


def _is_ours() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (ours,) = cursor.fetchone() or (False,)
    return bool(ours)


def _pieces(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + PIECE, until)
        since += PIECE


def _piece(
    since: datetime, until: datetime, *, well_known: Callable[[], frozenset[UUID]], at: datetime
) -> int:
    """What accounts with entries in the piece did in the hour before its end."""
    fresh = journal.deeds(since=since, until=until, actions=(GLASS_BROKEN,))
    if not fresh:
        return 0
    fresh_ids = {deed.entry_id for deed in fresh}
    of_account: dict[int, list[Deed]] = defaultdict(list)
    accounts = {deed.account_id for deed in fresh}
    for deed in journal.deeds(since=until - HOUR, until=until, accounts=accounts, actions=(GLASS_BROKEN,)):
        of_account[deed.account_id].append(deed)
    limits = limits_on(until.astimezone(BEIJING).date())
    usual = {row.role: (row.mean, row.hours) for row in Usual.objects.all()}
    new, working = 0, cache(office_days.is_working_day)
    for account_id, deeds in of_account.items():
        last = deeds[-1]
        mean, hours = usual.get(last.role, (0.0, 0))
        found = findings(
            [_reading(deed) for deed in deeds],
            facts=_facts(account_id, deeds, well_known=well_known()),
            limits=limits,
            most_persons=alarming(limits, mean=mean, hours=hours),
            is_working_day=working,
        )
        suspect = Suspect(
            name=last.name, role_label=last.role_label, agency_name=last.agency_name, scope=last.scope
        )
        for finding in found:
            if fresh_ids.intersection(finding.evidence):
                new += alarms.raise_alarm(finding, about=suspect, at=at)
    return new


def _reading(deed: Deed) -> Reading:
    return Reading(
        entry_id=deed.entry_id,
        at=deed.at,
        account_id=deed.account_id,
        scope=deed.scope,
        action=deed.action,
        person_id=deed.person_id,
        purpose=deed.purpose,
        rows=deed.rows,
        done=deed.outcome == "done",
        details=deed.details,
    )


def _facts(
    account_id: int, deeds: Collection[Deed], *, well_known: Collection[UUID]
) -> dict[UUID | None, Seen]:
    ids = {deed.person_id for deed in deeds if deed.person_id is not None}
    close = kin.persons_close_to(account_id) if ids else frozenset()
    deceased = traits.deceased(ids)
    return {
        person_id: Seen(
            name=one.name,
            division=one.division,
            personal_number=one.personal_number,
            well_known=person_id in well_known,
            deceased=person_id in deceased,
            close=person_id in close,
        )
        for person_id, one in traits.traits(ids).items()
    }


def _tally_hours(*, at: datetime) -> None:
    """Count the full hours that have passed since the last one counted, then the mean of every post."""
    over = at.replace(minute=0, second=0, microsecond=0)  # hours that end by then
    limits = limits_on(at.astimezone(BEIJING).date())
    oldest = over - timedelta(days=limits.usual_days)
    done = Pass.objects.filter(pk="hours").values_list("until", flat=True).first()
    begin = done or journal.first_instant()
    if begin is None:
        return
    since = max(begin.replace(minute=0, second=0, microsecond=0), oldest)
    if since >= over:
        return
    over = min(over, since + DAY)  # a long past is caught up with day by day
    rows = [
        HourTally(hour=work.hour, account_id=work.account_id, role=work.role, persons=work.persons)
        for work in journal.hours_of_work(since=since, until=over, leaving_out=NO_READING)
    ]
    HourTally.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    HourTally.objects.filter(hour__lt=oldest).delete()
    means = (
        HourTally.objects.values("role").annotate(mean=Avg("persons"), hours=Count("pk")).order_by("role")
    )
    for row in means:
        Usual.objects.update_or_create(
            pk=row["role"], defaults={"mean": row["mean"], "hours": row["hours"]}
        )
    Pass.objects.update_or_create(pk="hours", defaults={"until": over})
