"""From lines of text to claims: which words of a page are entries, and what they mean. Pure: no pictures, no clock."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from nianlun.archives.domain import DocumentKind
from nianlun.digitization.reading import entries, headings, labels, layout, letters
from nianlun.digitization.reading.layout import Cell, Piece
from nianlun.digitization.reading.values import Field, Line, Seal

_LETTERS = (
    DocumentKind.TERMINATION,
    DocumentKind.TRANSFER_ORDER,
    DocumentKind.STATEMENT,
    DocumentKind.OTHER,
    DocumentKind.LABOUR_CONTRACT,
)
# A list has many persons' entries under one heading: which is meant, a machine cannot know.
_LISTS = (DocumentKind.WAGE_SHEET,)
_OF_MANY = ("name", "sex", "post", "identity_number", "birth_date", "work_start")
# A copy of a card bears the dates of the card, not its own.
_UNDATED = (DocumentKind.IDENTITY_CARD,)
_BY_CELL, _BY_LINE, _BY_NEIGHBOUR, _BY_SENTENCE, _BY_COLUMN = range(5)
_COMMON = (
    "unit",
    "post",
)  # 单位 and 岗位 are words of every letter; as labels they need a frame or a colon
_FARTHEST = 0.4  # of the page's width, from a label to its entry
_DOUBTED = 0.6  # an identity number whose check digit is wrong was probably misread


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    name: str
    source: int
    rank: int
    piece: Piece


def fields_of(
    lines: Sequence[Line],
    *,
    width: float,
    height: float,
    cells: Sequence[Cell] = (),
    seals: Sequence[Seal] = (),
) -> tuple[DocumentKind, tuple[Field, ...]]:
    """The kind of document and the claims a page makes, one a name (seals: one each), in the order of the page.

    `lines` as read; `cells` the ruled cells of the page, if any; sizes in pixels of the page.
    """
    found = layout.pieces(lines)
    kind, heading = headings.kind_of(found, height=height)
    parts = [cut for piece in found for cut in layout.cut_at_borders(piece, cells)] if cells else found
    candidates = [
        c for c in _candidates(parts, cells, width) if not (kind in _LISTS and c.name in _OF_MANY)
    ]
    recorded = _recorded_on(candidates, parts, cells, kind=kind, heading=heading, height=height)
    made: list[Field] = [] if recorded is None else [recorded]
    not_after = _last_day(recorded)
    candidates += _of_letters(kind, parts, recorded, heading)
    for name in dict.fromkeys(candidate.name for candidate in candidates):
        if name != "recorded_on":
            best = _best([c for c in candidates if c.name == name], kind, not_after)
            made += [best] if best is not None else []
    if kind is not DocumentKind.OTHER:
        made.append(_kind_field(kind, heading or (found[0] if found else None), width, height))
    made += [
        Field(name="seal", value=s.text or "有", box=s.box, confidence=s.confidence, raw=s.text)
        for s in seals
    ]
    return kind, tuple(sorted(made, key=lambda field: (field.box[0][1], field.box[0][0])))


def _kind_field(kind: DocumentKind, heading: Piece | None, width: float, height: float) -> Field:
    box = heading.box if heading is not None else ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    return Field(
        name="document_kind",
        value=kind.value,
        box=box,
        confidence=heading.confidence if heading is not None else 0.5,
        raw=heading.text if heading is not None else "",
    )


def _last_day(recorded: Field | None) -> date | None:
    given = entries.date_in(recorded.value) if recorded is not None else None
    return None if given is None else given.latest


def _best(candidates: Sequence[_Candidate], kind: DocumentKind, not_after: date | None) -> Field | None:
    """The claim that the best placed entry makes: sentences first in letters, cells first in tables."""

    def order(candidate: _Candidate) -> tuple[bool, int, int, float]:
        source = candidate.source
        if kind in _LETTERS and source == _BY_SENTENCE:
            source = -1
        unlikely = candidate.name == "unit" and not entries.is_like_a_unit(candidate.piece.text)
        return unlikely, candidate.rank if source >= 0 else -1, source, candidate.piece.top

    for candidate in sorted(candidates, key=order):
        field = _field(candidate, not_after)
        if field is not None:
            return field
    return None


def _field(candidate: _Candidate, not_after: date | None) -> Field | None:
    name = "ended_on" if candidate.name == "absent_since" else candidate.name
    value = entries.meaning(name, candidate.piece.text, not_after=not_after)
    if value is None:
        return None
    confidence = candidate.piece.confidence
    if name == "identity_number" and not entries.is_sound_number(value):
        confidence *= _DOUBTED
    return Field(
        name=candidate.name,
        value=value,
        box=candidate.piece.box,
        confidence=confidence,
        raw=candidate.piece.text.strip(),
    )


def _candidates(parts: Sequence[Piece], cells: Sequence[Cell], width: float) -> list[_Candidate]:
    """Every entry that stands in the right place to a label, however unlikely."""
    inside: dict[int, list[Piece]] = {}
    outside: list[Piece] = []
    for piece in parts:
        place = _cell_of(piece, cells)
        if place is None:
            outside.append(piece)
        else:
            inside.setdefault(place, []).append(piece)
    found = list(_by_cells(inside, cells))
    found += _by_lines(parts)
    asking = _unsettled(inside, outside, found) if cells else parts
    found += _by_neighbours(asking, parts, width, ruled=bool(cells))
    return found


def _unsettled(
    inside: dict[int, list[Piece]], outside: list[Piece], found: Sequence[_Candidate]
) -> list[Piece]:
    """Labels outside the table, and those in cells whose claim no cell has answered."""
    answered = {candidate.name for candidate in found if candidate.source == _BY_CELL}
    rest = [piece for pieces in inside.values() for piece in pieces if _name_of(piece.text) not in answered]
    return [*outside, *rest]


def _name_of(text: str) -> str | None:
    found = labels.label_of(text)
    return found[0] if found is not None else None


def _cell_of(piece: Piece, cells: Sequence[Cell]) -> int | None:
    a, _, c, _ = piece.box
    x, y = (a[0] + c[0]) / 2, (a[1] + c[1]) / 2
    holding = [place for place, cell in enumerate(cells) if cell.holds(x, y)]
    if not holding:
        return None
    return min(
        holding, key=lambda p: (cells[p].right_edge - cells[p].left) * (cells[p].bottom - cells[p].top)
    )


def _by_cells(inside: dict[int, list[Piece]], cells: Sequence[Cell]) -> Iterator[_Candidate]:
    """A cell that holds a label and nothing else is answered by the cell to its right."""
    for place, pieces in inside.items():
        whole = layout.joined(sorted(pieces, key=lambda piece: (round(piece.top / 20), piece.left)))
        label = labels.label_of(whole.text)
        neighbour = cells[place].right
        if label is None or neighbour is None or neighbour not in inside:
            continue
        entry = [piece for row in letters.rows(inside[neighbour]) for piece in row]
        answer = layout.joined(entry)
        if not labels.is_label(answer.text):
            yield _Candidate(name=label[0], source=_BY_CELL, rank=label[1], piece=answer)


def _by_lines(parts: Sequence[Piece]) -> Iterator[_Candidate]:
    """Label and entry read as one line: "单位：保定第一棉纺织厂"."""
    for piece in parts:
        start = 0
        while start < len(piece.text):  # "姓名张三性别男" holds two
            found = labels.leading_label(piece.text[start:])
            if found is None:
                break
            name, rank, behind = found
            end = start + behind + labels.cut_before_label(piece.text[start + behind :])
            if end > start + behind:
                yield _Candidate(
                    name=name, source=_BY_LINE, rank=rank, piece=layout.part(piece, start + behind, end)
                )
            start = max(end, start + 1)


def _by_neighbours(
    asking: Sequence[Piece], parts: Sequence[Piece], width: float, *, ruled: bool
) -> Iterator[_Candidate]:
    """Without rules, the entry is what stands next on the row; failing that, what stands below."""
    for label_piece in (*asking, *_stacked(asking)):
        label = labels.label_of(label_piece.text)
        if label is None or (not ruled and len(labels.plain(label_piece.text)) < 3 and label[0] in _COMMON):
            continue
        row = [
            piece
            for piece in parts
            if piece.left > label_piece.right - 0.5 * label_piece.height
            and _overlap(piece.top, piece.bottom, label_piece.top, label_piece.bottom) > 0.4
            and piece.left - label_piece.right < _FARTHEST * width
        ]
        entry: list[Piece] = []
        for piece in sorted(row, key=lambda piece: piece.left):
            if labels.is_label(piece.text) or (
                entry and label[0] not in ("identity_number", *entries.DATES)
            ):
                break
            if entry and piece.left - entry[-1].right > 4 * piece.height:
                break
            entry.append(piece)
        if entry:
            yield _Candidate(name=label[0], source=_BY_NEIGHBOUR, rank=label[1], piece=layout.joined(entry))
            continue
        for piece in parts:
            below = 0 <= piece.top - label_piece.bottom < 1.5 * label_piece.height
            if below and _overlap(piece.left, piece.right, label_piece.left, label_piece.right) > 0.5:
                yield _Candidate(name=label[0], source=_BY_COLUMN, rank=label[1], piece=piece)
                break


def _stacked(parts: Sequence[Piece]) -> Iterator[Piece]:
    """Labels printed on two lines: 参加工作 over 时间."""
    short = [piece for piece in parts if len(labels.plain(piece.text)) <= 6]
    for upper in short:
        for lower in short:
            gap = lower.top - upper.bottom
            if (
                lower is not upper
                and -0.4 * upper.height < gap < 1.0 * upper.height
                and (_overlap(upper.left, upper.right, lower.left, lower.right) > 0.5)
            ):
                yield layout.joined([upper, lower])


def _overlap(a: float, b: float, c: float, d: float) -> float:
    """How much two spans share, against the shorter one."""
    shorter = min(b - a, d - c)
    return 0.0 if shorter <= 0 else (min(b, d) - max(a, c)) / shorter


def _recorded_on(
    candidates: Sequence[_Candidate],
    parts: Sequence[Piece],
    cells: Sequence[Cell],
    *,
    kind: DocumentKind,
    heading: Piece | None,
    height: float,
) -> Field | None:
    """The document's own date: behind its label; or alone over the frame; or the last date at the foot."""
    labelled = _best([c for c in candidates if c.name == "recorded_on"], DocumentKind.OTHER, None)
    if labelled is not None or kind in _UNDATED:
        return labelled
    dates = [
        piece
        for piece in _dated_rows(parts)
        if entries.is_bare_date(piece.text) and not _is_alone_in_its_cell(piece, parts, cells)
    ]
    top_of_frame = min((cell.top for cell in cells), default=0.35 * height)
    below_heading = heading.top if heading is not None else 0.0
    over = [piece for piece in dates if below_heading <= piece.top and _bottom(piece) < top_of_frame + 10]
    claimed = [candidate.piece for candidate in candidates if candidate.name in entries.DATES]
    foot = [piece for piece in dates if piece.top > 0.3 * height and not _among(piece, claimed)]
    over = [] if kind in _LETTERS else [piece for piece in over if not _among(piece, claimed)]
    for piece in (*over, *sorted(foot, key=lambda piece: -piece.top)):
        field = _field(_Candidate(name="recorded_on", source=_BY_LINE, rank=0, piece=piece), None)
        if field is not None:
            return field
    return None


def _among(piece: Piece, others: Sequence[Piece]) -> bool:
    """Whether the piece shares its place with one of the others."""
    return any(
        _overlap(piece.left, piece.right, other.left, other.right) > 0.5
        and _overlap(piece.top, piece.bottom, other.top, other.bottom) > 0.5
        for other in others
    )


def _is_alone_in_its_cell(piece: Piece, parts: Sequence[Piece], cells: Sequence[Cell]) -> bool:
    """A date that fills a cell answers the cell's label, whatever that is; offices date their opinions among words."""
    place = _cell_of(piece, cells)
    if place is None:
        return False
    return all(_cell_of(other, cells) != place or other.box == piece.box for other in parts)


def _bottom(piece: Piece) -> float:
    return max(y for _, y in piece.box)


def _dated_rows(parts: Sequence[Piece]) -> Iterator[Piece]:
    """Single pieces, and neighbours of one row that together make a date: written dates are read in bits."""
    yield from parts
    for row in letters.rows(parts):
        for start in range(len(row)):
            for end in range(start + 2, min(start + 7, len(row) + 1)):
                run = row[start:end]
                close = all(b.left - a.right < 2.5 * a.height for a, b in itertools.pairwise(run))
                if close and sum(len(piece.text) for piece in run) <= 18:
                    yield layout.joined(run)


def _of_letters(
    kind: DocumentKind, parts: Sequence[Piece], recorded: Field | None, heading: Piece | None
) -> list[_Candidate]:
    """What sentences claim, and to whom or by whom a letter is written."""
    found = [
        _Candidate(name=name, source=_BY_SENTENCE, rank=rank, piece=piece)
        for name, rank, piece in letters.claims(parts)
    ]
    office: Piece | None = None
    if kind is DocumentKind.TRANSFER_ORDER:  # the unit a person is sent to
        office = letters.addressee(parts, below=heading.bottom if heading is not None else 0.0)
    elif kind in (DocumentKind.TERMINATION, DocumentKind.STATEMENT) and recorded is not None:
        signed = [piece for piece in parts if piece.box[0][1] <= recorded.box[0][1] <= piece.box[3][1]]
        office = letters.signatory(parts, date=signed[0]) if signed else None
    if office is not None:
        found.append(_Candidate(name="unit", source=_BY_SENTENCE, rank=0, piece=office))
    return found
