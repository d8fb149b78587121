"""Reading editions and drafts. Reading the current edition records what the program has newly brought."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.lawbook import recording
from nianlun.lawbook.domain import Change, Source, State, differences, may_amend
from nianlun.lawbook.models import Draft, DraftFile, Edition, EditionFile
from nianlun.policy.in_force import RowInForce, in_force
from nianlun.policy.lawbook import LawBook, digest_of, law_book, shipped

_KEPT = 6  # editions held in a process; one is a few megabytes


class EditionBroken(Exception):
    """The texts kept for an edition are not those it was recorded with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLine:
    """One edition as lists show it; `until` is None for the one in force."""

    number: int
    digest: str
    source: Source
    at: datetime
    until: datetime | None
    title: str
    draft_id: UUID | None
    proposed_by_name: str
    approved_by_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One draft as lists show it."""

    id: UUID
    title: str
    reason: str
    region: str
    state: State
    base_number: int
    base_digest: str
    retroactive_reason: str
    proposed_by: int
    proposed_by_name: str
    opened_at: datetime
    submitted_at: datetime | None
    decided_by_name: str
    decided_at: datetime | None
    decision_reason: str
    edition_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDetail:
    """One draft with the files it would change, and the edition it would change now."""

    line: DraftLine
    files: Mapping[str, str]
    current_number: int
    needs_rebase: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """A file in which a local change hides what the program ships; `outdated` where that has changed since."""

    path: str
    outdated: bool


class _Shelf:
    """The editions a process has read, by digest: what a digest names never changes."""

    def __init__(self) -> None:
        self._books: OrderedDict[str, LawBook] = OrderedDict()
        self._lock = Lock()

    def book(self, digest: str, files: Callable[[], Mapping[str, str]]) -> LawBook:
        """The edition of a digest, read from `files` the first time. Raises `TableBroken`."""
        if digest == shipped().digest:
            return shipped()
        with self._lock:
            found = self._books.get(digest)
            if found is not None:
                self._books.move_to_end(digest)
                return found
        made = law_book(files())
        if made.digest != digest:
            raise EditionBroken(f"版本 {digest[:12]} 的内容与登记时不符。请系统管理员核对数据库。")
        with self._lock:
            self._books[digest] = made
            while len(self._books) > _KEPT:
                self._books.popitem(last=False)
        return made


_shelf = _Shelf()


def current(at: datetime | None = None) -> LawBook:
    """The edition in force at an instant; None is now.

    Before the first edition was recorded, that one counts: nothing older was ever in use here. One query once the
    edition has been read in this process.
    """
    return _book(_row(at))


def current_line(at: datetime | None = None) -> EditionLine:
    """The edition in force at an instant as lists show it."""
    row = _row(at)
    return next(line for line in editions() if line.number == row.number)


def edition(digest: str) -> LawBook | None:
    """The edition of a digest as it was, for replaying what rested on it; None where it was never recorded."""
    row = Edition.objects.filter(digest=digest).order_by("number").first()
    if row is not None:
        return _book(row)
    return shipped() if digest == shipped().digest else None


def editions() -> list[EditionLine]:
    """Every edition, newest first. One query."""
    rows = Edition.objects.select_related("draft").order_by("-number")
    lines: list[EditionLine] = []
    until: datetime | None = None
    for row in rows:
        lines.append(
            EditionLine(
                number=row.number,
                digest=row.digest,
                source=Source(row.source),
                at=row.at,
                until=until,
                title=row.draft.title if row.draft else "随程序的政策表",
                draft_id=row.draft_id,
                proposed_by_name=row.proposed_by_name,
                approved_by_name=row.approved_by_name,
                reason=row.reason,
            )
        )
        until = row.at
    return lines


def edition_change(number: int) -> tuple[EditionLine, list[Change]]:
    """One edition and how it differs from the one before it. Raises `NotVisible`."""
    lines = {line.number: line for line in editions()}
    if number not in lines:
        raise NotVisible
    books = {row.number: _book(row) for row in Edition.objects.filter(number__in=[number - 1, number])}
    before = books.get(number - 1)
    return lines[number], differences(before, books[number]) if before else []


def drafts(viewer: Viewer, *, state: State | None = None) -> list[DraftLine]:
    """The drafts, newest first; tables are no secret from whoever may read them. One query. Raises `Refused`."""
    authorize(viewer, Right.POLICY_READ)
    rows = Draft.objects.select_related("base", "edition").order_by("-opened_at", "-id")
    return [_line(row) for row in (rows.filter(state=state.value) if state else rows)]


def count_waiting(viewer: Viewer) -> int:
    """How many drafts wait for this viewer's approval: those of others, within the scope. One query."""
    rows = Draft.objects.filter(state=State.SUBMITTED.value).exclude(proposed_by_id=viewer.account_id)
    return sum(may_amend(viewer.scope, region=region) for region in rows.values_list("region", flat=True))


def draft(viewer: Viewer, draft_id: UUID, *, at: datetime | None = None) -> DraftDetail:
    """One draft. Raises `NotVisible` where there is none, and `Refused`."""
    authorize(viewer, Right.POLICY_READ)
    row = Draft.objects.select_related("base", "edition").filter(pk=draft_id).first()
    if row is None:
        raise NotVisible
    now = _row(at)
    return DraftDetail(
        line=_line(row),
        files=recording.files_of(row),
        current_number=now.number,
        needs_rebase=row.base.digest != now.digest
        and row.state not in (State.APPROVED.value, State.WITHDRAWN.value),
    )


def draft_books(draft_id: UUID) -> tuple[LawBook, LawBook]:
    """The edition a draft was begun with, and the same with the draft. Raises `NotVisible`, `TableBroken`."""
    row = Draft.objects.select_related("base").filter(pk=draft_id).first()
    if row is None:
        raise NotVisible
    base = _book(row.base)
    return base, with_files(base, recording.files_of(row))


def with_draft(draft_id: UUID, *, at: datetime | None = None) -> LawBook:
    """What would be in force if the draft were approved at the instant. Raises `NotVisible`, `TableBroken`."""
    row = Draft.objects.filter(pk=draft_id).first()
    if row is None:
        raise NotVisible
    return with_files(current(at), recording.files_of(row))


def with_files(book: LawBook, files: Mapping[str, str]) -> LawBook:
    """The edition with these files put in or replaced; kept by digest as editions are. Raises `TableBroken`."""
    together = {**book.files, **files}
    return _shelf.book(digest_of(together), lambda: together)


def rows(
    *, on: date, region: str = "", topic: str = "", table: str = "", book: LawBook | None = None
) -> list[RowInForce]:
    """What the edition in force (or another) says on a day in a region, absences with their reason."""
    return list(in_force(book or current(), on, region=region, topic=topic, table=table))


def overridden() -> list[Overridden]:
    """The files of the current edition that local changes hide, by path."""
    rows = (
        EditionFile.objects.filter(edition__source=Source.DRAFT.value, amended=True)
        .filter(path__in=_draft_paths())
        .order_by("edition__number")
        .values_list("path", "shipped", "edition__draft_id")
    )
    own = set(DraftFile.objects.filter(draft__state=State.APPROVED.value).values_list("draft_id", "path"))
    under = {path: digest for path, digest, draft_id in rows if (draft_id, path) in own}
    now = {path: recording.text_digest(text) for path, text in shipped().files.items() if path in under}
    return [
        Overridden(path=path, outdated=now.get(path, "") != digest)
        for path, digest in sorted(under.items())
    ]


def conflict() -> str:
    """Why the tables of this program do not go together with local changes, so that the older edition stays."""
    return recording.conflict()


def _draft_paths() -> Sequence[str]:
    rows = DraftFile.objects.filter(draft__state=State.APPROVED.value)
    return list(rows.values_list("path", flat=True).distinct())


def _row(at: datetime | None) -> Edition:
    newest = recording.newest(at=timezone.now())
    if at is None or at >= newest.at:
        return newest
    return (
        Edition.objects.filter(at__lte=at).order_by("-number").first()
        or Edition.objects.order_by("number").first()
        or newest
    )


def _book(row: Edition) -> LawBook:
    return _shelf.book(
        row.digest,
        lambda: dict(EditionFile.objects.filter(edition=row).values_list("path", "text__text")),
    )


def _line(row: Draft) -> DraftLine:
    made = getattr(row, "edition", None)
    return DraftLine(
        id=row.pk,
        title=row.title,
        reason=row.reason,
        region=row.region,
        state=State(row.state),
        base_number=row.base_id,
        base_digest=row.base.digest,
        retroactive_reason=row.retroactive_reason,
        proposed_by=row.proposed_by_id,
        proposed_by_name=row.proposed_by_name,
        opened_at=row.opened_at,
        submitted_at=row.submitted_at,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        edition_number=made.number if made else None,
    )
