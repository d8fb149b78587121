"""Where in a storage root an object lies: OCFL community extensions 0003 and 0004."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from nianlun.vault.ocfl.faults import NotARoot

HASHED = "0004-hashed-n-tuple-storage-layout"
HASHED_WITH_ID = "0003-hash-and-id-n-tuple-storage-layout"
_UNSAFE = re.compile(rb"[^A-Za-z0-9_-]")
DESCRIPTION = (
    "Object roots lie at the hex digest of the object id, below folders named by its first characters."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Maps an object id to its folder, relative to the root. Field values are the extensions' defaults."""

    extension: str = HASHED_WITH_ID
    algorithm: str = "sha256"
    tuple_size: int = 3
    tuples: int = 3
    short: bool = False  # 0004 only: the folder's name leaves out what its parents' names already say

    def path_of(self, object_id: str) -> PurePosixPath:
        digest = hashlib.new(self.algorithm, object_id.encode(), usedforsecurity=False).hexdigest()
        size, used = self.tuple_size, self.tuple_size * self.tuples
        parents = [digest[i : i + size] for i in range(0, used, size)] if size else []
        return PurePosixPath(*parents, self._last(object_id, digest=digest, used=used))

    def id_at(self, path: str) -> str:
        """The id of the object that belongs at a place, where the name of its folder tells it; else an empty text."""
        if self.extension != HASHED_WITH_ID:
            return ""
        try:
            object_id = unquote(path.rpartition("/")[2], errors="strict")
            return object_id if str(self.path_of(object_id)) == path else ""
        except ValueError:  # no UTF-8
            return ""

    def _last(self, object_id: str, *, digest: str, used: int) -> str:
        if self.extension == HASHED:
            return digest[used:] if self.short else digest
        encoded = _UNSAFE.sub(lambda found: f"%{found[0][0]:02x}".encode(), object_id.encode()).decode()
        return encoded if len(encoded) <= 100 else f"{encoded[:100]}-{digest}"

    @property
    def config(self) -> dict[str, object]:
        """Content of extensions/<name>/config.json."""
        settings: dict[str, object] = {
            "extensionName": self.extension,
            "digestAlgorithm": self.algorithm,
            "tupleSize": self.tuple_size,
            "numberOfTuples": self.tuples,
        }
        return settings | ({"shortObjectRoot": self.short} if self.extension == HASHED else {})


def read_layout(root: Path) -> Layout | None:
    """The layout a root declares; None if it declares none. Raises `NotARoot` for one we cannot follow."""

    def read(path: str) -> bytes | None:
        file = root / path
        return file.read_bytes() if file.exists() else None

    return find_layout(read, shown=str(root))


def find_layout(read: Callable[[str], bytes | None], *, shown: str) -> Layout | None:
    """The same for a root anywhere: `read` gives a file's bytes by its path below the root, None if it is missing."""
    declared = read("ocfl_layout.json")
    if declared is None:
        return None
    try:
        name = json.loads(declared)["extension"]
        config = json.loads(read(f"extensions/{name}/config.json") or b"{}")
        layout = Layout(
            extension=name,
            algorithm=config.get("digestAlgorithm", "sha256"),
            tuple_size=int(config.get("tupleSize", 3)),
            tuples=int(config.get("numberOfTuples", 3)),
            short=bool(config.get("shortObjectRoot", False)),
        )
        layout.path_of("")
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NotARoot(f"{shown} 的 ocfl_layout.json 或其配置读不懂。请从备份恢复这两个文件。") from fault
    if layout.extension not in {HASHED, HASHED_WITH_ID}:
        raise NotARoot(f"{shown} 用的存放方式 {layout.extension} 本系统不认得，只能逐个对象核对。")
    return layout
