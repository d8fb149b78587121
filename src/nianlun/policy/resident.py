"""Urban and rural residents: the account from yearly payments, and the monthly pension (国发〔2014〕8号).

月养老金 = 基础养老金 + 个人账户储存额 ÷ 计发月数
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from nianlun.kernel.months import Month, last_day
from nianlun.policy.divisor import payout_months
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN, Rounding
from nianlun.policy.sheet import Q, Sheet

ARTICLE = "国务院关于建立统一的城乡居民基本养老保险制度的意见（国发〔2014〕8号）"
MONTHS = 12
START, END = "start_of_year", "end_of_year"
PARTS = {
    "individual": "个人缴费",
    "subsidy": "政府补贴",
    "collective": "集体补助",
    "sponsored": "社会资助",
}


@dataclass(frozen=True, slots=True)
class PaidYear(Generic[Q]):
    """One year's payments into the account in yuan, of whatever source, and the crediting rate of that year."""

    year: int
    paid: Q
    rate: Q


@dataclass(frozen=True, slots=True)
class ResidentPension(Generic[Q]):
    """Yuan a month."""

    account: Q
    total: Q


def account_after(sheet: Sheet[Q], opening: Q, one: PaidYear[Q], *, timing: str) -> Q:
    """The balance in yuan at the end of a year; what is paid at its start earns for the whole year."""
    value = (opening + one.paid) * (1 + one.rate)
    if timing == END:
        value = opening * (1 + one.rate) + one.paid
    return sheet.step(
        f"balance_{one.year}",
        value,
        title=f"第 {one.year} 年末储存额" if one.year < 1000 else f"{one.year} 年末储存额",
        unit="元",
        rounding=FEN,
        rule="年初缴费，当年计息" if timing == START else "年末缴费，当年不计息",
        article=ARTICLE,
    )


def resident_divisor(
    sheet: Sheet[Q], *, whole_years: Q, first_age: int, paid_from: Month, book: LawBook
) -> Q:
    """Divisor months: the scheme's own at the first age, the table of ages from a year later on.

    `whole_years` is the age at the start in months, cut to whole years; `first_age` is in months too.
    """
    later = whole_years >= first_age + MONTHS
    found: Q | None = None
    if sheet.anyone(whole_years < first_age + MONTHS):
        span = book.on("resident_payout_months", last_day(paid_from))
        found = sheet.row(span, "payout_months", title="计发月数", unit="个月")
    if found is None or sheet.anyone(later):
        looked_up = payout_months(sheet, age_months=whole_years, paid_from=paid_from, book=book)
        found = looked_up if found is None else sheet.choose(later, looked_up, found)
    return found


def resident_pension(
    sheet: Sheet[Q], *, basic: Q, balance: Q, divisor: Q, to: Rounding | None = FEN
) -> ResidentPension[Q]:
    """Account pension to the fen, the sum as the place rounds it."""
    account = sheet.step(
        "account",
        balance / divisor,
        title="个人账户养老金",
        unit="元/月",
        rounding=FEN,
        rule="储存额除以计发月数",
        article=ARTICLE,
    )
    total = sheet.step(
        "monthly",
        basic + account,
        title="城乡居民养老金",
        unit="元/月",
        rounding=to,
        rule="基础养老金加个人账户养老金",
        article=ARTICLE,
    )
    return ResidentPension(account, total)


def accumulated(sheet: Sheet[Q], opening: Q, years: Sequence[PaidYear[Q]], *, timing: str) -> Q:
    """The balance in yuan after all the years."""
    balance = opening
    for one in years:
        balance = account_after(sheet, balance, one, timing=timing)
    return balance
