"""Five hundred single attacks on the log by whoever owns the database or the files, each found and named (S6.2).

One log of three checkpoints is made once; every attack is a transaction that is undone, and the files are put back.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tests.journal.logs import AT, DEED

from nianlun.journal import operations, queries
from nianlun.journal.models import Entry
from nianlun.kernel.merkle import HASH, leaf_hash
from nianlun.kernel.receipts import entry_digest, leaf_data

ATTACKS = 500
SIZES = (20, 258, 264)
"""Lengths of the log at its three checkpoints: inside the first tile, beyond it, and a tail."""


@dataclass(frozen=True)
class Log:
    """The log under attack: numbers of its entries by place, and one that waits."""

    ids: list[int]
    waiting: int
    folder: Path


@dataclass(frozen=True)
class Expected:
    """Words of which one stands in some fault, or the number of an entry that a fault names."""

    entries: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@pytest.fixture
def log(transactional_db: None, checkpoints: Path) -> Iterator[Log]:
    ids: list[int] = []
    for size in SIZES:
        with transaction.atomic():
            while len(ids) < size:
                about = f"第{len(ids)}人"
                ids.append(operations.record(DEED, by=None, about=about, details={"n": len(ids)}, at=AT))
        operations.sequence(at=AT)
    with transaction.atomic():
        waiting = operations.record(DEED, by=None, about="还在等", at=AT)
    yield Log(ids, waiting, checkpoints)


def change_content(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    column = at.choice(
        [
            "purpose",
            "about",
            "name",
            "role",
            "role_label",
            "agency_name",
            "scope",
            "about_id",
            "address",
            "outcome",
        ]
    )
    cursor.execute(f"UPDATE journal_entry SET {column} = '改' WHERE id = %s", [log.ids[place]])  # noqa: S608
    return Expected(entries=(log.ids[place],))


def change_number(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    change = at.choice(
        ["rows = rows + 1", "account_id = 7", "at = at - interval '1 microsecond'", "person_id = gen_random_uuid()",
         "details = '{\"n\": -1}'", "salt = '\\x00'"]
    )  # fmt: skip
    cursor.execute(f"UPDATE journal_entry SET {change} WHERE id = %s", [log.ids[place]])  # noqa: S608
    return Expected(entries=(log.ids[place],))


def change_one_byte_of_a_digest(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    column, table, key = at.choice(
        [("digest", "journal_entry", "id"), ("hash", "journal_leaf", "entry_id")]
    )
    cursor.execute(
        f"UPDATE {table} SET {column} = set_byte({column}, %s, 255 - get_byte({column}, %s)) WHERE {key} = %s",  # noqa: S608
        [byte := at.randrange(HASH), byte, log.ids[place]],
    )
    return Expected(entries=(log.ids[place],))


def forge(cursor: Any, number: int) -> bytes:
    """Rewrite an entry with its digest as if it had always said so; its new leaf hash."""
    cursor.execute("UPDATE journal_entry SET purpose = '改过的事由' WHERE id = %s", [number])
    row = Entry.objects.get(pk=number)
    digest = entry_digest(row.content().said(), salt=bytes(row.salt))
    cursor.execute("UPDATE journal_entry SET digest = %s WHERE id = %s", [digest, number])
    return leaf_hash(leaf_data(number, digest))


def change_content_and_digest(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    forge(cursor, log.ids[place])
    return Expected(entries=(log.ids[place],))


def change_content_digest_and_leaf(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    leaf = forge(cursor, log.ids[place])
    cursor.execute("UPDATE journal_leaf SET hash = %s WHERE position = %s", [leaf, place])
    return Expected(entries=(log.ids[place],))


def change_content_up_to_the_tile(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1])
    leaf = forge(cursor, log.ids[place])
    cursor.execute("UPDATE journal_leaf SET hash = %s WHERE position = %s", [leaf, place])
    cursor.execute(
        "UPDATE journal_tile SET hashes = overlay(hashes placing %s from %s) WHERE level = 0 AND index = %s",
        [leaf, place % 256 * HASH + 1, place // 256],
    )
    # All three agree now: what was signed tells between which two checkpoints the change lies.
    since = max([0, *(size for size in SIZES if size <= place)])
    until = min(size for size in SIZES if size > place)
    return Expected(words=(f"第 {since + 1} 至 {until} 条有改动",))


def remove_entry(cursor: Any, log: Log, at: random.Random) -> Expected:
    number = at.choice(log.ids)
    cursor.execute("DELETE FROM journal_entry WHERE id = %s", [number])
    return Expected(entries=(number,))


def remove_leaf(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1] - 1)
    cursor.execute("DELETE FROM journal_leaf WHERE position = %s", [place])
    return Expected(entries=(log.ids[place],))


def remove_entry_and_leaf(cursor: Any, log: Log, at: random.Random) -> Expected:
    place = at.randrange(SIZES[-1] - 1)
    cursor.execute("DELETE FROM journal_leaf WHERE position = %s", [place])
    cursor.execute("DELETE FROM journal_entry WHERE id = %s", [log.ids[place]])
    return Expected(words=(f"日志第 {place + 1} 条的位置被删除",))


def close_the_gap(cursor: Any, log: Log, at: random.Random) -> Expected:
    """Remove an entry and move all that follow one place forward."""
    place = at.randrange(SIZES[-1] - 1)
    cursor.execute("DELETE FROM journal_entry WHERE id = %s", [log.ids[place]])
    cursor.execute("DELETE FROM journal_leaf WHERE position = %s", [place])
    cursor.execute("UPDATE journal_leaf SET position = -position WHERE position > %s", [place])
    cursor.execute("UPDATE journal_leaf SET position = -position - 1 WHERE position < 0")
    return Expected(entries=(log.ids[place + 1],), words=(f"第 {place + 1} 条（",))


def cut_the_tail(cursor: Any, log: Log, at: random.Random) -> Expected:
    """Remove the newest entries from every table of the database."""
    left = at.randrange(1, SIZES[-1])
    cursor.execute("DELETE FROM journal_leaf WHERE position >= %s", [left])
    cursor.execute("DELETE FROM journal_entry WHERE id = ANY(%s)", [log.ids[left:]])
    cursor.execute("DELETE FROM journal_checkpoint WHERE size > %s", [left])
    cursor.execute(
        "DELETE FROM journal_tile WHERE index >= %s OR level > 0 AND %s < 256", [left // 256 + 1, left]
    )
    cursor.execute(
        "UPDATE journal_tile SET hashes = substr(hashes, 1, %s) WHERE level = 0 AND index = %s",
        [left % 256 * HASH, left // 256],
    )
    return Expected(words=(f"日志只有 {left} 条：第 {left + 1} 条起被截去，或数据库是从旧备份恢复的",))


def swap_leaves(cursor: Any, log: Log, at: random.Random) -> Expected:
    one, two = at.sample(range(SIZES[-1]), 2)
    cursor.execute("UPDATE journal_leaf SET position = -1 WHERE position = %s", [one])
    cursor.execute("UPDATE journal_leaf SET position = %s WHERE position = %s", [one, two])
    cursor.execute("UPDATE journal_leaf SET position = %s WHERE position = -1", [two])
    return Expected(entries=(log.ids[one],), words=())


def swap_entries(cursor: Any, log: Log, at: random.Random) -> Expected:
    one, two = at.sample(log.ids, 2)
    cursor.execute("UPDATE journal_entry SET id = 9000000000 WHERE id = %s", [one])
    cursor.execute("UPDATE journal_entry SET id = %s WHERE id = %s", [one, two])
    cursor.execute("UPDATE journal_entry SET id = %s WHERE id = 9000000000", [two])
    return Expected(entries=(one,))


COPY = (
    "INSERT INTO journal_entry (at, account_id, role, role_label, name, agency_name, scope, action, about, about_id,"
    " person_id, purpose, rows, outcome, address, details, salt, digest) SELECT at, account_id, role, role_label, name,"
    " agency_name, scope, action, about, about_id, person_id, purpose, rows, outcome, address, details, salt, digest"
    " FROM journal_entry WHERE id = %s RETURNING id"
)


def slip_in(cursor: Any, log: Log, at: random.Random) -> Expected:
    """Insert an entry past the trigger that queues it."""
    cursor.execute(COPY, [at.choice(log.ids)])
    return Expected(entries=(cursor.fetchone()[0],))


def slip_in_as_a_leaf(cursor: Any, log: Log, at: random.Random) -> Expected:
    """Insert an entry and its leaf at the end, unsigned tiles and all left alone."""
    cursor.execute(COPY, [at.choice(log.ids)])
    (number,) = cursor.fetchone()
    cursor.execute("SELECT digest FROM journal_entry WHERE id = %s", [number])
    leaf = leaf_hash(leaf_data(number, bytes(cursor.fetchone()[0])))
    cursor.execute("INSERT INTO journal_leaf VALUES (%s, %s, %s)", [SIZES[-1], number, leaf])
    return Expected(entries=(number,))


def change_a_tile(cursor: Any, log: Log, at: random.Random) -> Expected:
    level, index, width = at.choice([(0, 0, 256), (0, 1, SIZES[-1] - 256), (1, 0, 1)])
    byte = at.randrange(width * HASH)
    cursor.execute(
        "UPDATE journal_tile SET hashes = set_byte(hashes, %s, 255 - get_byte(hashes, %s))"
        " WHERE level = %s AND index = %s",
        [byte, byte, level, index],
    )
    if level:
        return Expected(words=("摘要块 1/0 的第 1 个摘要",))
    return Expected(entries=(log.ids[index * 256 + byte // HASH],))


def remove_a_tile(cursor: Any, log: Log, at: random.Random) -> Expected:
    level, index = at.choice([(0, 0), (0, 1), (1, 0)])
    cursor.execute("DELETE FROM journal_tile WHERE level = %s AND index = %s", [level, index])
    return (
        Expected(words=("摘要块 1/0 的第 1 个摘要",))
        if level
        else Expected(entries=(log.ids[index * 256],))
    )


def change_a_checkpoint(cursor: Any, log: Log, at: random.Random) -> Expected:
    size = at.choice(SIZES)
    change = at.choice(
        ["root = set_byte(root, 5, 255 - get_byte(root, 5))", "at = at - interval '1 day'", "origin = '别的日志'",
         "note = replace(note, E'\\n' || size || E'\\n', E'\\n' || size - 1 || E'\\n')",
         "note = regexp_replace(note, '— .*', '')"]
    )  # fmt: skip
    cursor.execute(f"UPDATE journal_checkpoint SET {change} WHERE size = %s", [size])  # noqa: S608
    return Expected(words=(f"{size} 条处的检查点被改动",))


def remove_a_checkpoint(cursor: Any, log: Log, at: random.Random) -> Expected:
    size = at.choice(SIZES)
    cursor.execute("DELETE FROM journal_checkpoint WHERE size = %s", [size])
    return Expected(words=(f"（{size} 条处）在库里没有：检查点被删",))


def day_file(log: Log) -> Path:
    (path,) = log.folder.iterdir()
    return path


def change_a_file(_cursor: Any, log: Log, at: random.Random) -> Expected:
    """Change one character of a note outside: of its text or of a signature."""
    path = day_file(log)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    which = at.randrange(len(lines))
    letters = [place for place, letter in enumerate(lines[which]) if letter.isascii() and letter.isalnum()]
    place = at.choice(letters)
    new = "x" if lines[which][place] != "x" else "y"
    lines[which] = lines[which][:place] + new + lines[which][place + 1 :]
    path.write_text("".join(lines), encoding="utf-8")
    return Expected(words=(f"第 {which + 1} 行", f"{SIZES[which]} 条处的检查点在库外的文件里没有"))


def remove_from_a_file(_cursor: Any, log: Log, at: random.Random) -> Expected:
    path = day_file(log)
    lines = path.read_bytes().splitlines(keepends=True)
    which = at.randrange(len(lines))
    path.write_bytes(b"".join(lines[:which] + lines[which + 1 :]))
    return Expected(words=(f"{SIZES[which]} 条处的检查点在库外的文件里没有",))


def remove_the_files(_cursor: Any, log: Log, at: random.Random) -> Expected:
    shutil.rmtree(log.folder)
    return Expected(words=("条处的检查点在库外的文件里没有",))


def empty_unlawfully(cursor: Any, log: Log, at: random.Random) -> Expected:
    """Empty an entry without a decision: what only the lawful way may do."""
    number = at.choice(log.ids)
    cursor.execute(
        "UPDATE journal_entry SET account_id = NULL, role = '', role_label = '', name = '', agency_name = '',"
        " scope = '', action = 'journal.emptied', about = '', about_id = '', person_id = NULL, purpose = '',"
        " rows = 0, outcome = 'done', address = '', details = '{}', salt = '' WHERE id = %s",
        [number],
    )
    return Expected(entries=(number,), words=("没有依法销毁的记录",))


def touch_what_waits(cursor: Any, log: Log, at: random.Random) -> Expected:
    cursor.execute(
        at.choice(
            [
                "UPDATE journal_entry SET purpose = '改' WHERE id = %s",
                "DELETE FROM journal_entry WHERE id = %s",
                "DELETE FROM journal_pending WHERE entry_id = %s",
            ]
        ),
        [log.waiting],
    )
    return Expected(entries=(log.waiting,))


def queue_again(cursor: Any, log: Log, at: random.Random) -> Expected:
    number = at.choice(log.ids)
    cursor.execute("INSERT INTO journal_pending VALUES (%s)", [number])
    return Expected(entries=(number,))


def turn_the_clock(cursor: Any, log: Log, at: random.Random) -> Expected:
    """An entry that says it was written after the checkpoint that covers it, digests and tiles forged along."""
    number = at.choice(log.ids)
    cursor.execute("UPDATE journal_entry SET at = at + interval '1 day' WHERE id = %s", [number])
    forge(cursor, number)
    return Expected(entries=(number,), words=("时钟被动过",))


KINDS: list[Callable[[Any, Log, random.Random], Expected]] = [
    change_content,
    change_number,
    change_one_byte_of_a_digest,
    change_content_and_digest,
    change_content_digest_and_leaf,
    change_content_up_to_the_tile,
    remove_entry,
    remove_leaf,
    remove_entry_and_leaf,
    close_the_gap,
    cut_the_tail,
    swap_leaves,
    swap_entries,
    slip_in,
    slip_in_as_a_leaf,
    change_a_tile,
    remove_a_tile,
    change_a_checkpoint,
    remove_a_checkpoint,
    change_a_file,
    remove_from_a_file,
    remove_the_files,
    empty_unlawfully,
    touch_what_waits,
    queue_again,
    turn_the_clock,
]


class Undone(Exception):
    """Takes an attack back."""


def test_five_hundred_attacks_are_found_and_their_culprits_named(log: Log, tmp_path: Path):
    assert queries.verify_log().faults == []
    at = random.Random(20261123)
    kept = tmp_path / "kept"
    shutil.copytree(log.folder, kept)
    missed = []
    for number in range(ATTACKS):
        attack = KINDS[number % len(KINDS)]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                expected = attack(cursor, log, at)
                faults = queries.verify_log().faults
                raise Undone
        except Undone:
            pass
        named = {fault.entry_id for fault in faults}
        said = "\n".join(fault.sentence for fault in faults)
        if not set(expected.entries) <= named or (
            expected.words and not any(words in said for words in expected.words)
        ):
            missed.append((number, attack.__name__, expected, faults[:3]))
        shutil.rmtree(log.folder, ignore_errors=True)
        shutil.copytree(kept, log.folder)
    assert missed == []
    assert queries.verify_log().faults == []


def test_an_old_database_beside_its_own_old_files_shows_by_what_a_witness_saw(log: Log):
    newest = queries.last_checkpoint().note
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cut_the_tail(cursor, log, random.Random(1))
        path = day_file(log)
        left = queries.last_checkpoint().size
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[: SIZES.index(left) + 1]), encoding="utf-8")
        size = queries.log_size()
        assert queries.verify_log().faults == []  # what is left holds in itself
        (fault,) = queries.verify_log(known=[("见证方", newest)]).faults
        assert f"见证方的检查点到第 {SIZES[-1]} 条，日志只有 {size} 条" in fault.sentence
