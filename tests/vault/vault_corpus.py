"""Small makers shared by the tests of the vault."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from nianlun.vault.ocfl import Source, StorageRoot, Version

ITEM = "urn:uuid:0190b2b4-0000-7000-8000-000000000001"
OTHER = "urn:uuid:0190b2b4-0000-7000-8000-000000000002"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def put(
    root: StorageRoot, files: Mapping[str, Source], *, object_id: str = ITEM, replace: bool = False
) -> Version:
    return root.put(
        object_id,
        files,
        message="入库",
        author_name="李档案",
        author_address="urn:nianlun:account:7",
        at=NOON,
        replace_state=replace,
    )


def contents(root: StorageRoot, object_id: str = ITEM, version: int | None = None) -> dict[str, bytes]:
    files = root.version(object_id, version).files
    found = {}
    for path in files:
        with root.open(object_id, path, version) as stream:
            found[path] = stream.read()
    return found


def page_of(root: StorageRoot, name: str, object_id: str = ITEM) -> Path:
    return root.path_of(object_id, name)
