"""Objects from one store to another: bringing a copy up to date, and putting a good one in place of a damaged one."""

import hashlib
from pathlib import Path

from nianlun.kernel.cipher import SealBroken
from nianlun.vault import key_folder
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.ocfl.beside import destroyed_file, key_file, offline_file
from nianlun.vault.ocfl.check_object import Options, examine_object
from nianlun.vault.ocfl.faults import Ahead, Damaged, OtherHistory, Withdrawn
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.ocfl.inventory import Inventory
from nianlun.vault.ocfl.store import Shipment, Store
from nianlun.vault.ocfl.tree import Kind, Place


def copy_object(
    object_id: str, *, source: Store, target: Store, class_keys: ClassKeys | None = None
) -> None:
    """Bring the target's copy up to the source's: every byte checked on its way, whole or not at all.

    Key and marks travel along, the key before the object and looked at first (`key_folder.bring`). A copy that is
    behind gets only what it lacks; one that is equal is left as it is, so a call cut off can simply be made again. Of
    an object lawfully destroyed at the source only the mark arrives, and the target's key goes.

    Raises `NotStored`; `Damaged` where source or copy contradicts its own inventory, or the source's key is rotten;
    `Ahead` where the copy has versions that the source lacks; `OtherHistory` where the two tell different pasts;
    `Withdrawn` where the object was destroyed at the target but not at the source; `Busy`, `NoSpace`, `Unreachable`.
    """
    _refuse_withdrawn(object_id, source=source, target=target)
    if mark := source.read_extra(destroyed_file(object_id)):
        target.write_extra(destroyed_file(object_id), mark)
        target.delete_extra(key_file(object_id))
        return
    shipment = _pack_sound(object_id, source)
    before = target.inventory(object_id) if target.holds(object_id) else None
    if before is not None:
        _refuse_other(before, shipment.inventory, where=target.name)
    _carry(object_id, source=source, target=target, class_keys=class_keys)
    if before is None or before.data != shipment.inventory.data:
        target.receive(shipment, before=before)


def restore_object(
    object_id: str,
    *,
    good: Store,
    damaged: Store,
    keep: Path | None = None,
    key: bool = True,
    class_keys: ClassKeys | None = None,
) -> str:
    """Put the good store's object in place of the damaged store's; returns where the damaged one is kept, or "".

    The good one is read whole before anything changes and the restored one afterwards. What lay in the damaged place
    is kept untouched: in `keep`, a folder not yet there, or in the store's own `extensions/nianlun-set-aside`.
    A call cut off leaves the damaged object or the restored one and can be made again. Without `key` the
    object's key does not travel along: it is to lie on offline media only.

    Raises `Damaged` if the good one or its key is not whole, or the restored one is not (a failing disk); `Ahead` if
    the damaged one has a readable inventory with versions that the good one lacks; `Withdrawn`, and what `copy_object`
    raises.
    """
    _refuse_withdrawn(object_id, source=good, target=damaged)
    shipment = _pack_sound(object_id, good)
    _refuse_damaged(object_id, good.verify(object_id), about=f"{good.name} 里的这一份也有损坏，没有恢复")
    if damaged.holds(object_id):
        _refuse_newer(object_id, shipment.inventory, damaged=damaged)
    _carry(object_id, source=good, target=damaged, class_keys=class_keys, key=key)
    kept = damaged.replace(shipment, keep=keep)
    _refuse_damaged(object_id, damaged.verify(object_id), about="恢复后仍有损坏，请查磁盘")
    return kept


def pack(inventory: Inventory, place: Place) -> Shipment:
    """What has to be sent of what lies at a place; content is held against the inventory on its way."""
    content = {
        path: digest.lower() for digest, paths in inventory.data["manifest"].items() for path in paths
    }
    digests = {path: (inventory.algorithm, digest) for path, digest in content.items()}
    files = [path for path, kind in place.listing().items() if kind is Kind.FILE]
    for path in files:
        if path not in content and path.partition("/")[0] not in {"logs", "extensions"}:
            digests[path] = ("sha512", hashlib.sha512(place.read(path)).hexdigest())
    return Shipment(
        inventory=inventory, source=place, files=tuple(sorted(files, key=_turn)), digests=digests
    )


def _pack_sound(object_id: str, source: Store) -> Shipment:
    """The shipment of an object whose folders and inventories were looked at."""
    inventory, place = source.inventory(object_id), source.place(object_id)
    verdict = examine_object(place, Options(content=False))
    _refuse_damaged(object_id, verdict.findings, about=f"{source.name} 里的来源有损坏，没有复制")
    return pack(inventory, place)


def _turn(path: str) -> tuple[int, str]:
    """Content, the versions' own inventories, the object's; see `Shipment`."""
    if "/" not in path:
        return 2, path
    return (1 if path.count("/") == 1 else 0), path


def _carry(
    object_id: str, *, source: Store, target: Store, class_keys: ClassKeys | None, key: bool = True
) -> None:
    """Key and offline mark go before the object. A key that only the target has stays: it may be the last one."""
    if key:
        try:
            key_folder.carry(object_id, source=source, target=target, class_keys=class_keys)
        except SealBroken as fault:
            raise Damaged(f"{source.name}：{fault}") from fault
    mark = source.read_extra(offline_file(object_id))
    if mark is not None and target.read_extra(offline_file(object_id)) != mark:
        target.write_extra(offline_file(object_id), mark)


def _refuse_withdrawn(object_id: str, *, source: Store, target: Store) -> None:
    mark = destroyed_file(object_id)
    if target.read_extra(mark) is not None and source.read_extra(mark) is None:
        raise Withdrawn(
            f"对象 {object_id} 在 {target.name} 已依法销毁，没有复制回去。请核对销毁记录，并在来源处补办销毁。"
        )


def _refuse_other(before: Inventory, after: Inventory, *, where: str) -> None:
    name = after.object_id
    if before.number > after.number:
        raise Ahead(
            f"{where} 里的对象 {name} 有 {before.number} 版，来源只有 {after.number} 版，没有复制。"
            "请查来源为何缺少新版。"
        )
    if not _continues(before, after):
        raise OtherHistory(
            f"{where} 里的对象 {name} 与来源的版本历史不同，没有复制。请两边都核对，由人判断哪一份是真的。"
        )


def _refuse_newer(object_id: str, good: Inventory, *, damaged: Store) -> None:
    try:
        there = damaged.inventory(object_id)
    except Damaged:
        return
    if there.object_id == object_id and there.number > good.number:
        raise Ahead(
            f"损坏的对象 {object_id} 有 {there.number} 版，完好的只有 {good.number} 版，恢复会丢掉新版。"
            "请找更新的副本；确要恢复旧版，请先把损坏的一份移走。"
        )


def _continues(before: Inventory, after: Inventory) -> bool:
    """Whether `after` tells the same past as `before`, and perhaps more."""
    same = ("id", "digestAlgorithm", "contentDirectory")
    if any(before.data.get(key) != after.data.get(key) for key in same):
        return False
    if any(after.data["versions"].get(name) != block for name, block in before.data["versions"].items()):
        return False
    manifest = after.data["manifest"]
    return all(manifest.get(digest) == paths for digest, paths in before.data["manifest"].items())


def _refuse_damaged(object_id: str, findings: list[Finding], *, about: str) -> None:
    damage = [finding.message for finding in findings if finding.is_damage]
    if damage:
        raise Damaged(f"对象 {object_id}：{about}（{damage[0]}）。请运行 nianlun vault verify。")
