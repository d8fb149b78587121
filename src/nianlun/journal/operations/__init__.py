"""Writing the journal: entries, their place in the log, its signatures, and the lawful end of what an entry says."""

from nianlun.journal.operations.destruction import NotDestroyed, destroy_contents
from nianlun.journal.operations.entries import record
from nianlun.journal.operations.sequencing import receipt, sequence, waits
from nianlun.journal.operations.witnessing import ask_witnesses, stamp_time

__all__ = [
    "NotDestroyed",
    "ask_witnesses",
    "destroy_contents",
    "receipt",
    "record",
    "sequence",
    "stamp_time",
    "waits",
]
