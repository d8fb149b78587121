"""The whole verification, in one snapshot of the database and of the files."""

import heapq
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from nianlun.journal import witness_client
from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.journal.queries.log import LOCK, log_key
from nianlun.journal.queries.verification.report import LogReport
from nianlun.journal.queries.verification.signatures import (
    check_checkpoints,
    check_cosignatures,
    check_files,
    opened,
    rows,
)
from nianlun.journal.queries.verification.spine import Expected, Spine
from nianlun.journal.stretch import (
    STRETCH,
    Emptied,
    Fault,
    Found,
    Notice,
    check_in_process,
    check_stretch,
    check_waiting,
    join_snapshot,
)
from nianlun.journal.witness_client import NotCosigned
from nianlun.kernel.notes import BadCheckpoint, LogKey, NotSigned

PROCESSES = 2
WITNESS_SECONDS = 5.0
_WORTH_PROCESSES = 4 * STRETCH
Link = psycopg.Connection[Any]


def verify_log(
    *,
    known: Iterable[tuple[str, str]] = (),
    tell: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int = PROCESSES,
) -> LogReport:
    """Prove every entry against the log, the log against what was signed of it, and name what does not fit (S6.2).

    `known` are notes of this log seen elsewhere, each with where (a witness, a receipt). `tell` hears how many of how
    many entries are done. Uses `processes` processes for a long log; a log that grows meanwhile is proved as it was at
    the beginning. Memory grows only with the number of destroyed contents. Raises `kernel.cipher.KeyMissing`.
    """
    key = log_key()
    report = LogReport()
    # Before the snapshot: what a witness has seen by then must be in it.
    known = [*known, *_seen_by_witnesses(report, origin=key.name)]
    with _snapshot() as (link, lengths, shared):
        (size,) = psycopg.Cursor(link).execute(
            "SELECT coalesce(max(position) + 1, 0) FROM journal_leaf"
        ).fetchone() or (0,)
        report.size = size
        check_checkpoints(link, report, key=key)
        emptied, notices = _check_tree(
            link, report, expected=_expected(link, report, known, key=key), tell=tell,
            processes=processes if shared and size > _WORTH_PROCESSES else 1, snapshot=shared,
        )  # fmt: skip
        _check_destroyed(report, emptied, notices)
        _check_outside_the_log(link, report)
        check_files(link, report, key=key, lengths=lengths, size=size)
        check_cosignatures(link, report)
    return report


def _seen_by_witnesses(report: LogReport, *, origin: str) -> Iterator[tuple[str, str]]:
    """What each witness last saw of the log: an old database beside its own old files shows by that alone."""
    for url, vkey in settings.LOG_WITNESSES:
        name = vkey.partition("+")[0]
        try:
            note = witness_client.seen(url, origin=origin, seconds=WITNESS_SECONDS)
        except NotCosigned as reason:
            report.losses.append(f"没有与见证方 {name} 核对：{reason}")
        else:
            if note:
                yield f"见证方 {name} ", note


@contextmanager
def _snapshot() -> Iterator[tuple[Link, dict[str, int], str]]:
    """A connection that sees the database, and the lengths of the files, at one instant between two signings.

    The name of the snapshot is for other processes; empty inside a transaction, which sees what nobody else does.
    """
    files = CheckpointFiles(settings.CHECKPOINTS)
    if connection.in_atomic_block:
        yield connection.connection, files.lengths(), ""
        return
    parameters = connection.get_connection_params()
    with psycopg.connect(**_plain(parameters), autocommit=True) as link:
        link.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        lengths = files.lengths()
        link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (name,) = link.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        link.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
        yield link, lengths, name


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the connection without what Django adds for its own cursors."""
    return {
        name: value
        for name, value in parameters.items()
        if isinstance(value, str | int) and name != "prepare_threshold"
    }


def _expected(
    link: Link, report: LogReport, known: Iterable[tuple[str, str]], *, key: LogKey
) -> Iterator[Expected]:
    elsewhere = []
    for whose, note in known:
        try:
            signed = opened(note, key=key)
        except (NotSigned, BadCheckpoint) as reason:
            report.add(Fault(0, f"{whose}的检查点不是本日志所签：{reason}"))
        else:
            elsewhere.append(Expected(signed.size, signed.root, f"{whose}的检查点"))
    here = (
        Expected(size, bytes(root), "检查点")
        for size, root in rows(link, "roots", "SELECT size, root FROM journal_checkpoint ORDER BY size")
    )
    return heapq.merge(here, sorted(elsewhere, key=_size), key=_size)


def _size(expected: Expected) -> int:
    return expected.size


def _check_tree(
    link: Link,
    report: LogReport,
    *,
    expected: Iterator[Expected],
    tell: Callable[[int, int], None],
    processes: int,
    snapshot: str,
) -> tuple[list[Emptied], list[Notice]]:
    emptied: list[Emptied] = []
    notices: list[Notice] = []

    def tile(level: int, index: int) -> bytes:
        row = psycopg.Cursor(link).execute(
            "SELECT hashes FROM journal_tile WHERE level = %s AND index = %s", (level, index)
        )
        found = row.fetchone()
        return bytes(found[0]) if found else b""

    def last_tiles() -> Iterator[tuple[int, int, int]]:
        query = (
            "SELECT DISTINCT ON (level) level, index, length(hashes) FROM journal_tile"
            " ORDER BY level, index DESC"
        )
        yield from psycopg.Cursor(link).execute(query)

    spine = Spine(report, tile=tile, expected=expected)
    stretches = [(at, min(at + STRETCH, report.size)) for at in range(0, report.size, STRETCH)]
    with _checked(link, stretches, processes=processes, snapshot=snapshot) as results:
        for (_since, until), found in zip(stretches, results, strict=True):
            report.entries += found.entries
            report.add(*found.faults)
            emptied += found.emptied
            notices += found.notices
            spine.take(found.hashes)
            tell(until, report.size)
    spine.finish(kept=last_tiles)
    return emptied, notices


@contextmanager
def _checked(
    link: Link, stretches: Sequence[tuple[int, int]], *, processes: int, snapshot: str
) -> Iterator[Iterator[Found]]:
    if processes == 1:
        yield (check_stretch(link, since, until) for since, until in stretches)
        return
    parameters = _plain(connection.get_connection_params())
    # Spawned: a fork would share this process's connections and threads.
    with ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=join_snapshot,
        initargs=(parameters, snapshot),
    ) as pool:
        yield pool.map(check_in_process, stretches)


def _check_destroyed(report: LogReport, emptied: list[Emptied], notices: list[Notice]) -> None:
    """An emptied entry is right only if a lawful entry that comes after it in the log tells of it, with its time."""
    told: dict[str, list[tuple[int, str]]] = {}
    for notice in notices:
        for number, at in notice.times.items():
            told.setdefault(number, []).append((notice.position, at))
    for gone in emptied:
        later = [at for position, at in told.get(str(gone.entry_id), ()) if position > gone.position]
        if not later:
            report.add(Fault(gone.entry_id, f"第 {gone.entry_id} 号留痕的内容被抹去，没有依法销毁的记录"))
        elif gone.at not in later:
            report.add(Fault(gone.entry_id, f"第 {gone.entry_id} 号留痕（内容已依法销毁）的时间被改动"))
    report.emptied = len(emptied)


def _check_outside_the_log(link: Link, report: LogReport) -> None:
    """Entries that wait, and entries that neither wait nor stand in the log."""
    after, waiting = -(2**63), 0
    while True:
        found, count, after = check_waiting(link, after=after)
        report.add(*found.faults)
        waiting += count
        if not count:
            break
    report.pending = waiting
    (there,) = psycopg.Cursor(link).execute("SELECT count(*) FROM journal_entry").fetchone() or (0,)
    if report.sound and there == report.entries + waiting:
        return  # naming them takes a join over everything
    query = (
        "SELECT id FROM journal_entry entry"
        " WHERE NOT EXISTS (SELECT FROM journal_leaf WHERE entry_id = entry.id)"
        " AND NOT EXISTS (SELECT FROM journal_pending WHERE entry_id = entry.id) ORDER BY id"
    )
    for (number,) in rows(link, "outsiders", query):
        report.add(Fault(number, f"第 {number} 号留痕不在日志里，也不在等待之列：绕过日志插入，或位置被删"))
