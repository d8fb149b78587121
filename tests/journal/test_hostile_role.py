"""Whoever has got hold of the application's database role, or of a backup, changes nothing that is not told (S6.2)."""

import shutil
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from tests.journal.logs import AT, behind_the_back, deed
from tests.journal.test_rights import APPLICATION, application, working_as  # noqa: F401  a fixture
from tests.journal.test_witnessing import witness  # noqa: F401  a fixture

from nianlun.config import database_rights
from nianlun.journal import domain, operations, queries
from nianlun.journal.models import Pending
from nianlun.journal.operations import sequencing
from nianlun.kernel.notes import LogKey
from nianlun.kernel.receipts import check

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = (
    "at, role, role_label, name, agency_name, scope, action, about, about_id, purpose, rows, outcome, address,"
    " details, salt, digest"
)
BLANK = (
    "UPDATE journal_entry SET account_id = NULL, role = '', role_label = '', name = '', agency_name = '', scope = '',"
    " action = 'journal.emptied', about = '', about_id = '', person_id = NULL, purpose = '', rows = 0,"
    " outcome = 'done', address = '', details = '{}', salt = '' WHERE id = %s"
)


def run(statement: str, *given: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


def inserted(
    *, at: str = "now()", number: str = "", action: str = "tests.deed", details: str = "{}"
) -> str:
    first, value = ("id, ", f"{number}, ") if number else ("", "")
    return (
        f"INSERT INTO journal_entry ({first}{COLUMNS}) VALUES ({value}{at}, '', '', '', '', '', '{action}', '', '', '',"  # noqa: S608
        f" 0, 'done', '', '{details}', '', sha256(''))"
    )


def sentences() -> list[str]:
    return [fault.sentence for fault in queries.verify_log().faults]


def test_a_role_that_places_entries_itself_cannot_bring_in_a_hash_of_its_own(application):  # noqa: F811
    with working_as(application):
        deed("a")
        operations.sequence(at=AT)
        number = deed("b")
        run("SELECT nianlun_journal_place(1, ARRAY[%s]::bigint[])", number)
        operations.sequence(at=AT)
        assert sentences() == []
        assert check(queries.receipt(number), trusted=[queries.log_key().vkey]).size == 2


def test_a_tile_that_its_leaves_do_not_say_is_not_signed():
    deed("a")
    operations.sequence(at=AT)
    run("SELECT nianlun_journal_place(1, ARRAY[%s]::bigint[])", deed("b"))
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_tile SET hashes = overlay(hashes PLACING '\\x07'::bytea FROM 33)")
    with pytest.raises(domain.Refusal, match="与排进日志的留痕不符"):
        operations.sequence(at=AT)
    assert queries.last_checkpoint().size == 1


def test_one_byte_too_many_in_a_tile_is_found():
    deed("a")
    operations.sequence(at=AT)
    with pytest.raises(Exception, match="只增不改"):
        run("UPDATE journal_tile SET hashes = hashes || '\\x07'::bytea")
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_tile SET hashes = hashes || '\\x07'::bytea")
    assert any("日志末尾之后" in sentence for sentence in sentences())


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        (inserted(number="-1"), psycopg.errors.InsufficientPrivilege),
        (inserted(at="'infinity'"), psycopg.errors.CheckViolation),
        ("INSERT INTO journal_checkpoint VALUES (1000000, '', now(), 'x', 'x')", psycopg.errors.RestrictViolation),
    ],
    ids=["a number of its own", "a time that never comes", "a checkpoint of what is not there"],
)  # fmt: skip
def test_rows_that_would_stop_the_log_are_refused(statement, refused, application):  # noqa: F811
    with working_as(application):
        deed("a")
        operations.sequence(at=AT)
        with pytest.raises(Exception) as error:
            run(statement)
        assert isinstance(error.value.__cause__, refused)
        deed("b")
        assert operations.sequence(at=AT) == 1
        assert sentences() == []


def test_the_waiting_list_cannot_be_written_through_a_trigger_of_ones_own(application):  # noqa: F811
    with working_as(application):
        run("CREATE TEMP TABLE mine (id bigint)")
        with pytest.raises(Exception, match="permission denied"):
            run(
                "CREATE TRIGGER x AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION nianlun_journal_wait()"
            )
    assert Pending.objects.count() == 0


@pytest.mark.parametrize("details", ["[]", '{"entries": 5}', '{"entries": [1]}', '{"n": 1e5000}'])
def test_an_odd_row_is_a_fault_of_that_row(details):
    run(inserted(action="journal.contents_destroyed", details=details))
    operations.sequence(at=AT + timedelta(days=36500))
    (fault,) = queries.verify_log().faults
    assert "内容已被改动" in fault.sentence


@pytest.mark.parametrize("lacking", ["account", "approved_by_account", "authority", "later"])
def test_contents_blanked_without_two_people_an_authority_or_an_entry_before_it_are_a_fault(
    lacking, viewer
):
    by = None if lacking == "account" else viewer("auditor")  # which writes an entry of its own
    number = deed("秘密")
    named = number if lacking != "later" else number + 2
    details = {
        "entries": {str(named): domain.spelled_time(AT)},
        "authority": "" if lacking == "authority" else "冀人社销〔2026〕3号",
        "approved_by_account": None if lacking == "approved_by_account" else 10**6,
    }
    with transaction.atomic():
        notice = operations.record(domain.CONTENTS_DESTROYED, by=by, details=details, at=AT)
    if lacking == "later":
        assert deed("后来的") == named == notice + 1
    operations.sequence(at=AT)
    with behind_the_back() as cursor:
        cursor.execute(BLANK, [named])
    assert sentences() == [f"第 {named} 号留痕的内容被抹去，没有依法销毁的记录"]


def test_an_old_database_with_its_own_old_files_is_found_and_not_signed_on(witness, checkpoints):  # noqa: F811
    witness()
    deed("a")
    operations.sequence(at=AT)
    old = {path: path.read_bytes() for path in checkpoints.iterdir()}
    tile = queries.tile(0, 0)
    deed("b")
    operations.sequence(at=AT)
    assert operations.ask_witnesses(at=AT)
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM journal_leaf WHERE position > 0")
        cursor.execute("DELETE FROM journal_entry WHERE about = 'b'")
        cursor.execute("DELETE FROM journal_cosignature")
        cursor.execute("DELETE FROM journal_checkpoint WHERE size > 1")
        cursor.execute("UPDATE journal_tile SET hashes = %s", [tile])
    for path, content in old.items():
        path.write_bytes(content)
    assert any("见证方 witness.example" in sentence for sentence in sentences())
    deed("c")
    with pytest.raises(domain.Refusal, match="见证方见过 2 条"):
        operations.sequence(at=AT + timedelta(minutes=5))
    assert queries.last_checkpoint().size == 1


def test_a_key_that_is_missing_is_told_in_the_status(settings, tmp_path):
    deed("a")
    settings.LOG_KEY = tmp_path / "none"
    with pytest.raises(domain.Refusal, match="none"):
        operations.sequence(at=AT)
    assert "none" in queries.log_status().sequencer.problem


def test_what_nobody_foresaw_is_told_in_the_status(monkeypatch):
    deed("a")
    monkeypatch.setattr(sequencing, "_sign", lambda *_given, **_more: 1 // 0)
    with pytest.raises(domain.Refusal, match="ZeroDivisionError"):
        operations.sequence(at=AT)
    assert "没有料到" in queries.log_status().sequencer.problem


def test_what_is_written_while_a_backlog_is_placed_is_no_clock_turned(monkeypatch):
    deed("a")
    place, gone = sequencing._place_batch, iter([0.0])
    passed = 0.0

    def slow() -> int:
        nonlocal passed
        placed = place()
        if next(gone, None) is not None:
            passed = 10.0
            deed("b", at=AT + timedelta(seconds=8))
        return placed

    monkeypatch.setattr(sequencing, "_place_batch", slow)
    monkeypatch.setattr(sequencing.time, "monotonic", lambda: passed)
    operations.sequence(at=AT)
    assert sentences() == []


def test_a_witness_that_cannot_be_asked_is_noted_and_the_next_one_is_asked(settings, witness):  # noqa: F811
    witness()
    (well,) = settings.LOG_WITNESSES
    settings.LOG_WITNESSES = (("http://127.0.0.1:9", "broken+4f2f3f1e+x"), well)
    deed("a")
    operations.sequence(at=AT)
    assert not operations.ask_witnesses(at=AT)
    broken, asked = queries.log_status().witnesses
    assert ("公钥不对" in broken.problem, asked.size) == (True, 1)


def test_rights_are_granted_whole_or_not_at_all(application, monkeypatch):  # noqa: F811
    def killed(*_given: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(database_rights.journal, "withhold", killed)
    with pytest.raises(KeyboardInterrupt):
        database_rights.grant(APPLICATION)
    with working_as(application):
        deed("a")
        with pytest.raises(Exception, match="permission denied"):
            run("DELETE FROM journal_pending")


def test_a_key_that_was_retired_signs_nothing_more(settings, tmp_path):
    path, stolen = tmp_path / "key.json", tmp_path / "stolen.json"
    LogKey.create(path, name="log.example/journal")
    settings.LOG_KEY = path
    deed("a")
    operations.sequence(at=AT)
    shutil.copy(path, stolen)
    LogKey.load(path).rotate(path, size=1, at=AT)
    assert sentences() == []
    deed("b")
    settings.LOG_KEY = stolen
    operations.sequence(at=AT)
    settings.LOG_KEY = path
    assert any("停用" in sentence for sentence in sentences())
    deed("c")
    with pytest.raises(domain.Refusal, match="停用"):
        operations.sequence(at=AT)
