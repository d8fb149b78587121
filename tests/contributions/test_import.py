"""A roster is checked and handed in by one, booked by another; handing it in again adds nothing."""

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.contributions.test_workbook import workbook
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access import operations as access
from nianlun.access.domain import NotVisible, Refused
from nianlun.contributions import operations, queries
from nianlun.contributions.models import Posting, RosterImport
from nianlun.contributions.operations import NotAllowedNow
from nianlun.journal.models import Entry
from nianlun.notices.models import StaffNotice
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


def handed_in(viewer, now, *rows, **words):
    return operations.hand_in_roster(
        viewer, content=workbook(HEADING, *rows), name="名册.xlsx", at=now, **words
    )


def test_one_hands_in_another_books_and_only_then_is_anything_booked(zhou, viewer, now):
    clerk, content = viewer("clerk"), workbook(HEADING, row("1998-01"), row("1998-02"))
    checked = operations.check_roster(clerk, content=content, name="../名册.xlsx", at=now)
    assert (checked.name, len(checked.lines), checked.news, checked.import_id) == ("名册.xlsx", 2, 2, None)
    assert checked.lines[0].masked_identity_number.count("•") == 10
    assert not RosterImport.objects.exists()

    handed = operations.hand_in_roster(clerk, content=content, name="名册.xlsx", at=now)
    assert not Posting.objects.exists()
    reviewer = viewer("reviewer")
    [waiting] = queries.waiting_rosters(reviewer)
    assert (waiting.id, waiting.persons, str(waiting.personal)) == (handed.import_id, 1, "110.88")
    assert operations.book_roster(reviewer, handed.import_id, at=now) == 4
    assert queries.count_waiting(reviewer) == 0
    month = queries.paid_months(zhou.id)[0]
    assert (month.employer_name, month.sources) == (MILL, ("roster",))
    detail = queries.posting(zhou.id, month.postings[0])
    assert (detail.place, detail.roster_name) == ("参保缴费 第 2 行", "名册.xlsx")


def test_a_roster_whose_rows_are_all_booked_is_not_handed_in_again(zhou, viewer, now):
    factories.book_roster(
        workbook(HEADING, row()), clerk=viewer("clerk"), reviewer=viewer("reviewer"), at=now
    )
    with pytest.raises(NotAllowedNow, match="都已经记过账"):
        handed_in(viewer("clerk"), now, row())


def test_the_same_file_waits_once_whoever_hands_it_in(zhou, viewer, now):
    content = workbook(HEADING, row())
    operations.hand_in_roster(viewer("clerk"), content=content, name="名册.xlsx", at=now)
    with pytest.raises(NotAllowedNow, match="正在等复核"):
        operations.hand_in_roster(viewer("clerk"), content=content, name="改了名.xlsx", at=now)


def test_who_handed_in_does_not_book_under_any_name(zhou, viewer, now):
    clerk = viewer("clerk")
    roster = handed_in(clerk, now, row()).import_id
    promoted = factories.change_post(clerk, "reviewer")
    second = viewer("reviewer")
    access.identify({second.account_id}, holder=access.holder_of(clerk.account_id), at=now)
    for somebody in (promoted, second):
        with pytest.raises(NotAllowedNow, match="另一位同事"):
            operations.book_roster(somebody, roster, at=now)
    assert not Posting.objects.exists()


def test_the_same_browser_is_not_a_second_pair_of_hands(zhou, viewer, now):
    roster = handed_in(replace(viewer("clerk"), device="d" * 64), now, row()).import_id
    with pytest.raises(NotAllowedNow, match="同一个浏览器"):
        operations.book_roster(replace(viewer("reviewer"), device="d" * 64), roster, at=now)
    assert operations.book_roster(replace(viewer("reviewer"), device="e" * 64), roster, at=now) == 2


def test_nobody_books_the_own_contributions(zhou, viewer, now):
    reviewer = viewer("reviewer")
    registry.link_login(by=None, account_id=reviewer.account_id, person_id=zhou.id, at=now)
    roster = handed_in(viewer("clerk"), now, row()).import_id
    with pytest.raises(NotAllowedNow, match="本人或近亲属"):
        operations.book_roster(reviewer, roster, at=now)


def test_what_reads_otherwise_than_when_it_was_handed_in_goes_back(zhou, viewer, now):
    roster = handed_in(viewer("clerk"), now, row("1998-01"), row("1998-02")).import_id
    other = handed_in(viewer("clerk"), now, row("1998-02", personal="60.00")).import_id
    assert operations.book_roster(viewer("reviewer"), other, at=now) == 2
    with pytest.raises(NotAllowedNow, match="有了变化"):
        operations.book_roster(viewer("reviewer"), roster, at=now)
    assert queries.total_months(zhou.id) == 1
    shown = operations.look_at_roster(viewer("reviewer"), roster, at=now)
    assert "已记有 60.00 元" in shown.problems[0].sentence


def test_sent_back_it_tells_the_clerk_why_and_may_come_again(zhou, viewer, now):
    clerk = viewer("clerk")
    roster = handed_in(clerk, now, row()).import_id
    with pytest.raises(NotAllowedNow, match="理由"):
        operations.send_roster_back(viewer("reviewer"), roster, reason=" 错 ", at=now)
    operations.send_roster_back(viewer("reviewer"), roster, reason="第 2 行基数与申报表不符", at=now)
    [line] = queries.rosters(by=[clerk.account_id])
    assert (line.state, line.reason) == ("returned", "第 2 行基数与申报表不符")
    assert "第 2 行基数" in StaffNotice.objects.get(account_id=clerk.account_id).text
    with pytest.raises(NotAllowedNow, match="已经办过"):
        operations.book_roster(viewer("reviewer"), roster, at=now)
    assert handed_in(clerk, now, row()).import_id != roster


def test_only_who_handed_it_in_withdraws_it(zhou, viewer, now):
    clerk = viewer("clerk")
    roster = handed_in(clerk, now, row()).import_id
    with pytest.raises(NotVisible):
        operations.withdraw_roster(viewer("clerk"), roster, at=now)
    operations.withdraw_roster(clerk, roster, at=now)
    with pytest.raises(NotAllowedNow, match="已撤回"):
        operations.book_roster(viewer("reviewer"), roster, at=now)


def test_a_reviewer_of_another_place_finds_no_such_roster(zhou, viewer, now):
    roster = handed_in(viewer("clerk"), now, row()).import_id
    stranger = viewer("reviewer", scope="130102")
    for look in (operations.book_roster, operations.look_at_roster):
        with pytest.raises(NotVisible):
            look(stranger, roster, at=now)
    with pytest.raises(NotVisible):
        operations.look_at_roster(viewer("clerk"), roster, at=now)
    assert queries.count_waiting(stranger) == 0


def test_a_right_taken_away_a_moment_ago_books_nothing(zhou, viewer, now):
    roster = handed_in(viewer("clerk"), now, row()).import_id
    reviewer = viewer("reviewer")
    factories.change_post(reviewer, "clerk")
    with pytest.raises(Refused, match="复核缴费入账"):
        operations.book_roster(reviewer, roster, at=now)


@pytest.mark.django_db(transaction=True)
def test_two_who_book_it_at_the_same_moment_book_it_once(zhou, viewer, now):
    roster = handed_in(viewer("clerk"), now, row()).import_id
    second, said = viewer("reviewer"), []

    def book_too():
        try:
            operations.book_roster(second, roster, at=now)
        except NotAllowedNow as reason:
            said.append(str(reason))
        connection.close()

    with transaction.atomic():
        assert operations.book_roster(viewer("reviewer"), roster, at=now) == 2
        other = threading.Thread(target=book_too)
        other.start()
        wait_until_somebody_waits_for_a_lock()
    other.join(timeout=20)
    assert "已经办过了" in said[0]
    assert Posting.objects.count() == 2


def test_the_database_books_no_roster_that_one_person_confirmed(zhou, viewer, now):
    clerk = viewer("clerk")
    roster = RosterImport.objects.get(pk=handed_in(clerk, now, row()).import_id)
    alone = {"state": "booked", "decided_by_id": clerk.account_id, "decided_at": now}
    with pytest.raises(IntegrityError, match="by_two_people"), transaction.atomic():
        RosterImport.objects.filter(pk=roster.pk).update(**alone)
    with pytest.raises(IntegrityError, match="不能改"), transaction.atomic():
        RosterImport.objects.filter(pk=roster.pk).update(state="alone")
    with pytest.raises(IntegrityError, match="另一人复核"), transaction.atomic():
        Posting.objects.create(
            key=b"k" * 16, person_id=zhou.id, month=1998 * 12, scheme="enterprise", part="personal",
            amount="55.44", base="1386", source="roster", roster=roster, booked_on=now.date(),
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="names_its_roster"), transaction.atomic():
        Posting.objects.create(
            key=b"k" * 16, person_id=zhou.id, month=1998 * 12, scheme="enterprise", part="personal",
            amount="55.44", base="1386", source="roster", booked_on=now.date(),
        )  # fmt: skip


def test_with_a_problem_in_one_row_nothing_is_handed_in_until_the_clerk_leaves_it_out(zhou, viewer, now):
    clerk = viewer("clerk")
    rows = [row("1998-01"), row("1998-02", name="周桂英"), row("1998-03", unit="第九棉纺厂")]
    refused = handed_in(clerk, now, *rows)
    assert refused.import_id is None and not RosterImport.objects.exists()
    assert [(p.row, p.sentence[:8]) for p in refused.problems] == [
        (3, "表中姓名“周桂英"),
        (4, "没有登记单位“第"),
    ]
    roster = handed_in(clerk, now, *rows, skip_problems=True).import_id
    assert operations.book_roster(viewer("reviewer"), roster, at=now) == 2


def test_what_the_clerk_left_out_as_kin_the_reviewer_does_not_book(zhou, agency, viewer, now):
    other = factories.person(agency, name="高建国", number=(number := factories.identity_number()))
    clerk = viewer("clerk")
    registry.link_login(by=None, account_id=clerk.account_id, person_id=zhou.id, at=now)
    rows = [row(), row(number=number, name="高建国")]
    roster = handed_in(clerk, now, *rows, skip_problems=True).import_id
    assert operations.book_roster(viewer("reviewer"), roster, at=now) == 2
    assert (queries.total_months(zhou.id), queries.total_months(other.id)) == (0, 1)


def test_rows_of_persons_out_of_sight_read_as_if_they_were_not_registered(zhou, viewer, now):
    outcome = handed_in(viewer("clerk", scope="130102"), now, row())
    assert outcome.problems[0].sentence.startswith("本辖区没有登记这个证件号码的参保人")


def test_only_residents_pay_by_the_year(zhou, viewer, now):
    outcome = handed_in(viewer("clerk"), now, row("2015"))
    assert outcome.problems[0].sentence.startswith("只有城乡居民按年缴费")


def test_a_row_that_stands_twice_counts_once(zhou, viewer, now):
    outcome = handed_in(viewer("clerk"), now, row(), row())
    assert outcome.known_rows == 1
    assert operations.book_roster(viewer("reviewer"), outcome.import_id, at=now) == 2


def test_a_file_that_is_no_workbook_is_refused_with_a_trace_and_without_numbers(zhou, viewer, now):
    outcome = operations.hand_in_roster(
        viewer("clerk"), content=b"not a workbook", name="名册.xlsx", at=now
    )
    assert "不是 .xlsx" in outcome.refused
    entry = Entry.objects.get(action="contributions.roster_refused")
    assert entry.outcome == "refused" and len(entry.details["sha512"]) == 128


def test_only_who_may_hand_in_can(zhou, viewer, now):
    with pytest.raises(Refused, match="提交缴费名册"):
        handed_in(viewer("archivist"), now, row())


def test_the_journal_tells_of_both_but_not_the_identity_numbers(zhou, viewer, now):
    factories.book_roster(
        workbook(HEADING, row()), clerk=viewer("clerk"), reviewer=viewer("reviewer"), at=now
    )
    for action in ("contributions.roster_handed_in", "contributions.roster_imported"):
        entry = Entry.objects.get(action=action)
        assert entry.rows == 1
        assert NUMBER not in str(entry.details) + entry.about
    assert entry.details["added"] == 2
