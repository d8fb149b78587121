"""A roster is checked, confirmed, and booked; importing it again adds nothing."""

import pytest
from tests import factories
from tests.contributions.test_workbook import workbook

from nianlun.access.domain import Refused
from nianlun.contributions import operations, queries
from nianlun.contributions.models import Posting, RosterImport
from nianlun.journal.models import Entry
from nianlun.registry import operations as registry

HEADING = ["证件号码", "姓名", "单位名称", "费款所属期", "缴费基数", "个人缴费", "单位缴费"]
MILL = "保定市第二棉纺厂"
NUMBER = "130602196704280429"


@pytest.fixture
def zhou(agency, now):
    registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=now)
    return factories.person(agency, name="周桂兰", sex="female", number=NUMBER)


def row(month="1998-01", *, number=NUMBER, name="周桂兰", unit=MILL, base="1,386.00", personal="55.44"):
    return [number, name, unit, month, base, personal, "277.20"]


def bring_in(viewer, now, *rows, **words):
    return operations.import_roster(
        viewer, content=workbook(HEADING, *rows), name="名册.xlsx", at=now, **words
    )


def test_a_checked_roster_writes_nothing_and_an_imported_one_is_booked_once(zhou, viewer, now):
    clerk, content = viewer("clerk"), workbook(HEADING, row("1998-01"), row("1998-02"))
    checked = operations.check_roster(clerk, content=content, name="../名册.xlsx", at=now)
    assert (checked.name, len(checked.lines), checked.news, checked.import_id) == ("名册.xlsx", 2, 2, None)
    assert checked.lines[0].masked_identity_number.count("•") == 10
    assert not Posting.objects.exists() and not RosterImport.objects.exists()

    done = operations.import_roster(clerk, content=content, name="名册.xlsx", at=now)
    again = operations.import_roster(clerk, content=content, name="改了名.xlsx", at=now)
    assert (done.added, again.added, again.known_rows) == (4, 0, 2)
    month = queries.paid_months(zhou.id)[0]
    assert (month.employer_name, month.sources) == (MILL, ("roster",))
    detail = queries.posting(zhou.id, month.postings[0])
    assert (detail.place, detail.roster_name) == ("参保缴费 第 2 行", "名册.xlsx")


def test_with_a_problem_in_one_row_nothing_is_booked_until_the_clerk_leaves_it_out(zhou, viewer, now):
    clerk = viewer("clerk")
    rows = [row("1998-01"), row("1998-02", name="周桂英"), row("1998-03", unit="第九棉纺厂")]
    refused = bring_in(clerk, now, *rows)
    assert refused.import_id is None and not Posting.objects.exists()
    assert [(p.row, p.sentence[:8]) for p in refused.problems] == [
        (3, "表中姓名“周桂英"),
        (4, "没有登记单位“第"),
    ]
    assert bring_in(clerk, now, *rows, skip_problems=True).added == 2


def test_rows_of_persons_out_of_sight_read_as_if_they_were_not_registered(zhou, viewer, now):
    outcome = bring_in(viewer("clerk", scope="130102"), now, row())
    assert outcome.problems[0].sentence.startswith("本辖区没有登记这个证件号码的参保人")


def test_an_amount_other_than_the_one_booked_is_named_and_the_account_stays(zhou, viewer, now):
    clerk = viewer("clerk")
    bring_in(clerk, now, row())
    outcome = bring_in(clerk, now, row(personal="60.00"))
    assert "已记有 55.44 元" in outcome.problems[0].sentence
    assert len(queries.paid_months(zhou.id)) == 1


def test_only_residents_pay_by_the_year(zhou, viewer, now):
    outcome = bring_in(viewer("clerk"), now, row("2015"))
    assert outcome.problems[0].sentence.startswith("只有城乡居民按年缴费")


def test_a_row_that_stands_twice_counts_once(zhou, viewer, now):
    outcome = bring_in(viewer("clerk"), now, row(), row())
    assert (outcome.added, outcome.known_rows) == (2, 1)


def test_a_file_that_is_no_workbook_is_refused_with_a_trace_and_without_numbers(zhou, viewer, now):
    outcome = operations.import_roster(viewer("clerk"), content=b"not a workbook", name="名册.xlsx", at=now)
    assert "不是 .xlsx" in outcome.refused
    entry = Entry.objects.get(action="contributions.roster_refused")
    assert entry.outcome == "refused" and len(entry.details["sha512"]) == 128


def test_only_who_may_import_can(zhou, viewer, now):
    with pytest.raises(Refused, match="导入缴费记录"):
        bring_in(viewer("archivist"), now, row())


def test_the_journal_tells_of_the_import_but_not_the_identity_numbers(zhou, viewer, now):
    bring_in(viewer("clerk"), now, row())
    entry = Entry.objects.get(action="contributions.roster_imported")
    assert (entry.rows, entry.details["added"]) == (1, 2)
    assert NUMBER not in str(entry.details) + entry.about
