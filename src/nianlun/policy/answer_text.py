"""An assessment as a clerk reads it on a terminal."""

import unicodedata
from collections.abc import Iterator

from nianlun.policy import table_words
from nianlun.policy.assessment import Assessment
from nianlun.policy.derivation import Node

_LONG = 40  # characters; shorter rules are as quickly read as looked up
CONFIDENCE = {
    "S-P": "文件原文",
    "S-G": "政府网页或官方表格",
    "S-C": "转载",
    "I": "由别的数值推出",
    "M": "凭记忆，用于正式业务之前必须核对",
}


def as_text(found: Assessment, *, explain: bool) -> str:
    """The answer in one sentence, the components, what it rests on; with `explain` every step."""
    lines = [found.sentence, *_components(found)]
    lines += [f"注意：{note}" for note in found.notes if note not in found.sentence]
    lines.append(f"所依数值的可信度：{found.confidence}（{CONFIDENCE[found.confidence]}）")
    if found.sources:
        lines += ["依据：", *(f"  {source}" for source in found.sources)]
    if explain:
        lines.append("推算：")
        first: dict[str, int] = {}  # a long note is said at the first step that has it
        for number, node in enumerate(in_reading_order(found.derivation), start=1):
            lines += _step(number, node, said_at=first.setdefault(node.rule, number))
    return "\n".join(lines)


def in_reading_order(root: Node) -> list[Node]:
    """Every step once, each after the figures it was made from."""
    return list(_after_inputs(root, set()))


def table(rows: list[list[str]], *, right: tuple[int, ...] = ()) -> list[str]:
    """Rows with their columns under each other; `right` names the columns that end in line."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        "  ".join(
            " " * (widths[column] - width(cell)) + cell
            if column in right
            else cell + " " * (widths[column] - width(cell))
            for column, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """How many columns a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _components(found: Assessment) -> list[str]:
    rows = [[found.labels.get(name, name), f"{amount} 元"] for name, amount in found.amounts.items()]
    if found.total is not None:
        rows.append([found.labels.get("total", "合计"), f"{found.total} 元"])
    lines = table(rows, right=(1,))
    lines += [f"{found.labels.get(name, name)}：{figure}" for name, figure in found.figures.items()]
    return [f"  {line}" for line in lines]


def _after_inputs(node: Node, seen: set[tuple[str, str]]) -> Iterator[Node]:
    key = (node.id, node.value)
    if key in seen:
        return
    seen.add(key)
    for inner in node.inputs:
        yield from _after_inputs(inner, seen)
    yield node


def _step(number: int, node: Node, *, said_at: int) -> list[str]:
    rule = node.rule if said_at == number or len(node.rule) < _LONG else f"说明同第 {said_at} 步"
    said = [f"＝ {node.formula}" if node.formula else "", node.working, node.rounding, rule]
    lines = [f"  {number}. {node.title}：{node.value} {node.unit}".rstrip()]
    lines += [f"     {one}" for one in said if one]
    if node.article:
        lines.append(f"     依据：{node.article}")
    for row in node.rows:
        place = table_words.region(row.region, on=row.since)
        where = "，".join(word for word in (place, table_words.group(row.group)) if word)
        lines.append(f"     政策表：{row.table}（{where}）{row.since} 起 {row.value}，{row.confidence}")
    lines += [f"     材料：{reference.label}" for reference in node.evidence]
    return lines
