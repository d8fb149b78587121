"""Reading the log: its length, its tiles, its checkpoints, and how those fare who sign it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from nianlun.journal.models import Checkpoint, Condition, Cosignature, Entry, Leaf, Pending, TimeStamp
from nianlun.kernel.merkle import Frontier, Node, tiled
from nianlun.kernel.notes import LogKey

LOCK = 31066282612683118
"""The advisory lock of the database that the sequencer holds while it works."""
SEQUENCER = "sequencer"
WITNESS = "witness:"
TIME_STAMPS = "time-stamps"


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """What the log signed of itself at some instant."""

    size: int
    root: bytes
    at: datetime
    origin: str
    note: str


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """How somebody who signs fared last: `problem` is empty where well, `since` when that began."""

    name: str
    problem: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A witness of the log: the last checkpoint it cosigned, and what is wrong with it now."""

    name: str
    url: str
    vkey: str
    size: int
    at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The log at a glance."""

    size: int
    pending: int
    checkpoint: CheckpointLine | None
    sequencer: ConditionLine | None
    witnesses: tuple[WitnessLine, ...]
    stamped_at: datetime | None
    stamp_problem: str
    waiting_since: datetime | None = None
    """When the first entry was written that has no place yet."""


def log_key() -> LogKey:
    """The key the log signs with. Raises `kernel.cipher.KeyMissing`."""
    return LogKey.load(settings.LOG_KEY)


def log_size() -> int:
    """How many entries have their place in the log."""
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else int(last) + 1


def tile(level: int, index: int) -> bytes:
    """A kept tile, empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM journal_tile WHERE level = %s AND index = %s", [level, index])
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def nodes() -> Node:
    """The nodes of the tree from its tiles, each tile read once. Raises `ValueError` for one that is not there."""
    return tiled(_once(tile))


def _once(read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}

    def get(level: int, index: int) -> bytes:
        if (level, index) not in found:
            found[level, index] = read(level, index)
        return found[level, index]

    return get


def root_at(size: int) -> bytes:
    """The root of the first `size` entries, from tiles. Raises `ValueError` where they do not reach so far."""
    return Frontier.of(size, node=nodes()).root()


def last_checkpoint() -> CheckpointLine | None:
    """The newest checkpoint of what the log holds; one beyond its end says nothing of it."""
    return _line(Checkpoint.objects.filter(size__lte=log_size()).order_by("-size").first())


def checkpoint(size: int) -> CheckpointLine | None:
    """The checkpoint over the first `size` entries, if one was signed there."""
    return _line(Checkpoint.objects.filter(pk=size).first())


def checkpoint_of_day(day: date) -> CheckpointLine | None:
    """The last checkpoint signed up to the end of a day (of the installation's time zone)."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    return _line(Checkpoint.objects.filter(at__lt=end).order_by("-size").first())


def covering_checkpoint(position: int) -> CheckpointLine | None:
    """The newest checkpoint that covers a place, one that a witness cosigned before one that none did yet."""
    cosigned = (
        Cosignature.objects.filter(checkpoint_id__gt=position, checkpoint_id__lte=log_size())
        .order_by("-checkpoint_id")
        .first()
    )
    if cosigned is not None:
        return checkpoint(cosigned.checkpoint_id)
    return _line(
        Checkpoint.objects.filter(size__gt=position, size__lte=log_size()).order_by("-size").first()
    )


def signed_note(line: CheckpointLine) -> str:
    """The note of a checkpoint with all cosignatures there are."""
    found = Cosignature.objects.filter(checkpoint_id=line.size).order_by("at", "witness")
    return line.note + "".join(found.values_list("line", flat=True))


def pending_count() -> int:
    """How many entries wait to be given their place."""
    return Pending.objects.count()


def waiting_since() -> datetime | None:
    """The time of the first entry that waits for its place."""
    found: datetime | None = (
        Entry.objects.filter(pk__in=Pending.objects.order_by("pk").values("pk")[:1])
        .values_list("at", flat=True)
        .first()
    )
    return found


def log_status() -> LogStatus:
    """Length, last checkpoint, and what is wrong with whom."""
    conditions = {row.name: row for row in Condition.objects.all()}
    sequencer = conditions.get(SEQUENCER)
    stamps = conditions.get(TIME_STAMPS)
    stamp = TimeStamp.objects.order_by("-at").first()
    return LogStatus(
        size=log_size(),
        pending=pending_count(),
        checkpoint=last_checkpoint(),
        sequencer=ConditionLine(sequencer.name, sequencer.problem, sequencer.since, sequencer.seen_at)
        if sequencer
        else None,
        witnesses=tuple(_witness(url, vkey, conditions) for url, vkey in settings.LOG_WITNESSES),
        stamped_at=stamp.at if stamp else None,
        stamp_problem=stamps.problem if stamps else "",
        waiting_since=waiting_since(),
    )


def _witness(url: str, vkey: str, conditions: dict[str, Condition]) -> WitnessLine:
    name = vkey.partition("+")[0]
    last = last_cosignature(name)
    known = conditions.get(WITNESS + name)
    return WitnessLine(
        name=name,
        url=url,
        vkey=vkey,
        size=last.checkpoint_id if last else 0,
        at=last.at if last else None,
        problem=known.problem if known else "",
    )


def last_cosignature(witness: str) -> Cosignature | None:
    """The newest checkpoint's cosignature by this witness."""
    return Cosignature.objects.filter(witness=witness).order_by("-checkpoint_id").first()


def _line(row: Checkpoint | None) -> CheckpointLine | None:
    if row is None:
        return None
    return CheckpointLine(size=row.size, root=bytes(row.root), at=row.at, origin=row.origin, note=row.note)
