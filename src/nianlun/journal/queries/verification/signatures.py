"""Checkpoints in the database, in the files outside, and what others signed of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.conf import settings

from nianlun.journal import domain, time_stamps
from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.journal.queries.verification.report import LogReport
from nianlun.journal.stretch import Fault
from nianlun.kernel.notes import BadCheckpoint, Checkpoint, LogKey, NotSigned, open_note, verifier

_STEP = 1000
_ORIGINS = "SELECT DISTINCT origin FROM journal_checkpoint"


def opened(note: str, *, key: LogKey) -> Checkpoint:
    """What a note of ours says. Raises `NotSigned` or `BadCheckpoint`."""
    found = open_note(note, verifiers=key.verifiers)
    checkpoint = Checkpoint.parse(found.text)
    at = domain.signed_at(checkpoint.extensions)
    if not key.stands_for(found.keys, origin=checkpoint.origin, size=checkpoint.size, at=at):
        raise NotSigned(f"没有日志 {checkpoint.origin} 当时的密钥的签名，或是停用的密钥在停用以后签的。")
    return checkpoint


def rows(connection: psycopg.Connection[Any], name: str, query: str, *given: object) -> Iterator[Any]:
    """The rows of a query, in pieces."""
    with psycopg.ServerCursor(connection, name) as cursor:
        cursor.itersize = _STEP
        yield from cursor.execute(query, given)


def check_checkpoints(connection: psycopg.Connection[Any], report: LogReport, *, key: LogKey) -> None:
    """Check that each checkpoint row says what was signed, and that time only went on."""
    before = datetime.min.replace(tzinfo=UTC)
    query = "SELECT size, root, at, origin, note FROM journal_checkpoint ORDER BY size"
    for size, root, at, origin, note in rows(connection, "checkpoints", query):
        report.checkpoints += 1
        try:
            signed = opened(note, key=key)
        except (NotSigned, BadCheckpoint) as reason:
            report.add(Fault(0, f"{size} 条处的检查点被改动：{reason}"))
            continue
        told = (size, bytes(root), at, origin)
        if told != (signed.size, signed.root, domain.signed_at(signed.extensions), signed.origin):
            report.add(Fault(0, f"{size} 条处的检查点被改动：各栏与签名文不符"))
        if at < before:
            report.add(Fault(0, f"{size} 条处的检查点签于 {at.isoformat()}，早于前一个：时钟被拨回过"))
        before = max(before, at)
        report.signed_size, report.signed_at, report.root = size, at, bytes(root)


def check_files(
    connection: psycopg.Connection[Any],
    report: LogReport,
    *,
    key: LogKey,
    lengths: dict[str, int],
    size: int,
) -> None:
    """Check the files outside against the rows: what stands in one stands in the other, word for word."""
    files = CheckpointFiles(settings.CHECKPOINTS)
    origins = {origin for (origin,) in psycopg.Cursor(connection).execute(_ORIGINS)}
    for line in files.lines(lengths):
        if not line.note and not line.owned:
            report.add(Fault(0, f"检查点文件 {line.file} 第 {line.number} 行读不懂：被改动，或没有写完"))
        elif line.note:
            origins.add(line.note.partition("\n")[0])
    for number, origin in enumerate(sorted(origins)):
        outside = _of_origin(files, origin, key=key, lengths=lengths)
        inside = rows(
            connection, f"inside_{number}",
            "SELECT size, note FROM journal_checkpoint WHERE origin = %s ORDER BY size", origin,
        )  # fmt: skip
        _match(report, outside, inside, current=origin == key.name, log_size=size, key=key)


def _of_origin(
    files: CheckpointFiles, origin: str, *, key: LogKey, lengths: dict[str, int]
) -> Iterator[tuple[int, str, str]]:
    """Size, note and place of each note of one log, in the order of the files."""
    for line in files.lines(lengths):
        if line.note.partition("\n")[0] == origin:
            claimed = line.note.split("\n")[1:2]
            number = int(claimed[0]) if claimed and claimed[0].isdecimal() and len(claimed[0]) < 19 else -1
            yield number, line.note, f"检查点文件 {line.file} 第 {line.number} 行"


def _match(
    report: LogReport,
    outside: Iterator[tuple[int, str, str]],
    inside: Iterator[tuple[int, str]],
    *,
    current: bool,
    log_size: int,
    key: LogKey,
) -> None:
    lost = first_lost = 0
    out, row = next(outside, None), next(inside, None)
    while out is not None or row is not None:
        if row is None or (out is not None and out[0] < row[0]):
            assert out is not None  # noqa: S101  the loop's condition
            if current:
                report.add(Fault(0, _unmatched(out, log_size=log_size, key=key)))
            else:
                lost, first_lost = lost + 1, first_lost or out[0]
            out = next(outside, None)
        elif out is None or row[0] < out[0]:
            report.add(Fault(0, f"{row[0]} 条处的检查点在库外的文件里没有：文件被删改、截短，或没有带过来"))
            row = next(inside, None)
        else:
            if out[1] != row[1]:
                report.add(Fault(0, f"{out[2]}与库里 {row[0]} 条处的检查点不同：其中一处被改动"))
            out, row = next(outside, None), next(inside, None)
    if lost:
        report.losses.append(
            f"先前的日志签过第 {first_lost} 条以后的 {lost} 个检查点，这个数据库里没有：恢复备份时丢失"
        )


def _unmatched(out: tuple[int, str, str], *, log_size: int, key: LogKey) -> str:
    size, note, place = out
    try:
        opened(note, key=key)
    except (NotSigned, BadCheckpoint) as reason:
        return f"{place}被改动：{reason}"
    if size > log_size:
        return (
            f"{place}签到第 {size} 条，日志只有 {log_size} 条："
            f"第 {log_size + 1} 条起被截去，或数据库是从旧备份恢复的"
        )
    return (
        f"{place}（{size} 条处）在库里没有：检查点被删。若刚断过电，运行 nianlun journal run 会补登最后一个"
    )


def check_cosignatures(connection: psycopg.Connection[Any], report: LogReport) -> None:
    """Check each cosignature of a witness we know, and each time stamp if we know whom to trust."""
    known = {key.name: key for key in (verifier(vkey) for _url, vkey in settings.LOG_WITNESSES)}
    query = (
        "SELECT c.witness, c.at, c.line, p.size, p.note FROM journal_cosignature c"
        " JOIN journal_checkpoint p ON p.size = c.checkpoint_id ORDER BY c.id"
    )
    for witness, at, line, size, note in rows(connection, "cosignatures", query):
        report.cosignatures += 1
        if witness not in known:
            continue
        try:
            stated = open_note(note + line, verifiers=[known[witness]]).cosigned_at.get(witness)
        except NotSigned:
            stated = None
        if stated != at:
            report.add(Fault(0, f"见证方 {witness} 对 {size} 条处检查点的联署被改动"))
    query = (
        "SELECT t.at, t.response, p.size, p.note FROM journal_timestamp t"
        " JOIN journal_checkpoint p ON p.size = t.checkpoint_id ORDER BY t.id"
    )
    for at, response, size, note in rows(connection, "stamps", query):
        report.time_stamps += 1
        if settings.TSA_ROOTS is None:
            continue
        try:
            stated = time_stamps.checked(bytes(response), note=note, roots=settings.TSA_ROOTS)
        except time_stamps.NotStamped as reason:
            report.add(Fault(0, f"{size} 条处检查点的时间戳不成立：{reason}"))
        else:
            if stated != at:
                report.add(Fault(0, f"{size} 条处检查点的时间戳被改动"))
