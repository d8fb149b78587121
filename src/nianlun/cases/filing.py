"""Making an ended case ready to be filed: its reading file and the proposed description, once all its papers are there.

Whoever finishes last of the end of the case and its papers has this done (`announcing`, `slips`). From then on nothing
in it changes any more, so that it is made once; what an archivist corrects is its description alone.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.cases import announcing, joining, moving
from nianlun.cases.domain.filing import LONGEST_TITLE
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import SlipKind
from nianlun.cases.models import Action, Case, Filing
from nianlun.cases.subjects import subject_of
from nianlun.kernel.digests import digest_bytes
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

READING_FILE = "case.pdf"
MESSAGE = "办结，生成阅读件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reading file that is not stored yet."""

    case_id: UUID
    file: joining.ReadingFile


def draft(case_id: UUID) -> Draft | None:
    """The reading file of an ended case; None while papers are missing, and where it is made already.

    Raises as `joining.reading_file`.
    """
    row = Case.objects.select_related("agency").get(pk=case_id)
    if (
        row.state != State.CONCLUDED.value
        or Filing.objects.filter(case=row).exists()
        or papers_missing(row)
    ):
        return None
    ended = row.actions.filter(led_to=State.CONCLUDED.value).exclude(state=State.CONCLUDED.value).get()
    return Draft(case_id=case_id, file=joining.reading_file(row, ended_by=ended.number))


@transaction.atomic
def keep(draft: Draft, *, at: datetime) -> None:
    """Store the reading file with the case's record, and propose how it is described."""
    row = Case.objects.select_for_update().get(pk=draft.case_id)
    if Filing.objects.filter(case=row).exists():  # another job was faster
        return
    case_type = moving.type_of(row)
    Filing.objects.create(
        case=row,
        title=case_type.title.format(
            name=subject_of(row).name, number=row.number, year=row.received_at.year
        )[:LONGEST_TITLE],
        retention_item=case_type.retention_item,
        retention=case_type.retention,
        secrecy=Secrecy.INTERNAL.value,
        contents=[asdict(line) for line in draft.file.contents],
        pages=[list(size) for size in draft.file.sizes],
        sha512=digest_bytes(draft.file.content).sha512,
        prepared_at=at,
    )
    files = {READING_FILE: draft.file.content, **keeping.files_of([row.object_id])[row.object_id]}
    vault.store(row.object_id, files, by=None, message=MESSAGE, division=row.division, at=at)


def papers_missing(row: Case) -> list[tuple[Action, SlipKind]]:
    """The moves whose papers are not made yet."""
    case_type = moving.type_of(row)
    return [
        (action, kind)
        for action in row.actions.filter(slip__isnull=True).order_by("number")
        if (kind := announcing.paper_of(action, outcome=row.outcome, case_type=case_type)) is not None
    ]
