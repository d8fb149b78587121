"""Claims in running text: "兹证明某某，性别男，于 1984 年 9 月参加工作". The rows of a page are read as one passage."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nianlun.digitization.reading.entries import is_like_a_unit
from nianlun.digitization.reading.layout import Piece, joined, part

_HAN = r"\u3400-\u9fff"
_N = r"0-9OoIl|〇○零一二三四五六七八九十廿元"
_DATE = rf"(?P<value>[{_N}]{{2,4}}年(?:[{_N}]{{1,3}}月(?:[{_N}]{{1,3}}日)?)?|\d{{4}}[-./]\d{{1,2}}(?:[-./]\d{{1,2}})?)"
_PERSON = rf"(?P<value>[{_HAN}]{{2,4}})"

# Claim and the words round it. The first pattern that fits wins.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("name", rf"兹(?:有|证明|介绍)(?:我单位|本单位|我厂|职工)?{_PERSON}(?:同志|[,，](?:性别|男|女))"),
    ("name", rf"(?:^|[,，。：:；;）)])(?!性别){_PERSON}[,，](?:性别)?[男女][,，。]"),
    ("name", rf"(?:关于)?同意{_PERSON}(?:同志)(?:辞职|调|退)"),
    ("sex", r"性别[:：]?(?P<value>[男女])"),
    ("sex", rf"[{_HAN}]{{2,4}}[,，](?P<value>[男女])[,，。]"),
    ("identity_number", r"(?:身份证号码?|身份号码|证件号码)[:：为]?(?P<value>[0-9XxOolI*×]{14,18})"),
    ("birth_date", rf"{_DATE}(?:出?生(?!产)|出生)"),
    ("birth_date", rf"(?:出生于|生于|出生[日年时][期月间][:：]?){_DATE}"),
    ("work_start", rf"{_DATE}参加(?:革命)?工作"),
    ("ended_on", rf"(?:于|自){_DATE}起?(?:与[^，。]{{0,20}})?(?:解除|终止|离职|退伍|下岗|辞职)"),
    (
        "absent_since",
        rf"[从自]{_DATE}起?(?:至今|以来|开始)?[^。；]{{0,6}}未[到来][^。；]{{0,6}}(?:上班|工作|岗)",
    ),
    (
        "unit",
        rf"系(?!我|本)(?P<value>[{_HAN}（）()0-9]{{3,30}}?)(?:在职|正式|退休)?(?:职工|工人|干部|员工)",
    ),
    ("post", rf"系我(?:单位|厂|公司)(?P<value>[{_HAN}]{{2,10}})岗位"),
    ("post", rf"在(?P<value>[{_HAN}]{{2,10}})岗位(?:工作|从事)"),
    ("post", rf"[,，]工种(?P<value>[{_HAN}]{{2,8}})[,，。]"),
    (
        "employment_kind",
        r"(?:录用|招收|招用|转)为?(?P<value>固定工|(?:劳动)?合同制(?:工人|职工|工)|(?:计划[内外])?临时工|集体工|学徒工)",
    ),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)


@dataclass(frozen=True, slots=True)
class _Passage:
    """Text without spaces; for each character the piece it comes from and its place in that piece."""

    text: str
    origin: tuple[tuple[Piece, int], ...]

    def part(self, start: int, end: int) -> Piece:
        """The piece, or pieces, that hold characters start..end."""
        spans: list[tuple[Piece, int, int]] = []
        for piece, place in self.origin[start:end]:
            if spans and spans[-1][0] is piece:
                spans[-1] = (piece, spans[-1][1], place + 1)
            else:
                spans.append((piece, place, place + 1))
        return joined([part(piece, since, until) for piece, since, until in spans])


def rows(found: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in reading order, row by row."""
    ordered: list[list[Piece]] = []
    for piece in sorted(found, key=lambda piece: piece.middle[1]):
        if ordered:
            last = ordered[-1]
            level = sum(other.middle[1] for other in last) / len(last)
            if abs(piece.middle[1] - level) < 0.5 * min(piece.height, max(other.height for other in last)):
                last.append(piece)
                continue
        ordered.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in ordered]


def _passage(found: Sequence[Piece]) -> _Passage:
    text, origin = "", []
    for row in rows(found):
        for piece in row:
            for place, char in enumerate(piece.text):
                if not char.isspace() and char not in "_＿":
                    text += unicodedata.normalize("NFKC", char)[:1] or char
                    origin.append((piece, place))
    return _Passage(text, tuple(origin))


def claims(found: Sequence[Piece]) -> Iterator[tuple[str, int, Piece]]:
    """Claims that the sentences of a page make: name, rank of the pattern, and where the value stands."""
    passage = _passage(found)
    for rank, (name, pattern) in enumerate(_COMPILED):
        match = pattern.search(passage.text)
        if match is not None:
            yield name, rank, passage.part(*match.span("value"))


def addressee(found: Sequence[Piece], *, below: float) -> Piece | None:
    """To whom a letter is written: the first row under the heading that names a unit, before any sentence."""
    for row in rows(found):
        text = "".join(piece.text for piece in row).strip()
        if "，" in text or "。" in text or text.startswith("兹"):
            return None
        named = re.fullmatch(rf"[{_HAN}（）()0-9\s]{{3,40}}([:：]?)", text)
        if row[0].top > below and named is not None and (named[1] or is_like_a_unit(text)):
            whole = joined(row)
            return part(whole, 0, len(whole.text.rstrip().rstrip(":：")))
    return None


def signatory(found: Sequence[Piece], *, date: Piece) -> Piece | None:
    """The office that signs: a line of words ending like an office's name, just above the date at the foot."""
    above = [
        piece
        for piece in found
        if 0 < date.top - piece.top < 6 * date.height
        and abs(piece.middle[0] - date.middle[0]) < 12 * date.height
    ]
    for piece in sorted(above, key=lambda piece: -piece.top):
        if re.fullmatch(
            rf"[{_HAN}（）()0-9\s]{{2,30}}[厂司局院校社会部所站店处店团场行委]", piece.text.strip()
        ):
            return piece
    return None
