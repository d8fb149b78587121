"""A `Store` in a bucket: an object becomes valid by one last put, and every put is read back before it counts."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from nianlun.vault.ocfl.beginning import DECLARATION, root_files
from nianlun.vault.ocfl.bucket import composing, writing
from nianlun.vault.ocfl.bucket.client import Client
from nianlun.vault.ocfl.bucket.reader import BucketFile
from nianlun.vault.ocfl.bucket.tree import Abandoned, BucketPlace, BucketTree
from nianlun.vault.ocfl.check_root import verify_stored
from nianlun.vault.ocfl.contents import contents_of, version_of
from nianlun.vault.ocfl.faults import BadName, Busy, Damaged, Foreign, NotARoot, NotStored
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.ocfl.inventory import FILE, TYPE, Content, Inventory, Version
from nianlun.vault.ocfl.layout import Layout, find_layout
from nianlun.vault.ocfl.names import check_logical_path, check_no_conflict, check_object_id
from nianlun.vault.ocfl.store import Shipment, refuse_destroyed
from nianlun.vault.ocfl.streams import Hasher, Source, holds


class BucketStore:
    """OCFL objects in a bucket. Safe for many readers and writers at once, on many machines."""

    def __init__(self, client: Client, *, create: bool = True, layout: Layout | None = None) -> None:
        """Open the root, making it where nothing lies yet and `create` allows it.

        Raises `NotARoot` for a prefix that holds something else, or a store that cannot tell two writers apart;
        `Unreachable`.
        """
        self._client = client
        self.tree = BucketTree(client)
        if client.head(DECLARATION) is None:
            if not create:
                raise NotARoot(f"{client.name} 里没有档案库。请核对地址。")
            _begin(client, layout or Layout())
        self.layout = find_layout(self._read_if_there, shown=client.name) or Layout()

    @property
    def name(self) -> str:
        return self._client.name

    def put(
        self,
        object_id: str,
        files: Mapping[str, Source],
        *,
        message: str,
        author_name: str,
        author_address: str,
        at: datetime,
        replace_state: bool = False,
        largest: int | None = None,
    ) -> Version:
        """See `StorageRoot.put`. What is new passes through a private folder of this machine on its way."""
        if at.tzinfo is None:
            raise ValueError("at must be aware")
        check_object_id(object_id)
        if not files:
            raise BadName(f"没有给出要存入对象 {object_id} 的文件。请至少选一个文件。")
        names = {check_logical_path(path) for path in files}
        before = self._extensible(object_id)
        current = self._contents(before, before.number) if before else {}
        now = {path: file.digests for path, file in current.items()}
        kept = {} if replace_state else now
        check_no_conflict(names | set(kept))
        held = {
            path: now[path]
            for path, source in files.items()
            if path in now and holds(source, sha512=now[path].sha512, size=now[path].size, name=path)
        }
        with composing.draft(before) as (draft, folder):
            new = {path: source for path, source in files.items() if path not in held}
            state = kept | held | draft.take_in(new, largest=largest)
            if before and state == now:
                return version_of(before, current)
            shipment = composing.complete(
                draft,
                folder,
                before=before,
                object_id=object_id,
                state=state,
                message=message,
                author_name=author_name,
                author_address=author_address,
                at=at,
            )
            self.receive(shipment, before=before)
        return version_of(
            shipment.inventory, self._contents(shipment.inventory, shipment.inventory.number), added=True
        )

    def holds(self, object_id: str) -> bool:
        return bool(self.place(object_id).listing())

    def inventory(self, object_id: str) -> Inventory:
        place = self.place(object_id)
        if not place.listing():
            raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
        inventory = Inventory.found(place.read, shown=place.name)
        if inventory.object_id != object_id:
            raise Damaged(
                f"{place.name} 里放的是 {inventory.object_id}，不是 {object_id}。请运行 nianlun vault verify。"
            )
        return inventory

    def version(self, object_id: str, number: int | None = None) -> Version:
        inventory = self.inventory(object_id)
        number = number or inventory.number
        return version_of(inventory, self._contents(inventory, number), number=number)

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """A stream that reads part by part. Read from start to end it raises `Damaged` if the bytes are wrong."""
        inventory = self.inventory(object_id)
        digest = inventory.state(version or inventory.number).get(logical_path)
        if digest is None:
            raise NotStored(f"对象 {object_id} 里没有文件“{logical_path}”。请核对文件名和版本。")
        key = f"{self.place(object_id).path}/{inventory.content_path(digest)}"
        meta = self._client.head(key)
        if meta is None:
            raise Damaged(f"对象 {object_id} 的文件“{logical_path}”不在 {self.name} 上。请从别的副本恢复。")
        shown = f"对象 {object_id} 的文件“{logical_path}”"
        file = BucketFile(
            self._client, meta, algorithm=inventory.algorithm, digest=digest.lower(), shown=shown
        )
        return io.BufferedReader(file, 1 << 20)

    def place(self, object_id: str) -> BucketPlace:
        return self.tree.place(str(self.layout.path_of(object_id)))

    def object_ids(self) -> Iterator[str]:
        for path, code in self.tree.walk():
            if not code:
                place = self.tree.place(path)
                with suppress(Damaged):
                    if place.listing():
                        yield Inventory.found(place.read, shown=place.name).object_id

    def verify(self, object_id: str, *, sm3: bool = False) -> list[Finding]:
        return verify_stored(self.tree, object_id, layout=self.layout, sm3=sm3)

    def receive(self, shipment: Shipment, *, before: Inventory | None) -> None:
        object_id, place = shipment.object_id, self.place(shipment.object_id)
        with writing.claimed(self._client, place, object_id=object_id) as claim:
            refuse_destroyed(object_id, self)
            head = self._client.head(f"{place.path}/{FILE}")
            now = self.inventory(object_id) if place.all_keys() else None
            if (now and now.data) != (before and before.data):
                raise Busy(f"对象 {object_id} 刚被别的程序改过，这次没有复制。请稍后重试。")
            claim.begin(before=before.number if before else 0)
            etag = head.etag if head else ""
            writing.receive(self._client, place, shipment, claim=claim, before=before, etag=etag)

    def replace(self, shipment: Shipment, *, keep: Path | None = None) -> str:
        object_id, place = shipment.object_id, self.place(shipment.object_id)
        with writing.claimed(self._client, place, object_id=object_id) as claim:
            kept = writing.keep(self._client, place, object_id=object_id, at=keep)
            writing.replace(self._client, place, shipment, claim=claim)
        return kept

    def remove(self, object_id: str) -> None:
        place = self.place(object_id)
        with writing.claimed(self._client, place, object_id=object_id):
            for folder in (place.path, writing.set_aside(object_id)):
                for key in list(self._client.below(folder)):
                    self._client.delete(key.path)

    def leftovers(self) -> Sequence[Abandoned]:
        return self.tree.leftovers()

    def sweep(self) -> list[Abandoned]:
        return writing.sweep(self._client, self.tree)

    def read_extra(self, path: str) -> bytes | None:
        return self._read_if_there(f"extensions/{path}")

    def write_extra(self, path: str, data: bytes, *, create: bool = False) -> bool:
        if not create:
            self._client.write(f"extensions/{path}", data)
            return True
        # An own put that was answered with an error and tried again is told by its content.
        return self._client.create(f"extensions/{path}", data) is not None or self.read_extra(path) == data

    def delete_extra(self, path: str) -> None:
        self._client.delete(f"extensions/{path}")

    def extras(self, folder: str) -> Iterator[str]:
        cut = len("extensions/")
        for key in self._client.below(f"extensions/{folder}"):
            yield key.path[cut:]

    def _read_if_there(self, path: str) -> bytes | None:
        got = self._client.read_if_there(path)
        return got[0] if got else None

    def _extensible(self, object_id: str) -> Inventory | None:
        before = self.inventory(object_id) if self.holds(object_id) else None
        if before and (
            before.data["type"] != TYPE or before.algorithm != "sha512" or not before.lower_case
        ):
            raise Foreign(
                f"对象 {object_id} 由别的系统按另一种规格写成，这里只能读、不能加版本。请另建对象。"
            )
        return before

    def _contents(self, inventory: Inventory, number: int) -> dict[str, Content]:
        place = self.place(inventory.object_id)
        place.listing()

        def digest(path: str, algorithm: str) -> str:
            hasher = Hasher([algorithm])
            for _ in hasher.run(place.chunks(path)):
                pass
            return hasher.hexdigest(algorithm)

        def size_of(path: str) -> int:
            if path not in place.sizes:
                raise Damaged(f"{place.name} 里缺少 {path}。请运行 nianlun vault verify 并从别的副本恢复。")
            return place.sizes[path]

        return contents_of(inventory, number, read=place.read, size_of=size_of, digest=digest)


def _begin(client: Client, layout: Layout) -> None:
    """Make a root where nothing lies; raises `NotARoot`."""
    folders, files = client.directly_in("")
    strangers = sorted({*folders, *files} - {"extensions", "ocfl_layout.json", "README.txt"})
    if strangers:
        raise NotARoot(f"{client.name} 不是空的（有 {strangers[0]} 等），也不是档案库。请换一个前缀。")
    trial = f"extensions/trial-{hashlib.sha256(client.name.encode()).hexdigest()[:16]}"
    client.delete(trial)
    first, second = client.create(trial, b"1"), client.create(trial, b"2")
    client.delete(trial)
    if first is None or second is not None:
        raise NotARoot(
            f"{client.name} 的存储服务不支持“没有才写”（If-None-Match），两个程序会互相覆盖。请换支持的存储服务。"
        )
    for path, content in root_files(layout).items():
        client.write(path, content)
