"""Who looked, as the person reads it: everybody stands there, but no inquiry of a court or the police by its name."""

from collections.abc import Sequence
from dataclasses import replace

from nianlun.cases import queries as cases
from nianlun.cases.listing import NUMBER
from nianlun.journal.queries import EntryLine

_PURPOSE, _WHAT = "依职责办理业务", "办理业务时用到您的档案"


def for_person(entries: Sequence[EntryLine]) -> list[EntryLine]:
    """The entries, with those about cases kept from the person saying only that there was business (S3.3)."""
    named = [set(NUMBER.findall(f"{entry.purpose} {entry.what}")) for entry in entries]
    kept = cases.withheld(set().union(*named))
    return [
        replace(entry, purpose=_PURPOSE, what=_WHAT) if numbers & kept else entry
        for entry, numbers in zip(entries, named, strict=True)
    ]
