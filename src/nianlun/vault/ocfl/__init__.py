"""An OCFL 1.1 storage root in plain Python: put, get, verify. Knows nothing of Django or of pensions."""

from nianlun.vault.ocfl.faults import (
    BadName,
    BrokenSource,
    Busy,
    Damaged,
    Foreign,
    NoSpace,
    NotARoot,
    NotStored,
    StorageError,
    TooLarge,
)
from nianlun.vault.ocfl.inventory import Content, Version
from nianlun.vault.ocfl.root import StorageRoot
from nianlun.vault.ocfl.staging import Leftover
from nianlun.vault.ocfl.streams import Source
from nianlun.vault.ocfl.submissions import Submission

__all__ = [
    "BadName",
    "BrokenSource",
    "Busy",
    "Content",
    "Damaged",
    "Foreign",
    "Leftover",
    "NoSpace",
    "NotARoot",
    "NotStored",
    "Source",
    "StorageError",
    "StorageRoot",
    "Submission",
    "TooLarge",
    "Version",
]
