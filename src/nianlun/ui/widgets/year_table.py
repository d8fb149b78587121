"""Figures that repeat year by year, folded out of a derivation into one table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nianlun.policy.derivation import EvidenceRef, Node, TableRow

_YEARLY = re.compile(r"(.+)_(\d{4})")
_MONTHLY = re.compile(r"(.+)_(\d{4})_(0[1-9]|1[0-2])")
_BOUND = re.compile(r"，((?:不足|超过) [\d.]+ 的按 [\d.]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearColumn:
    """One repeated figure: its title without the year, and its unit."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """One year: a cell for each column, empty where the year has none; what is special about it; its grounds."""

    year: int
    cells: tuple[str, ...]
    note: str
    evidence: tuple[EvidenceRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSource:
    """A source with the years whose values came from it."""

    row: TableRow
    years: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """The yearly figures below one step, oldest year first."""

    columns: tuple[YearColumn, ...]
    lines: tuple[YearLine, ...]
    sources: tuple[YearSource, ...]

    @property
    def has_notes(self) -> bool:
        return any(line.note for line in self.lines)

    @property
    def has_evidence(self) -> bool:
        return any(line.evidence for line in self.lines)


@dataclass(slots=True)
class _Gathered:
    nodes: dict[tuple[int, str], Node] = field(default_factory=dict)  # by year and name
    months: dict[int, list[Node]] = field(default_factory=dict)  # by year, where its months differ
    others: list[Node] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


def year_of(node: Node) -> tuple[str, int] | None:
    """Name and year of a figure that repeats, "index" and 1996 for `index_1996`; None for any other."""
    found = _YEARLY.fullmatch(node.id)
    return (found[1], int(found[2])) if found else None


def fold_years(inputs: Sequence[Node]) -> tuple[YearTable | None, tuple[Node, ...]]:
    """The table of all yearly figures that hang together under a step, and the other figures they were made from."""
    gathered = _Gathered()
    for node in inputs:
        _gather(node, gathered)
    if not gathered.nodes:
        return None, (*gathered.others, *(node for months in gathered.months.values() for node in months))
    derived = {name for (_, name), node in gathered.nodes.items() if node.inputs}
    # What came in stands left of what was made of it, also where some year has only the result.
    names = sorted(dict.fromkeys(name for _, name in gathered.nodes), key=lambda name: name in derived)
    years = sorted({year for year, _ in gathered.nodes} | set(gathered.months))
    columns = tuple(_column(name, gathered.nodes) for name in names)
    lines = tuple(_line(year, names, gathered, derived=derived) for year in years)
    return YearTable(columns=columns, lines=lines, sources=_sources(gathered.nodes)), tuple(gathered.others)


def _gather(node: Node, into: _Gathered) -> None:
    """Yearly figures in the order of their making; whatever else they rest on is kept apart."""
    named = year_of(node)
    if named is None:
        monthly = _MONTHLY.fullmatch(node.id)
        if monthly is None or node.inputs:
            into.others.append(node)
        elif id(node) not in into.seen:
            into.seen.add(id(node))
            into.months.setdefault(int(monthly[2]), []).append(node)
        return
    name, year = named
    if id(node) in into.seen:
        return
    into.seen.add(id(node))
    for inner in node.inputs:
        _gather(inner, into)
    if into.nodes.setdefault((year, name), node).value != node.value:
        into.others.append(node)  # two answers for one year do not share a cell


def _column(name: str, nodes: dict[tuple[int, str], Node]) -> YearColumn:
    (year, _), node = next(item for item in nodes.items() if item[0][1] == name)
    title = re.sub(rf"^{year}\s*年的?", "", node.title).strip() or node.unit or "数值"
    unit = node.unit if node.unit not in (title, "年月", "日期") else ""
    return YearColumn(key=name, title=title, unit=unit)


def _line(year: int, names: Sequence[str], gathered: _Gathered, *, derived: set[str]) -> YearLine:
    own = [gathered.nodes.get((year, name)) for name in names]
    months = gathered.months.get(year, [])
    notes = [_note(node, derived=name in derived) for name, node in zip(names, own, strict=True) if node]
    if months:
        notes.append("、".join(f"{node.title} {node.value}" for node in sorted(months, key=lambda n: n.id)))
    made = [*(node for node in own if node), *months]
    return YearLine(
        year=year,
        cells=tuple(node.value if node else "" for node in own),
        note="；".join(dict.fromkeys(note for note in notes if note)),
        evidence=tuple(dict.fromkeys(piece for node in made for piece in node.evidence)),
    )


def _note(node: Node, *, derived: bool) -> str:
    """What sets the figure apart from its column: a bound that took hold, a fixed value, or the months it counts."""
    bound = _BOUND.search(node.formula)
    if bound:
        return bound[1]
    if derived and not node.inputs and node.rows:
        return "按规定取值"
    whole_year = node.formula.count("月") == 12  # named month by month, which says no more than the count
    return "" if node.inputs or node.rows or whole_year else node.formula


def _sources(nodes: dict[tuple[int, str], Node]) -> tuple[YearSource, ...]:
    found: dict[tuple[str, str, str, str], tuple[TableRow, set[int]]] = {}
    for (year, _), node in nodes.items():
        for row in node.rows:
            key = (row.table, row.source, row.confidence, row.region)
            found.setdefault(key, (row, set()))[1].add(year)
    return tuple(YearSource(row=row, years=_runs(sorted(years))) for row, years in found.values())


def _runs(years: Sequence[int]) -> str:
    """Years in words: 1996–1998、2003."""
    return "、".join(str(a) if a == b else f"{a}–{b}" for a, b in _ends(years))


def _ends(years: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = previous = years[0]
    for year in years[1:]:
        if year != previous + 1:
            yield start, previous
            start = year
        previous = year
    yield start, previous
