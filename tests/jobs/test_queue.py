"""The queue's operations on a real database, one process."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from nianlun.jobs import models, operations, queries
from nianlun.jobs.domain import ATTEMPTS, LEASE, LeaseLost, State

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = ["tests.read"]


def add(key: str = "a", *, at: datetime = NOON, kind: str = "tests.read", patient: bool = False) -> bool:
    return operations.enqueue(kind, {"page": 1}, key=key, at=at, patient=patient)


def take(*, at: datetime = NOON):
    return operations.lease(kinds=KINDS, holder="me", at=at)


def test_adding_the_same_work_twice_adds_it_once():
    assert add()
    assert not add()
    assert queries.progress().total == 1


def test_work_that_is_done_is_not_done_again():
    add()
    with operations.effect(take()):
        pass
    assert not add()
    assert take(at=NOON + timedelta(days=1)) is None


def test_a_job_comes_with_its_payload_and_counts_its_attempts():
    add()
    first = take()
    assert (first.kind, first.key, first.payload, first.attempt) == ("tests.read", "a", {"page": 1}, 1)
    assert take(at=NOON + LEASE).attempt == 2


def test_a_held_job_is_not_given_to_another():
    add()
    take()
    assert take(at=NOON + LEASE - timedelta(seconds=1)) is None


def test_jobs_are_taken_in_the_order_in_which_they_became_due():
    for minutes, key in ((3, "first"), (1, "last"), (2, "second")):
        add(key, at=NOON - timedelta(minutes=minutes))
    assert [take().key for _ in range(3)] == ["first", "second", "last"]


def test_patient_work_waits_for_whatever_else_is_due():
    for minutes in (5, 4):
        add(f"page {minutes}", at=NOON - timedelta(minutes=minutes), patient=True)
    assert take().key == "page 5"
    add("notice", at=NOON)
    add("later", at=NOON + timedelta(seconds=1))
    assert [take().key for _ in range(2)] == ["notice", "page 4"]


def test_a_worker_takes_only_what_it_can_handle():
    add(kind="tests.other")
    assert take() is None


def test_a_renewed_lease_lasts_from_its_renewal():
    add()
    job = take()
    operations.renew(job, at=NOON + timedelta(seconds=15))
    assert take(at=NOON + timedelta(seconds=34)) is None
    assert take(at=NOON + timedelta(seconds=35)) is not None


def test_the_effect_of_a_process_believed_dead_is_not_written():
    add()
    dead = take()
    alive = take(at=NOON + LEASE)
    with pytest.raises(LeaseLost), operations.effect(dead):
        add("written by the dead")
    assert queries.state_of(kind="tests.read", key="written by the dead") is None
    with operations.effect(alive):
        add("written by the living")
    assert queries.state_of(kind="tests.read", key="written by the living") == State.WAITING


@pytest.mark.parametrize("change", ["renew", "fail", "give_back"])
def test_a_process_believed_dead_changes_nothing(change):
    add()
    dead = take()
    take(at=NOON + LEASE)
    before = models.Job.objects.values().get()
    arguments = {"sentence": "不行。"} if change == "fail" else {}
    with pytest.raises(LeaseLost):
        getattr(operations, change)(dead, at=NOON, **arguments)
    assert models.Job.objects.values().get() == before


def test_an_effect_that_fails_leaves_the_job_held_and_nothing_written():
    add()
    job = take()
    with pytest.raises(ZeroDivisionError), operations.effect(job):
        add("half")
        1 / 0  # noqa: B018
    assert queries.state_of(kind="tests.read", key="half") is None
    assert queries.progress().held == 1


@pytest.mark.django_db(transaction=True)
def test_an_effect_inside_another_transaction_is_refused():
    add()
    job = take()
    with pytest.raises(RuntimeError), transaction.atomic(), operations.effect(job):
        pass


def test_a_failed_attempt_is_repeated_later_with_growing_pauses():
    add()
    at, pauses = NOON, []
    while job := take(at=at):
        operations.fail(job, sentence="读不出。", at=at)
        line = [*queries.unfinished(), *queries.failed()][0]
        pauses.append(line.due_at - at)
        at = max(line.due_at, at)
        if line.state == State.FAILED:
            break
    assert [p.total_seconds() for p in pauses[:-1]] == [2, 10, 60, 300]
    assert queries.failed()[0].sentence == "试了 5 次都没有成功。读不出。"
    assert queries.failed()[0].attempts == ATTEMPTS


def test_what_cannot_succeed_fails_at_once():
    add()
    operations.fail(take(), sentence="这份 PDF 有口令。", at=NOON, for_good=True)
    assert queries.failed()[0].sentence == "这份 PDF 有口令。"


def test_a_job_whose_holders_keep_dying_is_failed_instead_of_killing_more():
    add()
    for attempt in range(ATTEMPTS):
        assert take(at=NOON + attempt * LEASE)
    assert take(at=NOON + ATTEMPTS * LEASE) is None
    assert "中断" in queries.failed()[0].sentence


def test_a_job_given_back_is_taken_again_at_once_and_loses_no_attempt():
    add()
    operations.give_back(take(), at=NOON)
    assert take().attempt == 1


def test_a_failed_job_can_be_tried_again_by_a_person():
    add()
    operations.fail(take(), sentence="满了。", at=NOON, for_good=True)
    (line,) = queries.failed()
    assert operations.retry(line.id, at=NOON)
    assert take().attempt == 1
    assert not operations.retry(line.id, at=NOON)


def test_progress_counts_a_group_by_kind_and_key():
    for key in ("batch-1/1", "batch-1/2", "batch-2/1"):
        add(key)
    take()
    counted = queries.progress(kind_prefix="tests.", key_prefix="batch-1/")
    assert (counted.held, counted.waiting, counted.total, counted.finished) == (1, 1, 2, 0)


def test_looking_for_work_reads_an_index_that_finished_jobs_are_not_in():
    rows = [
        models.Job(kind="tests.read", key=str(n), payload={}, due_at=NOON, enqueued_at=NOON, finished_at=NOON,
                   state=State.DONE)
        for n in range(3000)
    ]  # fmt: skip
    models.Job.objects.bulk_create(rows)
    add()
    with connection.cursor() as cursor:
        cursor.execute("analyze jobs_job")
        cursor.execute(
            "explain select id from jobs_job where state in ('waiting', 'held') and due_at <= now()"
            " and kind = any('{tests.read}') order by due_at, id limit 1 for update skip locked"
        )
        assert "job_due" in "".join(row[0] for row in cursor.fetchall())
