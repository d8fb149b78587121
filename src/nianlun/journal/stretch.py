"""Checking one stretch of the log row by row: entries against their leaves and these against the lowest tiles.

Runs in processes of its own on a bare connection, because that is where a whole verification spends its time. It
decides which of the three spellings of a leaf's hash stands alone, so that the row that was altered is named and not
everything after it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from nianlun.journal.domain import CONTENTS_DESTROYED, EMPTIED, spelled
from nianlun.kernel.merkle import HASH, TILE_WIDTH, leaf_hash
from nianlun.kernel.receipts import entry_digest, leaf_data

FULL = TILE_WIDTH * HASH
"""The bytes of a full tile."""
STRETCH = TILE_WIDTH * 64
"""Leaves in one stretch: whole tiles, some 6 MB of rows."""

_TIME = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
_SAID = (
    f"{_TIME.format('entry.at')}, entry.account_id, entry.role, entry.role_label, entry.name, entry.agency_name,"
    " entry.scope, entry.action, entry.about, entry.about_id, entry.person_id::text, entry.purpose, entry.rows,"
    " entry.outcome, entry.address, entry.details::text"
)
_LEAVES = (
    f"SELECT leaf.position, leaf.entry_id, leaf.hash, entry.salt, entry.digest, {_SAID}"  # noqa: S608
    " FROM journal_leaf leaf LEFT JOIN journal_entry entry ON entry.id = leaf.entry_id"
    " WHERE leaf.position >= %s AND leaf.position < %s ORDER BY leaf.position"
)
_WAITING = (
    f"SELECT pending.entry_id, leaf.position, entry.salt, entry.digest, {_SAID} FROM journal_pending pending"  # noqa: S608
    " LEFT JOIN journal_entry entry ON entry.id = pending.entry_id"
    " LEFT JOIN journal_leaf leaf ON leaf.entry_id = pending.entry_id WHERE pending.entry_id > %s"
    " ORDER BY pending.entry_id LIMIT 10000"
)
_TILES = "SELECT index, hashes FROM journal_tile WHERE level = 0 AND index >= %s AND index < %s"
_CHECKPOINTS = (
    f"SELECT size, {_TIME.format('(at + %s::interval)')} FROM journal_checkpoint WHERE size > %s"  # noqa: S608
    " ORDER BY size LIMIT %s"
)
TOLERANCE = "5 seconds"
"""By how much an entry's time may lie after its checkpoint's: two machines' clocks are never quite alike."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written; `entry_id` is 0 where it is no single entry."""

    entry_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Emptied:
    """An entry whose content was destroyed: its number, its place in the log, its time as spelled."""

    entry_id: int
    position: int
    at: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry by which two people destroyed contents on some authority: its place, and whose and of what time."""

    position: int
    times: dict[str, str]


@dataclass(slots=True)
class Found:
    """What checking a stretch came to. `hashes` are those of its leaves in order, as far as anything tells them."""

    entries: int = 0
    hashes: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def check_stretch(connection: psycopg.Connection[Any], since: int, until: int) -> Found:
    """Check the leaves at positions [since, until); `since` is a multiple of 256."""
    found = Found()
    tiles = {
        index: bytes(hashes)
        for index, hashes in psycopg.Cursor(connection).execute(
            _TILES, (since // TILE_WIDTH, -(-until // TILE_WIDTH))
        )
    }
    found.faults += [
        Fault(0, f"摘要块 0/{index} 比满的还长：被添加过")
        for index, tile in tiles.items()
        if len(tile) > FULL
    ]
    limits = list(psycopg.Cursor(connection).execute(_CHECKPOINTS, (TOLERANCE, since, until - since + 1)))
    hashes: list[bytes] = []
    expected, limit = since, 0
    for position, entry_id, leaf, salt, digest, *said in psycopg.Cursor(connection).execute(
        _LEAVES, (since, until), binary=True
    ):
        while expected < position:
            hashes.append(_missing(found, expected, tiles=tiles))
            expected += 1
        expected += 1
        place = f"第 {position + 1} 条"
        kept = _at(tiles, position)
        written = digest and leaf_hash(leaf_data(entry_id, digest))
        if digest is None:
            found.faults.append(Fault(entry_id, f"{place}（第 {entry_id} 号留痕）已被删除"))
        else:
            found.entries += 1
            emptied = said[7] == EMPTIED and _is_empty(said, salt)
            if emptied:
                found.emptied.append(Emptied(entry_id, position, said[0]))
            elif _digest(said, salt) != digest:
                which = "内容已被改动" if written == leaf else "内容或摘要已被改动"
                found.faults.append(Fault(entry_id, f"{place}（第 {entry_id} 号留痕）的{which}"))
            elif said[7] == CONTENTS_DESTROYED and written == leaf and (times := _lawful(said)):
                found.notices.append(Notice(position, times))
            if written != leaf:
                found.faults.append(
                    Fault(
                        entry_id,
                        f"{place}（第 {entry_id} 号留痕）与它在日志里的叶摘要不符：内容、编号或次序被改动",
                    )
                )
            while limit < len(limits) and limits[limit][0] <= position:
                limit += 1
            if limit < len(limits) and (said[0] or "") > limits[limit][1]:
                found.faults.append(
                    Fault(
                        entry_id,
                        f"{place}（第 {entry_id} 号留痕）的时间 {said[0]} 晚于盖住它的检查点：时钟被动过",
                    )
                )
        if kept != leaf:
            what = "摘要块里没有它" if not kept else "它的叶摘要与摘要块里的不同"
            found.faults.append(Fault(entry_id, f"{place}（第 {entry_id} 号留痕）：{what}"))
        # What two of entry, leaf and tile agree on is what was signed; the third was altered.
        hashes.append(
            kept if kept and kept in (leaf, written) else written if written == leaf else kept or leaf
        )
    while expected < until:
        hashes.append(_missing(found, expected, tiles=tiles))
        expected += 1
    found.hashes = b"".join(hashes)
    return found


def check_waiting(connection: psycopg.Connection[Any], *, after: int) -> tuple[Found, int, int]:
    """Check up to ten thousand waiting entries past number `after`: what was found, how many, the last number."""
    found, count, last = Found(), 0, after
    for entry_id, position, salt, digest, *said in psycopg.Cursor(connection).execute(
        _WAITING, (after,), binary=True
    ):
        count, last = count + 1, entry_id
        if digest is None:
            found.faults.append(Fault(entry_id, f"第 {entry_id} 号留痕在入日志之前已被删除"))
        elif position is not None:
            found.faults.append(
                Fault(entry_id, f"第 {entry_id} 号留痕已是日志第 {position + 1} 条，又被排进等待之列")
            )
        elif _digest(said, salt) != digest:
            found.faults.append(Fault(entry_id, f"第 {entry_id} 号留痕在入日志之前内容已被改动"))
    return found, count, last


def _missing(found: Found, position: int, *, tiles: dict[int, bytes]) -> bytes:
    found.faults.append(Fault(0, f"日志第 {position + 1} 条的位置被删除"))
    return _at(tiles, position) or bytes(HASH)


def _at(tiles: dict[int, bytes], position: int) -> bytes:
    index, place = divmod(position, TILE_WIDTH)
    return tiles.get(index, b"")[place * HASH : (place + 1) * HASH]


def _digest(said: Sequence[Any], salt: bytes) -> bytes:
    """The digest of what a row says; empty where it says what no entry can: such a row was not written by us."""
    *plain, details = said
    try:
        return entry_digest(spelled([*plain, {} if details == "{}" else json.loads(details)]), salt=salt)
    except (ValueError, TypeError, RecursionError):
        return b""


def _lawful(said: Sequence[Any]) -> dict[str, str]:
    """The entries a notice names, with their times, under the conditions the database itself sets for emptying them.

    Empty where two people did not decide it on some authority.
    """
    details = json.loads(said[15])
    if not isinstance(details, dict) or not isinstance(named := details.get("entries"), dict):
        return {}
    account, approved_by = said[1], details.get("approved_by_account")
    if account is None or approved_by is None or str(approved_by) == str(account):
        return {}
    if not str(details.get("authority") or "").strip():
        return {}
    return {number: at for number, at in named.items() if isinstance(at, str)}


_EMPTY = [None, "", "", "", "", "", EMPTIED, "", "", None, "", 0, "done", "", "{}"]


def _is_empty(said: Sequence[Any], salt: bytes) -> bool:
    return list(said[1:]) == _EMPTY and not salt


_joined: list[psycopg.Connection[Any]] = []


def join_snapshot(parameters: dict[str, Any], snapshot: str) -> None:
    """Begin a process of its own: connect and see the database as the process that exported `snapshot` does."""
    connection = psycopg.connect(**parameters, autocommit=True)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
    _joined.append(connection)


def check_in_process(stretch: tuple[int, int]) -> Found:
    """`check_stretch` on the connection of `join_snapshot`."""
    return check_stretch(_joined[0], *stretch)
