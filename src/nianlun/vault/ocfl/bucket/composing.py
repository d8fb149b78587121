"""A new version for a bucket, put together on this machine and then sent like a copy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from nianlun.kernel.digests import Digests
from nianlun.vault.ocfl.drafting import OBJECT_DECLARATION, Draft
from nianlun.vault.ocfl.durable import room
from nianlun.vault.ocfl.folder_tree import FolderPlace
from nianlun.vault.ocfl.inventory import Inventory, next_inventory, write_inventory
from nianlun.vault.ocfl.names import SM3_MANIFEST
from nianlun.vault.ocfl.staging import Desk
from nianlun.vault.ocfl.store import Shipment
from nianlun.vault.ocfl.transfer import pack


@contextmanager
def draft(before: Inventory | None) -> Iterator[tuple[Draft, Path]]:
    """A draft in a private folder of this machine that goes with it, and the folder that will hold the object."""
    with room(), TemporaryDirectory(prefix="nianlun-bucket-") as folder:
        desk = Desk(Path(folder))
        yield Draft(desk, before=before), desk.draft


def complete(
    draft: Draft,
    folder: Path,
    *,
    before: Inventory | None,
    object_id: str,
    state: Mapping[str, Digests],
    message: str,
    author_name: str,
    author_address: str,
    at: datetime,
) -> Shipment:
    """Complete the draft with this state, logical path to digests; what remains is to send it."""
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
    write_inventory(after, folder / after.head, folder)
    if before is None:
        (folder / OBJECT_DECLARATION).write_text("ocfl_object_1.1\n", encoding="ascii")
    return pack(after, FolderPlace(folder))
