"""What the rest of the vault asks of a store, be it a folder or a bucket, and what is sent from one to another."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from nianlun.vault.ocfl.beside import destroyed_file
from nianlun.vault.ocfl.faults import Damaged, Withdrawn
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.ocfl.inventory import Inventory, Version
from nianlun.vault.ocfl.streams import Source
from nianlun.vault.ocfl.tree import Left, Place, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """An object on its way to another store.

    `files` are its paths in the order in which they must appear where nothing can appear at once: content, the
    versions' inventories, the object's own files; of these the receiver knows which is last. `digests` are algorithm
    and hex digest by path; a file without one (logs) is taken as it is.
    """

    inventory: Inventory
    source: Place
    files: tuple[str, ...]
    digests: Mapping[str, tuple[str, str]]

    @property
    def object_id(self) -> str:
        return self.inventory.object_id

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file; raises `Damaged` at their end, before it could be called complete, if they are wrong."""
        if path not in self.digests:
            yield from self.source.chunks(path)
            return
        algorithm, digest = self.digests[path]
        state = hashlib.new(algorithm)
        for chunk in self.source.chunks(path):
            state.update(chunk)
            yield chunk
        if state.hexdigest() != digest:
            raise Damaged(
                f"对象 {self.object_id} 的文件 {path} 读出的内容与登记的摘要不符，没有复制。请先核对来源。"
            )


class Store(Protocol):
    """OCFL objects by id. Everything that is promised is on the disk, or was read back, before a call returns.

    Methods raise the `StorageError`s of `faults`, `Unreachable` among them where the store lies on another machine.
    """

    @property
    def name(self) -> str:
        """Its address as people may see it: no secrets."""

    @property
    def tree(self) -> Tree:
        """The whole root, for `verify_root`."""

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
    ) -> Version:
        """Store files as the next version of an object; see `StorageRoot.put`."""

    def holds(self, object_id: str) -> bool:
        """Whether anything lies where this object belongs, sound or not."""

    def inventory(self, object_id: str) -> Inventory:
        """The current inventory, held against its sidecar; raises `NotStored` or `Damaged`."""

    def version(self, object_id: str, number: int | None = None) -> Version:
        """One version, by default the current one; raises `NotStored` or `Damaged`."""

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """The bytes of a file as a stream that the caller closes; raises `NotStored` or `Damaged`."""

    def place(self, object_id: str) -> Place:
        """Where an object lies or would lie."""

    def object_ids(self) -> Iterator[str]:
        """Ids of all readable objects in the order of their places."""

    def verify(self, object_id: str, *, sm3: bool = False) -> list[Finding]:
        """Everything wrong with one object; empty means whole and in its place."""

    def receive(self, shipment: Shipment, *, before: Inventory | None) -> None:
        """Take over an object, or the versions that follow `before`, the inventory that lies here now.

        Complete or as before, whatever happens meanwhile. Raises `Busy` if another inventory lies here by now, and
        `Withdrawn` if the object was destroyed here by now.
        """

    def replace(self, shipment: Shipment, *, keep: Path | None = None) -> str:
        """Put the object in place of what lies there, which is first kept aside untouched; returns where, or "".

        `keep` is a folder that does not exist yet; without it a place of the store's own below `extensions`.
        """

    def remove(self, object_id: str) -> None:
        """Take an object and whatever was set aside of it away for good; nothing happens if there is none.

        For lawful destruction only: whoever calls it has put down the mark that tells of it.
        """

    def leftovers(self) -> Sequence[Left]:
        """What interrupted writers left behind; nothing is changed."""

    def sweep(self) -> Sequence[Left]:
        """Take away what interrupted writers left and return what it was; writers at work are not touched."""

    def read_extra(self, path: str) -> bytes | None:
        """A small file below `extensions/`, or None if there is none."""

    def write_extra(self, path: str, data: bytes, *, create: bool = False) -> bool:
        """Put such a file down whole. With `create` only where there is none: False if there is."""

    def delete_extra(self, path: str) -> None:
        """Take such a file away for good; nothing happens if there is none."""

    def extras(self, folder: str) -> Iterator[str]:
        """Paths of such files in a folder and below it, in their order."""


def refuse_destroyed(object_id: str, store: Store) -> None:
    """Raise `Withdrawn` for an object with a mark of destruction; asked by a receiver that holds its place already.

    Who destroys puts down the mark first and then needs the place too, so nothing arrives behind their back.
    """
    if store.read_extra(destroyed_file(object_id)) is not None:
        raise Withdrawn(f"对象 {object_id} 在 {store.name} 已依法销毁，没有复制。请核对销毁记录。")
