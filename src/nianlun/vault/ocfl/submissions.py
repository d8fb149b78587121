"""What is handed in to be stored as one object; many at once, as scans arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nianlun.vault.ocfl.streams import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The arguments of one `StorageRoot.put`."""

    object_id: str
    files: Mapping[str, Source]
    message: str
    author_name: str
    author_address: str
    at: datetime
    replace_state: bool = False
    largest: int | None = None
