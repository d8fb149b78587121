"""Giving committed entries their place in the log, and signing what the log has become.

One sequencer works at a time (an advisory lock of the database). Placing a batch is one transaction: leaves, tiles and
the waiting list change together. Signing comes after and may be made up for: a checkpoint is written to the file
outside first and to the database second, so that a kill in between leaves one that the next run enters.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from nianlun.journal import domain, queries, witness_client
from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.journal.domain import Refusal
from nianlun.journal.models import Checkpoint, Condition, Leaf
from nianlun.journal.operations.entries import record
from nianlun.journal.queries import CheckpointLine
from nianlun.journal.witness_client import NotCosigned
from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.merkle import Frontier
from nianlun.kernel.notes import BadCheckpoint, LogKey, NotSigned, open_note, sign_note
from nianlun.kernel.notes import Checkpoint as Signed
from nianlun.kernel.receipts import Receipt

REFUSED = domain.declare("journal.signing_refused", "拒绝签署日志：{reason}")
RESUMED = domain.declare("journal.signing_resumed", "恢复签署日志，此前的问题：{reason}")
ENTERED = domain.declare("journal.checkpoint_entered", "补登第 {size} 条处的检查点：库外文件里有，库里没有")
BATCH = 8192
STILL = timedelta(seconds=30)
WITNESS_SECONDS = 3.0


def sequence(*, at: datetime) -> int:
    """Place every waiting entry and sign the log as it then is; how many were placed.

    Where another sequencer is at work it returns 0 at once. Raises `domain.Refusal`, with nothing placed or signed,
    where the log is not the continuation of what was signed before; that stands in the journal and in the status.
    Raises `domain.InsideTransaction` in one: undone, it would leave a signature outside for a log that is not.
    """
    if connection.in_atomic_block:
        raise domain.InsideTransaction("sequence")
    with _alone() as alone:
        if not alone:
            return 0
        began = time.monotonic()
        try:
            key = queries.log_key()
            signed = _check_past(key, at=at)
            _check_witnesses(key, at=at)
            placed = 0
            while batch := _place_batch():
                placed += batch
            # Placing a backlog takes its time, in which others write: what is signed must not be older than they are.
            _sign(key, signed=signed, at=at + timedelta(seconds=int(time.monotonic() - began)))
        except (OperationalError, InterfaceError):
            raise  # the database is away: nothing can be kept in it
        except (
            Exception
        ) as error:  # whatever stops the log must be seen in its status, not only end a process
            refusal = _refusal(error)
            note_condition(queries.SEQUENCER, str(refusal), at=at)
            if refusal is error:
                raise
            raise refusal from error
        note_condition(queries.SEQUENCER, "", at=at, quietly=placed == 0)
    return placed


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, KeyMissing):
        return Refusal(str(error))
    return Refusal(
        f"排序或签署时出了没有料到的错（{type(error).__name__}）。请用 nianlun journal verify 查明，并查看服务日志。"
    )


def waits() -> bool:
    """Whether there is anything to sequence or to sign; one cheap look, for whoever asks every second."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM journal_pending) OR coalesce((SELECT max(position) + 1 FROM journal_leaf), 0)"
            " > coalesce((SELECT max(size) FROM journal_checkpoint"
            " WHERE size <= (SELECT max(position) + 1 FROM journal_leaf)), 0)"
        )
        (found,) = cursor.fetchone()
    return bool(found)


def receipt(entry_id: int, *, at: datetime) -> Receipt:
    """The receipt of an entry; one that still waits is sequenced first, unless the caller is in a transaction.

    Raises `domain.NotInLog`, `domain.ContentDestroyed`, or `domain.Refusal` where the log cannot be signed.
    """
    try:
        return queries.receipt(entry_id)
    except domain.NotInLog:
        if connection.in_atomic_block:
            raise
        sequence(at=at)
        return queries.receipt(entry_id)


def note_condition(name: str, problem: str, *, at: datetime, quietly: bool = False) -> None:
    """Keep how somebody who signs fared; the sequencer's own change for the worse or better stands in the journal."""
    known = Condition.objects.filter(pk=name).first()
    before = known.problem if known else ""
    if quietly and known and before == problem:
        return
    with transaction.atomic():
        Condition.objects.update_or_create(
            name=name,
            defaults={
                "problem": problem,
                "since": known.since if known and before == problem else at,
                "seen_at": at,
            },
        )
        if name == queries.SEQUENCER and before != problem:
            action, reason = (REFUSED, problem) if problem else (RESUMED, before)
            record(action, by=None, details={"reason": reason}, at=at)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether we are the one sequencer for as long as this lasts. A killed one's lock goes with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [queries.LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield bool(alone)
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [queries.LOCK])


def _check_past(key: LogKey, *, at: datetime) -> Frontier:
    """Refuse unless the log still begins with everything it signed before, here and outside the database.

    Returns the edge of the tree as it was last signed.
    """
    newest = _newest_outside(key)
    inside = queries.last_checkpoint()
    if newest is None:
        if inside is not None and inside.origin == key.name:
            raise Refusal(
                f"库外的检查点文件里没有日志 {key.name} 的检查点，库里却有，文件被删或换了文件夹。"
                "请从另存处取回检查点文件，再继续。"
            )
        return Frontier()
    if inside is not None and inside.at > newest.at and inside.origin == newest.origin:
        raise Refusal(
            f"库里有 {inside.size} 条处的检查点，库外的文件里没有：检查点文件被截短。请从另存处取回。"
        )
    if newest.at > at:
        raise Refusal(
            f"时钟倒退：上一个检查点签于 {newest.at.isoformat()}，现在是 {at.isoformat()}。请校准服务器时钟。"
        )
    size = queries.log_size()
    if newest.size > size:
        raise Refusal(
            f"库外的检查点到第 {newest.size} 条，库里只有 {size} 条：日志尾部被截，或数据库是从旧备份恢复的。"
            "请用 nianlun journal verify 查明。"
        )
    try:
        signed = Frontier.of(newest.size, node=queries.nodes())
    except ValueError:
        raise Refusal(
            f"日志的摘要块缺损，推算不出第 {newest.size} 条处的根。请用 nianlun journal verify 查明。"
        ) from None
    if signed.root() != newest.root:
        raise Refusal(
            f"日志在第 {newest.size} 条处的根与库外的检查点不同：日志被改写，或出现两份。"
            "请用 nianlun journal verify 查明。"
        )
    if queries.checkpoint(newest.size) is None:
        with transaction.atomic():
            _enter(newest)
            record(ENTERED, by=None, details={"size": newest.size}, at=at)
    return signed


def _check_witnesses(key: LogKey, *, at: datetime) -> None:
    """Refuse where a witness has seen more of the log than there is, or another: an old backup with its old files.

    A log that signed a moment ago has not been restored since, and whoever grows it learns of it from the cosigning.
    A witness that is away is noted, and not waited for at each deed: it cannot be what stops the signing.
    """
    last = queries.last_checkpoint()
    if last is not None and at - last.at < STILL:
        return
    for url, vkey in settings.LOG_WITNESSES:
        condition = queries.WITNESS + vkey.partition("+")[0]
        if Condition.objects.exclude(problem="").filter(name=condition, seen_at__gt=at - STILL).exists():
            continue
        try:
            note = witness_client.seen(url, origin=key.name, seconds=WITNESS_SECONDS)
        except NotCosigned as reason:
            note_condition(condition, str(reason), at=at)
            continue
        try:
            seen = note and Signed.parse(open_note(note, verifiers=key.verifiers).text)
        except (NotSigned, BadCheckpoint):
            continue  # its word alone proves nothing
        if seen and (seen.size > queries.log_size() or queries.root_at(seen.size) != seen.root):
            raise Refusal(
                f"见证方见过 {seen.size} 条的日志，与库里的 {queries.log_size()} 条接不上：数据库和检查点文件是从"
                "旧备份恢复的，或日志出现两份。请用 nianlun journal verify 查明。"
            )


def _newest_outside(key: LogKey) -> CheckpointLine | None:
    """The last checkpoint of this log in the files. Raises `Refusal` where it is not ours."""
    for note in CheckpointFiles(settings.CHECKPOINTS).newest():
        try:
            opened = open_note(note, verifiers=key.verifiers)
            signed = Signed.parse(opened.text)
            signed_at = domain.signed_at(signed.extensions)
            if not key.stands_for(opened.keys, origin=signed.origin, size=signed.size, at=signed_at):
                raise NotSigned("签名的密钥当时已经停用。")
        except (NotSigned, BadCheckpoint) as reason:
            raise Refusal(
                f"库外检查点文件里最后一个检查点不是本日志所签：{reason}请查明谁动了文件。"
            ) from reason
        if signed.origin == key.name:
            return CheckpointLine(
                size=signed.size,
                root=signed.root,
                at=signed_at,
                origin=signed.origin,
                note=note,
            )
    return None


def _place_batch() -> int:
    """Place waiting entries; how many. Leaves and tiles are worked out by the database, which takes none from us."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry.id FROM journal_pending pending"
            " JOIN journal_entry entry ON entry.id = pending.entry_id"
            " WHERE NOT EXISTS (SELECT FROM journal_leaf leaf WHERE leaf.entry_id = entry.id)"
            " ORDER BY entry.id LIMIT %s",
            [BATCH],
        )
        waiting = [entry_id for (entry_id,) in cursor.fetchall()]
        if not waiting:
            return 0
        try:
            with transaction.atomic():
                cursor.execute(
                    "SELECT nianlun_journal_place(%s, %s::bigint[])", [queries.log_size(), waiting]
                )
        except IntegrityError as error:
            reason = (
                error.__cause__.diag.message_primary if isinstance(error.__cause__, psycopg.Error) else ""
            )
            raise Refusal(f"{reason}，不能接着排。请用 nianlun journal verify 查明。") from error
    return len(waiting)


def _sign(key: LogKey, *, signed: Frontier, at: datetime) -> None:
    """Sign the log as it is unless that was done; outside first, so that no signature is known to us alone.

    The root is worked out from the leaves that came since `signed`: what the tiles say is believed by nobody.
    """
    size = queries.log_size()
    last = queries.last_checkpoint()
    if size == (last.size if last else 0):
        return
    leaves = (
        Leaf.objects.filter(position__gte=signed.size).order_by("position").values_list("hash", flat=True)
    )
    for leaf in leaves.iterator(chunk_size=BATCH):
        signed.append(bytes(leaf))
    root = signed.root()
    try:
        same = signed.size == size and queries.root_at(size) == root
    except ValueError:
        same = False
    if not same:
        raise Refusal(
            f"第 {size} 条处，日志的摘要块与排进日志的留痕不符：有人改动过。请用 nianlun journal verify 查明。"
        )
    at = at.astimezone(UTC)
    text = Signed(key.name, size, root, (domain.time_line(at),)).text()
    note = sign_note(text, *key.signers)
    try:
        CheckpointFiles(settings.CHECKPOINTS).append(note, day=timezone.localdate(at))
    except OSError as error:
        raise Refusal(
            f"检查点写不进库外的文件：{error.strerror or '原因不明'}。请检查 NIANLUN_CHECKPOINTS 的磁盘和权限。"
        ) from error
    _enter(CheckpointLine(size=size, root=root, at=at, origin=key.name, note=note))


def _enter(line: CheckpointLine) -> None:
    Checkpoint(size=line.size, root=line.root, at=line.at, origin=line.origin, note=line.note).save(
        force_insert=True
    )
