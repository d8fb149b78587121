"""Earlier retirement after special work (特殊工种), and for lost capacity before 2025 (病退).

What has been since 2025 is inferred from determination forms, so the approval document always goes before it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from nianlun.kernel.months import Month, last_day, month_of, show_month, show_months_as_years
from nianlun.policy.answers import gathered
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.lawbook import LawBook
from nianlun.policy.retirement import delay_months
from nianlun.policy.retirement_cases import list_of_ages, read_birth, written_age
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import NotInForce, Span

Area = Literal["lowland", "plateau"]
CLASSES = {
    "high_altitude_or_heavy": "高空、特别繁重体力劳动",
    "underground_or_hot": "井下、高温",
    "toxic_or_harmful": "其他有毒有害",
}
SEXES = {"male": "男", "female": "女"}
LABELS = {
    "result": "退休年龄和月份",
    "legal_age": "退休年龄",
    "retirement_month": "退休月份",
    "delay_months": "延迟月数",
    "qualified_by": "符合的工种类别",
}
APPROVAL = "2025 年起特殊工种的退休年龄没有见到官方规定，这里由核定表推断，以批准文件为准。"
_UNCHANGED = ("original_age", "no_delay")


@dataclass(frozen=True, slots=True)
class _Age:
    """The age in months with its explanation."""

    months: int
    delay: int
    node: Node

    def month(self, born: Month) -> Month:
        return born + self.months


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `special_work_age`: for one `birth`, or for a list of `births`.

    Raises `CannotAssess` for lowland women since 2025, naming both ends of what is possible, and for months of
    special work that do not suffice or suffice only under one of two readings.
    """
    sex = case.choice("sex", tuple(SEXES), "male")
    area = case.choice("area", ("lowland", "plateau"), "lowland")
    if case.has("births"):
        births = case.raw("births")
        if not isinstance(births, list | tuple) or not births:
            raise BadCase('births 应写成一列出生年月，例如 ["1970-01", "1970-07"]。')
        case.finish("birth")
        nodes, results = [], []
        for born in map(read_birth, births):
            found = _age(book, sex, area, born)
            nodes.append(found.node)
            results.append(f"{written_age(found.months)} {show_month(found.month(born))}")
        return list_of_ages(case, nodes, results, title="特殊工种退休年龄")
    return _one(case, book, evidence, sex=sex, area=area)


def _one(case: Case, book: LawBook, evidence: Evidence, *, sex: str, area: str) -> Assessment:
    born = case.month("birth")
    found = _age(book, sex, area, born, evidence=evidence.get("birth_month", ()))
    nodes = [found.node]
    figures = {
        "legal_age": written_age(found.months),
        "retirement_month": show_month(found.month(born)),
        "delay_months": str(found.delay),
    }
    if case.has("posts"):
        qualifying = _qualifying(case, book, last_day(found.month(born)))
        nodes.append(qualifying)
        figures["qualified_by"] = qualifying.value
    case.finish()
    inferred = any(row.confidence in ("I", "M") for row in found.node.used_rows())
    return Assessment(
        kind=case.kind,
        title=case.title or "特殊工种退休年龄",
        sentence=(
            f"{show_months_as_years(found.months)}（{figures['retirement_month']}）可以按特殊工种退休。"
            + (APPROVAL if inferred else "")
        ),
        amounts={},
        total=None,
        figures=figures,
        labels=LABELS,
        derivation=gathered(
            "special_work", "特殊工种退休", nodes, value=figures["retirement_month"], unit="年月"
        ),
        notes=(APPROVAL,) if inferred else (),
    )


def _age(
    book: LawBook, sex: str, area: str, born: Month, *, evidence: tuple[EvidenceRef, ...] = ()
) -> _Age:
    group = "plateau" if area == "plateau" else f"lowland_{sex}"
    part = sex if area == "plateau" else "original_months"
    # The month in which the original age is reached decides the rule; a first look tells that age.
    first = next(s for s in book.table("special_work_age").spans if s.group == group)
    reached = born + first.number(part)
    span = book.on("special_work_age", last_day(reached), group=group)
    months, path = span.number(part), span.text("path")
    rows = [span.row()]
    delay = 0
    if path == "manual":
        raise _by_hand(book, span, born)
    if path not in _UNCHANGED:
        followed = book.on("retirement_age", last_day(reached), group=path)
        delay = _delay(followed, born, first_birth=month_of(span.since) - months)
        rows.append(followed.row())
    return _Age(
        months + delay,
        delay,
        Node(
            id="special_work_age",
            title="特殊工种退休年龄",
            value=str(months + delay),
            unit="个月",
            rule=span.note,
            article=span.source,
            formula=f"原年龄 {show_months_as_years(months)}，延迟 {delay} 个月",
            rows=tuple(rows),
            inputs=(
                Node(
                    id="birth_month",
                    title="出生年月",
                    value=show_month(born),
                    unit="年月",
                    evidence=evidence,
                ),
                Node(id="sex", title="性别", value=SEXES[sex], unit=""),
            ),
        ),
    )


def _delay(followed: Span, born: Month, *, first_birth: Month) -> int:
    """Months of delay on the steps of another group, counted from the first cohort that the new rule meets."""
    if not followed.has("step_months"):
        return 0
    return delay_months(
        born,
        first_birth=first_birth,
        step=followed.number("step_months"),
        cap=followed.number("cap_months"),
    )


def _by_hand(book: LawBook, span: Span, born: Month) -> CannotAssess:
    months = span.number("original_months")
    first_birth = month_of(span.since) - months
    # The steps of women's 55 as they stand in 2025; the women themselves reach that age ten years later.
    followed = book.on("retirement_age", span.since, group="female_55")
    latest = months + _delay(followed, born, first_birth=first_birth)
    return CannotAssess(
        "2025 年起平原地区女职工从事特殊工种的退休年龄没有依据，须人工认定："
        f"不延迟是 {show_months_as_years(months)}（{show_month(born + months)}），"
        f"按女 55 岁一表的步子延迟是 {show_months_as_years(latest)}（{show_month(born + latest)}）。请以批准文件为准。",
        missing=("approval",),
    )


def _qualifying(case: Case, book: LawBook, day: date) -> Node:
    """The class of special work that suffices alone.

    Raises `CannotAssess` where only the sum of several classes would, because agencies read that differently.
    """
    held: dict[str, int] = {}
    for row in case.rows("posts"):
        name = row.choice("class", tuple(CLASSES))
        held[name] = held.get(name, 0) + row.count("months")
        row.finish("title")
    if not held:
        raise CannotAssess("posts 是空的，没有从事特殊工种的记载。", missing=("posts",))
    needed = {name: book.on("special_work_months", day, group=name) for name in CLASSES}
    enough = [name for name in held if held[name] >= needed[name].number()]
    said = "、".join(f"{CLASSES[name]} {months} 个月" for name, months in held.items())
    if not enough:
        strictest = max(span.number() for span in needed.values())
        total = sum(held.values())
        if len(held) > 1 and total >= strictest:
            raise CannotAssess(
                f"{said}，没有一类单独达到年限。有的地方相加，按最严的 {strictest} 个月衡量，共 {total} 个月，符合；"
                "有的地方要求同一类达到年限，不符合。请按经办机构的办法认定。",
                missing=("approval",),
            )
        asked = "、".join(f"{CLASSES[name]} {needed[name].number()} 个月" for name in held)
        raise CannotAssess(f"从事特殊工种的年限不足：{said}；需要{asked}。不能按特殊工种提前退休。")
    name = enough[0]
    return Node(
        id="qualifying_months",
        title="从事特殊工种的年限",
        value=CLASSES[name],
        unit="",
        rule=f"{held[name]} 个月，达到 {needed[name].number()} 个月",
        article=needed[name].source,
        rows=(needed[name].row(),),
    )


def assess_incapacity(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `incapacity_retirement`: sick retirement (病退) as it was until 2024.

    Raises `NotInForce` from 2025, and `CannotAssess` with the reason where a condition is not met.
    """
    sex = case.choice("sex", tuple(SEXES))
    born, month = case.month("birth"), case.month("retirement")
    try:
        span = book.on("incapacity_age", last_day(month))
    except NotInForce as reason:
        raise NotInForce(f"{reason}2025 年起请按病残津贴（sickness_allowance）计算。") from None
    served = case.half_months("service_months")
    if not case.flag("certified"):
        raise CannotAssess("没有“完全丧失劳动能力”的鉴定结论，不能办理病退。", missing=("certified",))
    case.finish()
    least_age, least_service = span.number(sex), span.number("service_months")
    if month - born < least_age:
        raise CannotAssess(
            f"{show_month(month)} 未满 {least_age // 12} 周岁，最早 {show_month(born + least_age)} 可以病退。"
        )
    if served < least_service:
        raise CannotAssess(f"连续工龄 {served} 个月，不满 {least_service} 个月，不能病退。")
    node = Node(
        id="incapacity",
        title="病退",
        value=show_month(month),
        unit="年月",
        rule=f"年满 {least_age // 12} 周岁、连续工龄满 {least_service // 12} 年、经鉴定完全丧失劳动能力",
        article=span.source,
        rows=(span.row(),),
        inputs=(
            Node(id="birth_month", title="出生年月", value=show_month(born), unit="年月"),
            Node(id="service_months", title="连续工龄", value=str(served), unit="个月"),
        ),
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "病退",
        sentence=f"{show_month(month)} 符合病退条件。",
        amounts={},
        total=None,
        figures={"retirement_month": show_month(month), "legal_age": written_age(month - born)},
        labels=LABELS,
        derivation=node,
    )
