"""The proof of the journal on the page: how it stands, two days, and the whole proved in the background."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import LeaseLost
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.journal import domain, log_checks, operations, queries
from nianlun.journal.models import LogCheck
from nianlun.kernel.notes import open_note

pytestmark = pytest.mark.django_db(transaction=True)
DEED = domain.declare("tests.deed", "做了 {about}")


@pytest.fixture(autouse=True)
def log(settings, tmp_path, now):
    """Twenty entries signed the day before, and thirty on the day."""
    settings.CHECKPOINTS = tmp_path / "checkpoints"
    for count, at in ((20, now - timedelta(days=1)), (30, now)):
        with transaction.atomic():
            for n in range(count):
                operations.record(DEED, by=None, about=f"{n}", at=at)
        operations.sequence(at=at)


@pytest.fixture
def auditor(client_of, viewer):
    return client_of(viewer("auditor", name="孙审"))


def words(answer) -> str:
    assert answer.status_code in {200, 422}
    return answer.content.decode()


def spoil() -> int:
    """Rewrite one entry as the database's administrator could; returns its number."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_entry SET about = '没做' WHERE about = '27' RETURNING id")
        return cursor.fetchone()[0]


def work_off() -> None:
    Worker(handlers()).run(until_empty=True)


def test_size_root_checkpoint_and_witnesses_are_there(auditor):
    text = words(auditor.get(reverse("desk:log")))
    assert f"{queries.log_size():,}" in text
    assert queries.root_at(queries.log_size()).hex() in text
    assert "没有设见证方" in text and "还没有核对过" in text and 'role="alert"' not in text


def test_between_two_days_the_log_only_grew_and_that_can_be_taken_along(auditor, now):
    days = {"since": str((now - timedelta(days=1)).date()), "until": str(now.date())}
    text = words(auditor.get(reverse("desk:log"), days))
    assert "原样是" in text and "20 条" in text
    answer = auditor.get(reverse("desk:log-proof"), days)
    taken = json.loads(answer.content)
    for name in ("from", "to"):
        assert open_note(taken[name], verifiers=queries.log_key().verifiers).signed_by
    assert queries.entries(scope="1", name="孙审")[0].what.startswith("下载")


def test_days_that_prove_nothing_say_why(auditor):
    for since, until, word in (
        ("2020-01-01", "2026-11-23", "还没有检查点"),
        ("2026-11-23", "2026-11-22", "请对调"),
        ("昨天", "9999-12-31", "应写成"),
    ):
        asked = {"since": since, "until": until}
        answer = auditor.get(reverse("desk:log"), asked)
        assert answer.status_code == 422 and word in words(answer)
        assert auditor.get(reverse("desk:log-proof"), asked).status_code == 404


def test_a_checkpoint_rewritten_between_the_days_is_not_proved(auditor, now):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE journal_checkpoint SET root = decode(repeat('00', 32), 'hex') WHERE size = 20"
        )
    days = {"since": str((now - timedelta(days=1)).date()), "until": str(now.date())}
    text = words(auditor.get(reverse("desk:log"), days))
    assert "证明不了" in text and "原样是" not in text


def test_a_sound_log_is_proved_in_the_background(auditor):
    where = auditor.post(reverse("desk:log-check-start"))["Location"]
    assert "等待开始" in words(auditor.get(where))
    assert auditor.post(reverse("desk:log-check-start"))["Location"] == where  # one at a time
    work_off()
    text = words(auditor.get(where))
    assert "没有发现问题" in text and "hx-get" not in words(auditor.get(f"{where}progress/"))
    assert log_checks.alarm() == ""
    assert auditor.post(reverse("desk:log-check-start"))["Location"] != where


def test_a_rewritten_entry_is_named_and_raises_the_alarm_for_those_who_watch(auditor, client_of, viewer):
    culprit = spoil()
    where = auditor.post(reverse("desk:log-check-start"))["Location"]
    work_off()
    assert f"第 {culprit} 号" in words(auditor.get(where))
    for role, sees in (("auditor", True), ("security_officer", True), ("clerk", False), ("leader", False)):
        home = words(client_of(viewer(role)).get(reverse("desk:home")))
        assert ("发现 1 处问题" in home) is sees, role
    assert "发现 1 处问题" in words(auditor.get(reverse("desk:log")))


def test_without_the_key_the_check_ends_with_the_reason_and_is_no_alarm(auditor, settings, tmp_path):
    where = auditor.post(reverse("desk:log-check-start"))["Location"]
    settings.LOG_KEY = tmp_path / "missing.json"
    work_off()
    assert "没有做成" in words(auditor.get(where))
    assert log_checks.alarm() == ""


def test_a_check_whose_lease_was_lost_writes_nothing(viewer, now):
    check_id, _ = log_checks.ask(by=viewer("auditor"), at=now)
    jobs.enqueue("desk.prove_log", {"check": str(check_id)}, key=str(check_id), at=now)
    job = jobs.lease(kinds=["desk.prove_log"], holder="one", at=timezone.now())
    jobs.lease(kinds=["desk.prove_log"], holder="two", at=timezone.now() + timedelta(minutes=5))
    with pytest.raises(LeaseLost):
        handlers()["desk.prove_log"](job, timezone.now())
    assert LogCheck.objects.get().finished_at is None


def test_a_log_that_is_no_longer_signed_raises_the_alarm(auditor, now):
    with pytest.raises(domain.Refusal):
        operations.sequence(at=now - timedelta(days=30))
    assert "停止签署" in words(auditor.get(reverse("desk:home")))


def test_nobody_else_finds_the_page(client_of, viewer):
    for role in ("clerk", "archivist", "reviewer", "leader", "system_officer", "insured"):
        assert client_of(viewer(role)).get(reverse("desk:log")).status_code == 404
        assert client_of(viewer(role)).post(reverse("desk:log-check-start")).status_code == 404


def test_the_page_asks_the_database_no_more_for_a_longer_log(auditor, now):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            auditor.get(reverse("desk:log"))
        return len(asked)

    before = count()
    with transaction.atomic():
        for n in range(40):
            operations.record(DEED, by=None, about=f"{n}", at=now)
    operations.sequence(at=now + timedelta(seconds=1))
    assert count() <= before + 1  # one more tile at most
