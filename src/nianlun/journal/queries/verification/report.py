"""What proving the journal found."""

from dataclasses import dataclass, field
from datetime import datetime

from nianlun.journal.stretch import Fault

MOST_FAULTS = 1000
"""Faults that are listed; of more only the number is told, so that a wrecked log can be reported too."""


@dataclass(slots=True)
class LogReport:
    """What proving the journal found. `faults` is empty where all is as it was written."""

    size: int = 0
    """Entries in the log, by their places."""
    entries: int = 0
    """Of these, entries that are there."""
    pending: int = 0
    """Entries not in the log yet."""
    emptied: int = 0
    """Entries whose content was destroyed by law."""
    checkpoints: int = 0
    signed_size: int = 0
    """Entries the newest checkpoint covers."""
    signed_at: datetime | None = None
    root: bytes = b""
    cosignatures: int = 0
    time_stamps: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    losses: list[str] = field(default_factory=list)
    """What an earlier log signed and this database does not have: the price of a restored backup, said for ever."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.fault_count == 0

    def add(self, *faults: Fault) -> None:
        """Take up what was found."""
        self.fault_count += len(faults)
        self.faults += faults[: max(0, MOST_FAULTS - len(self.faults))]
