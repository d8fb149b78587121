"""The city's past: papers drawn, filed, claims entered as confirmed long ago, ruled on, and all stored together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction

from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.digitization import operations as digitization
from nianlun.digitization.reading import Line
from nianlun.evidence import operations as evidence
from nianlun.evidence import queries as evidence_queries
from nianlun.evidence import rulings
from nianlun.evidence.domain import RULED, Kind, Unsettled
from nianlun.evidence.operations import Proposal
from nianlun.kernel.dates import NotADate, PartialDate, parse_partial_date
from nianlun.kernel.digests import digest_bytes
from nianlun.sample.inbox import as_pdf, inbox_people
from nianlun.sample.paper import Paper
from nianlun.sample.people import City
from nianlun.sample.production import Produced, past, produce
from nianlun.sample.seeding.identifiers import sample_id
from nianlun.sample.seeding.people import Registered, Tell
from nianlun.sample.truth import PAST_DPI, Scan, TruthField
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

ENGINE = "样本数据"
RETENTION = "D100"
CLOSED_KINDS, CLOSED = (DocumentKind.STATEMENT, DocumentKind.TERMINATION), 6
"""So many papers, of kinds that people quarrel about, are work secrets: the first to move to offline media."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    """What is to be stored of one paper."""

    name: str
    content: bytes
    secrecy: Secrecy


def file_past(city: City, registered: Registered, *, at: datetime, tell: Tell, processes: int = 2) -> None:
    """File every paper of the past that is not filed yet; one volume a person, one item a paper.

    Bytes are stored last, with all that was entered and ruled on: one version an object, however much is known.
    """
    papers = past(city, unread=inbox_people(city))
    ids = {paper.id: sample_id("paper", number, seed=city.seed) for number, paper in enumerate(papers)}
    filed = archive_queries.known_ids(ids.values())
    heroes = set(city.heroes.values())
    quarrels = [paper for paper in papers if paper.kind in CLOSED_KINDS and paper.person not in heroes]
    closed = {paper.id for paper in quarrels[:CLOSED]}
    waiting = [paper for paper in papers if ids[paper.id] not in filed]
    done = len(papers) - len(waiting)
    for index, drawn in groupby(produce(waiting, processes=processes), key=lambda p: p.paper.person):
        person = city.persons[index]
        person_id, agency_id = registered.persons[index], registered.agency_of(person)
        with transaction.atomic():
            volume_id = archive_queries.volume_of_person(person_id) or archives.open_volume(
                f"{person.name} 养老保险权益档案",
                agency_id=agency_id,
                person_id=person_id,
                category=Category.BUSINESS,
                year=at.year,
                retention=RETENTION,
                by=None,
                at=at,
                is_sample=True,
            )
            originals: dict[str, _Original] = {}
            for produced in drawn:
                item_id = ids[produced.paper.id]
                content, name, media_type = _original(produced.scans)
                secrecy = Secrecy.WORK_SECRET if produced.paper.id in closed else Secrecy.INTERNAL
                originals[f"urn:nianlun:item:{item_id}"] = _Original(
                    name=name, content=content, secrecy=secrecy
                )
                _file(
                    produced,
                    item_id,
                    sha512=digest_bytes(content).sha512,
                    file=(name, media_type),
                    secrecy=secrecy,
                    person_id=person_id,
                    agency_id=agency_id,
                    volume_id=volume_id,
                    at=at,
                )
                done += 1
            _rule(person_id, at=at)
            _store(originals, at=at)
        tell("归档材料", done, len(papers))


def _file(
    produced: Produced,
    item_id: UUID,
    *,
    sha512: str,
    file: tuple[str, str],
    secrecy: Secrecy,
    person_id: UUID,
    agency_id: UUID,
    volume_id: UUID,
    at: datetime,
) -> None:
    paper, scans = produced.paper, produced.scans
    archives.file_item(
        item_id,
        agency_id=agency_id,
        title=paper.title,
        category=Category.BUSINESS,
        document_kind=DocumentKind(paper.kind),
        retention=RETENTION,
        pages=[PageSize(width=scan.width, height=scan.height) for scan in scans],
        sha512=sha512,
        vault_object=f"urn:nianlun:item:{item_id}",
        file_name=file[0],
        media_type=file[1],
        by=None,
        at=at,
        person_id=person_id,
        volume_id=volume_id,
        creator=paper.unit,
        recorded=_recorded(paper),
        is_original=not paper.copy,
        secrecy=secrecy,
        is_sample=True,
    )
    pages = archive_queries.pages(item_id)
    evidence.adopt_sample(
        item_id,
        proposals={page.id: _proposals(scan) for page, scan in zip(pages, scans, strict=True)},
        engine=ENGINE,
        at=at,
    )
    for page, scan in zip(pages, scans, strict=True):
        digitization.adopt_sample_reading(page.id, lines=_lines(scan), kind=paper.kind.value, at=at)


def _store(originals: Mapping[str, _Original], *, at: datetime) -> None:
    kept = keeping.files_of(originals)
    for vault_object, original in originals.items():
        files = {original.name: original.content, **kept[vault_object]}
        # Names are no part of the message: the inventory of a sealed object is read without its key.
        vault.store(vault_object, files=files, by=None, message=ENGINE, at=at, secrecy=original.secrecy)


def _rule(person_id: UUID, *, at: datetime) -> None:
    """Rule where the papers agree or the rule decides among undisputed ones; what is disputed waits for people."""
    lines = evidence_queries.claims(person_id)
    disputed = {found.kind for found in evidence_queries.contradictions(lines)}
    facts = evidence_queries.facts(person_id, lines=lines)
    for kind in RULED:
        if kind in facts or kind in disputed:
            continue
        try:
            ruling_id = rulings.propose_by_rule(person_id, kind=kind, by=None, at=at, is_sample=True)
        except Unsettled:
            continue  # as in life: the papers do not decide, so nobody has
        rulings.confirm_ruling(ruling_id, by=None, at=at, tell=False)


def _original(scans: Sequence[Scan]) -> tuple[bytes, str, str]:
    if len(scans) == 1:
        return scans[0].jpeg, "original.jpg", "image/jpeg"
    return as_pdf(scans, dpi=PAST_DPI), "original.pdf", "application/pdf"


def _recorded(paper: Paper) -> PartialDate:
    try:
        return parse_partial_date(paper.made_on)
    except NotADate:
        return PartialDate.of_day(paper.made)


def _proposals(scan: Scan) -> list[Proposal]:
    return [
        Proposal(
            kind=Kind(field.name),
            value=field.value,
            text=field.text,
            polygon=field.polygon,
            confidence=1.0,
            altered=field.altered,
        )
        for field in scan.fields
        if field.name in set(Kind)
    ]


def _lines(scan: Scan) -> list[Line]:
    return [_line(field, width=scan.width, height=scan.height) for field in scan.fields]


def _line(field: TruthField, *, width: int, height: int) -> Line:
    a, b, c, d = ((x * width, y * height) for x, y in field.polygon)
    return Line(text=field.text, box=(a, b, c, d), confidence=1.0)
