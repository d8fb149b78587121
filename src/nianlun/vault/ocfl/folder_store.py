"""A storage root in a folder that also takes over whole objects from other stores."""

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

from nianlun.vault.ocfl import staging
from nianlun.vault.ocfl.beginning import DECLARATION
from nianlun.vault.ocfl.check_root import verify_stored
from nianlun.vault.ocfl.durable import link_tree, move_in, replace_folder, room, sync, sync_tree
from nianlun.vault.ocfl.extras import FolderExtras
from nianlun.vault.ocfl.faults import Busy, NotARoot
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.ocfl.folder_tree import FolderPlace, FolderTree
from nianlun.vault.ocfl.inventory import Inventory
from nianlun.vault.ocfl.layout import Layout
from nianlun.vault.ocfl.root import StorageRoot
from nianlun.vault.ocfl.staging import Desk, Leftover
from nianlun.vault.ocfl.store import Shipment, refuse_destroyed
from nianlun.vault.ocfl.tree import SET_ASIDE


class FolderStore(StorageRoot, FolderExtras):
    """A `Store` in a folder of this machine. Made on first use; safe for many readers and writers at once."""

    def __init__(self, path: Path, *, layout: Layout | None = None) -> None:
        StorageRoot.__init__(self, path, layout=layout)
        FolderExtras.__init__(self, self.path)

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Open a root that is there; an empty folder, perhaps a disk not mounted, is none. Raises `NotARoot`."""
        if not (path / DECLARATION).is_file():
            raise NotARoot(f"{path} 里没有档案库。请查磁盘是否挂上、地址是否写对。")
        return cls(path)

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def tree(self) -> FolderTree:
        return FolderTree(self.path)

    def holds(self, object_id: str) -> bool:
        return os.path.lexists(self.folder_of(object_id))

    def place(self, object_id: str) -> FolderPlace:
        return FolderPlace(self.folder_of(object_id))

    def verify(self, object_id: str, *, sm3: bool = False) -> list[Finding]:
        return verify_stored(self.tree, object_id, layout=self.layout, sm3=sm3)

    def receive(self, shipment: Shipment, *, before: Inventory | None) -> None:
        object_id, place = shipment.object_id, self.folder_of(shipment.object_id)
        with room(), staging.claim(self.path, object_id=object_id, place=place) as desk:
            refuse_destroyed(object_id, self)
            now = self.inventory(object_id) if self.holds(object_id) else None
            if (now and now.data) != (before and before.data):
                raise Busy(f"对象 {object_id} 刚被别的程序改过，这次没有复制。请稍后重试。")
            here = (
                {path for paths in before.data["manifest"].values() for path in paths} if before else set()
            )
            _unpack(shipment, desk, place=place, here=here)
            self._install(desk, place)

    def replace(self, shipment: Shipment, *, keep: Path | None = None) -> str:
        object_id, place = shipment.object_id, self.folder_of(shipment.object_id)
        with room(), staging.claim(self.path, object_id=object_id, place=place) as desk:
            _unpack(shipment, desk, place=place, here=set())
            kept = _keep(place, keep or self._aside(object_id)) if os.path.lexists(place) else None
            self._install(desk, place)
        return str(kept) if kept else ""

    def remove(self, object_id: str) -> None:
        place = self.folder_of(object_id)
        aside = self._set_aside(object_id)
        # Also where nothing lies at the place: a call cut off leaves the object on its desk, which the claim clears.
        with staging.claim(self.path, object_id=object_id, place=place) as desk:
            if os.path.lexists(place):
                place.rename(desk.draft)  # gone in one step; the desk is cleared with whatever lies on it
                sync(place.parent)
            self._drop_empty(place.parent)
            if aside.exists():
                shutil.rmtree(aside)
                sync(aside.parent)

    def sweep(self) -> list[Leftover]:
        """As `StorageRoot.sweep`, and drafts of the small files beside the objects."""
        return StorageRoot.sweep(self) + self.sweep_drafts()

    def _drop_empty(self, folder: Path) -> None:
        """Take away the folders that led to an object and lead nowhere now: an empty folder is a fault (E073)."""
        while folder != self.path:
            try:
                folder.rmdir()
                sync(folder.parent)
            except (
                FileNotFoundError
            ):  # taken away already, by a call cut off before it came to the next one
                pass
            except OSError:
                return
            folder = folder.parent

    def _install(self, desk: Desk, place: Path) -> None:
        sync_tree(desk.draft)
        if place.is_dir():
            replace_folder(desk.draft, place, displaced=desk.displaced)
        else:
            move_in(desk.draft, place, below=self.path, spare=desk.spare)

    def _aside(self, object_id: str) -> Path:
        """The next unused folder for what an object once was."""
        folder = self._set_aside(object_id)
        used = [int(e.name) for e in folder.iterdir() if e.name.isdigit()] if folder.is_dir() else []
        return folder / str(max(used, default=0) + 1)

    def _set_aside(self, object_id: str) -> Path:
        return self.path / "extensions" / SET_ASIDE / hashlib.sha256(object_id.encode()).hexdigest()


def _unpack(shipment: Shipment, desk: Desk, *, place: Path, here: set[str]) -> None:
    """Put the object together on the desk; what lies at its place already is linked, not copied."""
    made: set[Path] = set()
    for path in shipment.files:
        target = desk.draft / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if path in here:
            with suppress(FileNotFoundError):  # lost here: the shipment has it
                os.link(place / path, target, follow_symlinks=False)
                continue
        with target.open("xb", buffering=0) as file:
            for chunk in shipment.chunks(path):
                view = memoryview(chunk)
                while view:
                    view = view[file.write(view) :]


def _keep(place: Path, keep: Path) -> Path:
    """The same files once more at `keep`: links where the filesystem allows, so that not a byte of them is touched."""
    keep.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_dir() or place.is_symlink():
        place.rename(keep)
        sync(keep.parent)
        return keep
    try:
        link_tree(place, keep)
    except OSError as fault:
        if fault.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}:
            raise
        shutil.rmtree(keep)
        shutil.copytree(place, keep, symlinks=True)
        sync_tree(keep)
    sync(keep.parent)
    return keep
