"""The reading file of a case (`case.pdf`): everything in it as pages, in the order files are kept in.

The decision comes first, then the other papers the agency gave out, then its own record and the application, then
what the applicant brought, in the order of the type's list: conclusions before evidence, the agency's papers before
the applicant's. Pictures become pages; what cannot be shown gets a sheet that says where it lies. The files as they
came stay beside it untouched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import BinaryIO, cast

from django.utils import timezone

from nianlun.cases import moving, record_content
from nianlun.cases.domain.types import SlipKind
from nianlun.cases.drawings import drawing
from nianlun.cases.models import Case, Material, Slip
from nianlun.cases.recording import record_facts
from nianlun.digitization.reading import OpenedFile, Refused
from nianlun.digitization.reading.binding import Bound, Part, PartsBroken, bind
from nianlun.ui.typesetting import typeset
from nianlun.vault import queries as vault
from nianlun.vault.domain import FileLine
from nianlun.vault.private import private_file

MOST_PAGES = 2_500
"""Pages of a reading file. One material may have 2,000."""
MOST_PICTURES = 200
"""Pages of one material that are pictures: each is drawn anew and set on a page."""
MOST_BYTES = 150 * 1024 * 1024
"""Bytes of the PDF files that are taken in."""
_AT_ONCE = 25  # pictures typeset together: each holds some megabytes until it is set
_CHUNK = 1 << 20
_PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One part of the reading file: bytes made here, or a PDF that lies with the case under `file_name`."""

    title: str
    file_name: str = ""
    made: bytes = b""

    @property
    def is_ours(self) -> bool:
        return bool(self.made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the contents."""

    title: str
    first: int
    pages: int
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFile:
    """`case.pdf` with its contents and the pixels of each page's picture."""

    content: bytes
    sizes: tuple[tuple[int, int], ...]
    contents: tuple[Listed, ...]


def reading_file(row: Case, *, ended_by: int) -> ReadingFile:
    """The reading file of a case that has ended, by the action of that number; the same case gives the same bytes.

    Raises `GlyphMissing`, the vault's `StorageError`s, and `Refused` where even the agency's own papers are too many.
    """
    files = {line.logical_path: line for line in vault.files(row.object_id)}
    leaves = [*_slips(row, ended_by=ended_by), _record(row), *_materials(row, files=files)]
    title = f"{row.title}　{row.number}"
    try:
        bound = _bound(row, leaves, files=files, title=title)
    except PartsBroken as broken:
        for place, sentence in broken.sentences.items():
            leaves[place] = _sheet_instead(row, leaves[place], why=sentence)
        bound = _bound(row, leaves, files=files, title=title)
    except Refused as reason:
        leaves = [
            leaf if leaf.is_ours else _sheet_instead(row, leaf, why=reason.sentence) for leaf in leaves
        ]
        bound = _bound(row, leaves, files=files, title=title)
    return ReadingFile(
        content=bound.content, sizes=bound.sizes, contents=_contents(leaves, counts=bound.counts)
    )


def _slips(row: Case, *, ended_by: int) -> list[Leaf]:
    found = row.slips.select_related("for_action").order_by("for_action__number")
    in_order = sorted(found, key=lambda slip: (slip.for_action.number != ended_by, slip.for_action.number))
    return [_slip(row, slip) for slip in in_order]


def _slip(row: Case, slip: Slip) -> Leaf:
    with vault.open_file(row.object_id, slip.file_name) as stream:
        return Leaf(
            title=f"{SlipKind(slip.kind).label}　{slip.number}",
            file_name=slip.file_name,
            made=stream.read(),
        )


def _record(row: Case) -> Leaf:
    content = record_content.content(record_facts(row))
    paper = typeset("nianlun.cases", "record.typ", content=asdict(content) | {"on": content.on.isoformat()})
    title = "业务办理表和申报表" if content.application else "业务办理表"
    return Leaf(title=title, made=paper)


def _materials(row: Case, *, files: dict[str, FileLine]) -> Iterator[Leaf]:
    """The papers that stand and of which a copy is kept, in the order of the type's list."""
    names = {one.code: one.name for one in moving.type_of(row).requirements}
    kept = row.materials.filter(replaced_by__isnull=True).exclude(file_name="").order_by("pk")
    pages = room = 0
    for material in sorted(kept, key=lambda one: list(names).index(one.requirement)):
        leaf = Leaf(title=names[material.requirement], file_name=material.file_name)
        is_pdf = material.media_type == _PDF
        pages += material.page_count
        room += files[material.file_name].size if is_pdf else 0
        if pages > MOST_PAGES or room > MOST_BYTES or (not is_pdf and material.page_count > MOST_PICTURES):
            pages -= material.page_count
            yield _sheet_instead(row, leaf, why=f"这份材料有 {material.page_count:,} 页，没有并入阅读件。")
        elif is_pdf:
            yield leaf
        else:
            yield from _pictures(row, material, leaf=leaf)


def _pictures(row: Case, material: Material, *, leaf: Leaf) -> Iterator[Leaf]:
    try:
        with (
            vault.reading_path(row.object_id, material.file_name) as path,
            OpenedFile(path) as file,
        ):
            for start in range(1, material.page_count + 1, _AT_ONCE):
                end = min(start + _AT_ONCE, material.page_count + 1)
                sheets = [
                    {"name": _page_name(leaf, number, material), **drawing(file.page_image(number))}
                    for number in range(start, end)
                ]
                yield replace(leaf, made=_sheets(row, sheets))
    except Refused as reason:
        yield _sheet_instead(row, leaf, why=reason.sentence)


def _page_name(leaf: Leaf, number: int, material: Material) -> str:
    return (
        f"{leaf.title}　第 {number} 页，共 {material.page_count} 页"
        if material.page_count > 1
        else leaf.title
    )


def _sheet_instead(row: Case, leaf: Leaf, *, why: str) -> Leaf:
    words = f"{why}原文件在档案库里，名为 {leaf.file_name}，可以在这件业务的材料里下载。"
    sheet = {"name": leaf.title, "drawing": "", "width": 0, "height": 0, "words": words}
    return replace(leaf, made=_sheets(row, [sheet]))


def _sheets(row: Case, sheets: Sequence[dict[str, object]]) -> bytes:
    content = {
        "title": row.title,
        "number": f"业务编号 {row.number}",
        "agency": row.agency.name,
        "on": timezone.localdate(row.concluded_at).isoformat(),
        "sheets": sheets,
    }
    return typeset("nianlun.cases", "sheets.typ", content=content)


def _bound(row: Case, leaves: Sequence[Leaf], *, files: dict[str, FileLine], title: str) -> Bound:
    """Lay the parts one after the other into a private file, and have them bound in the sandbox."""
    parts, start = [], 0
    for leaf in leaves:
        size = len(leaf.made) if leaf.is_ours else files[leaf.file_name].size
        parts.append(Part(start=start, size=size, ours=leaf.is_ours))
        start += size
    stream = cast(BinaryIO, _Chunks(_bytes_of(row, leaves)))
    with private_file(stream, suffix=".parts") as path:
        return bind(path, parts, title=title)


def _bytes_of(row: Case, leaves: Sequence[Leaf]) -> Iterator[bytes]:
    for leaf in leaves:
        if leaf.is_ours:
            yield leaf.made
            continue
        with vault.open_file(row.object_id, leaf.file_name) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


class _Chunks:
    """Chunks as a stream that is read once from its beginning."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int = -1) -> bytes:
        return next(self._chunks, b"")


def _contents(leaves: Sequence[Leaf], *, counts: Sequence[int]) -> tuple[Listed, ...]:
    """One line for each paper, however many parts it came in."""
    found: list[Listed] = []
    first = 1
    for leaf, pages in zip(leaves, counts, strict=True):
        last = found[-1] if found else None
        if last is not None and leaf.file_name and last.file_name == leaf.file_name:
            found[-1] = replace(last, pages=last.pages + pages)
        else:
            found.append(Listed(title=leaf.title, first=first, pages=pages, file_name=leaf.file_name))
        first += pages
    return tuple(found)
