"""Where an entry stands in the log, proved each time it is shown."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from nianlun.journal import domain
from nianlun.journal.domain import NotInLog
from nianlun.journal.models import Entry
from nianlun.journal.queries import covering_checkpoint, inclusion, log_key, signed_note
from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.merkle import NotProved, leaf_hash, verify_inclusion
from nianlun.kernel.notes import BadCheckpoint, BadKey, Checkpoint, NotSigned, open_note, verifier
from nianlun.kernel.receipts import entry_digest, leaf_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of one entry. `problem` is empty where everything holds; `waits` where it has no place yet."""

    waits: bool = False
    problem: str = ""
    number: int = 0
    """Counted from 1, as people count."""
    size: int = 0
    """How many entries the checkpoint covers."""
    leaf: str = ""
    origin: str = ""
    signed_at: datetime | None = None
    cosigned: tuple[tuple[str, datetime], ...] = ()
    """Witnesses and when they saw the log so."""

    @property
    def proved(self) -> bool:
        """Whether the entry was found to stand where it should, under a signature of ours."""
        return not self.waits and not self.problem


def place_of(entry_id: int) -> Place:
    """Prove an entry's place against a signed checkpoint: its words, its leaf, its path, the signature."""
    entry = Entry.objects.filter(pk=entry_id).first()
    if entry is None:
        return Place(problem=f"第 {entry_id} 号留痕不在库里，曾被删除。请保全现场，核对整个日志。")
    try:
        position = inclusion(entry_id).position
    except NotInLog:
        return Place(waits=True)
    except ValueError:
        return Place(problem="日志的摘要块缺损，推算不出这一条的位置。请核对整个日志。")
    checkpoint = covering_checkpoint(position)
    if checkpoint is None:
        return Place(waits=True)
    found = inclusion(entry_id, size=checkpoint.size)
    digest = bytes(entry.digest)
    place = Place(
        number=position + 1,
        size=checkpoint.size,
        leaf=found.leaf.hex(),
        origin=checkpoint.origin,
        signed_at=checkpoint.at,
    )
    try:
        known = (*log_key().verifiers, *(verifier(vkey) for _url, vkey in settings.LOG_WITNESSES))
        note = open_note(signed_note(checkpoint), verifiers=known)
        signed = Checkpoint.parse(note.text)
        if entry.action != domain.EMPTIED and digest != entry_digest(
            entry.content().said(), salt=bytes(entry.salt)
        ):
            raise NotProved("这一条的内容与它的摘要不符，写入以后被改动过。")
        if (signed.size, signed.origin in note.signed_by) != (checkpoint.size, True):
            raise NotSigned("检查点不是本日志所签。")
        verify_inclusion(
            leaf_hash(leaf_data(entry_id, digest)),
            index=position,
            size=signed.size,
            path=found.path,
            root=signed.root,
        )
    except (NotProved, NotSigned, BadCheckpoint, BadKey, KeyMissing) as reason:
        return Place(problem=f"{reason}请保全现场，核对整个日志。", number=place.number, size=place.size)
    return Place(
        number=place.number,
        size=place.size,
        leaf=place.leaf,
        origin=place.origin,
        signed_at=place.signed_at,
        cosigned=tuple(sorted(note.cosigned_at.items())),
    )
