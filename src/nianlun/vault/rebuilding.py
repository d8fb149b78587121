"""The database made again from a storage root and the key files alone.

Each object comes back on its own, whole or not at all, in one transaction: its rows here, then what the files kept
with it tell. An object that has its rows is passed over, so that a rebuild cut off goes on where it stopped and one
that is repeated adds nothing. What is damaged is named and left out; nothing is guessed.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, cast

from django.db import DatabaseError, connection, transaction

from nianlun.access import former
from nianlun.journal import beginning
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import copies, keeping, locations, operations, record_text, sealing
from nianlun.vault.domain import PRIMARY, Secrecy
from nianlun.vault.keeping import Keeping
from nianlun.vault.models import StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.beside import offline_file
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.findings import GONE, KEY_MISSING, Finding
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.transfer import copy_object
from nianlun.vault.presence import Offline
from nianlun.vault.record_text import NotARecord
from nianlun.vault.stores import open_store

BEGUN = declare("vault.rebuild_begun", "从 {source} 重建数据库；以前的日志不在库里，{log}")
FINISHED = declare("vault.rebuilt", "重建数据库：回来 {objects} 个对象、{items} 件，读不出 {unreadable} 个")
_BATCH = 200
_ACCOUNT = re.compile(r"urn:nianlun:account:(\d+)")


class InUse(Exception):
    """The database holds something that did not come from this rebuild; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An object that did not come back. `secrecy` is the class it is sealed as, empty if it is not or none knows."""

    object_id: str
    reason: str
    secrecy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a rebuild brought back: counts by name, objects first, and what did not come."""

    counts: dict[str, int]
    unreadable: tuple[Unreadable, ...]


@dataclass(slots=True)
class _Work:
    """A rebuild under way."""

    source: Store
    here: Store  # where objects are read from: the primary location, except in a trial
    tell: Callable[[int], None]
    seen: int = 0
    highest_account: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)

    def object(self, object_id: str, found: list[Finding]) -> None:
        """Bring one object back that was just checked."""
        self.seen += 1
        self.tell(self.seen)
        if StoredObject.objects.filter(object_id=object_id).exists():
            return
        bad = next((f for f in found if f.is_damage or f.code == GONE), None)
        if bad is not None:
            self._left_out(object_id, bad.message, sealed=bad.code == KEY_MISSING)
            return
        try:
            self._restore(object_id)
        except KeyMissing as reason:
            self._left_out(object_id, str(reason), sealed=True)
        except (StorageError, SealBroken, NotARecord) as reason:
            self._left_out(object_id, str(reason))
        except DatabaseError as error:
            told = str(error.__cause__ or error).split("\n")[0]
            self._left_out(object_id, f"与已经恢复的内容冲突，没有恢复：{told}")

    def tie(self) -> None:
        """Let what refers to other objects be tied to them, now that all that can come back is there."""
        for kept in keeping.keepings():
            tie = kept.tie
            if tie is None:
                continue
            rows = StoredObject.objects.filter(
                object_id__startswith=kept.prefix,
                files__logical_path=kept.file_name,
                files__until_version=None,
            ).order_by("pk")
            waiting = rows.iterator(_BATCH)
            while batch := list(islice(waiting, _BATCH)):
                with transaction.atomic():
                    for row in batch:
                        try:
                            tie(_content(row, kept, vault=self.here))
                        except NotARecord as reason:  # it could be read a moment ago
                            self._left_out(row.object_id, str(reason))

    def _left_out(self, object_id: str, reason: str, *, sealed: bool = False) -> None:
        secrecy = _class_of(self.source, object_id) if sealed else ""
        self.unreadable.append(Unreadable(object_id=object_id, reason=reason, secrecy=secrecy))

    def _restore(self, object_id: str) -> None:
        if offline := self.source.read_extra(offline_file(object_id)):
            raise Offline(f"已转离线，密钥在介质 {_medium(offline)} 上。请先从介质调回，再运行一次重建。")
        if self.here is not self.source:
            keys = sealing.class_keys_at_hand()
            copy_object(object_id, source=self.source, target=self.here, class_keys=keys)
        inventory = self.here.inventory(object_id)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL DEFERRED"
            )  # an item may come before the person it belongs to
            row = _adopt(object_id, vault=self.here)
            names = row.files.filter(until_version=None).values_list("logical_path", flat=True)
            for kept in keeping.lying_with(object_id, set(names)):
                _restore_content(kept, _content(row, kept, vault=self.here), row=row)
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # what does not fit shows here and not at the end
        for number in _ACCOUNT.findall(str([v.get("user") for v in inventory.data["versions"].values()])):
            self.highest_account = max(self.highest_account, int(number))


def rebuild(
    *,
    source: str = "",
    at: datetime,
    dry_run: bool = False,
    tell: Callable[[int], None] = lambda seen: None,
) -> Report:
    """Bring everything back from the primary location, or from the store at another address.

    From another address, objects are first copied to the primary location, which may be empty. `dry_run` does the
    same work and takes it back. Progress is told as the number of objects seen. Raises `InUse` for a database that is
    not empty, `NotARoot` and `Unreachable` for a source that holds no storage root.
    """
    resumed = _refuse_in_use()
    found = open_store(source, create=False) if source else locations.open_for_reading(PRIMARY)
    here = locations.open_for_writing(PRIMARY) if source and not dry_run else found
    work = _Work(source=found, here=found if found.name == here.name else here, tell=tell)
    with _taken_back(dry_run), copies.in_bulk(at=at):
        if not resumed:
            _begin(found.name, at=at)
        verify_root(found.tree, each=work.object)
        work.tie()
        return _finish(work, at=at)


def _refuse_in_use() -> bool:
    """Whether an earlier rebuild is to be continued. Raises `InUse`."""
    first = beginning.first_action()
    if first is None and not former.any_account() and not StoredObject.objects.exists():
        return False
    if first == BEGUN and not former.any_account() and not beginning.people_wrote():
        return True
    raise InUse(
        "数据库里已有内容，没有动它。重建只在刚建好表的空库里做：请新建一个数据库，运行 nianlun migrate，"
        "先不要开账号，再运行 nianlun vault rebuild。"
    )


@transaction.atomic
def _begin(source: str, *, at: datetime) -> None:
    journal.record(BEGUN, by=None, details={"source": source, "log": beginning.last_checkpoint()}, at=at)


@transaction.atomic
def _finish(work: _Work, *, at: datetime) -> Report:
    former.keep_numbers(up_to=work.highest_account)
    counts = {"objects": StoredObject.objects.count()}
    for kept in keeping.keepings():
        kept.finish(at, len(work.unreadable))
        counts |= kept.counts()
    details = {**counts, "unreadable": len(work.unreadable)}
    journal.record(FINISHED, by=None, about="档案库", details=details, at=at)
    return Report(counts=counts, unreadable=tuple(work.unreadable))


def _adopt(object_id: str, *, vault: Store) -> StoredObject:
    """The rows of an object, as of its versions' own times; the class of one that is not sealed is not known yet."""
    sealed = bool(sealing.lies_sealed(vault, object_id))
    secrecy = sealing.key_of(vault, object_id).secrecy if sealed else Secrecy.INTERNAL
    first, last = vault.version(object_id, 1), vault.version(object_id)
    row = StoredObject.objects.create(
        object_id=object_id, versions=0, stored_at=first.created_at, secrecy=secrecy.value
    )
    operations.take_over(row, sealed=sealed, vault=vault, at=last.created_at)
    return row


def _content(row: StoredObject, kept: Keeping, *, vault: Store) -> dict[str, Any]:
    object_id = row.object_id
    try:
        if row.key_version is None:
            stream = vault.open(object_id, kept.file_name)
        else:
            key = sealing.data_key(vault, object_id)
            stream = cast(BinaryIO, sealing.open_sealed(vault, object_id, kept.file_name, key=key))
        with stream:
            return record_text.read(stream.read(), form=kept.form)
    except (StorageError, NotARecord) as reason:
        raise NotARecord(f"随件保存的 {kept.file_name} 读不出：{reason}") from reason


def _restore_content(kept: Keeping, content: dict[str, Any], *, row: StoredObject) -> None:
    try:
        if content["object"] != row.object_id:
            raise NotARecord(f"{kept.file_name} 说的是另一个对象 {content['object']}")
        kept.restore(content)
        if row.key_version is None and "secrecy" in content:
            StoredObject.objects.filter(pk=row.pk).update(secrecy=Secrecy(content["secrecy"]).value)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise NotARecord(
            f"随件保存的 {kept.file_name} 内容不完整（{type(fault).__name__}: {fault}）"
        ) from fault


def _class_of(store: Store, object_id: str) -> str:
    """The class a sealed object's key file names, which needs no key; empty if the file is gone too."""
    try:
        return sealing.key_of(store, object_id).secrecy.label
    except StorageError:
        return ""


def _medium(mark: bytes) -> str:
    try:
        return str(json.loads(mark)["medium"])
    except (ValueError, KeyError, TypeError):
        return "（编号见离线介质台账）"


@contextmanager
def _taken_back(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
