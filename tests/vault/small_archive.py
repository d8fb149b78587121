"""A small archive as it stands after a few days of work: filed, read, examined by two, ruled on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import timezone
from tests import factories
from tests.contributions.test_workbook import workbook

from nianlun.access.domain import Viewer
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.contributions import queries as contribution_queries
from nianlun.digitization import operations as digitization
from nianlun.digitization.reading import Line, PageReading
from nianlun.digitization.reading.values import Field
from nianlun.evidence import operations as evidence
from nianlun.evidence import queries as evidence_queries
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.kernel.dates import parse_partial_date
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import operations as registry
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BOX = ((100.0, 100.0), (400.0, 100.0), (400.0, 150.0), (100.0, 150.0))
NUMBER = "130602196604280413"
MILL = "保定市第二棉纺厂"
HEADING = ["证件号码", "姓名", "单位名称", "费款所属期", "缴费基数", "个人缴费", "单位缴费"]

COMPARED = {
    "registry.Agency": (),
    "registry.Person": (),
    "registry.Employer": (),
    "archives.Fonds": (),
    "archives.CodeSequence": (),
    "archives.Volume": (),
    "archives.Item": (),
    "archives.Page": (),
    "digitization.Reading": (),
    "evidence.Examination": (),
    "evidence.Claim": (),
    "evidence.Decision": ("id",),
    "evidence.Ruling": (),
    "evidence.Considered": ("id",),
    "evidence.Fact": (),
    "contributions.RosterImport": ("by_device",),
    "contributions.Posting": (),
    "contributions.Reversal": ("by_device",),
    "vault.StoredFile": ("id", "object_id"),
    "vault.StoredObject": ("id", "stored_at"),
}
"""What must be the same after a rebuild, and which columns mean nothing outside one database."""


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row that must come back, by value. OCFL knows moments to the second, so when an object was stored too."""
    found: dict[str, list[dict[str, Any]]] = {}
    for label, without in COMPARED.items():
        rows = apps.get_model(label).objects.order_by("pk")
        lines = [{k: _plain(v) for k, v in row.items() if k not in without} for row in rows.values()]
        if label == "vault.StoredFile":
            for line, row in zip(lines, rows.select_related("object"), strict=True):
                line["object"] = row.object.object_id
        if label == "vault.StoredObject":
            for line, row in zip(lines, rows, strict=True):
                line["stored_at"] = row.stored_at.replace(microsecond=0)
        found[label] = sorted(lines, key=repr)
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def work() -> None:
    """Do every job that is due, as a worker would."""
    known, at = handlers(), timezone.now()
    while job := jobs.lease(kinds=known, holder="test", at=at):
        known[job.kind](job, at)


def fill() -> dict[str, UUID]:
    """A few days of work at one agency; the items by what they are in the story."""
    agency = factories.agency()
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=MONDAY)
    wang = factories.staff("archivist", name="王海")
    li = factories.staff("reviewer", name="李敏")
    chen = factories.staff("reviewer", name="陈静")
    zhang = factories.person(agency, name="张伟", number=NUMBER)
    wei = factories.person(agency, name="魏红", sex="female")
    registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=MONDAY)
    volume = archives.open_volume(
        "张伟 养老保险权益档案",
        agency_id=agency.id,
        person_id=zhang.id,
        category=Category.BUSINESS,
        year=2026,
        retention="D100",
        by=wang,
        at=MONDAY,
    )

    def paper(kind: DocumentKind, made: str, *, day: int = 0, **said: str) -> UUID:
        return file(agency.id, kind, made=made, person=zhang.id, volume=volume, day=day, said=said)

    hired = paper(DocumentKind.HIRING_APPROVAL, "1984-08-29", birth_date="1966-04-28", work_start="1984-09")
    card = paper(DocumentKind.IDENTITY_CARD, "1996", birth_date="1966-05-01", identity_number=NUMBER)
    for item in (hired, card):
        examine(item, first=wang, second=li, at=MONDAY + timedelta(hours=1))
    rule(zhang.id, Kind.BIRTH_DATE, first=wang, second=li, at=MONDAY + timedelta(hours=2))
    rule(zhang.id, Kind.WORK_START, first=wang, second=li, at=MONDAY + timedelta(hours=2))
    earlier = paper(DocumentKind.ENLISTMENT, "1983-10-15", day=1, birth_date="1966-04-20")
    examine(earlier, first=li, second=chen, at=MONDAY + timedelta(days=1, hours=1))
    rule(zhang.id, Kind.BIRTH_DATE, first=li, second=chen, at=MONDAY + timedelta(days=1, hours=2))
    complaint = file(
        agency.id,
        DocumentKind.STATEMENT,
        made="2025-07-01",
        person=wei.id,
        day=2,
        said={"work_start": "1990-01"},
        secrecy=Secrecy.WORK_SECRET,
    )
    public = file(
        agency.id, DocumentKind.OTHER, made="2020", person=None, day=2, said={}, secrecy=Secrecy.PUBLIC
    )
    clerk = factories.staff("clerk", name="周静")
    rows = [
        [NUMBER, "张伟", MILL, month, "1,386.00", "55.44", "277.20"] for month in ("1998-01", "1998-02")
    ]
    reviewer = factories.staff("reviewer", name="钱立")
    factories.book_roster(workbook(HEADING, *rows), clerk=clerk, reviewer=reviewer, at=MONDAY)
    wrong = contribution_queries.paid_months(zhang.id)[0].postings
    factories.take_back(zhang.id, wrong, clerk=clerk, reviewer=reviewer, at=MONDAY + timedelta(days=3))
    work()
    return {
        "hired": hired,
        "card": card,
        "earlier": earlier,
        "complaint": complaint,
        "public": public,
    }


def file(
    agency: UUID,
    kind: DocumentKind,
    *,
    made: str,
    person: UUID | None,
    said: Mapping[str, str],
    volume: UUID | None = None,
    day: int = 0,
    secrecy: Secrecy = Secrecy.INTERNAL,
) -> UUID:
    """File an item of one page as the pipeline does: record and original in one version, then the page is read."""
    item, at = uuid7(), MONDAY + timedelta(days=day)
    content = f"\xff\xd8{item}".encode("latin-1")
    name = f"urn:nianlun:item:{item}"
    archives.file_item(
        item,
        agency_id=agency,
        title=kind.label,
        category=Category.BUSINESS,
        document_kind=kind,
        retention="D100",
        pages=[PageSize(width=1000, height=1400)],
        sha512=digest_bytes(content).sha512,
        vault_object=name,
        file_name="original.jpg",
        media_type="image/jpeg",
        by=None,
        at=at,
        person_id=person,
        volume_id=volume,
        recorded=parse_partial_date(made),
        secrecy=secrecy,
    )
    files = {"original.jpg": content, **keeping.files_of([name])[name]}
    vault.store(name, files, by=None, message="收件归档", at=at, secrecy=secrecy)
    page = archive_queries.pages(item)[0]
    reading = PageReading(
        width=1000,
        height=1400,
        kind=kind.value,
        engine="test 1",
        lines=tuple(Line(text=f"{k} {v}", box=BOX, confidence=0.9) for k, v in said.items()),
        fields=tuple(Field(name=k, value=v, box=BOX, confidence=0.9, raw=v) for k, v in said.items()),
    )
    digitization.record_reading(page.id, reading=reading, at=at)
    work()
    return item


def examine(item: UUID, *, first: Viewer, second: Viewer, at: datetime) -> None:
    """One person accepts every claim, another confirms."""
    for claim in evidence_queries.claims_of_item(item):
        evidence.decide(claim.id, by=first, choice="accept", at=at)
    evidence.submit(item, by=first, at=at)
    evidence.confirm(item, by=second, at=at)


def rule(person: UUID, kind: Kind, *, first: Viewer, second: Viewer, at: datetime) -> None:
    ruling = rulings.propose_by_rule(person, kind=kind, by=first, at=at)
    rulings.confirm_ruling(ruling, by=second, at=at + timedelta(minutes=5))
