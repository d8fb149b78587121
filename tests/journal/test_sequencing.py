"""Committed entries get their place once, in whatever way the sequencer is stopped, and the log is signed (S6.1)."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.journal.logs import AT, DEED, behind_the_back, deed

from nianlun.journal import domain, operations, queries
from nianlun.journal.models import Checkpoint, Entry, Leaf, Pending
from nianlun.journal.queries import Fault
from nianlun.kernel.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from nianlun.kernel.notes import Checkpoint as Signed
from nianlun.kernel.notes import open_note
from nianlun.kernel.receipts import check, leaf_data

pytestmark = pytest.mark.django_db(transaction=True)


def root_by_hand() -> bytes:
    rows = Entry.objects.order_by("leaf__position").values_list("pk", "digest")
    return root_of([leaf_hash(leaf_data(number, bytes(digest))) for number, digest in rows])


def test_waiting_entries_are_placed_in_order_and_signed():
    for about in "abc":
        deed(about)
    assert operations.waits()
    assert operations.sequence(at=AT) == 3
    assert not operations.waits()
    assert list(Leaf.objects.order_by("position").values_list("position", "entry__about")) == [
        (0, "a"), (1, "b"), (2, "c"),
    ]  # fmt: skip
    line = queries.last_checkpoint()
    signed = Signed.parse(open_note(line.note, verifiers=queries.log_key().verifiers).text)
    assert (signed.size, signed.root) == (3, root_by_hand())
    assert domain.signed_at(signed.extensions) == AT
    assert operations.sequence(at=AT) == 0
    assert Checkpoint.objects.count() == 1


def test_a_log_beyond_one_tile_has_the_root_of_its_leaves_and_proofs_that_hold():
    with transaction.atomic():
        for number in range(300):
            operations.record(DEED, by=None, about=str(number), at=AT)
    operations.sequence(at=AT)
    old = queries.last_checkpoint()
    with transaction.atomic():
        for number in range(300, 777):
            operations.record(DEED, by=None, about=str(number), at=AT)
    operations.sequence(at=AT)
    new = queries.last_checkpoint()
    assert (old.size, new.size) == (300, 777)
    assert new.root == root_by_hand()
    verify_consistency(
        old_size=300, new_size=777, old_root=old.root, new_root=new.root, path=queries.consistency(300, 777)
    )
    for about in ("0", "255", "256", "299", "300", "776"):
        proof = queries.inclusion(Entry.objects.get(about=about).pk)
        verify_inclusion(proof.leaf, index=proof.position, size=proof.size, path=proof.path, root=new.root)
    report = queries.verify_log()
    assert (report.faults, report.size, report.entries, report.checkpoints) == ([], 777, 777, 2)


def test_it_is_not_called_in_a_transaction_that_may_be_undone(checkpoints):
    deed("a")
    with transaction.atomic(), pytest.raises(domain.InsideTransaction):
        operations.sequence(at=AT)
    assert not checkpoints.exists()


def test_four_writers_and_two_sequencers_at_once_lose_and_double_nothing():
    def write(writer: int) -> None:
        for number in range(15):
            deed(f"{writer}-{number}")
        connection.close()

    def place() -> None:
        for _ in range(10):
            operations.sequence(at=AT)
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    threads += [threading.Thread(target=place) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    operations.sequence(at=AT)
    report = queries.verify_log()
    assert (report.faults, report.size, report.pending) == ([], 60, 0)


KILLED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.test"
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from pathlib import Path
settings.CHECKPOINTS = Path(sys.argv[2])
from datetime import datetime
from nianlun.journal.operations import sequencing
sequencing.BATCH = 7
print("begun", flush=True)
while True:
    sequencing.sequence(at=datetime.fromisoformat(sys.argv[3]))
"""


def test_a_sequencer_killed_again_and_again_leaves_a_whole_log(checkpoints):
    name = connection.settings_dict["NAME"]
    for round_ in range(4):
        command = [sys.executable, "-c", KILLED, name, str(checkpoints), AT.isoformat()]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        child.stdout.readline()
        for number in range(60):
            deed(f"{round_}-{number}")
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    while operations.waits():  # the server may not have noticed yet that the last one is gone
        operations.sequence(at=AT)
    report = queries.verify_log()
    # One killed between the file and the database leaves an entry that makes up for it.
    made_up_for = Entry.objects.filter(action="journal.checkpoint_entered").count()
    assert (report.faults, report.size, report.pending) == ([], 240 + made_up_for, 0)
    assert made_up_for <= 4


def test_a_kill_between_the_file_and_the_database_is_made_up_for(checkpoints):
    deed("a")
    operations.sequence(at=AT)
    with behind_the_back() as cursor:  # as if the row had not been written any more
        cursor.execute("DELETE FROM journal_checkpoint")
    assert queries.verify_log().faults != []
    operations.sequence(at=AT)
    assert Entry.objects.filter(action="journal.checkpoint_entered").count() == 1
    assert queries.verify_log().sound


def test_a_line_that_a_power_cut_left_half_is_closed_and_not_taken_for_a_fault(checkpoints):
    deed("a")
    operations.sequence(at=AT)
    (path,) = checkpoints.iterdir()
    with path.open("ab") as file:
        file.write(b'"nianlun.demo/jour')
    assert not queries.verify_log().sound
    deed("b")
    operations.sequence(at=AT)
    assert queries.verify_log().faults == []


def refusal() -> str:
    with pytest.raises(domain.Refusal) as refused:
        operations.sequence(at=AT)
    assert queries.log_status().sequencer.problem == str(refused.value)
    assert Entry.objects.filter(action="journal.signing_refused").count() == 1
    with pytest.raises(domain.Refusal):  # and again, without a second entry
        operations.sequence(at=AT)
    assert Entry.objects.filter(action="journal.signing_refused").count() == 1
    return str(refused.value)


def test_a_clock_set_back_is_not_signed_and_once_right_again_it_goes_on():
    deed("a")
    operations.sequence(at=AT + timedelta(hours=1))
    deed("b")
    assert "时钟倒退" in refusal()
    operations.sequence(at=AT + timedelta(hours=2))
    assert queries.log_status().sequencer.problem == ""
    assert Entry.objects.filter(action="journal.signing_resumed").exists()
    operations.sequence(at=AT + timedelta(hours=2))
    assert queries.verify_log().sound


def cut_to(size: int) -> None:
    with behind_the_back() as cursor:
        cursor.execute(
            "DELETE FROM journal_entry WHERE id IN (SELECT entry_id FROM journal_leaf WHERE position >= %s)",
            [size],
        )
        cursor.execute("DELETE FROM journal_leaf WHERE position >= %s", [size])
        cursor.execute("DELETE FROM journal_checkpoint WHERE size > %s", [size])
        cursor.execute("UPDATE journal_tile SET hashes = substr(hashes, 1, %s)", [32 * size])


def test_a_database_restored_from_last_week_is_not_signed():
    deed("a")
    deed("b")
    operations.sequence(at=AT)
    deed("c")
    operations.sequence(at=AT)
    cut_to(2)
    deed("instead of c")
    assert "旧备份" in refusal()
    assert Pending.objects.count() == 2  # what came since, and the refusal: nothing was placed
    sentences = [fault.sentence for fault in queries.verify_log().faults]
    assert any("签到第 3 条，日志只有 2 条" in sentence for sentence in sentences)


def test_a_fork_is_not_signed():
    for about in "ab":
        deed(about)
    operations.sequence(at=AT)
    cut_to(1)
    with behind_the_back() as cursor:  # whoever owns the database puts another entry in its place
        cursor.execute("SELECT nianlun_journal_place(1, ARRAY[%s]::bigint[])", [deed("forged")])
    assert "改写" in refusal()


def test_checkpoint_files_that_are_gone_stop_the_signing(checkpoints):
    deed("a")
    operations.sequence(at=AT)
    (path,) = checkpoints.iterdir()
    path.unlink()
    deed("b")
    assert "检查点文件" in refusal()


def test_a_log_begun_anew_under_another_name_says_what_was_lost(settings, tmp_path, checkpoints):
    key = tmp_path / "key.json"
    queries.log_key().create(key, name="old/journal")
    settings.LOG_KEY = key
    for about in "abc":
        deed(about)
        operations.sequence(at=AT)
    cut_to(2)
    queries.log_key().rotate(key, size=3, at=AT, name="new/journal")
    deed("after the restore")
    operations.sequence(at=AT)
    report = queries.verify_log()
    assert report.faults == []
    assert ["1 个检查点" in loss for loss in report.losses] == [True]


def test_a_receipt_is_proved_by_the_log_s_key_alone_and_waits_for_nothing():
    number = deed("张三", purpose="核对缴费")
    receipt = operations.receipt(number, at=AT)
    assert (receipt.leaf_index, receipt.told) == (0, "做了 张三")
    assert check(receipt, trusted=[queries.log_key().vkey]).size == 1
    with pytest.raises(domain.NotInLog):
        queries.receipt(number + 1000)


def test_whole_verification_in_processes_says_the_same_as_in_one(monkeypatch):
    from nianlun.journal.queries.verification import whole

    monkeypatch.setattr(whole, "_WORTH_PROCESSES", 0)
    numbers = [deed(str(number)) for number in range(5)]
    operations.sequence(at=AT)
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_entry SET purpose = '改过' WHERE id = %s", [numbers[3]])
    report = queries.verify_log()
    assert report.faults == queries.verify_log(processes=1).faults
    assert report.faults == [Fault(numbers[3], f"第 4 条（第 {numbers[3]} 号留痕）的内容已被改动")]
