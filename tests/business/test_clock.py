"""The working-day calendar and the statutory clock: what a clerk counts on the wall, and what holds for every case."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from nianlun.cases import calendars
from nianlun.cases.domain.calendar import Calendar, CalendarMissing, Holiday, YearArrangement
from nianlun.cases.domain.clock import Pause, days_left, days_used, due_on

CALENDAR = Calendar(calendars.shipped())
DAY = timedelta(days=1)


def pause(since: date, until: date | None) -> Pause:
    return Pause(since=since, until=until, reason="补正")


def test_a_pension_applied_for_before_the_spring_festival_waits_out_the_holiday():
    # accepted on Thursday 12 February 2026; 13 and the worked Saturday 14 count, 15 to 23 do not
    due = due_on(date(2026, 2, 12), days=5, pauses=[], calendar=CALENDAR)
    assert due == date(2026, 2, 26)


def test_the_day_of_the_acceptance_is_not_counted():
    assert due_on(date(2026, 11, 2), days=1, pauses=[], calendar=CALENDAR) == date(2026, 11, 3)
    assert due_on(date(2026, 11, 6), days=1, pauses=[], calendar=CALENDAR) == date(2026, 11, 9)  # Friday


def test_the_term_of_an_application_runs_over_a_worked_sunday():
    assert CALENDAR.is_working_day(date(2026, 9, 20))
    assert not CALENDAR.is_working_day(date(2026, 9, 25))
    assert due_on(date(2026, 9, 18), days=1, pauses=[], calendar=CALENDAR) == date(2026, 9, 20)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_years_have_as_many_working_days_as_published(year: int, days: int):
    assert CALENDAR.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)) == days


def test_a_year_without_an_arrangement_is_never_guessed():
    with pytest.raises(CalendarMissing, match="还没有 2027 年的工作日历。请先导入国务院办公厅的放假安排。"):
        due_on(date(2026, 12, 21), days=20, pauses=[], calendar=CALENDAR)
    assert due_on(date(2026, 12, 21), days=8, pauses=[], calendar=CALENDAR) == date(2026, 12, 31)


def test_while_papers_are_awaited_there_is_no_due_day():
    running = [pause(date(2026, 11, 5), None)]
    assert due_on(date(2026, 11, 2), days=20, pauses=running, calendar=CALENDAR) is None


def test_a_pause_that_begins_too_late_does_not_give_the_term_back():
    late = [pause(date(2026, 11, 16), date(2026, 11, 23))]
    assert due_on(date(2026, 11, 2), days=5, pauses=late, calendar=CALENDAR) == date(2026, 11, 9)


def test_days_left_count_down_to_the_last_day_and_below():
    due = date(2026, 11, 20)  # a Friday
    left = [days_left(due, on=date(2026, 11, day), calendar=CALENDAR) for day in (18, 19, 20, 21, 23)]
    assert left == [2, 1, 0, 0, -1]


def test_what_was_accepted_after_midnight_in_china_counts_from_the_next_day_whatever_the_server_says():
    night, morning = datetime(2026, 11, 2, 15, 59, tzinfo=UTC), datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
    due = [due_on(timezone.localdate(at), days=1, pauses=[], calendar=CALENDAR) for at in (night, morning)]
    assert due == [date(2026, 11, 3), date(2026, 11, 4)]


# What holds for every case. Few days around the Spring Festival and the National Day, so that edges meet.

DAYS = st.sampled_from(
    [date(2026, 2, 9) + DAY * n for n in range(20)] + [date(2026, 9, 17), date(2026, 9, 30)]
)
TERMS = st.integers(1, 12)
LENGTHS = st.integers(0, 12)


@st.composite
def ended_pauses(draw: st.DrawFn) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        since = draw(DAYS)
        found.append(pause(since, since + DAY * draw(LENGTHS)))
    return found


@given(DAYS, TERMS, ended_pauses())
def test_the_term_holds_exactly_its_days_and_none_of_a_pause(
    accepted: date, days: int, pauses: list[Pause]
):
    due = due_on(accepted, days=days, pauses=pauses, calendar=CALENDAR)
    assert due is not None
    assert days_used(accepted, on=due, pauses=pauses, calendar=CALENDAR) == days
    assert days_used(accepted, on=due - DAY, pauses=pauses, calendar=CALENDAR) == days - 1
    assert not any(one.holds(due) for one in pauses)


@given(DAYS, TERMS, st.integers(0, 8), LENGTHS)
def test_a_pause_of_n_working_days_moves_the_due_day_by_n(
    accepted: date, days: int, after: int, length: int
):
    without = due_on(accepted, days=days, pauses=[], calendar=CALENDAR)
    since = accepted + DAY * (after + 1)
    assert without is not None
    if since > without:
        return  # the term had run out: nothing to move
    until = since + DAY * length
    within = due_on(accepted, days=days, pauses=[pause(since, until)], calendar=CALENDAR)
    moved = CALENDAR.working_days_between(since, until)
    assert within == CALENDAR.add_working_days(without, moved)


@given(DAYS, TERMS, ended_pauses())
def test_pauses_that_overlap_count_once(accepted: date, days: int, pauses: list[Pause]):
    told_by_day = [
        pause(one.since + DAY * n, one.since + DAY * (n + 1))
        for one in pauses
        for n in range((one.until - one.since).days if one.until else 0)
    ]
    doubled = due_on(accepted, days=days, pauses=[*pauses, *pauses], calendar=CALENDAR)
    assert doubled == due_on(accepted, days=days, pauses=pauses, calendar=CALENDAR)
    assert doubled == due_on(accepted, days=days, pauses=told_by_day, calendar=CALENDAR)


@given(DAYS, TERMS, ended_pauses(), DAYS)
def test_one_more_day_off_never_makes_a_case_due_earlier(
    accepted: date, days: int, pauses: list[Pause], day: date
):
    shipped = calendars.shipped()
    more = YearArrangement(
        year=2026,
        source="国务院办公厅的补充通知",
        confidence="M",
        published_on=None,
        holidays=(
            *shipped[2026].holidays,
            *((Holiday(name="临时", first=day, last=day),) if day not in shipped[2026].work else ()),
        ),
    )
    longer = Calendar({**shipped, 2026: more})
    before = due_on(accepted, days=days, pauses=pauses, calendar=CALENDAR)
    after = due_on(accepted, days=days, pauses=pauses, calendar=longer)
    assert before is not None
    assert after is not None
    assert before <= after


@given(DAYS, DAYS, DAYS)
def test_periods_that_meet_add_up(one: date, two: date, three: date):
    first, middle, last = sorted((one, two, three))
    whole = CALENDAR.working_days_between(first, last)
    assert whole == CALENDAR.working_days_between(first, middle) + CALENDAR.working_days_between(
        middle, last
    )
