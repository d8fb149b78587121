"""New class keys: every object's key file is wrapped anew, at every location, without touching a sealed byte.

An object's row names the oldest class key that any location still needs for it; only what no row and no key file
needs can be retired. What is interrupted goes on where it stopped: a key file wrapped anew is left as it is.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import key_folder, locations, sealing
from nianlun.vault.class_keys import ClassKeys, KeyInTheWay, changing
from nianlun.vault.domain import PRIMARY, Secrecy
from nianlun.vault.key_folder import WrappedKey
from nianlun.vault.models import ObjectCopy, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.store import Store

ROTATED = declare("vault.class_key_rotated", "启用“{secrecy}”类的第 {version} 版密钥")
RETIRED = declare("vault.class_key_retired", "撤除“{secrecy}”类的第 {version} 版密钥")
REWRAPPED = declare("vault.keys_rewrapped", "用新的类密钥重新封装 {objects} 个对象的密钥，{left} 个还没有")
EXPORTED = declare("vault.class_keys_exported", "把档案库的类密钥加密导出给 {recipients}")
IMPORTED = declare("vault.class_keys_imported", "导入档案库的类密钥")

REWRAP = "vault.rewrap_keys"
SLICE = 200
PAUSES = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1)
"""How long after a round with failures the objects left over are tried again; the last one is repeated."""
_FIRST = {"after": 0, "done": 0, "left": 0, "tries": 0, "told": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A version of a class's key and how many objects online still need it."""

    secrecy: Secrecy
    version: int
    is_newest: bool
    objects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """What came of a round: how many objects got the newest key everywhere, and why others did not."""

    done: int
    problems: Mapping[str, str]
    last: int

    @property
    def sentence(self) -> str:
        """The first reason, for people."""
        return next((f"{name}：{reason}" for name, reason in self.problems.items()), "")


def lines() -> list[KeyLine]:
    """Every class key in the file, and every one that rows need though it is missing; by class and version."""
    held = {(secrecy, n) for secrecy, versions in sealing.class_keys().keys.items() for n in versions}
    counted = StoredObject.objects.filter(state=StoredObject.State.ONLINE, key_version__isnull=False)
    needed = {
        (Secrecy(secrecy), version): count
        for secrecy, version, count in counted.order_by()
        .values_list("secrecy", "key_version")
        .annotate(Count("pk"))
    }
    newest = {secrecy: max(n for other, n in held if other == secrecy) for secrecy, _ in held}
    return [
        KeyLine(
            secrecy=secrecy,
            version=version,
            is_newest=newest.get(secrecy) == version,
            objects=needed.get((secrecy, version), 0),
        )
        for secrecy, version in sorted(held | needed.keys())
    ]


def rotate(secrecy: Secrecy, *, at: datetime) -> int:
    """Add a version to a class's key and have every object's key wrapped with it; returns the version.

    The file is written before anything uses the new version: should the journal fail, a spare key is all that is left.
    """
    path = Path(settings.VAULT_KEYS)
    with changing(path):
        keys = ClassKeys.load(path).rotated(secrecy)
        keys.replace(path)
    version = keys.newest(secrecy)
    with transaction.atomic():
        details = {"secrecy": secrecy.label, "version": version}
        journal.record(ROTATED, by=None, about=secrecy.label, details=details, at=at)
        jobs.enqueue(REWRAP, _FIRST, key=f"{secrecy.value}:{version}:0", at=at, patient=True)
    return version


def retire(secrecy: Secrecy, version: int, *, at: datetime) -> None:
    """Take an old version out of the key file, after every key file at every location was looked at.

    A copy that was on its way while its object's key was wrapped anew gets the new one now. Raises `KeyMissing`,
    `KeyInTheWay` for the newest and for one that something needs, `Unreachable` and `NotConfigured` where a location
    cannot be asked.
    """
    path = Path(settings.VAULT_KEYS)
    ClassKeys.load(path).without(secrecy, version)
    _refuse_needed(secrecy, version)
    for place in locations.locations():
        store = locations.open_for_reading(place.name)
        for found in key_folder.every(store):
            if found.key is None:
                raise KeyInTheWay(
                    f"存放处 {place.name} 的密钥文件 {found.path} 已损坏，看不出它要用哪一版密钥。"
                    "请先运行 nianlun vault sweep，仍在的从别的副本恢复。"
                )
            needs = found.key.secrecy, found.key.class_key
            if needs == (secrecy, version) and not _bring_newer(found.key, store=store):
                raise KeyInTheWay(
                    f"存放处 {place.name} 里对象 {found.key.object_id} 的密钥文件还要用第 {version} 版密钥。"
                    "请先运行 nianlun vault sweep 和 nianlun vault rewrap。"
                )
    # The look may have taken hours: what the file and the rows say by now counts.
    with changing(path), transaction.atomic():
        keys = ClassKeys.load(path).without(secrecy, version)
        _refuse_needed(secrecy, version)
        details = {"secrecy": secrecy.label, "version": version}
        journal.record(RETIRED, by=None, about=secrecy.label, details=details, at=at)
        keys.replace(path)


def record_export(recipients: list[str], *, at: datetime) -> None:
    """Put into the journal that the class keys leave the machine, and for whom; before they do."""
    with transaction.atomic():
        journal.record(
            EXPORTED, by=None, about="类密钥", details={"recipients": "、".join(recipients)}, at=at
        )


def take_in(other: ClassKeys, *, at: datetime) -> int:
    """Add the keys of an export to the key file, making it if it is lost; returns how many were new.

    Raises `KeyInTheWay` where the two differ on one version, with nothing changed.
    """
    path = Path(settings.VAULT_KEYS)
    with changing(path):
        ours = ClassKeys.load(path) if path.exists() else ClassKeys({})
        merged = ours.merged(other)
        added = sum(map(len, merged.keys.values())) - sum(map(len, ours.keys.values()))
        if added:
            with transaction.atomic():
                journal.record(IMPORTED, by=None, about="类密钥", at=at)
                merged.replace(path)
    return added


def rewrap(*, at: datetime, each: Callable[[int, int], None] = lambda done, left: None) -> Rewrapped:
    """Wrap everything with the newest keys here and now, object by object; `each` is told how many are done and left.

    Can be killed and called again. What a location hinders stays as it was and is told in `problems`.
    """
    keys, after, done = sealing.class_keys(), 0, 0
    problems: dict[str, str] = {}
    while True:
        with transaction.atomic():
            round_ = rewrap_slice(keys, after=after)
        done, after = done + round_.done, round_.last
        problems |= round_.problems
        each(done, old(keys).filter(pk__gt=after).count())
        if not round_.last:
            break
    with transaction.atomic():
        conclude(done=done, left=len(problems), at=at)
    return Rewrapped(done=done, problems=problems, last=0)


def rewrap_slice(keys: ClassKeys, *, after: int) -> Rewrapped:
    """The next objects from the row after `after` on, in the caller's transaction; `last` is 0 once nothing follows."""
    rows = list(old(keys).filter(pk__gt=after).select_for_update().order_by("pk")[:SLICE])
    copies: dict[int, list[str]] = {row.pk: [] for row in rows}
    for copy in ObjectCopy.objects.filter(object__in=rows, version__gt=0):
        copies[copy.object_id].append(copy.location)
    stores = _Stores()
    done, problems = 0, dict[str, str]()
    for row in rows:
        try:
            _rewrap(row, keys=keys, stores=stores, at_locations=copies[row.pk])
        except (StorageError, KeyMissing, SealBroken, OSError) as fault:
            problems[row.object_id] = str(fault)
            continue
        row.key_version = keys.newest(Secrecy(row.secrecy))
        row.save(update_fields=["key_version"])
        done += 1
    return Rewrapped(done=done, problems=problems, last=rows[-1].pk if len(rows) == SLICE else 0)


def continue_rewrapping(payload: Mapping[str, int], *, key: str, at: datetime) -> None:
    """The next slice of the background's work and the queueing of what follows. In its job's transaction.

    A round that neither wraps anything nor leaves other objects than the last one goes unmentioned, and the next one
    comes later: a location that is away for weeks fills no journal.
    """
    keys, payload = sealing.class_keys(), {**_FIRST, **payload}
    read = rewrap_slice(keys, after=payload["after"])
    done, left = payload["done"] + read.done, payload["left"] + len(read.problems)
    cause, _, number = key.rpartition(":")
    following = f"{cause}:{int(number) + 1}"
    if read.last:
        so_far = {"after": read.last, "done": done, "left": left}
        jobs.enqueue(REWRAP, {**payload, **so_far}, key=following, at=at, patient=True)
        return
    if done or left != payload["told"]:
        conclude(done=done, left=left, at=at)
    if left:
        tries = 0 if done else payload["tries"]
        due = at + PAUSES[min(tries, len(PAUSES) - 1)]
        jobs.enqueue(
            REWRAP,
            {**_FIRST, "tries": tries + 1, "told": left},
            key=following,
            at=at,
            due=due,
            patient=True,
        )


def conclude(*, done: int, left: int, at: datetime) -> None:
    """Put a finished round into the journal, if there was anything to do."""
    if done or left:
        journal.record(REWRAPPED, by=None, about="档案库", details={"objects": done, "left": left}, at=at)


def old(keys: ClassKeys) -> QuerySet[StoredObject]:
    """Objects online whose key is wrapped with less than the newest version at some location."""
    waiting = Q(pk__in=[])
    for secrecy in keys.keys:
        waiting |= Q(secrecy=secrecy.value, key_version__lt=keys.newest(secrecy))
    return StoredObject.objects.filter(waiting, state=StoredObject.State.ONLINE)


class _Stores:
    """Stores by location, each asked for once: one that does not answer is not waited for again with every object."""

    def __init__(self) -> None:
        self._opened: dict[str, Store | StorageError] = {}

    def get(self, name: str) -> Store:
        if name not in self._opened:
            try:
                self._opened[name] = locations.open_for_reading(name)
            except StorageError as fault:
                self._opened[name] = fault
        found = self._opened[name]
        if isinstance(found, StorageError):
            raise found
        return found


def _rewrap(row: StoredObject, *, keys: ClassKeys, stores: _Stores, at_locations: list[str]) -> None:
    primary = stores.get(PRIMARY)
    newest = keys.newest(Secrecy(row.secrecy))
    wrapped = sealing.key_of(primary, row.object_id)
    data_key = wrapped.unwrap(keys)
    if wrapped.class_key != newest:
        wrapped = WrappedKey.wrap(data_key, object_id=row.object_id, secrecy=wrapped.secrecy, keys=keys)
        key_folder.place(primary, wrapped)
    for name in at_locations:
        if name != PRIMARY and locations.is_configured(name):
            key_folder.bring(wrapped, target=stores.get(name), class_keys=keys)


def _refuse_needed(secrecy: Secrecy, version: int) -> None:
    rows = StoredObject.objects.filter(
        state=StoredObject.State.ONLINE, secrecy=secrecy.value, key_version=version
    )
    if needed := rows.count():
        raise KeyInTheWay(
            f"还有 {needed} 个对象要用“{secrecy.label}”类的第 {version} 版密钥。请先运行 nianlun vault rewrap。"
        )


def _bring_newer(key: WrappedKey, *, store: Store) -> bool:
    """Put the primary location's key in the place of an older one; False if it needs the same class key itself."""
    with transaction.atomic(), suppress(SealBroken):
        rows = StoredObject.objects.select_for_update()
        if not rows.filter(object_id=key.object_id, state=StoredObject.State.ONLINE).exists():
            return False
        current = key_folder.read(locations.open_for_reading(PRIMARY), key.object_id)
        if current is not None and current.class_key > key.class_key:
            key_folder.bring(current, target=store, class_keys=sealing.class_keys())
            return key_folder.read(store, key.object_id) == current
    return False
