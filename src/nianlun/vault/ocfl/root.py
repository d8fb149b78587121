"""An OCFL 1.1 storage root that survives being killed at any moment."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from nianlun.kernel.digests import Digests
from nianlun.vault.ocfl import staging
from nianlun.vault.ocfl.beginning import DECLARATION, begin
from nianlun.vault.ocfl.contents import contents_of, version_of
from nianlun.vault.ocfl.drafting import Draft
from nianlun.vault.ocfl.durable import room
from nianlun.vault.ocfl.faults import BadName, Damaged, Foreign, NotStored
from nianlun.vault.ocfl.hierarchy import object_folders
from nianlun.vault.ocfl.inventory import (
    TYPE,
    Content,
    Inventory,
    Version,
    next_inventory,
)
from nianlun.vault.ocfl.layout import Layout, read_layout
from nianlun.vault.ocfl.names import (
    SM3_MANIFEST,
    check_logical_path,
    check_no_conflict,
    check_object_id,
)
from nianlun.vault.ocfl.side_by_side import side_by_side
from nianlun.vault.ocfl.staging import Leftover
from nianlun.vault.ocfl.streams import Source, digest_file, holds
from nianlun.vault.ocfl.submissions import Submission


class StorageRoot:
    """A folder of OCFL objects. Made on first use; safe for many readers and writers at once."""

    def __init__(self, path: Path, *, layout: Layout | None = None) -> None:
        """Open the root, making it if the folder is missing or empty; `layout` is only for a new one.

        Raises `NotARoot` for a folder that holds something else, `NoSpace` if there is no room to begin.
        """
        self.path = path.absolute()
        if not (self.path / DECLARATION).exists():
            with room():
                begin(self.path, layout or Layout())
        self.layout = read_layout(self.path) or Layout()

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
        """Store files as the first version of a new object or the next one of an old object; return it.

        Logical files not named are kept, unless `replace_state` leaves them out of the new version; earlier
        versions keep them always. Content equal to the current state adds nothing and returns the current one.
        Once this returns, the bytes are on the disk; if it raises or dies, the object is as before.
        `largest` is how many bytes a file may have, which a stream tells only as it is read.

        Raises `BadName`, `Busy`, `NoSpace`, `Damaged`, `Foreign`, `BrokenSource`, `TooLarge`, and `ValueError` for
        a moment without time zone.
        """
        if at.tzinfo is None:
            raise ValueError("at must be aware")
        check_object_id(object_id)
        if not files:
            raise BadName(f"没有给出要存入对象 {object_id} 的文件。请至少选一个文件。")
        names = {check_logical_path(path) for path in files}
        place = self._place(object_id)
        before, current, held = self._glance(object_id, files)
        if before and len(held) == len(files) and (not replace_state or len(held) == len(current)):
            return version_of(before, current)
        with room(), staging.claim(self.path, object_id=object_id, place=place) as desk:
            latest = self._extensible(object_id)
            if latest != before:  # somebody was faster: a version added, or the object taken away
                before, current = latest, self._contents(latest, latest.number) if latest else {}
                bytes_there = latest.data["manifest"] if latest else {}
                held = {path: digests for path, digests in held.items() if digests.sha512 in bytes_there}
            now = {path: file.digests for path, file in current.items()}
            kept = {} if replace_state else now
            check_no_conflict(names | set(kept))
            draft = Draft(desk, before=before)
            new = {path: source for path, source in files.items() if path not in held}
            state = kept | held | draft.take_in(new, largest=largest)
            if before and state == now:
                return version_of(before, current)
            manifest = draft.add_sm3_manifest(state)
            after = next_inventory(
                before,
                object_id=object_id,
                state={path: digests.sha512 for path, digests in {**state, SM3_MANIFEST: manifest}.items()},
                content=draft.content,
                message=message,
                author_name=author_name,
                author_address=author_address,
                at=at,
            )
            draft.become(after, place=place, below=self.path)
            return version_of(
                after, {path: _content(after, path, state[path]) for path in sorted(state)}, added=True
            )

    def put_many(
        self, submissions: Iterable[Submission], *, threads: int | None = None
    ) -> Iterator[Version]:
        """Store objects side by side and return their versions in the order given; each stands for itself.

        A version that has been handed out is on the disk. What `put` raises for one object is raised at its turn:
        those before it are stored, those after it may be, and the same call again brings the rest. Sources are
        read in other threads, so streams must not be shared. `threads` is by default what keeps all cores at work
        while others wait for the disk.
        """
        return side_by_side(self._put_one, submissions, threads=threads or 2 * (os.cpu_count() or 1))

    def _put_one(self, one: Submission) -> Version:
        return self.put(
            one.object_id,
            one.files,
            message=one.message,
            author_name=one.author_name,
            author_address=one.author_address,
            at=one.at,
            replace_state=one.replace_state,
            largest=one.largest,
        )

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """The bytes of a file as a stream; raises `NotStored` or `Damaged`."""
        return self.path_of(object_id, logical_path, version).open("rb")

    def path_of(self, object_id: str, logical_path: str, version: int | None = None) -> Path:
        """Where the bytes of a file lie. To be read only: whoever changes them breaks the object."""
        inventory = self.inventory(object_id)
        digest = inventory.state(version or inventory.number).get(logical_path)
        if digest is None:
            raise NotStored(f"对象 {object_id} 里没有文件“{logical_path}”。请核对文件名和版本。")
        path = self._place(object_id) / inventory.content_path(digest)
        if not path.is_file():
            raise Damaged(
                f"对象 {object_id} 的文件“{logical_path}”不在磁盘上。请运行 nianlun verify 并从备份恢复。"
            )
        return path

    def inventory(self, object_id: str) -> Inventory:
        """The current inventory of an object; raises `NotStored` or `Damaged`."""
        current = self._current(object_id)
        if current is None:
            raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
        return current

    def version(self, object_id: str, number: int | None = None) -> Version:
        """One version of an object, by default the current one; raises `NotStored` or `Damaged`."""
        inventory = self.inventory(object_id)
        number = number or inventory.number
        return version_of(inventory, self._contents(inventory, number), number=number)

    def object_ids(self) -> Iterator[str]:
        """Ids of all readable objects in the order of their folders; finding damaged ones is `verify_root`'s."""
        for place in object_folders(self.path):
            with suppress(Damaged):
                yield Inventory.read(place).object_id

    def leftovers(self) -> list[Leftover]:
        """What crashes left behind; nothing is changed."""
        return staging.leftovers(self.path)

    def sweep(self) -> list[Leftover]:
        """Take away what crashes left behind and return what it was; writers at work are not touched."""
        return staging.sweep(self.path, place_of=self._place)

    def folder_of(self, object_id: str) -> Path:
        """The folder of an object, whether it exists or not."""
        return self._place(object_id)

    def _place(self, object_id: str) -> Path:
        return self.path / self.layout.path_of(object_id)

    def _current(self, object_id: str) -> Inventory | None:
        place = self._place(object_id)
        if not place.exists():
            return None
        inventory = Inventory.read(place)
        if inventory.object_id != object_id:
            raise Damaged(
                f"{place} 里放的是 {inventory.object_id}，不是 {object_id}。请运行 nianlun verify。"
            )
        return inventory

    def _extensible(self, object_id: str) -> Inventory | None:
        before = self._current(object_id)
        if before and (
            before.data["type"] != TYPE or before.algorithm != "sha512" or not before.lower_case
        ):
            raise Foreign(
                f"对象 {object_id} 由别的系统按另一种规格写成，这里只能读、不能加版本。请另建对象。"
            )
        return before

    def _glance(
        self, object_id: str, files: Mapping[str, Source]
    ) -> tuple[Inventory | None, dict[str, Content], dict[str, Digests]]:
        """The object without its lock, its current files, and which of the sources those already hold.

        Nothing at all where a writer at work shows us half of one state and half of the next: under the lock we
        look again.
        """
        try:
            before = self._extensible(object_id)
            current = self._contents(before, before.number) if before else {}
        except (Damaged, OSError):
            return None, {}, {}
        held = {
            path: current[path].digests
            for path, source in files.items()
            if path in current
            and holds(source, sha512=current[path].sha512, size=current[path].size, name=path)
        }
        return before, current, held

    def _contents(self, inventory: Inventory, number: int) -> dict[str, Content]:
        place = self._place(inventory.object_id)
        return contents_of(
            inventory,
            number,
            read=lambda path: (place / path).read_bytes(),
            size_of=lambda path: (place / path).stat().st_size,
            digest=lambda path, algorithm: digest_file(place / path, [algorithm])[algorithm],
        )


def _content(inventory: Inventory, path: str, digests: Digests) -> Content:
    return Content(
        logical_path=path,
        content_path=inventory.content_path(digests.sha512),
        sha512=digests.sha512,
        sm3=digests.sm3,
        size=digests.size,
    )
