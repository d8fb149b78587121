"""The next version of an object while it is put together: what is new is copied, what is there is referred to."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from nianlun.kernel.digests import Digests
from nianlun.vault.ocfl.durable import Flush, link_tree, move_in, replace_folder, sync
from nianlun.vault.ocfl.inventory import (
    Inventory,
    next_directory,
    write_inventory,
    write_sm3_manifest,
)
from nianlun.vault.ocfl.names import SM3_MANIFEST, content_name
from nianlun.vault.ocfl.staging import Desk
from nianlun.vault.ocfl.streams import Copied, Source, copy

OBJECT_DECLARATION = "0=ocfl_object_1.1"


class Draft:
    """A version to come on its desk; `before` is the object as it is, None if it is new."""

    def __init__(self, desk: Desk, *, before: Inventory | None) -> None:
        self._desk, self._before = desk, before
        self._folder = f"{next_directory(before)}/{before.content_directory if before else 'content'}"
        self._draft = desk.draft
        (self._draft / self._folder).mkdir(parents=True)
        self.content: dict[str, str] = {}
        """SHA-512 to content path, of the bytes that the object did not hold before."""
        self._flush = Flush()

    def take_in(self, files: Mapping[str, Source], *, largest: int | None) -> dict[str, Digests]:
        """Copy the sources to the desk, each distinct content once; logical path to digests.

        While SM3 of one file is reckoned, the next is already being copied.
        """
        copied = {
            path: self._take_in(
                source, name=f"{self._folder}/{content_name(number, path)}", shown=path, largest=largest
            )
            for number, (path, source) in enumerate(files.items(), start=1)
        }
        self._flush.begin([self._draft / path for path in self.content.values()])
        return {path: file.digests() for path, file in copied.items()}

    def add_sm3_manifest(self, state: Mapping[str, Digests]) -> Digests:
        """Write the version's list of SM3 digests as one of its files."""
        return self._take_in(
            write_sm3_manifest({path: digests.sm3 for path, digests in state.items()}),
            name=f"{self._folder}/{SM3_MANIFEST}",
            shown=SM3_MANIFEST,
            largest=None,
        ).digests()

    def become(self, after: Inventory, *, place: Path, below: Path) -> None:
        """Complete the draft and make it the object in one step; `below` is the root that `place` lies in."""
        draft = self._draft
        folder = draft / after.head
        if not self.content:  # seldom: a return to an older state brings no new bytes (W003)
            with suppress(OSError):
                (folder / after.content_directory).rmdir()
        write_inventory(after, folder, draft)
        if self._before is None:
            (draft / OBJECT_DECLARATION).write_text("ocfl_object_1.1\n", encoding="ascii")
            self._flush.finish(draft)
            move_in(draft, place, below=below, spare=self._desk.spare)
            return
        self._flush.finish(draft)
        for entry in place.iterdir():
            if entry.is_dir():
                link_tree(entry, draft / entry.name)
            elif entry.name == OBJECT_DECLARATION:
                (draft / entry.name).hardlink_to(entry)
        sync(draft)
        replace_folder(draft, place, displaced=self._desk.displaced)

    def _take_in(self, source: Source, *, name: str, shown: str, largest: int | None) -> Copied:
        target = self._draft / name
        copied = copy(source, to=target, name=shown, largest=largest)
        if copied.sha512 in self.content or (
            self._before and copied.sha512 in self._before.data["manifest"]
        ):
            target.unlink()
        else:
            self.content[copied.sha512] = name
        return copied
