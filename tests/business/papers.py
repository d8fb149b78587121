"""Doing the jobs that make papers and reading files, and reading what was made."""

import re
from uuid import UUID

import pypdfium2
from django.utils import timezone

from nianlun.cases.models import Case, Slip
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.vault import queries as vault

KINDS = ("cases.issue_slip", "cases.prepare_filing")


def work() -> None:
    """Do every job about cases that is due, as a worker would."""
    known = {kind: handler for kind, handler in handlers().items() if kind in KINDS}
    worker = Worker(known, name="test")
    while job := jobs.lease(kinds=known, holder="test", at=timezone.now()):
        worker.handle(job)


def stored(case_id: UUID, name: str) -> bytes:
    """A file that lies with the case."""
    with vault.open_file(f"urn:nianlun:item:{Case.objects.get(pk=case_id).item_id}", name) as stream:
        return stream.read()


def paper(slip: Slip) -> bytes:
    """The PDF of a slip."""
    return stored(slip.case_id, slip.file_name)


def said(pdf: bytes) -> str:
    """All that stands on a PDF, without white space."""
    return "".join(pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    """What stands on each page, without white space."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]
