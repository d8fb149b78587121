"""The money that moves with a relation between places (国办发〔2009〕66号 第四条).

转移基金总额 = 个人账户储存额（转移当年只有本金）+ 1998 年以来各年缴费工资 × 12%
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic

from nianlun.policy.account import (
    METHODS,
    MONTHLY,
    MONTHS,
    AccountYear,
    balance_after,
    equal_credits,
)
from nianlun.policy.account_case import Rates
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import NotInForce, Span
from nianlun.policy.transfer_rules import time_limits
from nianlun.policy.yearly_inputs import given_rates, given_years, refuse_years_outside

ARTICLE = "城镇企业职工基本养老保险关系转移接续暂行办法（国办发〔2009〕66号） 第四条"
SCHEMES = ("enterprise", "government_institution")
LABELS = {
    "account_part": "个人账户转移额",
    "pool_part": "统筹基金转移额",
    "total": "转移基金总额",
    "correction": "按规定比例补足或扣除的本金",
    "principal_of_transfer_year": "转移当年本金（不计息）",
    "months": "计算统筹转移额的月数",
}


@dataclass(frozen=True, slots=True)
class PaidYear(Generic[Q]):
    """One calendar year paid in the old place: a monthly base in yuan and how many months of it."""

    year: int
    base: Q
    months: int


def pooled_year(sheet: Sheet[Q], one: PaidYear[Q], rate: Q, *, name: str = "") -> Q:
    """The pooled fund's part of one year in yuan, rounded by itself; a part year counts its own months."""
    label = name or str(one.year)
    return sheet.step(
        f"pool_{label}",
        one.base * one.months * rate,
        title=f"{label} 年统筹转移额" if not name else f"第 {label} 行统筹转移额",
        unit="元",
        rounding=FEN,
        rule="缴费工资 × 月数 × 转移比例，逐年取整",
        article=ARTICLE,
    )


def pooled_total(sheet: Sheet[Q], years: Sequence[Q]) -> Q:
    """The pooled fund's part of all years in yuan."""
    return sheet.step("pool_part", sheet.total(years), title="统筹基金转移额", unit="元", article=ARTICLE)


def ratio_correction(sheet: Sheet[Q], one: PaidYear[Q], *, standard: Q, booked: Q) -> Q:
    """What is topped up to the standard ratio, or stays behind as booked above it, in yuan of principal."""
    return sheet.step(
        f"correction_{one.year}",
        one.base * one.months * (standard - booked),
        title=f"{one.year} 年按规定比例补足或扣除的本金",
        unit="元",
        rounding=FEN,
        rule="低于规定比例的补足，高于的不转",
        article="人社厅发〔2017〕7号 第八条",
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `transfer`: the account with interest up to the year before, and the pooled part."""
    return _Transfer(case, book, ExplainedSheet(evidence)).answer()


class _Transfer:
    def __init__(self, case: Case, book: LawBook, sheet: ExplainedSheet) -> None:
        self.case, self.book, self.sheet = case, book, sheet
        case.require("years")
        self.rows = given_years(case)
        if not self.rows:
            raise CannotAssess("years 是空的，没有可转移的年份。", missing=("years",))
        self.rates = Rates(case, book, sheet)
        if self.rates.scheme not in SCHEMES:
            raise BadCase(f"scheme 应是 {'、'.join(SCHEMES)} 之一。城乡居民的转移见 urban_rural_switch。")
        self.region, self.group = self.rates.region, self.rates.scheme
        self.transfer_year = case.count("transfer_year", self.rows[-1][0], high=2150)
        if self.transfer_year < self.rows[-1][0]:
            raise BadCase("transfer_year（转移年度）早于最后的缴费年份。请核对。")
        self.interest = given_rates(case, "interest")
        refuse_years_outside("interest", self.interest, first=self.rows[0][0], last=self.transfer_year)
        self.method = METHODS[case.choice("method", tuple(METHODS), MONTHLY)]
        self.booked_ratio: Decimal | None = case.number("account_ratio", None, high=1)
        self.pool_rate: Decimal | None = case.number("pool_rate", None, high=1)
        self.first_months: dict[int, int | None] = {}

    def answer(self) -> Assessment:
        case, sheet = self.case, self.sheet
        years = [self._paid_year(year, row) for year, row in self.rows]
        opening = sheet.given(
            "opening_balance",
            case.money("opening_balance", Decimal(0)),
            title="这些年份以前的储存额",
            unit="元",
        )
        before = sheet.given(
            "own_before_1998",
            case.money("own_before_1998", Decimal(0)),
            title="1998 年以前个人缴费累计本息",
            unit="元",
        )
        applied = case.day("applied_on", date(self.transfer_year, 12, 31))
        case.finish()
        pool = pooled_total(sheet, [pooled_year(sheet, one, self._pool_rate(one.year)) for one in years])
        balance, correction = self._account(opening, years)
        account = sheet.step(
            "account_part",
            balance + correction + before,
            title="个人账户转移额",
            unit="元",
            rule="转移当年只转本金，当年利息由转入地记",
            article=ARTICLE,
            rows=[self.book.on("transfer_year_interest", applied, region=self.region)],
        )
        total = sheet.step("total", account + pool, title="转移基金总额", unit="元", article=ARTICLE)
        last = years[-1]
        principal = yuan(self._principal(last)) if last.year == self.transfer_year else Decimal("0.00")
        limits = time_limits(self.book, applied, region=self.region)
        notes = [*self.rates.notes, limits.note]
        if correction.value:
            notes.append("按比例补足或扣除的只是本金；它的利息怎样处理未见规定，须由转出地确认。")
        return Assessment(
            kind=case.kind,
            title=case.title or "转移基金",
            sentence=f"共转移 {yuan(total)} 元：个人账户 {yuan(account)} 元，统筹基金 {yuan(pool)} 元。",
            amounts={"account_part": yuan(account), "pool_part": yuan(pool)},
            total=yuan(total),
            figures={
                "correction": str(yuan(correction)),
                "principal_of_transfer_year": str(principal),
                "months": str(sum(one.months for one in years)),
                **limits.figures,
            },
            labels=LABELS | limits.labels,
            derivation=total.node,
            provisional=bool(self.rates.notes),
            notes=tuple(notes),
        )

    def _paid_year(self, year: int, row: Case) -> PaidYear[Figure]:
        start = self._counted_from(year)
        months = row.count("months", high=MONTHS)
        if months > MONTHS + 1 - start:
            raise BadCase(f"{year} 年从 {start} 月起才计算统筹转移额，最多 {MONTHS + 1 - start} 个月。")
        self.first_months[year] = row.count("first_month", None, high=MONTHS)
        base = self.sheet.given(
            f"base_{year}", row.money("base"), title=f"{year} 年月缴费工资", unit="元/月"
        )
        row.finish("year")
        return PaidYear(year, base, months)

    def _counted_from(self, year: int) -> int:
        span = self._pool_span(year)
        return span.since.month if span.since.year == year else 1

    def _pool_span(self, year: int) -> Span:
        try:
            return self.book.on(
                "transfer_pool_rate", date(year, 12, 31), region=self.region, group=self.group
            )
        except NotInForce as reason:
            raise NotInForce(f"{reason}更早的只转个人缴费的累计本息，请写在 own_before_1998。") from None

    def _pool_rate(self, year: int) -> Figure:
        if self.pool_rate is not None:
            return self.sheet.given("pool_rate", self.pool_rate, title="统筹转移比例")
        return self.sheet.row(self._pool_span(year), "pool_rate", title="统筹转移比例")

    def _standard(self, year: int) -> Figure:
        span = self.book.on("transfer_account_ratio", date(year, 12, 31), region=self.region)
        return self.sheet.row(span, f"standard_ratio_{year}", title="规定的记入比例")

    def _booked(self, year: int) -> Figure:
        if self.booked_ratio is None:
            return self._standard(year)
        return self.sheet.given("account_ratio", self.booked_ratio, title="转出地的记入比例")

    def _principal(self, one: PaidYear[Figure]) -> Figure:
        return self._monthly(one) * one.months

    def _monthly(self, one: PaidYear[Figure]) -> Figure:
        return self.sheet.step(
            f"monthly_credit_{one.year}",
            one.base * self._booked(one.year),
            title=f"{one.year} 年每月记账额",
            unit="元",
            rounding=FEN,
        )

    def _account(self, opening: Figure, years: Sequence[PaidYear[Figure]]) -> tuple[Figure, Figure]:
        """The balance as the old place carries it, and what the ratio ordered for transfers changes."""
        by_year = {one.year: one for one in years}
        balance, corrections = opening, []
        for year in range(years[0].year, max(self.transfer_year, years[-1].year) + 1):
            paid = by_year.get(year)
            monthly = (
                self._monthly(paid) if paid else self.sheet.given(f"monthly_{year}", 0, title="没有记账")
            )
            months = paid.months if paid else 0
            if paid:
                corrections.append(
                    ratio_correction(
                        self.sheet, paid, standard=self._standard(year), booked=self._booked(year)
                    )
                )
            balance = (
                self._without_interest(balance, year, monthly, months)
                if year == self.transfer_year
                else self._with_interest(balance, year, monthly, months)
            )
        return balance, self.sheet.step(
            "correction", self.sheet.total(corrections), title=LABELS["correction"], unit="元"
        )

    def _without_interest(self, balance: Figure, year: int, monthly: Figure, months: int) -> Figure:
        return self.sheet.step(
            f"balance_{year}",
            balance + monthly * months,
            title=f"{year} 年转移时储存额",
            unit="元",
            rule="当年不计息",
        )

    def _with_interest(self, balance: Figure, year: int, monthly: Figure, months: int) -> Figure:
        first = self.first_months.get(year)
        if 0 < months < MONTHS and first is None:
            raise CannotAssess(
                f"{year} 年只缴了 {months} 个月。请给出 first_month（从几月起），记账早晚影响利息。",
                missing=("first_month",),
            )
        first = first or 1
        if first + months - 1 > MONTHS:
            raise BadCase(f"{year} 年从 {first} 月起缴 {months} 个月，超出 12 月。请核对。")
        credit, product = equal_credits(self.sheet, year, monthly, first_month=first, months=months)
        one = AccountYear(year, self.rates.of(year, self.interest.get(year)), credit, product)
        factor = None
        if self.method != MONTHLY:
            span = self.book.on("annual_interest_factor", date(year, 1, 1), region=self.region)
            factor = self.sheet.row(span, "annual_factor", title="年度计算法的系数")
        return balance_after(self.sheet, balance, one, method=self.method, factor=factor)
