"""How an object of a bucket changes, put by put, so that whoever dies leaves the old one, the new one or a leftover.

A new object is valid with its inventory.json, put last; a further version with its inventory.json, put after its
content and its own inventory, and before the object's sidecar, which the version's sidecar stands in for meanwhile.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nianlun.vault.ocfl.bucket import claims
from nianlun.vault.ocfl.bucket.client import Client
from nianlun.vault.ocfl.bucket.tree import SIDECAR, Abandoned, BucketPlace, BucketTree, version_of
from nianlun.vault.ocfl.faults import Busy, Damaged, StorageError, Unreachable
from nianlun.vault.ocfl.inventory import FILE, Inventory
from nianlun.vault.ocfl.store import Shipment
from nianlun.vault.ocfl.tree import SET_ASIDE


@contextmanager
def claimed(client: Client, place: BucketPlace, *, object_id: str) -> Iterator[claims.Claim]:
    """Hold an object's place, cleared of what a writer that is gone has left; raises `Busy`.

    What fails inside is cleared away too. If the store does not answer even then, it stays as a leftover.
    """
    claim, left = claims.take(client, object_id=object_id, path=place.path)
    try:
        if left and left.before is not None:
            settle(client, place, before=left.before)
        yield claim
    except BaseException:  # whatever ends the writing, the object is put back as it was
        with suppress(StorageError, OSError):
            claim.confirm()  # whoever took it over has cleared away, and what lies there now is theirs
            if claim.note.before is not None:
                settle(client, place, before=claim.note.before)
            claim.drop()
        claims.forget(claim.note.token)
        raise
    claim.drop()


def settle(client: Client, place: BucketPlace, *, before: int) -> None:
    """Complete what a writer made valid, take away what it did not; `before` is how many versions there were."""
    keys = place.all_keys()
    for path in place.not_valid(keys, before=before):
        client.delete(f"{place.path}/{path}")
    head = place.head() if FILE in keys else 0
    if head > before:
        client.write(
            f"{place.path}/{SIDECAR}", client.read(f"{place.path}/{_folder(place, head)}/{SIDECAR}")
        )


def sweep(client: Client, tree: BucketTree) -> list[Abandoned]:
    """Settle what writers that are gone have left; those at work are not touched."""
    taken = []
    for found in claims.every(client):
        if not found.left_over:
            continue
        place = tree.place(found.note.path)
        left = tree.abandoned(found.note)
        with suppress(Busy), claimed(client, place, object_id=found.note.object_id):
            taken.append(left)
    return taken


def receive(
    client: Client,
    place: BucketPlace,
    shipment: Shipment,
    *,
    claim: claims.Claim,
    before: Inventory | None,
    etag: str,
) -> None:
    """Put what `before`, the inventory that lies there, does not name; `etag` is its file's entity tag.

    Every put but a few of the first version's is conditional: a writer that slept until its claim was taken over
    is refused by the store itself. Raises `Busy`.
    """
    old = before.number if before else 0
    for path in shipment.files:
        if "/" not in path or version_of(path) in range(1, old + 1):
            continue
        claim.confirm()
        new = version_of(path) > 0  # not so logs, which an object may always have gathered
        if not client.upload(f"{place.path}/{path}", shipment.chunks(path), new=new, alive=claim.alive):
            raise claims.busy(shipment.object_id)
    top = {path: b"".join(shipment.chunks(path)) for path in shipment.files if "/" not in path}
    claim.confirm()
    if before is None:
        for path in sorted(top.keys() - {FILE}):
            client.write(f"{place.path}/{path}", top[path])
    inventory = f"{place.path}/{FILE}"
    put = client.swap(inventory, top[FILE], etag=etag) if before else client.create(inventory, top[FILE])
    if put is None and client.read(inventory) != top[FILE]:
        raise claims.busy(shipment.object_id)
    client.confirm(inventory, top[FILE])
    if before is not None:
        client.write(f"{place.path}/{SIDECAR}", top[SIDECAR])


def replace(client: Client, place: BucketPlace, shipment: Shipment, *, claim: claims.Claim) -> None:
    """Put every file that differs and take away what does not belong; cut off, it is found damaged as before."""
    there = place.all_keys()
    for path in shipment.files:
        key = f"{place.path}/{path}"
        stated = shipment.digests.get(path)
        if path not in there or stated is None or _digest(client, key, stated[0]) != stated[1]:
            client.upload(key, shipment.chunks(path), alive=claim.alive)
    for path in there:
        if path not in shipment.files:
            client.delete(f"{place.path}/{path}")


def keep(client: Client, place: BucketPlace, *, object_id: str, at: Path | None) -> str:
    """The bytes of every key once more, in a folder or below `extensions`; where, or "" if nothing lies there."""
    keys = place.all_keys()
    if not keys:
        return ""
    if at is not None:
        for path in keys:
            target = at / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.writelines(place.chunks(path))
        return str(at)
    folder = set_aside(object_id)
    used = [int(name) for name in client.directly_in(folder)[0] if name.isdigit()]
    folder = f"{folder}/{max(used, default=0) + 1}"
    for path in keys:
        client.upload(f"{folder}/{path}", place.chunks(path))
    return f"{client.name}/{folder}"


def set_aside(object_id: str) -> str:
    return f"extensions/{SET_ASIDE}/{hashlib.sha256(object_id.encode()).hexdigest()}"


def _folder(place: BucketPlace, head: int) -> str:
    """The folder of a version, zero-padded where the object began so."""
    for path in place.all_keys():
        name = path.partition("/")[0]
        if name.startswith("v") and name[1:].isdigit() and int(name[1:]) == head:
            return name
    raise Damaged(f"{place.name} 的目录写着第 {head} 版，却没有它的文件夹。请运行 nianlun vault verify。")


def _digest(client: Client, key: str, algorithm: str) -> str:
    state = hashlib.new(algorithm)
    try:
        for chunk in client.chunks(key):
            state.update(chunk)
    except (FileNotFoundError, Unreachable):
        return ""
    return state.hexdigest()
