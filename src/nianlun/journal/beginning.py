"""How a log began, and whether people have written to it: what decides if a database may still be rebuilt into."""

from pathlib import Path

from django.conf import settings

from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.journal.models import Entry
from nianlun.kernel.notes import BadCheckpoint, Checkpoint


def first_action() -> str | None:
    """The action of the first entry; None for a journal without any."""
    return Entry.objects.order_by("pk").values_list("action", flat=True).first()


def people_wrote() -> bool:
    """Whether any entry tells of something a person did."""
    return Entry.objects.exclude(account_id=None).exists()


def last_checkpoint() -> str:
    """What is known outside the database of the log before this one, as half a sentence."""
    note = next(CheckpointFiles(Path(settings.CHECKPOINTS)).newest(), "")
    try:
        signed = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    except BadCheckpoint:
        return "也没有找到它的检查点"
    return f"它最后的检查点是 {signed.origin} 第 {signed.size} 条，根 {signed.root.hex()}"
