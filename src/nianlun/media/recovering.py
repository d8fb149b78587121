"""What media are kept for: an object comes back from one, a set outlives its discs, keys leave the house."""

import hashlib
import json
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queue
from nianlun.jobs.domain import State
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import SealBroken
from nianlun.kernel.envelope import KEY, open_chunks
from nianlun.media import operations, writing
from nianlun.media.domain import LETTERS, Action, MediumState, NotNow, Outcome, SetState, kinds
from nianlun.media.imaging.faults import MediumError, WrongIdentity
from nianlun.media.imaging.unpacking import extract_object
from nianlun.media.imaging.writing import Written
from nianlun.media.inspecting import source_path
from nianlun.media.models import Medium, MediumObject
from nianlun.vault import operations as vault
from nianlun.vault.belonging import all_within
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.inventory import FILE
from nianlun.vault.presence import Offline
from nianlun.vault.sealing import PLAIN_MANIFEST, NotOffline, NotSealed, about

PROVED = declare("media.restore_proved", "从离线介质 {about} 试恢复对象 {object}：{result}")
TAKEN_OFFLINE = declare("media.set_taken_offline", "把离线介质 {about} 上 {objects} 个加密对象转离线")
BROUGHT_BACK = declare("media.object_brought_back", "从离线介质 {about} 取回对象 {object} 的密钥，恢复在线")
RENEWAL_REQUESTED = declare("media.renewal_requested", "要求更新离线介质 {about}，读自 {source}")
RENEWED = declare("media.medium_renewed", "写成更新的离线介质 {about}")
RENEWAL_FAILED = declare("media.renewal_failed", "离线介质 {about} 没有更新成：{problem}")
RENEW = "media.renew"


def prove_restore(
    who: Viewer, medium_id: UUID, *, source: str, identity: str, at: datetime, object_id: str = ""
) -> tuple[str, list[str]]:
    """Take one object off a medium into a scratch folder and check it; the object and what is wrong with it.

    By chance any of the set, unless one is named. Raises `NotNow` and `WrongIdentity`.
    """
    authorize(who, Right.MEDIA_INSPECT)
    with transaction.atomic():
        row = operations.locked_medium(who, medium_id)
    on_it = MediumObject.objects.filter(set=row.set_id, since__isnull=False).select_related("set")
    on_it = on_it.order_by("id")
    if object_id:
        found = on_it.filter(object_id=object_id).first()
    else:
        count = on_it.count()
        found = on_it[secrets.randbelow(count)] if count else None
    if found is None:
        raise NotNow("这一套还没有写入，或没有这个对象，不能试恢复。")
    _check_whose(who, [found.object_id])
    problems = _restore_once(source_path(source), found, identity=identity)
    with transaction.atomic():
        row = operations.locked_medium(who, medium_id)
        outcome = Outcome.DAMAGED if problems else Outcome.SOUND
        operations.note(
            row,
            Action.RESTORED,
            by=who,
            at=at,
            outcome=outcome,
            source=source,
            text=f"试恢复 {found.object_id}"[:500],
            findings=problems[:100],
        )
        details = {"object": found.object_id, "result": "有问题" if problems else "逐字节相符"}
        operations.tell(PROVED, row, by=who, at=at, details=details, failed=bool(problems))
    return found.object_id, problems


def _restore_once(path: Path, found: MediumObject, *, identity: str) -> list[str]:
    with _scratch() as scratch:
        try:
            folder, key = extract_object(
                path, found.object_id, scratch, identity=identity, sha512=_package_sha512(found)
            )
        except WrongIdentity:
            raise
        except MediumError as error:
            return [str(error)]
        problems = [finding.message for finding in verify_object(folder) if finding.is_damage]
        inventory = folder / FILE
        digest = hashlib.sha512(inventory.read_bytes()).hexdigest() if inventory.is_file() else ""
        if digest != found.inventory_sha512:
            problems.append("取出的对象不是写入时的那一版")
        return problems or _unsealed(folder, found.object_id, key=key)


def _check_whose(who: Viewer, object_ids: Iterable[str]) -> None:
    if not all_within(who, object_ids):
        raise NotNow("这里有别的经办机构的档案对象，要由业务范围包括它们的档案保管员办理。")


def _unsealed(folder: Path, object_id: str, *, key: bytes) -> list[str]:
    """What keeps the key on the medium from opening every current file of an object that was taken off it."""
    inventory = json.loads((folder / FILE).read_bytes())
    state = inventory["versions"][inventory["head"]]["state"]
    content = {path: inventory["manifest"][digest][0] for digest, paths in state.items() for path in paths}
    if PLAIN_MANIFEST not in content:  # was stored before its class was sealed
        return []
    if len(key) != KEY:
        return [f"介质上没有对象 {object_id} 的数据密钥，取出的文件打不开"]

    def chunks(path: str) -> Iterator[bytes]:
        with (folder / content[path]).open("rb") as stream:
            yield from open_chunks(stream, key=key, about=about(object_id, path))

    path = PLAIN_MANIFEST
    try:
        for path in json.loads(b"".join(chunks(PLAIN_MANIFEST)))["files"]:
            for _ in chunks(path):
                pass
    except SealBroken as fault:
        return [f"介质上的数据密钥打不开“{path}”：{fault}"]
    return []


def _package_sha512(found: MediumObject) -> str:
    return str((found.set.package or {}).get("sha512", ""))


@transaction.atomic
def take_offline(who: Viewer, set_id: UUID, *, at: datetime) -> int:
    """Leave the keys of a set's sealed objects on its media only; how many objects that were.

    Raises `NotNow` unless both media lie verified on their shelves and the keys on them were proved by the vault's.
    """
    authorize(who, Right.MEDIA_WRITE)
    row = operations.locked_set(who, set_id)
    if row.offline_at is not None:
        return 0
    media = row.media.filter(state=MediumState.SHELVED.value, sound=True).order_by("letter")
    if row.state != SetState.SHELVED.value or [one.letter for one in media] != list(LETTERS):
        raise NotNow("A、B 两份都回读完好并上架后，才能转离线。")
    _check_whose(who, row.contents.values_list("object_id", flat=True))
    if row.keys_proved_at is None:
        raise NotNow(
            "还没有证明介质上的密钥打得开原件。请先在任一份的页面上选私钥文件，点“核对包里每个文件”，完好后再转离线。"
            "其中已转离线的对象要先取回，否则无从核对。"
        )
    count = 0
    for object_id in row.contents.values_list("object_id", flat=True):
        try:
            vault.take_offline(object_id, medium=row.number, by=who, at=at)
        except (NotSealed, Offline):  # there is no key that could leave, or it left with another set
            continue
        except StorageError as error:
            raise NotNow(str(error)) from error
        count += 1
    if not count:
        raise NotNow("这一套里没有加密存放的对象，没有密钥可以转离线。")
    row.offline_at = at
    row.save(update_fields=["offline_at"])
    journal.record(
        TAKEN_OFFLINE, by=who, about=row.number, about_id=str(row.pk), details={"objects": count}, at=at
    )
    return count


def bring_back(
    who: Viewer, medium_id: UUID, object_id: str, *, source: str, identity: str, at: datetime
) -> None:
    """Bring an offline object back: its data key is read off the medium and put in place again.

    Raises `NotNow`, `MediumError` and what the vault objects to.
    """
    authorize(who, Right.MEDIA_WRITE)
    path = source_path(source)
    with transaction.atomic():
        row = operations.locked_medium(who, medium_id)
        if not row.set.contents.filter(object_id=object_id).exists():
            raise NotNow(f"这一套上没有对象 {object_id}。请核对编号。")
        _check_whose(who, [object_id])
        sha512 = str((row.set.package or {}).get("sha512", ""))
    with _scratch() as scratch:
        _, key = extract_object(path, object_id, scratch, identity=identity, sha512=sha512)
    if not key:
        raise NotNow(f"介质上没有对象 {object_id} 的数据密钥，它写入时没有加密存放。")
    try:
        with transaction.atomic():
            vault.bring_back(object_id, key, by=who, at=at)
            row = operations.locked_medium(who, medium_id)
            text = f"取回 {object_id} 的密钥"[:500]
            operations.note(row, Action.RESTORED, by=who, at=at, source=source, text=text)
            operations.tell(BROUGHT_BACK, row, by=who, at=at, details={"object": object_id})
    except (NotOffline, StorageError) as error:
        raise NotNow(str(error)) from error


@transaction.atomic
def request_renewal(who: Viewer, medium_id: UUID, *, kind: str, source: str, at: datetime) -> UUID:
    """Have a new medium written in place of one whose term ends or that is damaged, from a sound one of the set.

    Asking again while it is being written changes nothing. Raises `NotNow`.
    """
    authorize(who, Right.MEDIA_WRITE)
    row = operations.locked_medium(who, medium_id)
    path = source_path(source)
    if row.state not in {MediumState.VERIFIED.value, MediumState.SHELVED.value}:
        raise NotNow("只有回读过、在架的介质可以更新。")
    if kind not in kinds():
        raise NotNow("请选择新介质的载体。")
    known = Medium.objects.filter(renewal_of=row).first()
    if known is not None and known.state != MediumState.PLANNED.value:
        return known.pk
    new = known or Medium.objects.create(
        set=row.set,
        letter=row.letter,
        generation=row.generation + 1,
        kind=kind,
        state=MediumState.PLANNED.value,
        renewal_of=row,
    )
    payload = {"medium": str(new.pk), "source": path.name, "by": who.account_id, "name": who.name}
    failures = new.events.filter(action=Action.WRITTEN.value, outcome=Outcome.DAMAGED.value).count()
    if queue.state_of(kind=RENEW, key=f"{new.pk}:{failures}") == State.FAILED:
        record_renewal_failed(new.pk, problem="写入程序出错，没有写成。", at=at)
        failures += 1
    # One job for each attempt: as long as none has ended, asking again finds the one that is queued.
    if jobs.enqueue(RENEW, payload, key=f"{new.pk}:{failures}", at=at):
        new.kind = kind
        new.save(update_fields=["kind"])
        operations.tell(RENEWAL_REQUESTED, row, by=who, at=at, details={"source": path.name})
    return new.pk


def record_renewed(medium_id: UUID, made: Written, *, by_id: int, by_name: str, at: datetime) -> None:
    """Put a renewed medium on record, in the transaction of the caller; the old one stays until this one is read."""
    row = Medium.objects.select_for_update().select_related("set").get(pk=medium_id)
    if row.state != MediumState.PLANNED.value:
        return
    writing.note_written(row, made, by_id=by_id, by_name=by_name, at=at)
    operations.tell(RENEWED, row, by=None, at=at)


def record_renewal_failed(medium_id: UUID, *, problem: str, at: datetime) -> None:
    """Say in the register why a renewed medium was not written, in the transaction of the caller."""
    row = Medium.objects.select_for_update(of=["self"]).select_related("set").get(pk=medium_id)
    if row.state != MediumState.PLANNED.value:
        return
    operations.note(row, Action.WRITTEN, by=None, at=at, outcome=Outcome.DAMAGED, findings=[problem])
    operations.tell(RENEWAL_FAILED, row, by=None, at=at, details={"problem": problem}, failed=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    parent = Path(settings.PRIVATE)
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="media-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
