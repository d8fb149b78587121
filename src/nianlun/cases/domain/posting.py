"""Posting in public (公示) before a case is granted: how long, what is kept of it. No database, no clock.

The days it takes do not count for the term, as the kinds of business that are posted say with theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nianlun.cases.domain.calendar import Calendar
from nianlun.cases.domain.clock import Pause

LONGEST_PLACE = 100
_DAY = timedelta(days=1)
_BEFORE_THE_KEY: Mapping[str, Mapping[str, tuple[str, ...]]] = {"deemed_years": {"rebuilt": ("yes",)}}
"""What definitions mean that were kept before they could say which applications are posted."""


class NotPosted(Exception):
    """The posting is not as it must be; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Where a case was posted, from which day to which, both included."""

    place: str
    since: date
    until: date

    @property
    def sentence(self) -> str:
        """What stands in the history."""
        return f"{self.place}，{self.since} 至 {self.until}"


def presumed_posting(code: str) -> Mapping[str, tuple[str, ...]] | None:
    """Which applications are posted by a definition that does not say so; None for all."""
    return _BEFORE_THE_KEY.get(code)


def ensure_whole(posting: Posting, *, days: int, accepted_on: date, on: date, calendar: Calendar) -> None:
    """Return where it began after the acceptance, is over, and took so many working days. Raises `NotPosted`.

    Raises `CalendarMissing` where a year has no calendar.
    """
    if len(posting.place) < 4 or len(posting.place) > LONGEST_PLACE:
        raise NotPosted("请写明在哪里公示，例如“本机构门户网站和单位公告栏”，4 到 100 个字。")
    if posting.until < posting.since:
        raise NotPosted("公示的最后一天早于第一天。请核对后重填。")
    if posting.since < accepted_on:
        raise NotPosted(f"这件业务 {accepted_on} 才受理，公示不能从 {posting.since} 开始。请核对日期。")
    if posting.until >= on:
        raise NotPosted(f"公示到 {posting.until} 为止，还没有结束。请在结束以后登记，写明收到的异议。")
    posted = calendar.working_days_between(posting.since, posting.until + _DAY)
    if posted < days:
        raise NotPosted(f"公示要满 {days} 个工作日，这里只有 {posted} 个。请补足公示后再登记。")


def uncounted(posting: Posting, *, pauses: Sequence[Pause]) -> list[tuple[date, date]]:
    """The stretches of a posting that no pause covers yet, each from its first day to before the second."""
    found: list[tuple[date, date]] = []
    day = posting.since
    while day <= posting.until:
        if not any(pause.holds(day) for pause in pauses):
            if found and found[-1][1] == day:
                found[-1] = (found[-1][0], day + _DAY)
            else:
                found.append((day, day + _DAY))
        day += _DAY
    return found
