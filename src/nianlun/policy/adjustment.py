"""The yearly adjustment of pensions (基本养老金调整): a fixed amount, linked amounts and tilts, by a plan.

增加额 = 定额 + 每满一年的数额 × 缴费年限 + 本人上年 12 月养老金 × 比例 + 倾斜
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Q, Sheet
from nianlun.policy.tables import Span

LABELS = {
    "fixed": "定额调整",
    "linked_years": "与缴费年限挂钩",
    "linked_pension": "与养老金水平挂钩",
    "age_tilt": "高龄倾斜",
    "hardship": "艰苦边远地区倾斜",
    "minimum_supplement": "补足最低增加额",
    "officer_supplement": "军转干部补足到平均",
    "total": "每月增加",
    "counted_years": "挂钩的缴费年限",
    "pension": "调整后养老金",
}


@dataclass(frozen=True, slots=True)
class Band(Generic[Q]):
    """A tilt of `amount` yuan a month for keys from `low` to `high`, both included; None is open.

    Keys are days of birth as numbers, 19460101, or whole years of age.
    """

    low: int | None
    high: int | None
    amount: Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Generic[Q]):
    """What one year's plan orders; yuan a month. `started_year_counts`: a part year counts as one."""

    fixed: Q
    per_year: Q
    started_year_counts: bool
    pension_share: Q | None = None
    tilt: Sequence[Band[Q]] = ()
    article: str = ""
    rows: Sequence[Span] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase(Generic[Q]):
    """The parts of an increase, yuan a month; those that the plan does not have are None."""

    counted_years: Q
    fixed: Q
    linked_years: Q
    linked_pension: Q | None
    age_tilt: Q | None

    @property
    def items(self) -> list[Q]:
        """Those that are paid."""
        found = (self.fixed, self.linked_years, self.linked_pension, self.age_tilt)
        return [one for one in found if one is not None]


def increase(sheet: Sheet[Q], plan: Plan[Q], *, years: Q, pension: Q, key: Q | None) -> Increase[Q]:
    """The increase for contribution years and the pension of last December; `key` finds the tilt's band."""
    counted = sheet.step(
        "counted_years",
        sheet.whole(years, "ceil") if plan.started_year_counts else years,
        title=LABELS["counted_years"],
        unit="年",
        rule="不足一年按一年" if plan.started_year_counts else "按实际年限",
        article=plan.article,
        rows=plan.rows,
    )
    return Increase(
        counted_years=counted,
        fixed=sheet.step(
            "fixed", plan.fixed, title=LABELS["fixed"], unit="元/月", rounding=FEN, article=plan.article
        ),
        linked_years=sheet.step(
            "linked_years",
            plan.per_year * counted,
            title=LABELS["linked_years"],
            unit="元/月",
            rounding=FEN,
            article=plan.article,
        ),
        linked_pension=None
        if plan.pension_share is None
        else sheet.step(
            "linked_pension",
            pension * plan.pension_share,
            title=LABELS["linked_pension"],
            unit="元/月",
            rounding=FEN,
            article=plan.article,
        ),
        age_tilt=None if key is None else _tilt(sheet, plan, key),
    )


def total(sheet: Sheet[Q], items: Sequence[Q]) -> Q:
    """The increase in yuan a month."""
    return sheet.step(
        "total",
        sheet.total(items),
        title=LABELS["total"],
        unit="元/月",
        rounding=FEN,
        rule="各项取整后相加",
    )


def _tilt(sheet: Sheet[Q], plan: Plan[Q], key: Q) -> Q:
    found = sheet.total([])
    for band in plan.tilt:
        inside = (key >= (0 if band.low is None else band.low)) & (
            key <= (99_999_999 if band.high is None else band.high)
        )
        found = sheet.choose(inside, band.amount, found)
    return sheet.step(
        "age_tilt", found, title=LABELS["age_tilt"], unit="元/月", rounding=FEN, article=plan.article
    )
