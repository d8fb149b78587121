"""From a draft to an edition: two people, one at a time, and nothing in force before the second has agreed."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from tests import factories
from tests.lawbook.conftest import REASON, base_of_2026
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access.domain import NotVisible, Refused
from nianlun.journal.models import Entry
from nianlun.lawbook import checks, operations, queries
from nianlun.lawbook.domain import Kind, NotAllowedNow, NotATable, State, differences
from nianlun.lawbook.models import Draft, Edition
from nianlun.policy.lawbook import shipped
from nianlun.policy.tables import NotInForce

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def base_on(day=DAY, *, book=None) -> object:
    return (book or queries.current()).on("pension_base", day, region="130606").value


def actions() -> list[str]:
    return list(
        Entry.objects.filter(action__startswith="lawbook.").order_by("pk").values_list("action", flat=True)
    )


def test_a_value_counts_once_another_person_has_approved_it_and_not_before(officer, reviewer, opened, now):
    with pytest.raises(NotInForce):
        base_on()
    draft_id = opened(base_of_2026())
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    with pytest.raises(NotInForce):
        base_on()
    assert base_on(book=queries.with_draft(draft_id)) == 7600
    number = operations.approve(reviewer, draft_id, at=now)
    assert base_on() == 7600
    assert queries.current().on("pension_base", date(2025, 6, 1), region="130000").value == 7410
    line, [change] = queries.edition_change(number)
    assert (line.proposed_by_name, line.approved_by_name) == ("韩政", "沈核")
    assert (change.kind, change.table, change.region, change.new) == (
        Kind.ADDED,
        "pension_base",
        "130000",
        "7600",
    )
    assert actions() == [
        "lawbook.program_edition_recorded",
        "lawbook.draft_opened",
        "lawbook.value_put",
        "lawbook.draft_submitted",
        "lawbook.draft_approved",
    ]


def test_what_was_in_force_is_found_again_by_its_digest_and_by_its_instant(approved, now):
    first = queries.current(now)
    approved()
    second = queries.current()
    assert first.digest == shipped().digest != second.digest
    again = queries.edition(first.digest)
    assert again is not None and again.digest == first.digest and dict(again.files) == dict(first.files)
    assert queries.edition("0" * 64) is None
    queries._shelf._books.clear()  # another process reads it from the database
    replayed = queries.edition(second.digest)
    assert replayed is not None and replayed.digest == second.digest
    assert dict(replayed.files) == dict(second.files)
    assert queries.current(now - timedelta(days=9)).digest == first.digest


def test_at_an_instant_between_two_editions_the_earlier_one_is_in_force(
    officer, reviewer, opened, approved, now
):
    approved()
    between = queries.current().digest
    draft_id = opened(base_of_2026(value=7700))
    later = now + timedelta(hours=1)
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=later)
    operations.approve(reviewer, draft_id, at=later)
    assert queries.current(now + timedelta(minutes=59)).digest == between
    assert base_on(book=queries.current(later)) == 7700


def test_doing_a_step_twice_does_it_once(officer, reviewer, now):
    key = uuid4()
    told = {"title": "2026 年计发基数", "reason": REASON, "region": "130000", "at": now, "draft_id": key}
    assert operations.open_draft(officer, **told) == operations.open_draft(officer, **told) == key
    for _ in range(2):
        operations.put_value(officer, key, table="pension_base", new=base_of_2026(), at=now)
    for _ in range(2):
        operations.submit(officer, key, retroactive_reason=REASON, at=now)
    assert operations.approve(reviewer, key, at=now) == operations.approve(reviewer, key, at=now) == 2
    assert Draft.objects.count() == 1
    assert len(actions()) == len(set(actions())) == 5


def test_who_has_drafted_does_not_approve_even_after_changing_places(officer, viewer, opened, now):
    draft_id = opened(base_of_2026())
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    with pytest.raises(Refused):
        operations.approve(officer, draft_id, at=now)
    moved = factories.change_post(officer, "policy_reviewer")
    for step in (
        lambda: operations.approve(moved, draft_id, at=now),
        lambda: operations.return_draft(moved, draft_id, reason=REASON, at=now),
    ):
        with pytest.raises(NotAllowedNow, match="不能是同一个人"):
            step()
    assert Edition.objects.count() == 1


def test_a_returned_draft_is_mended_by_its_proposer_and_by_nobody_else(
    officer, reviewer, viewer, opened, now
):
    draft_id = opened(base_of_2026())
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    with pytest.raises(NotAllowedNow, match="退回的理由"):
        operations.return_draft(reviewer, draft_id, reason=" ", at=now)
    operations.return_draft(reviewer, draft_id, reason="数值与来文不符", at=now)
    with pytest.raises(NotAllowedNow, match="已退回"):
        operations.approve(reviewer, draft_id, at=now)
    colleague = viewer("policy_officer", scope="13")
    with pytest.raises(NotAllowedNow, match="只有起草人能改"):
        operations.put_value(
            colleague, draft_id, table="pension_base", new=base_of_2026(value=7601), at=now
        )
    operations.put_value(officer, draft_id, table="pension_base", new=base_of_2026(value=7601), at=now)
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    operations.approve(reviewer, draft_id, at=now)
    assert base_on() == 7601


def test_a_withdrawn_draft_stays_to_be_read_and_goes_nowhere(officer, reviewer, opened, now):
    draft_id = opened(base_of_2026())
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    for _ in range(2):
        operations.withdraw(officer, draft_id, at=now)
    for step in (
        lambda: operations.approve(reviewer, draft_id, at=now),
        lambda: operations.submit(officer, draft_id, at=now),
        lambda: operations.put_value(
            officer, draft_id, table="pension_base", new=base_of_2026(value=1), at=now
        ),
    ):
        with pytest.raises(NotAllowedNow, match="已撤回"):
            step()
    assert queries.draft(officer, draft_id).line.state is State.WITHDRAWN


def test_a_value_before_today_needs_its_reason_and_one_from_next_year_does_not(officer, opened, now):
    back = opened(base_of_2026())
    with pytest.raises(NotAllowedNow, match="起用日在今天以前"):
        operations.submit(officer, back, at=now)
    assert queries.draft(officer, back).line.state is State.OPEN
    operations.submit(officer, back, retroactive_reason=REASON, at=now)
    assert queries.draft(officer, back).line.retroactive_reason == REASON
    with pytest.raises(NotATable, match="没有数值"):  # 2026 is missing between
        opened(base_of_2026(since=date(2027, 1, 1)))
    ahead = opened(
        base_of_2026(since=date(2027, 1, 1), value={"lower": 1, "upper": 5, "reference_month": 2}),
        table="contribution_base_bounds",
    )
    operations.submit(officer, ahead, at=now)
    assert queries.draft(officer, ahead).line.retroactive_reason == ""


def test_an_empty_draft_is_not_submitted(officer, opened, now):
    with pytest.raises(NotAllowedNow, match="没有差异"):
        operations.submit(officer, opened(), at=now)


def test_a_draft_begun_on_an_older_edition_is_put_on_the_new_one_first(
    officer, reviewer, opened, approved, now
):
    waiting = opened(
        base_of_2026(since=date(2027, 1, 1), value={"lower": 1, "upper": 5, "reference_month": 2}),
        table="contribution_base_bounds",
    )
    submitted = opened(base_of_2026(value=7700))
    operations.submit(officer, submitted, retroactive_reason=REASON, at=now)
    approved()
    with pytest.raises(NotAllowedNow, match="第 2 版已经生效"):
        operations.approve(reviewer, submitted, at=now)
    with pytest.raises(NotAllowedNow, match="换到现行版本上"):
        operations.submit(officer, waiting, at=now)
    assert queries.draft(officer, waiting).needs_rebase
    assert operations.rebase(officer, waiting, at=now) == operations.rebase(officer, waiting, at=now) == ()
    operations.submit(officer, waiting, at=now)
    operations.approve(reviewer, waiting, at=now)
    assert base_on() == 7600  # the other edition's value is still there
    operations.return_draft(reviewer, submitted, reason="请换到现行版本上", at=now)
    assert operations.rebase(officer, submitted, at=now) == ("130000/pension_base.toml",)
    changes = differences(*queries.draft_books(submitted))
    assert [(c.kind, c.old[:4], c.new[:4]) for c in changes] == [(Kind.CHANGED, "7600", "7700")]


def test_two_drafts_of_one_file_that_touch_different_rows_go_together(
    officer, reviewer, opened, approved, now
):
    older = opened(base_of_2026(since=date(2019, 1, 1), value=5937))
    approved()
    assert operations.rebase(officer, older, at=now) == ()
    operations.submit(officer, older, retroactive_reason=REASON, at=now)
    operations.approve(reviewer, older, at=now)
    assert (base_on(), base_on(date(2019, 5, 1))) == (7600, 5937)
    with pytest.raises(NotInForce, match="没有找到这一年"):
        base_on(date(2018, 5, 1))


def test_scope_decides_whose_tables_an_officer_changes(viewer, now):
    city = viewer("policy_officer", scope="1306")
    for region in ("national", "130000", "310000"):
        with pytest.raises(Refused, match="省级"):
            operations.open_draft(city, title="试试看看", reason=REASON, region=region, at=now)
    assert operations.open_draft(city, title="试试看看", reason=REASON, region="130600", at=now)
    with pytest.raises(Refused):
        operations.open_draft(
            viewer("clerk", scope="13"), title="试试看看", reason=REASON, region="130000", at=now
        )
    with pytest.raises(NotATable, match="六位行政区划代码"):
        operations.open_draft(city, title="试试看看", reason=REASON, region="../etc", at=now)


def test_a_draft_nobody_made_is_not_visible(officer, reviewer, now):
    for step in (
        lambda: queries.draft(officer, uuid4()),
        lambda: queries.with_draft(uuid4()),
        lambda: operations.submit(officer, uuid4(), at=now),
        lambda: operations.approve(reviewer, uuid4(), at=now),
    ):
        with pytest.raises(NotVisible):
            step()


def test_a_draft_after_which_an_example_cannot_be_worked_out_is_not_submitted(officer, opened, now):
    path = "national/payout_months.toml"
    draft_id = operations.open_draft(officer, title="计发月数", reason=REASON, region="national", at=now)
    broken = shipped().files[path].replace('"60" = 139', '"60" = "一三九"')
    operations.put_file(officer, draft_id, path=path, text=broken, at=now)
    report = checks.compare(*queries.draft_books(draft_id))
    assert "60 岁 9 个月的计发月数" in [one.title for one in report.broken]
    with pytest.raises(NotAllowedNow, match="算例算不出来"):
        operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)


def test_examples_whose_answer_changes_are_listed_and_hinder_nothing(officer, opened, now):
    path = "national/payout_months.toml"
    draft_id = operations.open_draft(officer, title="计发月数", reason=REASON, region="national", at=now)
    text = shipped().files[path].replace('"60" = 139', '"60" = 140')
    operations.put_file(officer, draft_id, path=path, text=text, at=now)
    report = checks.compare(*queries.draft_books(draft_id))
    assert report.total == len(checks.examples()) > 0
    [change] = [one for one in report.differences if one.name == "payout_months"]
    assert "133.8" in change.before and "134" in change.after and not change.broken
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_the_same_moment_one_wins_and_the_other_is_told(
    officer, reviewer, viewer, opened, now
):
    other = viewer("policy_reviewer", scope="13", name="另一位")
    draft_id = opened(base_of_2026())
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    told: list[str] = []

    def second():
        try:
            operations.approve(other, draft_id, at=now)
        except NotAllowedNow as reason:
            told.append(str(reason))
        finally:
            connection.close()

    with transaction.atomic():
        assert operations.approve(reviewer, draft_id, at=now) == 2
        thread = threading.Thread(target=second)
        thread.start()
        wait_until_somebody_waits_for_a_lock()
    thread.join(timeout=20)
    assert len(told) == 1 and "沈核" in told[0]
    assert Edition.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_approved_at_the_same_moment_the_second_has_to_look_again(
    officer, reviewer, viewer, opened, now
):
    other = viewer("policy_reviewer", scope="13", name="另一位")
    drafts = [opened(base_of_2026(value=value)) for value in (7600, 7700)]
    for draft_id in drafts:
        operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    told: list[str] = []

    def second():
        try:
            operations.approve(other, drafts[1], at=now)
        except NotAllowedNow as reason:
            told.append(str(reason))
        finally:
            connection.close()

    with transaction.atomic():
        operations.approve(reviewer, drafts[0], at=now)
        thread = threading.Thread(target=second)
        thread.start()
        wait_until_somebody_waits_for_a_lock()
    thread.join(timeout=20)
    assert len(told) == 1 and "第 2 版已经生效" in told[0]
    assert base_on() == 7600
