"""Proofs from the tiles: that an entry stands in the log, that the log only grew; and receipts of single entries."""

from dataclasses import dataclass

from django.conf import settings

from nianlun.journal import domain
from nianlun.journal.domain import ContentDestroyed, NotInLog
from nianlun.journal.models import Entry, Leaf
from nianlun.journal.queries import log
from nianlun.kernel.merkle import Frontier, consistency_path, inclusion_path
from nianlun.kernel.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where an entry stands (from 0) and the hashes from its leaf to the root of the first `size` entries."""

    position: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    root: bytes


def position_of(entry_id: int) -> int:
    """The place of an entry in the log, from 0. Raises `NotInLog`."""
    found = Leaf.objects.filter(entry_id=entry_id).values_list("position", flat=True).first()
    if found is None:
        raise NotInLog(f"第 {entry_id} 号留痕不在日志里，或还在等待入日志（约一秒）。")
    return int(found)


def inclusion(entry_id: int, *, size: int = 0) -> Inclusion:
    """The proof that an entry is one of the first `size`; without a size, of all. Raises `NotInLog`."""
    position = position_of(entry_id)
    size = size or log.log_size()
    if position >= size:
        raise NotInLog(f"第 {entry_id} 号留痕排在第 {position + 1} 条，不在前 {size} 条里。")
    node = log.nodes()
    path = inclusion_path(position, size=size, node=node)
    return Inclusion(position, size, node(0, position), tuple(path), Frontier.of(size, node=node).root())


def consistency(old_size: int, new_size: int) -> list[bytes]:
    """The proof that the first `old_size` entries are the beginning of the first `new_size`.

    Raises `ValueError` for sizes the log never had.
    """
    return consistency_path(old_size=old_size, new_size=new_size, node=log.nodes())


def receipt(entry_id: int) -> Receipt:
    """The receipt of an entry against a checkpoint that covers it.

    Raises `NotInLog` while it waits (see `operations.receipt`) and `ContentDestroyed` where nothing is left to show.
    """
    position = position_of(entry_id)
    entry = Entry.objects.get(pk=entry_id)
    if entry.action == domain.EMPTIED:
        raise ContentDestroyed(f"第 {entry_id} 号留痕的内容已依法销毁，只留下摘要，开不出回执。")
    checkpoint = log.covering_checkpoint(position)
    if checkpoint is None:
        raise NotInLog(f"第 {entry_id} 号留痕还没有检查点盖到，请稍候再取回执。")
    node = log.nodes()
    return Receipt(
        said=entry.content().said(),
        salt=bytes(entry.salt),
        entry_id=entry_id,
        told=domain.tell(entry.action, about=entry.about, rows=entry.rows, details=entry.details),
        leaf_index=position,
        tree_size=checkpoint.size,
        path=tuple(inclusion_path(position, size=checkpoint.size, node=node)),
        checkpoint=log.signed_note(checkpoint),
        log_key=log.log_key().vkey,
        witness_keys=tuple(vkey for _url, vkey in settings.LOG_WITNESSES),
    )
