"""Taking a folder in from the command line, with the same steps as the batch page, and waiting until it is read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Role, Viewer
from nianlun.desk.persons import named
from nianlun.digitization import operations, queries
from nianlun.digitization.operations import Received
from nianlun.evidence import queries as evidence
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.registry import queries as registry

PAUSE = 0.5


class NothingToIngest(Exception):
    """The folder or the agency is not there; the message says what to check, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file: filed, duplicate or refused."""

    file: str
    outcome: str
    archival_code: str
    sha512: str
    pages: int
    claims: int
    sentence: str


def everywhere() -> Viewer:
    """Whom a command without an account acts for: the operator of the machine, who sees every division."""
    return Viewer(
        account_id=0, role=Role.ARCHIVIST, name="命令行", agency_name="", scope=registry.widest_scope()
    )


def ingest_folder(folder: str, *, person: str, agency: str, tell: Callable[[str], None]) -> list[Outcome]:
    """Receive every file below a folder into one batch and wait until all is read and proposed.

    Works beside running workers or alone. Raises `NothingToIngest` and `NoSuchPerson`.
    """
    root = Path(folder)
    files = (
        sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink()) if root.is_dir() else []
    )
    if not files:
        raise NothingToIngest(f"文件夹“{folder}”不存在，或里面没有文件。请核对路径。")
    owner = named(everywhere(), person) if person else None
    batch_id = operations.open_batch(
        f"命令行收件 {root.name}",
        agency_id=owner.agency_id if owner else _agency(agency),
        person_id=owner.id if owner else None,
        by=None,
        at=timezone.now(),
    )
    received: list[tuple[str, Received]] = []
    for path in files:
        with path.open("rb") as stream:
            got = operations.receive(batch_id, name=path.name, stream=stream, by=None, at=timezone.now())
        received.append((str(path.relative_to(root)), got))
        tell(f"{got.name}：{'收下' if got.outcome == 'received' else got.sentence}")
    _work_off(batch_id, tell=tell)
    return [
        _outcome(name, got, sheets={s.id: s for s in queries.sheets(batch_id)}) for name, got in received
    ]


def _agency(division: str) -> UUID:
    agencies = registry.agencies(scope=division or registry.widest_scope())
    if not agencies:
        raise NothingToIngest(
            "没有这个区划的经办机构。请用 --agency 给出区划代码，或用 --person 指定归属人。"
        )
    return agencies[0].id


def _work_off(batch_id: UUID, *, tell: Callable[[str], None]) -> None:
    worker = Worker(handlers(), name="ingest")
    left = queries.pending_jobs(batch_id)
    while left:
        job = jobs.lease(kinds=worker.handlers.keys(), holder=worker.name, at=timezone.now())
        if job is None:
            time.sleep(PAUSE)  # a worker beside us has the rest
        else:
            worker.handle(job)
        now_left = queries.pending_jobs(batch_id)
        if now_left != left:
            tell(f"还有 {now_left} 步")
        left = now_left


def _outcome(name: str, got: Received, *, sheets: dict[UUID, queries.SheetLine]) -> Outcome:
    sheet = sheets.get(got.sheet_id) if got.sheet_id else None
    if sheet is None:
        item_id, outcome, code, pages, sentence = (
            got.item_id,
            got.outcome,
            got.archival_code,
            0,
            got.sentence,
        )
    else:
        outcome = {"refused": "refused", "duplicate": "duplicate"}.get(sheet.state, "filed")
        item_id, code, pages, sentence = (
            sheet.item_id,
            sheet.archival_code,
            sheet.page_count,
            sheet.sentence,
        )
    claims = evidence.claims_of_item(item_id) if item_id else []
    if item_id and not pages:
        pages = len({c.page_id for c in claims})
    return Outcome(
        file=name,
        outcome=outcome,
        archival_code=code,
        sha512=got.sha512,
        pages=pages,
        claims=len(claims),
        sentence=sentence,
    )
