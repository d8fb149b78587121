"""Holding the rows of one object against the inventory of one of its copies, without reading content."""

import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import sealing
from nianlun.vault.models import ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.beside import destroyed_file, key_file
from nianlun.vault.ocfl.faults import StorageError, Unreachable
from nianlun.vault.ocfl.findings import KEY_MISSING, UNANSWERED, UNREADABLE, Finding, lawfully_destroyed
from nianlun.vault.ocfl.store import Store

LOST, CHANGED, BEHIND, MARKED_GONE = "NE010", "NE011", "NE012", "NE013"
AHEAD = "NW011"
_log = logging.getLogger(__name__)


def compare(copy: ObjectCopy, files: Iterable[StoredFile], *, store: Store) -> list[Finding]:
    """Hold the rows of one object against the inventory of its copy, without reading content."""
    row = copy.object
    name = row.object_id
    try:
        if row.state == StoredObject.State.DESTROYED:  # of what is left of it here, whoever reads it tells
            is_gone = not store.holds(name) and store.read_extra(destroyed_file(name)) is not None
            return [lawfully_destroyed(name)] if is_gone else []
        if store.read_extra(destroyed_file(name)) is not None:
            return [Finding(name, MARKED_GONE, "库里标着已销毁，记录里没有销毁：标记不是本系统所写")]
        if not store.holds(name):
            return [Finding(name, LOST, "有记录，库里没有这个对象，须从别的存放处或备份恢复")]
        inventory = store.inventory(name)
        if inventory.number < copy.version:
            return [Finding(name, BEHIND, f"记录里有 {copy.version} 版，库里只到第 {inventory.number} 版")]
        found = []
        if inventory.number > row.versions:
            found.append(Finding(name, AHEAD, f"第 {row.versions + 1} 版起没有记录：存入后事务没有完成"))
        return found + _differences(row, files, store=store, until=inventory.number)
    except Unreachable as fault:
        return [Finding(name, UNANSWERED, str(fault))]
    except (StorageError, SealBroken, OSError) as fault:
        return [Finding(name, UNREADABLE, str(fault))]
    except Exception:  # whoever can write to a disk must not end the check of all the rest
        return [stumbled(name)]


def stumbled(object_id: str) -> Finding:
    """What a check says of an object over which it stumbled in a way nobody foresaw; the log tells which."""
    _log.exception("checking %r", object_id)
    return Finding(
        object_id, UNREADABLE, "核对到这个对象时出错，它可能被人改动过，须从别的存放处恢复；详情见系统日志"
    )


def _differences(
    row: StoredObject, files: Iterable[StoredFile], *, store: Store, until: int
) -> list[Finding]:
    """Where the digests in the rows and those in the store part. A sealed object's are known with its key only."""
    name = row.object_id
    key = None
    if row.key_version is not None:
        if row.state == StoredObject.State.OFFLINE:
            return []
        if store.read_extra(key_file(name)) is None:
            return [Finding(name, KEY_MISSING, "密钥文件不见了，须从别的存放处恢复")]
        try:
            key = sealing.data_key(store, name)
        except KeyMissing:  # class keys are no part of the store; `nianlun vault keys` tells of them
            return []
    found = []
    states: dict[int, Mapping[str, _Digested]] = {}
    for file in files:
        if file.version > until:
            continue
        if file.version not in states:
            states[file.version] = (
                store.version(name, file.version).files
                if key is None
                else sealing.contents(store, name, number=file.version, key=key)
            )
        stored = states[file.version].get(file.logical_path)
        if stored is None or (stored.sha512, stored.sm3, stored.size) != (
            file.sha512,
            file.sm3,
            file.size,
        ):
            found.append(
                Finding(name, CHANGED, f"文件“{file.logical_path}”第 {file.version} 版与记录的摘要不符")
            )
    return found


class _Digested(Protocol):
    @property
    def sha512(self) -> str: ...
    @property
    def sm3(self) -> str: ...
    @property
    def size(self) -> int: ...
