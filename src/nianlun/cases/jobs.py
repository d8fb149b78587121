"""Papers and reading files of cases, made in the background so that no decision waits for a printer."""

from datetime import datetime
from uuid import UUID

from nianlun.cases import filing, slips
from nianlun.cases.announcing import ISSUE_SLIP, PREPARE_FILING
from nianlun.cases.domain.types import SlipKind
from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import GivenUp, Job
from nianlun.jobs.registry import handles
from nianlun.ui.typesetting import GlyphMissing


@handles(ISSUE_SLIP)
def issue_slip(job: Job, at: datetime) -> None:
    """Typeset a paper, enter and store it, exactly once. A character the font lacks needs a person, not another try."""
    try:
        with jobs.effect(job):
            slips.issue(job.payload["action"], kind=SlipKind(job.payload["kind"]), at=at)
    except GlyphMissing as reason:
        raise GivenUp(str(reason)) from reason


@handles(PREPARE_FILING)
def prepare_filing(job: Job, at: datetime) -> None:
    """Make an ended case ready to be filed; while a paper is missing, the job of that paper will ask again."""
    try:
        made = filing.draft(UUID(job.payload["case"]))
    except GlyphMissing as reason:
        raise GivenUp(str(reason)) from reason
    with jobs.effect(job):
        if made is not None:
            filing.keep(made, at=at)
