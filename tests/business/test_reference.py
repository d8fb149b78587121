"""The reference of kinds of business says what their files say. Run with NIANLUN_WRITE_DOCS=1 to bring it along."""

import os
from pathlib import Path

from nianlun.archives.retention import retention_item
from nianlun.cases import type_files
from nianlun.cases.domain.types import CaseType, Requirement

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "case-types.md"
HEAD = """# 业务类型

经办机构办的每一类业务：要什么材料、走几步、几个工作日办完、归到哪一类档案。一类业务一个文件，在
`src/nianlun/cases/types/`；规定变了另加一份，写明从哪天起，已经立案的仍按立案时的定义办。

依据的可信度：`S-P` 法律、文件的原文；`S-G` 政府网页或官方表格；`S-C` 转载；`I` 本系统推定或本机构自己承诺；
**`M` 凭记忆，没有对过任何文本，用在正式业务之前必须核对**。几处依据的，取最弱的。保管期限的标记见各行：`S`、`ST`、`SL`
读过文本，其余的要由档案员按本单位批准的期限表确认。

高风险的业务必经初审、复核、审批三个人；支付是第四个人。时限都是工作日，从受理的次日起算，等补正和等别的部门的日子不算。

这一页由文件得出，改过之后重写：`NIANLUN_WRITE_DOCS=1 .venv/bin/python -m pytest tests/business/test_reference.py`。
加一类业务的做法见[加一类业务](../how-to/add-a-case-type.md)，时限怎样跟着放假安排走见[导入工作日历](../how-to/import-a-calendar.md)。
"""


def mark(confidence: str) -> str:
    return "**M 凭记忆**" if confidence == "M" else confidence


def summary() -> str:
    lines = [
        "",
        "| 节 | 业务 | 代码 | 风险 | 步骤 | 时限 | 档案 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in type_files.all_types():
        steps = "、".join(step.label for step in one.steps)
        days = f"{one.limit.days}" if one.limit else "—"
        name = one.name if one.until is None else f"{one.name}（至 {one.until} 前）"
        lines.append(
            f"| {one.process} | {name} | `{one.code}` | {one.risk.label} | {steps} | {days} "
            f"| {one.retention_item} {one.retention} |"
        )
    return "\n".join(lines) + "\n"


def instead(paper: Requirement) -> str:
    if paper.no_substitute:
        return f"不能代替：{paper.no_substitute.rstrip('。')}"
    told = "、".join(one.label for one in sorted(paper.substitutes))
    return told + (f"（{paper.promise_days} 个工作日内补交）" if paper.promise_days else "")


def row(paper: Requirement) -> str:
    name = f"{paper.name}（原件）" if paper.original else paper.name
    when = paper.condition or ("必交" if paper.required else "可交")
    return f"| {name} | {when} | {instead(paper)} | {paper.legal_basis} | {mark(paper.confidence)} |"


def _posted(one: CaseType) -> str:
    """To which applications a posting applies, where not to all."""
    if one.posting_when is None:
        return ""
    field = one.field(one.posting_when.field)
    return f"{field.label if field else ''}的"


def section(one: CaseType) -> str:
    since = f"自 {one.since}" + (f" 至 {one.until} 前" if one.until else "")
    item = retention_item(one.retention_item)
    limit = (
        f"{one.limit.days} 个工作日。{one.limit.source}（{mark(one.limit.confidence)}）"
        if one.limit
        else one.no_limit
    )
    facts = [
        f"`{one.code}`，{since}，对象：{one.about.label}，"
        f"由{one.applicant.label}提出，来源：{'、'.join(origin.label for origin in one.origins)}，"
        f"定义 `{one.digest}`。",
        f"* 依据：{one.legal_basis}（{mark(one.confidence)}）",
        f"* 风险：{one.risk.label}" + (f"，{one.high_risk_reason}" if one.high_risk_reason else ""),
        f"* 步骤：{' → '.join(step.label for step in one.steps)}"
        + (f"，{_posted(one)}公示 {one.posting_days} 个工作日" if one.posting_days else "")
        + ("，可以会审" if one.hearing else "")
        + ("，可以成批通过" if one.batch else ""),
        f"* 时限：{limit}",
        f"* 归档：{item.code} {item.name}，{item.retention}（{item.confidence}）",
        f"* 申报：{'、'.join(field.label for field in one.fields)}",
        f"* 系统预审：{'、'.join(f'`{check}`' for check in one.checks) or '只做通用的'}",
        f"* 办结后：{f'`{one.effect}`' if one.effect else '只出办结单'}",
    ]
    table = ["| 材料 | 什么情形要 | 什么可以代替 | 依据 | 可信度 |", "| --- | --- | --- | --- | --- |"]
    table += [row(paper) for paper in one.requirements]
    return "\n".join([f"\n## {one.name}（{one.since}）\n", facts[0], "", *facts[1:], "", *table]) + "\n"


def page() -> str:
    return HEAD + summary() + "".join(section(one) for one in type_files.all_types())


def test_the_reference_of_kinds_of_business_is_in_step_with_the_files():
    if os.environ.get("NIANLUN_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
