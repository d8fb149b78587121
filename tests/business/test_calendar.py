"""Importing a year's working days: who may, what it moves, and what is refused without a trace."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection
from tests import factories
from tests.business.counter import Counter, accepted

from nianlun.access.domain import Refused
from nianlun.cases import calendars, definitions, queries, type_files
from nianlun.cases.domain.calendar_reading import NotACalendar
from nianlun.cases.domain.type_reading import read_type
from nianlun.cases.models import CalendarYear, Case, Definition

pytestmark = pytest.mark.django_db

NEXT_YEAR = """
year = 2027
source = "国务院办公厅关于2027年部分节假日安排的通知（测试用）"
confidence = "M"

[[holiday]]
name = "元旦"
first = 2027-01-01
last = 2027-01-03

[[holiday]]
name = "春节"
first = 2027-02-05
last = 2027-02-11
work = [2027-02-14]

[[holiday]]
name = "清明节、劳动节、端午节、中秋节"
first = 2027-05-01
last = 2027-05-05

[[holiday]]
name = "国庆节"
first = 2027-10-01
last = 2027-10-07
"""


def changed_2026(old: str, new: str) -> str:
    text = (calendars.files("nianlun.cases") / "calendar_years" / "2026.toml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new)


# The Friday after the Tomb-Sweeping holiday becomes a day off too.
LONGER_HOLIDAY = changed_2026("last = 2026-04-06", "last = 2026-04-07")


def due(counter: Counter, case_id: object) -> date | None:
    return queries.case(counter.clerk, case_id).line.due_on


def entries(action: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT about FROM journal_entry WHERE action = %s ORDER BY id", [action])
        return [about for (about,) in cursor.fetchall()]


def test_an_imported_year_counts_from_then_on(now: datetime):
    officer = factories.staff("policy_officer")
    told = calendars.import_year(officer, NEXT_YEAR, at=now)
    assert (told.changed, told.replaced, told.moved) == (True, None, ())
    assert calendars.calendar().is_working_day(date(2027, 1, 4))
    assert not calendars.calendar().is_working_day(date(2027, 2, 8))
    assert entries("cases.calendar_imported") == ["2027 年"]
    [year, *_] = calendars.years(officer)
    assert (year.year, year.number, year.imported_by) == (2027, 1, officer.name)


def test_the_same_year_twice_is_imported_once(now: datetime):
    officer = factories.staff("policy_officer")
    calendars.import_year(officer, NEXT_YEAR, at=now)
    assert not calendars.import_year(officer, NEXT_YEAR, at=now).changed
    assert not calendars.import_year(officer, changed_2026("2026", "2026"), at=now).changed
    assert CalendarYear.objects.count() == 1
    assert entries("cases.calendar_imported") == ["2027 年"]


def test_a_year_in_use_is_replaced_only_with_a_reason_and_moves_the_terms_that_run_over_it():
    counter = Counter()
    case_id = accepted(counter, person_id=factories.person().id)
    before = due(counter, case_id)
    assert before == date(2026, 4, 1)
    waiting = accepted(counter, person_id=factories.person().id)
    Case.objects.filter(pk=waiting).update(limit_days=25)
    Case.objects.filter(pk=waiting).update(due_on=date(2026, 4, 9))
    officer = factories.staff("policy_officer")

    seen = calendars.preview_import(officer, LONGER_HOLIDAY)
    assert [(one.case_id, one.before, one.after) for one in seen.moved] == [
        (waiting, date(2026, 4, 9), date(2026, 4, 10))
    ]
    assert due(counter, waiting) == date(2026, 4, 9)
    with pytest.raises(Refused, match="2026 年已经有工作日历。请写明更换的理由"):
        calendars.import_year(officer, LONGER_HOLIDAY, seen=seen.seen, at=counter.tick())
    calendars.import_year(
        officer, LONGER_HOLIDAY, reason="国务院办公厅另发补充通知", seen=seen.seen, at=counter.tick()
    )
    assert (due(counter, case_id), due(counter, waiting)) == (before, date(2026, 4, 10))
    number = queries.case(counter.clerk, waiting).line.number
    assert entries("cases.due_moved") == [number]


def test_whoever_looked_at_an_older_calendar_looks_again(now: datetime):
    officer = factories.staff("policy_officer")
    seen = calendars.preview_import(officer, NEXT_YEAR)
    calendars.import_year(officer, NEXT_YEAR, seen=seen.seen, at=now)
    with pytest.raises(Refused, match="2027 年的工作日历刚刚有人换过。请重新预览"):
        calendars.import_year(
            officer, NEXT_YEAR.replace("2027-02-11", "2027-02-12"), seen=seen.seen, reason="更正", at=now
        )
    assert CalendarYear.objects.count() == 1


def test_a_term_that_stands_still_is_not_moved():
    counter = Counter()
    case_id = accepted(counter, person_id=factories.person().id)
    Case.objects.filter(pk=case_id).update(due_on=None, state="supplement", resumes="first_review")
    seen = calendars.preview_import(factories.staff("policy_officer"), LONGER_HOLIDAY)
    assert seen.moved == ()


@pytest.mark.parametrize("role", ["clerk", "leader", "system_officer", "policy_reviewer"])
def test_only_the_policy_officer_imports(role: str, now: datetime):
    with pytest.raises(Refused, match="不能导入工作日历"):
        calendars.import_year(factories.staff(role), NEXT_YEAR, at=now)
    assert not CalendarYear.objects.exists()


def test_what_is_no_arrangement_leaves_no_trace(now: datetime):
    with pytest.raises(NotACalendar):
        calendars.import_year(factories.staff("policy_officer"), "year = 2027", at=now)
    assert not CalendarYear.objects.exists()
    assert entries("cases.calendar_imported") == []


def test_a_case_is_judged_as_it_was_opened_whatever_the_file_says_later(monkeypatch: pytest.MonkeyPatch):
    counter = Counter()
    case_id = accepted(counter, person_id=factories.person().id)
    then = queries.case(counter.clerk, case_id).type
    assert Definition.objects.get().digest == then.digest

    file = calendars.files("nianlun.cases") / "types" / "retirement.toml"
    text = file.read_text(encoding="utf-8").replace("本人人事档案", "人事档案原件")
    later = read_type(text, where="retirement.toml")
    monkeypatch.setattr(type_files, "all_types", lambda: (later,))
    assert queries.case(counter.clerk, case_id).type == then
    assert definitions.kept(later.digest) is None


def test_the_calendar_and_the_definitions_are_only_ever_added(now: datetime):
    calendars.import_year(factories.staff("policy_officer"), NEXT_YEAR, at=now)
    with pytest.raises(IntegrityError, match="只增不改"):
        CalendarYear.objects.update(reason="改写")
