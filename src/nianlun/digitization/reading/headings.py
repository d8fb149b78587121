"""Which kind of document a page is, by the heading printed over it."""

import difflib
import re
import statistics
from collections.abc import Sequence

from nianlun.archives.domain import KINDS, DocumentKind
from nianlun.digitization.reading.labels import plain
from nianlun.digitization.reading.layout import Piece, joined

_TOP_SHARE = 0.5  # headings stand in the upper half; a contract's cover has it near the middle
_ALIKE = 0.78
_LONGEST_EXTRA = 16  # characters a unit prints before its form's title
_SHORT = 4  # titles this short must stand alone: 证明 is a word of every letter

_TITLES: tuple[tuple[str, DocumentKind], ...] = tuple(
    sorted(
        (
            (plain(title), kind)
            for kind, about in KINDS.items()
            for title in about.titles
            if kind != DocumentKind.OTHER
        ),
        key=lambda entry: -len(entry[0]),
    )
)
# Words that only one kind of page has, for pages without a heading: a card's front, a contract's second page.
_MARKS: tuple[tuple[DocumentKind, tuple[str, ...]], ...] = (
    (DocumentKind.IDENTITY_CARD, ("公民身份号码", "签发机关")),
    (DocumentKind.HOUSEHOLD_PAGE, ("户主", "服务处所")),
    (DocumentKind.LABOUR_CONTRACT, ("本合同", "乙方", "甲方")),
    (DocumentKind.CADRE_RESUME, ("个人简历", "证明人", "自何年何月")),
)


def kind_of(found: Sequence[Piece], *, height: float) -> tuple[DocumentKind, Piece | None]:
    """The kind of document and the heading that says so; (OTHER, None) when none does. `height` is the page's."""
    best: tuple[float, DocumentKind, Piece] | None = None
    for heading in _headings(found, height):
        words = plain(heading.text)
        for title, kind in _TITLES:
            score = _likeness(words, title)
            # Longer titles win: 参保登记表 stands in 城乡居民基本养老保险参保登记表. So does bigger type.
            weight = score * (len(title) + heading.height / 10)
            if score >= _ALIKE and (best is None or weight > best[0]):
                best = (weight, kind, heading)
    if best is not None:
        return best[1], best[2]
    everything = plain("".join(piece.text for piece in found))
    for kind, marks in _MARKS:
        if all(mark in everything for mark in marks):
            return kind, None
    return DocumentKind.OTHER, None


def _headings(found: Sequence[Piece], height: float) -> list[Piece]:
    """Lines of the upper half, not smaller than the text, that may be a heading; also neighbours joined."""
    if not found:
        return []
    usual = statistics.median(piece.height for piece in found)
    upper = [
        p
        for p in found
        if p.middle[1] < _TOP_SHARE * height and p.height > 0.8 * usual and len(p.text) <= 40
    ]
    rows = []
    for piece in upper:  # letters set wide apart are read as several lines
        row = [
            other
            for other in upper
            if abs(other.middle[1] - piece.middle[1]) < 0.4 * piece.height
            and 0.6 < other.height / max(piece.height, 1) < 1.7
        ]
        if len(row) > 1 and len(plain("".join(other.text for other in row))) <= 24:
            rows.append(joined(sorted(row, key=lambda other: other.left)))
    return [*upper, *rows]


def _likeness(words: str, title: str) -> float:
    """1 for the title itself or at the end of a unit's name, less for misread characters, 0 for another text."""
    if words == title:
        return 1.0
    if len(title) <= _SHORT:
        return (
            0.0
            if not (words.endswith(title) and len(title) >= 3 and len(words) <= len(title) + 12)
            else 0.9
        )
    if len(words) > len(title) + _LONGEST_EXTRA:
        return 0.0
    if title in words:
        return (
            0.97
            if re.search(re.escape(title) + r"(?:复印件|存根|副本|[一二三四上下正副]|附表\d?)?$", words)
            else 0.85
        )
    tail = words[-len(title) - 1 :] if len(words) > len(title) else words
    return difflib.SequenceMatcher(None, tail, title, autojunk=False).ratio() * 0.96
