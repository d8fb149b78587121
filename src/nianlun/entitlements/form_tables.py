"""Tables and steps of the printed forms, out of an explanation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nianlun.policy.assessment import Assessment
from nianlun.ui.widgets.confidence import mark
from nianlun.ui.widgets.explanation import Explanation, Step
from nianlun.ui.widgets.policy_words import table_title
from nianlun.ui.widgets.year_table import YearTable

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with a heading; the first column is the year or the name."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedStep:
    """One step of the explanation on paper."""

    number: int
    title: str
    value: str
    lines: tuple[str, ...]
    article: str
    grid: Grid | None


def index_grids(shown: Explanation) -> tuple[Grid, ...]:
    """The yearly index grid, from the step that adds the indices up."""
    tables = [
        step.years
        for step in shown.steps
        if step.years and any(c.key == "index" for c in step.years.columns)
    ]
    return tuple(_grid("历年缴费工资指数", table) for table in tables)


def _grid(heading: str, table: YearTable) -> Grid:
    columns = ["年份", *(f"{c.title}（{c.unit}）" if c.unit else c.title for c in table.columns)]
    notes = table.has_notes
    return Grid(
        heading=heading,
        columns=tuple([*columns, "说明"] if notes else columns),
        rows=tuple(
            (str(line.year), *(cell or NOTHING for cell in line.cells), *((line.note,) if notes else ()))
            for line in table.lines
        ),
    )


def value_grid(answer: Assessment) -> tuple[Grid, ...]:
    """The values of policy tables that the result rests on, those of a series in one line."""
    rows: dict[tuple[str, str, str], list[date]] = {}
    for row in answer.derivation.used_rows():
        rows.setdefault((row.table, row.source, row.confidence), []).append(row.since)
    return (
        Grid(
            heading="所依政策数值的出处和可信程度",
            columns=("政策表", "起用", "出处", "可信"),
            rows=tuple(
                (table_title(table), _days(days), source, mark(code).word)
                for (table, source, code), days in rows.items()
            ),
        ),
    )


def _days(days: Iterable[date]) -> str:
    first, *rest = sorted(set(days))
    return first.isoformat() if not rest else f"{first.isoformat()} 等 {len(rest) + 1} 行"


def printed_steps(shown: Explanation) -> tuple[PrintedStep, ...]:
    """Every step once, in the order of the page, so that its numbers are those of the page."""
    found = []
    for step in shown.steps:
        node = step.node
        rounding = f"（{node.rounding}）" if node.rounding else ""
        given = "；".join(f"{one.title} {valued(one.value, one.unit)}" for one in step.given)
        lines = [node.rule, node.formula, node.working + rounding if node.working else ""]
        lines.append(f"取自：{given}" if given else "")
        lines += _used(step.uses)
        found.append(
            PrintedStep(
                number=step.number,
                title=node.title,
                value=valued(node.value, node.unit),
                lines=tuple(line for line in lines if line),
                article=node.article,
                grid=_grid("逐年数值", step.years) if step.years else None,
            )
        )
    return tuple(found)


def _used(steps: Sequence[Step]) -> list[str]:
    numbers = "、".join(f"第 {step.number} 步" for step in steps)
    return [f"用到{numbers}"] if numbers else []


def valued(value: str, unit: str) -> str:
    """A value with its unit, where that is one to be said."""
    return f"{value} {unit}" if unit and unit not in ("年月", "日期") else value
