"""Cases of the individual account: its interest over years, what a base puts in, what is left to the heirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from nianlun.policy.account import (
    ANNUAL,
    METHOD_WORDS,
    METHODS,
    MONTHLY,
    MONTHS,
    AccountYear,
    balance_after,
    credits_of_year,
    equal_credits,
    interest_of_year,
)
from nianlun.policy.account_rates import SCHEMES, account_rate
from nianlun.policy.answers import listed, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span
from nianlun.policy.yearly_inputs import given_rounding, given_years

LABELS = {
    "opening_balance": "期初储存额",
    "credited": "记账额",
    "interest": "利息",
    "total": "期末储存额",
    "method": "计息办法",
    "method_A_interest": "年度计算法各年利息",
    "method_A_balance": "年度计算法各年末储存额",
    "method_B_interest": "月积数法各年利息",
    "method_B_balance": "月积数法各年末储存额",
}
LETTERS = {"A": ANNUAL, "B": MONTHLY}


class Rates:
    """Rates of the years of one case, as given or from the table, and the notes of those that will change."""

    def __init__(self, case: Case, book: LawBook, sheet: ExplainedSheet, *, scheme: str = "") -> None:
        self.book, self.sheet = book, sheet
        self.region = case.region(needed=False)
        self.scheme = scheme or case.choice("scheme", SCHEMES, "enterprise")
        self.notes: list[str] = []

    def of(self, year: int, given: Decimal | None) -> Figure:
        """The rate of a year. Raises `NotInForce`, naming region and year."""
        title = f"{year} 年记账利率"
        if given is not None:
            return self.sheet.given(f"rate_{year}", given, title=title)
        found = account_rate(self.book, year, region=self.region, scheme=self.scheme)
        if found.note:
            self.notes.append(found.note)
        return self.sheet.row(found.span, f"rate_{year}", title=title)


def assess_interest(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `account_interest`: balance and interest of each year; by both methods where none is named."""
    sheet = ExplainedSheet(evidence)
    case.require("opening_balance", "years")
    rates = Rates(case, book, sheet)
    to = _to_fen(given_rounding(case))
    opening = sheet.given("opening_balance", case.money("opening_balance"), title="期初储存额", unit="元")
    method = METHODS.get(case.choice("method", tuple(METHODS), ""), "")
    years = given_account_years(case, sheet, rates)
    case.finish()
    partial = years[-1].through < MONTHS
    if method == ANNUAL and partial:
        raise BadCase('年度计算法按整年计息，不能用 through_month。请改用月积数法（method = "B"）。')
    runner = _Runner(sheet, opening, years, book, rates.region, to)
    figures = {}
    for letter, one in LETTERS.items():
        if method in ("", one) and not (partial and one == ANNUAL):
            balances = runner.run([one] * len(years))
            figures[f"method_{letter}_interest"] = listed(yuan(i) for i in runner.interest(balances))
            figures[f"method_{letter}_balance"] = listed(yuan(b) for b in balances)
    closing = runner.run([method] * len(years) if method else [])[-1]
    words = METHOD_WORDS[method] if method else closing.node.rule
    notes = [*rates.notes, *_uneven(years, words)]
    credit = sum((yuan(one.credit) for one in years), Decimal(0))
    return Assessment(
        kind=case.kind,
        title=case.title or "个人账户利息",
        sentence=f"{closing.words} {yuan(closing)} 元（{words}）。" + "".join(rates.notes),
        amounts={
            "opening_balance": yuan(opening),
            "credited": credit,
            "interest": yuan(closing) - yuan(opening) - credit,
        },
        total=yuan(closing),
        figures=figures | {"method": words},
        labels=LABELS,
        derivation=closing.node,
        provisional=bool(rates.notes),
        notes=tuple(notes),
    )


def _uneven(years: Sequence[AccountYear[Figure]], words: str) -> list[str]:
    """A warning where the annual calculation meets a year that was not paid in twelve equal parts."""
    odd = [one.year for one in years if one.product.value != one.credit.value * Fraction(MONTHS + 1, 2)]
    if words != METHOD_WORDS[ANNUAL] or not odd:
        return []
    return [
        f"年度计算法按十二个月等额记账设定；{listed(odd)} 年不是这样记账，利息与月积数法相差较大，请核对用哪一种。"
    ]


def given_account_years(case: Case, sheet: ExplainedSheet, rates: Rates) -> list[AccountYear[Figure]]:
    """The years of `years` without a gap, each with what was booked and its rate."""
    rows = given_years(case)
    if not rows:
        raise CannotAssess("years 是空的，没有可计息的年份。", missing=("years",))
    found = []
    for (year, row), expected in zip(rows, range(rows[0][0], rows[0][0] + len(rows)), strict=True):
        if year != expected:
            raise BadCase(f"years 中间缺 {expected} 年。没有记账的年份也要写上，months 写 0。")
        through = row.count("through_month", MONTHS, high=MONTHS)
        if through < 1 or (through < MONTHS and year != rows[-1][0]):
            raise BadCase("through_month 是结清的月份，从 1 到 12，只能写在最后一年。")
        credit, product = _booked(row, sheet, year, through)
        given = row.number("rate", None, high=1)
        row.finish("year")
        found.append(AccountYear(year, rates.of(year, given), credit, product, through))
    return found


def _booked(row: Case, sheet: ExplainedSheet, year: int, through: int) -> tuple[Figure, Figure]:
    if row.has("credits"):
        if row.has("monthly_credit", "months", "first_month"):
            raise BadCase(f"{year} 年的 credits 和 monthly_credit 只能写一种。")
        amounts = row.raw("credits")
        if not isinstance(amounts, Sequence) or isinstance(amounts, str) or len(amounts) != MONTHS:
            raise BadCase(f"{year} 年的 credits 应是 1 到 12 月的十二个金额，没有记账的月份写 0。")
        inner = Case(row.kind, {f"{n} 月": amount for n, amount in enumerate(amounts, start=1)})
        yuans = [(n, inner.money(f"{n} 月")) for n in range(1, MONTHS + 1)]
        if any(amount and n > through for n, amount in yuans):
            raise BadCase(f"{year} 年在 {through} 月结清，以后的月份不能再有记账。")
        return credits_of_year(
            sheet,
            year,
            [
                (n, sheet.given(f"credit_{year}_{n:02d}", amount, title=f"{n} 月记账", unit="元"))
                for n, amount in yuans
                if amount
            ],
            through=through,
        )
    months = row.count("months", through, high=MONTHS)
    if months and not row.has("monthly_credit"):
        raise CannotAssess(
            f"缺少 {year} 年的 monthly_credit（每月记账额）或 credits。", missing=("monthly_credit",)
        )
    if 0 < months < through and not row.has("first_month"):
        raise CannotAssess(
            f"{year} 年只有 {months} 个月记账。请给出 first_month（从几月起），记账早晚影响利息。",
            missing=("first_month",),
        )
    first = row.count("first_month", 1, high=MONTHS)
    if first < 1 or first + months - 1 > through:
        raise BadCase(f"{year} 年从 {first} 月起记账 {months} 个月，超出 {through} 月。请核对。")
    monthly = sheet.given(
        f"monthly_credit_{year}",
        row.money("monthly_credit", Decimal(0)),
        title=f"{year} 年每月记账额",
        unit="元",
    )
    return equal_credits(sheet, year, monthly, first_month=first, months=months, through=through)


@dataclass(frozen=True, slots=True)
class _Runner:
    sheet: ExplainedSheet
    opening: Figure
    years: Sequence[AccountYear[Figure]]
    book: LawBook
    region: str
    rounding: Rounding

    def run(self, methods: Sequence[str]) -> list[Figure]:
        """The balances at the ends of the years; without methods by those that the table names."""
        balance, found = self.opening, []
        for at, one in enumerate(self.years):
            rows: tuple[Span, ...] = ()
            if methods:
                method = methods[at]
            else:
                span = self.book.on("interest_method", date(one.year, 1, 1), region=self.region)
                method, rows = (MONTHLY if one.through < MONTHS else span.text()), (span,)
            balance = balance_after(
                self.sheet,
                balance,
                one,
                method=method,
                factor=self._factor(one.year) if method == ANNUAL else None,
                rounding=self.rounding,
                rows=rows,
            )
            found.append(balance)
        return found

    def interest(self, balances: Sequence[Figure]) -> list[Figure]:
        """The interest of each year."""
        starts = [self.opening, *balances[:-1]]
        return [
            interest_of_year(self.sheet, start, end, one)
            for start, end, one in zip(starts, balances, self.years, strict=True)
        ]

    def _factor(self, year: int) -> Figure:
        span = self.book.on("annual_interest_factor", date(year, 1, 1), region=self.region)
        return self.sheet.row(span, "annual_factor", title="年度计算法的系数")


def _to_fen(found: Rounding | None) -> Rounding:
    if found is None or found.digits != 2:
        raise BadCase("利息逐年取整到分，rounding 应是 half_up:2、ceil:2 或 floor:2。")
    return found
