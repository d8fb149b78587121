"""When a person reaches the statutory retirement age, and how many contribution months that asks for.

Only year and month of birth count. Special work, incapacity and approved exceptions rest on an approval, not on a
formula, and are not computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from nianlun.kernel.months import Month, last_day, month_of, parse_month, show_month, show_months_as_years
from nianlun.policy.derivation import EvidenceRef, Node, weakest
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.tables import NotInForce, Span

Sex = Literal["male", "female"]

_SEXES = {"male": "男", "female": "女"}
_GROUPS = {("male", 60): "male_60", ("female", 55): "female_55", ("female", 50): "female_50"}
_CATEGORIES = {60: "男职工", 55: "女干部（管理和技术岗位）", 50: "女工人"}

Evidence = Mapping[str, tuple[EvidenceRef, ...]]


class NoSuchCategory(ValueError):
    """Sex and original age do not go together; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """The answer in months, with its derivation. `earliest_month` to `latest_month` is the flexible range."""

    statutory_month: Month
    original_month: Month
    delay_months: int
    earliest_month: Month
    latest_month: Month
    minimum_months: int
    derivation: Node
    sources: tuple[str, ...]

    @property
    def confidence(self) -> str:
        """The weakest mark among the table rows it rests on."""
        return weakest([row.confidence for row in self.derivation.used_rows()])

    def to_json(self, *, explain: bool = False) -> dict[str, Any]:
        """As a JSON object: months as "2029-06", counts of months as numbers."""
        content: dict[str, Any] = {
            "statutory_month": show_month(self.statutory_month),
            "delay_months": self.delay_months,
            "earliest_month": show_month(self.earliest_month),
            "latest_month": show_month(self.latest_month),
            "minimum_months": self.minimum_months,
            "sources": list(self.sources),
        }
        if explain:
            content["original_month"] = show_month(self.original_month)
            content["confidence"] = self.confidence
            content["derivation"] = self.derivation.to_json()
        return content


def delay_months(born: Month, *, first_birth: Month, step: int, cap: int) -> int:
    """Months by which the age is delayed: one for the first cohort, one more each `step` months of birth, to `cap`.

    国务院关于渐进式延迟法定退休年龄的办法 第一条 and its tables 1 to 3, in closed form.
    """
    return 0 if born < first_birth else min(cap, (born - first_birth) // step + 1)


def statutory_retirement(
    *,
    sex: Sex,
    category: int,
    born: Month,
    law: date | None = None,
    evidence: Evidence | None = None,
    book: LawBook | None = None,
) -> Retirement:
    """The statutory retirement month under the law as it stood on `law` (None: as it stands in the tables).

    `category` is the original age of 国发〔1978〕104号 in years: 60 for men, 55 or 50 for women. `evidence` says
    what the inputs "birth_month", "category" and "sex" rest on. Raises `NoSuchCategory`, and `NotInForce` for
    a person who reached that age before 1978-06 or a `law` before 1978-06-02.
    """
    group = _group(sex, category)
    inputs = _inputs(sex, category, born, evidence or {})
    book = book or shipped()
    book = book.as_of(law=law or book.law, known=book.known)
    reached = born + category * 12
    # A month is looked up by its last day: rules that begin within a month cover it.
    age_span = book.on("retirement_age", last_day(reached), group=group)
    statutory = _statutory(age_span, born, inputs)
    statutory_month = parse_month(statutory.value)
    original_month = born + age_span.number("original_months")
    flexible = _flexible_span(statutory_month, book)
    earliest = _earliest(flexible, statutory, original_month)
    latest = _latest(flexible, statutory)
    minimum = _minimum(statutory, book)
    root = Node(
        id="retirement",
        title="法定退休时间",
        value=statutory.value,
        unit="年月",
        rule="法定退休时间、可选择的范围和最低缴费年限，分别依当日有效的规定得出",
        article=statutory.article,
        formula="法定退休时间之外，附可提前、可延迟的月份和最低缴费年限",
        inputs=(statutory, earliest, latest, minimum),
    )
    return Retirement(
        statutory_month=statutory_month,
        original_month=original_month,
        delay_months=int(statutory.find("delay_months").value),
        earliest_month=parse_month(earliest.value),
        latest_month=parse_month(latest.value),
        minimum_months=int(minimum.value),
        derivation=root,
        sources=tuple(dict.fromkeys(row.source for row in root.used_rows())),
    )


def _group(sex: str, category: int) -> str:
    if sex not in _SEXES:
        raise NoSuchCategory("性别应为 male（男）或 female（女）。")
    if (sex, category) not in _GROUPS:
        allowed = "60" if sex == "male" else "50 或 55"
        raise NoSuchCategory(
            f"{_SEXES[sex]}职工的原法定退休年龄应为 {allowed} 周岁，现在是 {category}。"
            "特殊工种和病退以批准文件为准，不在此计算。"
        )
    return _GROUPS[sex, category]


def _inputs(sex: Sex, category: int, born: Month, evidence: Evidence) -> dict[str, Node]:
    def given(node_id: str, title: str, value: str, unit: str) -> Node:
        return Node(id=node_id, title=title, value=value, unit=unit, evidence=evidence.get(node_id, ()))

    return {
        "birth_month": given("birth_month", "出生年月", show_month(born), "年月"),
        "sex": given("sex", "性别", _SEXES[sex], ""),
        "category": given("category", "岗位类别（原法定退休年龄）", _CATEGORIES[category], ""),
    }


def _statutory(span: Span, born: Month, inputs: Mapping[str, Node]) -> Node:
    original = Node(
        id="original_age_months",
        title="原法定退休年龄",
        value=str(span.number("original_months")),
        unit="个月",
        rule="按性别和岗位类别",
        article="国发〔1978〕104号",
        formula=show_months_as_years(span.number("original_months")),
        rows=(span.row(),),
        inputs=(inputs["sex"], inputs["category"]),
    )
    delay = _delay(span, born, inputs["birth_month"])
    legal_age = span.number("original_months") + int(delay.value)
    age = Node(
        id="legal_age_months",
        title="法定退休年龄",
        value=str(legal_age),
        unit="个月",
        rule="原法定退休年龄加延迟的月数",
        article=span.source,
        formula=f"{original.value} + {delay.value} = {legal_age}，即 {show_months_as_years(legal_age)}",
        inputs=(original, delay),
    )
    return Node(
        id="statutory_month",
        title="达到法定退休年龄的月份",
        value=show_month(born + legal_age),
        unit="年月",
        rule="出生年月加法定退休年龄，只看年月，不看日",
        article=span.source,
        formula=f"{show_month(born)} 加 {show_months_as_years(legal_age)}",
        inputs=(inputs["birth_month"], age),
    )


def _delay(span: Span, born: Month, birth: Node) -> Node:
    if not span.has("first_birth"):
        value, rule = 0, "在 2025 年 1 月之前达到原法定退休年龄，或按此前的规定计算，不延迟"
        formula = "0"
    else:
        first_birth = parse_month(str(span.part("first_birth")))
        step, cap = span.number("step_months"), span.number("cap_months")
        value = delay_months(born, first_birth=first_birth, step=step, cap=cap)
        rule = f"{show_month(first_birth)} 起出生的，每晚出生 {step} 个月延迟 1 个月，最多 {cap} 个月"
        formula = f"取 {cap} 与（{born - first_birth} ÷ {step} 取整 + 1）中较小的，得 {value}"
    return Node(
        id="delay_months",
        title="延迟月数",
        value=str(value),
        unit="个月",
        rule=rule,
        article=span.source,
        formula=formula,
        rows=(span.row(),),
        inputs=(birth,),
    )


def _flexible_span(statutory_month: Month, book: LawBook) -> Span | None:
    try:
        return book.on("flexible_retirement", last_day(statutory_month))
    except NotInForce:
        return None


def _earliest(span: Span | None, statutory: Node, original_month: Month) -> Node:
    if span is None:
        return _inflexible("earliest_month", "最早可退休的月份", statutory)
    statutory_month = parse_month(statutory.value)
    early = span.number("early_months")
    value = max(statutory_month - early, original_month, month_of(span.since))
    return Node(
        id="earliest_month",
        title="最早可退休的月份",
        value=show_month(value),
        unit="年月",
        rule=f"自愿弹性提前，最多 {early} 个月，不早于原法定退休年龄；须达到最低缴费年限",
        article=span.source,
        formula=f"{statutory.value} 减 {early} 个月，与 {show_month(original_month)} 取较晚的",
        rows=(span.row(),),
        inputs=(statutory,),
    )


def _latest(span: Span | None, statutory: Node) -> Node:
    if span is None:
        return _inflexible("latest_month", "最晚可退休的月份", statutory)
    late = span.number("late_months")
    return Node(
        id="latest_month",
        title="最晚可退休的月份",
        value=show_month(parse_month(statutory.value) + late),
        unit="年月",
        rule=f"与单位协商一致，弹性延迟最多 {late} 个月",
        article=span.source,
        formula=f"{statutory.value} 加 {late} 个月",
        rows=(span.row(),),
        inputs=(statutory,),
    )


def _inflexible(node_id: str, title: str, statutory: Node) -> Node:
    return Node(
        id=node_id,
        title=title,
        value=statutory.value,
        unit="年月",
        rule="按适用的规定没有弹性退休（2025 年 1 月起才有）",
        formula="等于达到法定退休年龄的月份",
        inputs=(statutory,),
    )


def _minimum(statutory: Node, book: LawBook) -> Node:
    day = last_day(parse_month(statutory.value))
    span = book.on("minimum_contribution_months", day)
    return Node(
        id="minimum_months",
        title="最低缴费年限",
        value=str(span.number()),
        unit="个月",
        rule="按达到法定退休年龄的年份查表",
        article=span.source,
        formula=show_months_as_years(span.number()),
        rows=(span.row(),),
        inputs=(statutory,),
    )
