"""What a version holds, read from its inventory and its list of SM3 digests."""

from collections.abc import Callable, Mapping
from datetime import datetime

from nianlun.vault.ocfl.inventory import Content, Inventory, Version, read_sm3_manifest
from nianlun.vault.ocfl.names import SM3_MANIFEST


def contents_of(
    inventory: Inventory,
    number: int,
    *,
    read: Callable[[str], bytes],
    size_of: Callable[[str], int],
    digest: Callable[[str, str], str],
) -> dict[str, Content]:
    """The files of a version by logical path. The callables are asked for content paths below the object.

    `digest` is asked, with an algorithm, only where an object written elsewhere does not state it.
    """
    state = inventory.state(number)
    sums: dict[str, str] = {}
    if SM3_MANIFEST in state:
        sums = read_sm3_manifest(read(inventory.content_path(state[SM3_MANIFEST])))
    found = {}
    for path, stated in sorted(state.items()):
        if path == SM3_MANIFEST:
            continue
        content_path = inventory.content_path(stated)
        found[path] = Content(
            logical_path=path,
            content_path=content_path,
            sha512=stated if inventory.algorithm == "sha512" else digest(content_path, "sha512"),
            sm3=sums[path] if path in sums else digest(content_path, "sm3"),
            size=size_of(content_path),
        )
    return found


def version_of(
    inventory: Inventory, files: Mapping[str, Content], *, number: int | None = None, added: bool = False
) -> Version:
    """A version, by default the current one, with the files that `contents_of` found."""
    block = inventory.block(number or inventory.number)
    user = block.get("user") or {}
    return Version(
        object_id=inventory.object_id,
        number=number or inventory.number,
        created_at=datetime.fromisoformat(block["created"]),
        message=block.get("message", ""),
        author_name=user.get("name", ""),
        author_address=user.get("address", ""),
        files=files,
        added=added,
    )
