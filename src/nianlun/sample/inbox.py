"""The unread inbox: papers of a dozen people as they come from a scanner, with a few files that are broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from PIL import Image

from nianlun.archives.domain import DocumentKind
from nianlun.sample.paper import Paper
from nianlun.sample.papers import papers_of
from nianlun.sample.people import City
from nianlun.sample.production import produce
from nianlun.sample.truth import Scan, render_paper, truth_of

_PEOPLE, _LEAST = 12, 40
_DPI, _FINE_DPI = 200, 300
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """A file that waits to be read. `person` and `paper` are None for a broken one; `truth` is JSON text."""

    name: str
    data: bytes
    person: int | None = None
    paper: Paper | None = None
    truth: str = ""
    broken: str = ""  # what is wrong with it, in English; "" for a good file


def inbox_people(city: City) -> tuple[int, ...]:
    """About a dozen people, no heroes, of every kind of life and with every flaw that can be seen on paper."""
    heroes = set(city.heroes.values())
    counts = {p.index: len(papers_of(city, p.index)) for p in city.persons if p.index not in heroes}
    chosen: list[int] = []
    seen: set[str] = set()
    for flaw in sorted({c.kind for c in city.contradictions}):
        for one in (c.person for c in city.contradictions if c.kind == flaw):
            if counts.get(one, 0) >= 4 and one not in chosen and len(chosen) < _PEOPLE - 4:
                chosen.append(one)
                seen.add(city.persons[one].life)
                break
    rest = sorted(counts, key=lambda i: (city.persons[i].life in seen, -counts[i], i))
    for one in rest:
        if len(chosen) >= _PEOPLE and sum(counts[i] for i in chosen) >= _LEAST:
            break
        if one not in chosen:
            chosen.append(one)
            seen.add(city.persons[one].life)
    return tuple(sorted(chosen))


def inbox_papers(city: City) -> tuple[Paper, ...]:
    """The papers left unread, person by person: at least forty where the city is large enough."""
    return tuple(paper for one in inbox_people(city) for paper in papers_of(city, one))


def inbox(city: City, *, processes: int = 1) -> Iterator[InboxFile]:
    """The files of the inbox, person by person; two-page papers come as PDF, one as TIFF, three are broken."""
    papers = inbox_papers(city)
    dpi = {paper.id: _resolution(paper) for paper in papers}
    tiff = next((p.id for p in papers if p.kind is DocumentKind.WAGE_CHANGE), "")
    for number, produced in enumerate(produce(papers, dpi=dpi, processes=processes), start=1):
        paper, scans = produced.paper, produced.scans
        name = f"SCAN{number:04d}"
        if paper.id == tiff:
            file, data = f"{name}.tif", as_tiff(scans, dpi=dpi[paper.id])
        elif len(scans) > 1:
            who = city.persons[paper.person].name
            file, data = f"{name} {who} {paper.title}.pdf", as_pdf(scans, dpi=dpi[paper.id])
        else:
            file, data = f"{name}.jpg", scans[0].jpeg
        truth = truth_of(paper, scans, files=[file] * len(scans))
        yield InboxFile(name=file, data=data, person=paper.person, paper=paper, truth=truth)
    yield from broken_files(city)


def _resolution(paper: Paper) -> int:
    """First entries were scanned finely, all else as usual."""
    return _FINE_DPI if paper.kind is DocumentKind.HIRING_APPROVAL else _DPI


def broken_files(city: City) -> Iterator[InboxFile]:
    """Three files as every scanner's folder has them: cut off, empty, and not what the name says."""
    whole = as_pdf(render_paper(papers_of(city, 0)[0], dpi=100), dpi=100)
    yield InboxFile(name="SCAN0901.pdf", data=whole[: len(whole) * 3 // 5], broken="truncated PDF")
    yield InboxFile(name="SCAN0902.jpg", data=b"", broken="0 bytes")
    words = "这是一份说明，不是图片。请勿归档。\n".encode()
    yield InboxFile(name="SCAN0903.jpg", data=words, broken="text named .jpg")


def as_pdf(scans: Sequence[Scan], *, dpi: int) -> bytes:
    """One PDF of all pages, each JPEG put in as it is."""
    with pikepdf.new() as document:
        for scan in scans:
            picture = pikepdf.Stream(
                document, scan.jpeg, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=scan.width,
                Height=scan.height, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            width, height = scan.width * _POINTS_PER_INCH / dpi, scan.height * _POINTS_PER_INCH / dpi
            draw = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q".encode()
            page = document.add_blank_page(page_size=(round(width, 3), round(height, 3)))
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=picture))
            page.obj.Contents = pikepdf.Stream(document, draw)
        out = BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def as_tiff(scans: Sequence[Scan], *, dpi: int) -> bytes:
    """One TIFF of all pages."""
    pictures = [Image.open(BytesIO(scan.jpeg)) for scan in scans]
    out = BytesIO()
    pictures[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pictures[1:],
        compression="jpeg",
        quality=85,
        dpi=(dpi, dpi),
    )
    return out.getvalue()
