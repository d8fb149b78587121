"""Writing editions down: the one that comes with the program when it is first used, and approved drafts.

Reading the current edition may have to record it, since what a program ships is known only once it runs. This is the
one thing that `queries` writes, and why it stands in a module of its own.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.lawbook.domain import Source, State, broken_sentence
from nianlun.lawbook.models import Draft, DraftFile, Edition, EditionFile, TableText
from nianlun.policy.lawbook import LawBook, digest_of, law_book, shipped
from nianlun.policy.tables import TableBroken

PROGRAM = declare("lawbook.program_edition_recorded", "记下随程序的政策表，为第 {number} 版")
IN_FORCE = "lawbook.edition_in_force"
"""The kind of job queued with each edition, for whoever keeps what was derived by the one before."""

_LOCK = 31066282612683177  # of whoever adds an edition
_unmergeable: dict[tuple[str, str], str] = {}
"""Why a shipped edition does not go together with local changes, by the digests of both; asked once a process."""


def newest(*, at: datetime) -> Edition:
    """The edition in force, after recording what the program has newly brought.

    A shipped edition is recorded once: while an old and a new program run side by side, or after going back to an
    old one, the newer tables stay. Where it does not go together with local changes the edition before stays in
    force, and `conflict` says why.
    """
    row = _last()
    if row is not None and (row.program_digest == shipped().digest or _is_recorded() or conflict()):
        return row
    with transaction.atomic():
        lock()
        row = _last()
        if row is None or not _is_recorded():
            return _record_program(at=at)
    return row


def conflict() -> str:
    """Why the tables of this program do not go together with local changes; empty where they do."""
    if _is_recorded():
        return ""
    amended = amended_files()
    key = (shipped().digest, digest_of(amended))
    if key not in _unmergeable:
        try:
            law_book({**shipped().files, **amended})
        except TableBroken as error:
            _unmergeable[key] = broken_sentence(error)
        else:
            _unmergeable[key] = ""
    return _unmergeable[key]


def _last() -> Edition | None:
    return Edition.objects.order_by("-number").first()


def _is_recorded() -> bool:
    return Edition.objects.filter(program_digest=shipped().digest).exists()


def _record_program(*, at: datetime) -> Edition:
    amended = amended_files()
    book = law_book({**shipped().files, **amended}) if amended else shipped()
    row = add(book, source=Source.PROGRAM, program_digest=shipped().digest, at=at)
    journal.record(
        PROGRAM,
        by=None,
        about="lawbook.edition",
        about_id=str(row.number),
        details={"number": row.number, "digest": book.digest, "program": shipped().digest},
        at=at,
    )
    return row


def amended_files() -> dict[str, str]:
    """The files of all approved drafts, the newest text of each."""
    rows = DraftFile.objects.filter(draft__state=State.APPROVED.value)
    return dict(rows.order_by("draft__edition__number").values_list("path", "text__text"))


def add(
    book: LawBook,
    *,
    source: Source,
    program_digest: str,
    at: datetime,
    draft: Draft | None = None,
) -> Edition:
    """Add an edition after the newest; the caller holds the lock. Its instant is never before the one before it."""
    last = _last()
    row = Edition(
        number=last.number + 1 if last else 1,
        digest=book.digest,
        program_digest=program_digest,
        source=source.value,
        at=max(at, last.at) if last else at,
        draft=draft,
    )
    if draft is not None:
        row.reason = draft.reason
        row.proposed_by_id, row.proposed_by_name = draft.proposed_by_id, draft.proposed_by_name
        row.approved_by_id, row.approved_by_name = draft.decided_by_id, draft.decided_by_name
    row.save(force_insert=True)
    amended = {*amended_files(), *(files_of(draft) if draft else ())}
    under = {path: text_digest(text) for path, text in shipped().files.items() if path in amended}
    EditionFile.objects.bulk_create(
        EditionFile(
            edition=row, path=path, text_id=digest, shipped=under.get(path, ""), amended=path in amended
        )
        for path, digest in keep(book.files).items()
    )
    jobs.enqueue(IN_FORCE, {"number": row.number}, key=str(row.number), at=at, patient=True)
    return row


def keep(files: Mapping[str, str]) -> dict[str, str]:
    """Keep these texts and return their digests by path; one that is there already stays as it is."""
    digests = {path: text_digest(text) for path, text in files.items()}
    texts = {digests[path]: text for path, text in files.items()}
    TableText.objects.bulk_create(
        [TableText(digest=digest, text=text) for digest, text in texts.items()], ignore_conflicts=True
    )
    return digests


def text_digest(text: str) -> str:
    """The SHA-256 under which a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(draft: Draft) -> dict[str, str]:
    """The texts of a draft by path."""
    return dict(draft.files.order_by("path").values_list("path", "text__text"))


def lock() -> None:
    """Let one session at a time add an edition, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
