"""The individual account over the years (劳办发〔1997〕116号 附件3).

    年度计算法：年末储存额 = 上年末储存额 ×（1 + r）+ 当年记账额 ×（1 + r × 1.083 ÷ 2）
    月积数法：　年末储存额 = 上年末储存额 ×（1 + r）+ 当年记账额 + 月积数 × r ÷ 12
                月积数 = 各月记账额 ×（12 − 月份 + 1）之和

One step a year holds principal and interest together, so that a chain of forty years stays a chain: were the
interest a step of its own below the balance, each year would name the year before twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from nianlun.policy.rounding import FEN, Rounding
from nianlun.policy.sheet import Q, Sheet
from nianlun.policy.tables import Span

ARTICLE = "职工基本养老保险个人账户管理暂行办法（劳办发〔1997〕116号） 附件3"
ANNUAL, MONTHLY = "annual_calculation", "monthly_product"
METHODS = {"A": ANNUAL, "B": MONTHLY, ANNUAL: ANNUAL, MONTHLY: MONTHLY}
METHOD_WORDS = {ANNUAL: "年度计算法", MONTHLY: "月积数法"}
MONTHS = 12


@dataclass(frozen=True, slots=True)
class AccountYear(Generic[Q]):
    """One calendar year: `rate` a year, `credit` yuan, `product` the sum of credits times months they earn.

    `through` is the last month that earns interest: 12, or the month in which the account is closed.
    """

    year: int
    rate: Q
    credit: Q
    product: Q
    through: int = MONTHS


@dataclass(frozen=True, slots=True)
class AccountCredit(Generic[Q]):
    """What a base puts into the account, in yuan: all of it, and what of it the person and the unit paid."""

    total: Q
    from_employee: Q
    from_employer: Q


def credits_of_year(
    sheet: Sheet[Q], year: int, amounts: Sequence[tuple[int, Q]], *, through: int = MONTHS
) -> tuple[Q, Q]:
    """Credit in yuan and monthly product of a year, from (month credited, yuan).

    A credit earns from its month on, that month included; a late one from the month it was booked.
    """
    credit = sheet.step(
        f"credit_{year}", sheet.total([yuan for _, yuan in amounts]), title=f"{year} 年记账额", unit="元"
    )
    return credit, _product(
        sheet, year, sheet.total([yuan * (through - month + 1) for month, yuan in amounts]), through
    )


def equal_credits(
    sheet: Sheet[Q], year: int, monthly: Q, *, first_month: int, months: int, through: int = MONTHS
) -> tuple[Q, Q]:
    """The same for one amount booked in each of `months` months from `first_month` on."""
    weights = sum(through - month + 1 for month in range(first_month, first_month + months))
    credit = sheet.step(f"credit_{year}", monthly * months, title=f"{year} 年记账额", unit="元")
    return credit, _product(sheet, year, monthly * weights, through)


def balance_after(
    sheet: Sheet[Q],
    opening: Q,
    one: AccountYear[Q],
    *,
    method: str,
    factor: Q | None = None,
    rounding: Rounding | None = FEN,
    rows: Sequence[Span] = (),
) -> Q:
    """The balance in yuan when the year ends, from the one when it began.

    `factor` is the 1.083 of the annual calculation, needed for that method alone. Rounding the balance rounds the
    interest, since the rest is in fen already.
    """
    if method == ANNUAL and factor is not None:
        value = opening * (1 + one.rate) + one.credit * (1 + one.rate * factor / 2)
    else:
        grown = 1 + one.rate if one.through == MONTHS else 1 + one.rate * one.through / MONTHS
        value = opening * grown + one.credit + one.product * one.rate / MONTHS
    return sheet.step(
        f"balance_{one.year}",
        value,
        title=f"{_end_of(one.year, one.through)}储存额",
        unit="元",
        rounding=rounding,
        rule=METHOD_WORDS[method],
        article=ARTICLE,
        rows=rows,
    )


def interest_of_year(sheet: Sheet[Q], opening: Q, closing: Q, one: AccountYear[Q]) -> Q:
    """The interest of a year in yuan: what the balance grew by beyond the credits."""
    return sheet.step(
        f"interest_{one.year}", closing - opening - one.credit, title=f"{one.year} 年利息", unit="元"
    )


def credited(
    sheet: Sheet[Q],
    base: Q,
    *,
    ratio: Q,
    own_rate: Q,
    months: int = 1,
    suffix: str = "",
    rows: Sequence[Span] = (),
) -> AccountCredit[Q]:
    """What a monthly base puts into the account in `months` months.

    All of the person's own contribution goes there; the unit's part tops it up to the ratio. `suffix` tells the
    steps of several periods apart.
    """
    own = sheet.step(
        f"own_contribution{suffix}", base * own_rate, title="个人缴费记入（月）", unit="元/月", rounding=FEN
    )
    whole = sheet.step(
        f"monthly_credit{suffix}",
        sheet.larger(base * ratio, own),
        title="每月记入个人账户",
        unit="元/月",
        rounding=FEN,
        rule="缴费基数乘记入比例；个人缴费全部记入",
        article="国发〔1997〕26号 第四条；国发〔2005〕38号",
        rows=rows,
    )
    return AccountCredit(
        total=sheet.step(f"credited{suffix}", whole * months, title="记入个人账户", unit="元"),
        from_employee=sheet.step(f"from_employee{suffix}", own * months, title="其中个人缴费", unit="元"),
        from_employer=sheet.step(
            f"from_employer{suffix}", (whole - own) * months, title="其中单位缴费划入", unit="元"
        ),
    )


def settled_year(
    sheet: Sheet[Q], opening: Q, *, year: int, payment: Q, paid: range, rate: Q, rows: Sequence[Span] = ()
) -> Q:
    """The rest of an account in yuan after a year of paying, `paid` the months in which `payment` was paid.

    A payment stops earning in the month it is made, the mirror of a credit. Never below zero: what the account
    no longer holds comes from the pooled fund.
    """
    through = MONTHS if paid.stop == MONTHS + 1 else paid.stop - 1
    earning = through - paid.start + 1  # months from the first payment of the year to the end
    weights = sum(through - month + 1 for month in paid)
    value = (
        opening * (1 + rate * earning / MONTHS) - payment * len(paid) - payment * weights * rate / MONTHS
    )
    return sheet.step(
        f"rest_{year}",
        sheet.larger(value, 0),
        title=f"{_end_of(year, through)}账户余额",
        unit="元",
        rounding=FEN,
        rule="余额继续计息，减去已发的个人账户养老金",
        article="社会保险法 第十四条",
        rows=rows,
    )


def _end_of(year: int, through: int) -> str:
    return f"{year} 年末" if through == MONTHS else f"{year} 年 {through} 月末"


def _product(sheet: Sheet[Q], year: int, value: Q, through: int) -> Q:
    rule = f"每笔记账额 ×（{through} − 记账月份 + 1）"
    return sheet.step(
        f"product_{year}", value, title=f"{year} 年月积数", unit="元·月", rule=rule, article=ARTICLE
    )
