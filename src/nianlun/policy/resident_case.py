"""Cases of urban and rural residents: the monthly pension, a year's contribution, the years needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from nianlun.kernel.months import Month, last_day, show_month
from nianlun.policy.account_case import Rates
from nianlun.policy.answers import gathered, listed, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.resident import (
    END,
    PARTS,
    START,
    PaidYear,
    accumulated,
    resident_divisor,
    resident_pension,
)
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span
from nianlun.policy.yearly_inputs import given_rounding, given_years

BENEFIT_LABELS = {
    "basic": "基础养老金",
    "account": "个人账户养老金",
    "total": "城乡居民养老金",
    "monthly": "每月",
    "yearly": "十二个月",
    "interest_total": "利息合计",
    "balance": "个人账户储存额",
    "payout_months": "计发月数",
}
CONTRIBUTION_LABELS = {
    "individual": "个人缴费",
    "government_paid": "政府代缴",
    "subsidy": "政府补贴",
    "total": "当年记入个人账户",
    "tiers": "可选档次",
}
MINIMUM_LABELS = {
    "required_months": "须缴月数",
    "paid_months": "已缴月数",
    "missing_months": "还差月数",
    "may_make_up": "可以补缴",
    "age_reached": "年满六十周岁的月份",
}


@dataclass(frozen=True, slots=True)
class _Account:
    balance: Figure
    paid: Decimal | None  # None: only the balance is known
    notes: tuple[str, ...] = ()


def assess_benefit(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `resident_benefit`."""
    sheet = ExplainedSheet(evidence)
    to = given_rounding(case)
    if to is None:
        raise BadCase("rounding 应写明取整到几位，例如 half_up:2 或 floor:1。")
    rates = Rates(case, book, sheet, scheme="resident")
    paid_from = case.month("benefit_date", None)
    account = _account(case, sheet, rates)
    basic = _basic(case, book, sheet, paid_from, rates.region)
    divisor = _divisor(case, book, sheet, paid_from)
    case.finish("sex")
    found = resident_pension(sheet, basic=basic, balance=account.balance, divisor=divisor, to=to)
    figures = {
        "monthly": found.total.digits,
        "yearly": str(yuan(found.total) * 12),
        "balance": str(yuan(account.balance)),
        "payout_months": divisor.digits,
    }
    if account.paid is not None:
        figures["interest_total"] = _written(yuan(account.balance) - account.paid, to)
    return Assessment(
        kind=case.kind,
        title=case.title or "城乡居民养老金",
        sentence=f"每月 {yuan(found.total)} 元，其中基础养老金 {yuan(basic)} 元。",
        amounts={"basic": yuan(basic), "account": yuan(found.account)},
        total=yuan(found.total),
        figures=figures,
        labels=BENEFIT_LABELS,
        derivation=found.total.node,
        provisional=bool(account.notes),
        notes=account.notes,
    )


def assess_contribution(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `resident_contribution`: the tier chosen in a year, its subsidy, and what the account takes."""
    sheet = ExplainedSheet(evidence)
    region = case.region()
    year = case.count("year", high=2150)
    if year < 1900:
        raise BadCase("year 应写成四位年份，例如 2024。")
    hardship, back = case.flag("hardship"), case.flag("back_payment")
    day = date(year, 12, 31)
    span = book.on("resident_tiers", day, region=region)
    offered = [int(str(tier)) for tier in _list(span.part("tiers"))]
    if hardship:
        if not span.has("hardship_tier"):
            raise CannotAssess(
                "没有找到本地困难群体的代缴档次，须由经办机构给出。", missing=("hardship_tier",)
            )
        tier = span.number("hardship_tier")
        paid = sheet.row(span, "individual", title="政府代缴", unit="元/年", part="hardship_tier")
    else:
        tier = case.count("tier", high=1_000_000)
        if tier not in offered:
            raise BadCase(f"{year} 年没有 {tier} 元的档次。可选：{listed(offered)}。")
        paid = sheet.given("individual", tier, title="缴费档次", unit="元/年")
    others = [
        sheet.given(name, case.money(name), title=PARTS[name], unit="元")
        for name in ("collective", "sponsored")
        if case.has(name)
    ]
    subsidy = _subsidy(book, sheet, span, paid, back=back, region=region, day=day)
    case.finish()
    total = sheet.step(
        "total", sheet.total([paid, subsidy, *others]), title="当年记入个人账户", unit="元", rows=[span]
    )
    who = "government_paid" if hardship else "individual"
    return Assessment(
        kind=case.kind,
        title=case.title or "城乡居民缴费",
        sentence=f"{year} 年{'政府代缴' if hardship else '缴费'} {paid.digits} 元，补贴 {subsidy.digits} 元，"
        f"记入个人账户 {yuan(total)} 元。",
        amounts={who: yuan(paid), "subsidy": yuan(subsidy)} | {one.node.id: yuan(one) for one in others},
        total=yuan(total),
        figures={"tiers": listed(offered)},
        labels=CONTRIBUTION_LABELS | PARTS,
        derivation=total.node,
    )


def assess_minimum(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `resident_minimum`: the months a resident must have paid, by age when the scheme began there."""
    sheet = ExplainedSheet(evidence)
    case.require("birth", "scheme_start", "paid_months")
    born, started = case.month("birth"), case.month("scheme_start")
    paid = sheet.given(
        "paid_months", case.count("paid_months"), title=MINIMUM_LABELS["paid_months"], unit="个月"
    )
    case.finish()
    if born > started:
        raise CannotAssess("出生在制度开始以后，须缴满规定年限。请把 scheme_start 写成当地制度开始的月份。")
    span = book.on("resident_pension_age", last_day(started))
    reached = born + span.number("age_months")
    most = sheet.row(span, "minimum_months", title="最低缴费月数", unit="个月", part="minimum_months")
    left = sheet.given(
        "months_to_age", max(0, reached - started), title="制度开始时离六十周岁的月数", unit="个月"
    )
    required = sheet.step(
        "required_months",
        sheet.smaller(left, most),
        title=MINIMUM_LABELS["required_months"],
        unit="个月",
        rule="制度开始时已满六十周岁的不用缴费；不足十五年的逐年缴费，可以补足；其余须满十五年",
        article="国发〔2014〕8号",
        rows=[span],
    )
    missing = sheet.step(
        "missing_months",
        sheet.larger(required - paid, 0),
        title=MINIMUM_LABELS["missing_months"],
        unit="个月",
    )
    make_up = sheet.step(
        "may_make_up",
        missing if not left.value or left >= most else sheet.larger(most - paid, 0),
        title="可以补缴的月数",
        unit="个月",
        rule="制度开始时离六十周岁不足十五年的，可以补足到最低缴费月数",
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "城乡居民缴费年限",
        sentence=f"须缴 {required.digits} 个月，还差 {missing.digits} 个月；{show_month(reached)} 年满六十周岁。",
        amounts={},
        total=None,
        figures={
            "required_months": required.digits,
            "paid_months": paid.digits,
            "missing_months": missing.digits,
            "may_make_up": make_up.digits,
            "age_reached": show_month(reached),
        },
        labels=MINIMUM_LABELS,
        derivation=gathered(
            "resident_minimum", "城乡居民缴费年限", [missing, make_up], value=missing.digits
        ),
        notes=("补缴部分有没有政府补贴，由各地规定。",),
    )


def _subsidy(
    book: LawBook, sheet: ExplainedSheet, tiers: Span, paid: Figure, *, back: bool, region: str, day: date
) -> Figure:
    """The subsidy in yuan for a year paid in time, or as the region orders for one paid later."""
    if back:
        rule = book.on("resident_back_payment_subsidy", day, region=region)
        if rule.text() == "none":
            none = sheet.given("back_payment_subsidy", 0, title="补缴的补贴", unit="元")
            return sheet.step(
                "subsidy", none, title=PARTS["subsidy"], unit="元", rule="补缴没有补贴", rows=[rule]
            )
    subsidies = tiers.part("subsidy")
    if not isinstance(subsidies, Mapping) or paid.digits not in subsidies:
        raise CannotAssess(f"没有找到 {paid.digits} 元档次的补贴，须由经办机构给出。", missing=("subsidy",))
    entries = {int(name): Fraction(str(value)) for name, value in subsidies.items()}
    return sheet.lookup(tiers, "subsidy", paid, entries, title=PARTS["subsidy"], unit="元")


def _account(case: Case, sheet: ExplainedSheet, rates: Rates) -> _Account:
    opening_given = case.money("opening_balance", Decimal(0))
    if case.has("account_balance"):
        if case.has("payments", "yearly_individual", "opening_balance"):
            raise BadCase("account_balance 和历年缴费只能写一种。")
        balance = sheet.given("balance", case.money("account_balance"), title="个人账户储存额", unit="元")
        return _Account(balance, None)
    timing = case.choice("interest_timing", (START, END), START)
    interest: Decimal | None = case.number("interest", None, high=1)
    opening = sheet.given("opening_balance", opening_given, title="这些年份以前的储存额", unit="元")
    years: list[PaidYear[Figure]] = []
    paid = opening_given
    if case.has("payments"):
        if case.has("yearly_individual", "years"):
            raise BadCase("payments 和 yearly_individual、years 只能写一种。")
        for year, row in given_years(case, "payments"):
            parts = [
                _part(sheet, f"{name}_{year}", title, row.money(name, Decimal(0)))
                for name, title in PARTS.items()
            ]
            given = row.number("rate", interest, high=1)
            row.finish("year")
            years.append(_paid_year(sheet, year, parts, rates.of(year, given)))
            paid += sum((yuan(part) for part in parts), Decimal(0))
        _refuse_gap([one.year for one in years])
    else:
        case.require("yearly_individual", "years", "interest")
        count = case.count("years", high=100)
        parts = [
            _part(sheet, f"yearly_{name}", title, case.money(f"yearly_{name}", Decimal(0)))
            for name, title in PARTS.items()
        ]
        rate = sheet.given("interest", interest, title="年利率")
        years = [_paid_year(sheet, at, parts, rate) for at in range(1, count + 1)]
        paid += sum((yuan(part) for part in parts), Decimal(0)) * count
    balance = accumulated(sheet, opening, years, timing=timing)
    return _Account(balance, paid, tuple(rates.notes))


def _part(sheet: ExplainedSheet, step_id: str, title: str, amount: Decimal) -> Figure:
    return sheet.given(step_id, amount, title=title, unit="元")


def _paid_year(sheet: ExplainedSheet, year: int, parts: list[Figure], rate: Figure) -> PaidYear[Figure]:
    some = [part for part in parts if part.value] or parts[:1]
    title = f"第 {year} 年记账" if year < 1000 else f"{year} 年记账"
    return PaidYear(year, sheet.step(f"paid_{year}", sheet.total(some), title=title, unit="元"), rate)


def _refuse_gap(years: list[int]) -> None:
    missing = sorted(set(range(years[0], years[-1] + 1)) - set(years)) if years else []
    if missing:
        raise BadCase(f"payments 中间缺 {missing[0]} 年。没有缴费的年份也要写上，individual 写 0。")


def _basic(
    case: Case, book: LawBook, sheet: ExplainedSheet, paid_from: Month | None, region: str
) -> Figure:
    if case.has("basic_pension"):
        return sheet.given("basic", case.money("basic_pension"), title="基础养老金", unit="元/月")
    if paid_from is None:
        raise CannotAssess(
            "缺少 basic_pension（基础养老金），或 benefit_date（开始领取的月份）和地区。",
            missing=("basic_pension",),
        )
    table = sheet.row(
        book.on("resident_basic_pension", last_day(paid_from), region=region),
        "basic",
        title="基础养老金",
        unit="元/月",
    )
    if not case.has("local_addition"):
        return table
    extra = sheet.given(
        "local_addition", case.money("local_addition"), title="市县增加的基础养老金", unit="元/月"
    )
    return sheet.step("basic_with_addition", table + extra, title="基础养老金", unit="元/月")


def _divisor(case: Case, book: LawBook, sheet: ExplainedSheet, paid_from: Month | None) -> Figure:
    if case.has("payout_months"):
        value = case.number("payout_months", low=1, high=400)
        return sheet.given("payout_months", value, title="计发月数", unit="个月")
    if paid_from is None:
        raise CannotAssess("缺少 payout_months（计发月数），或 benefit_date。", missing=("payout_months",))
    day = last_day(paid_from)
    start = book.on("resident_pension_age", day).number("age_months")
    age = paid_from - case.month("birth") if case.has("birth") else start
    if age < start:
        raise CannotAssess(
            f"{show_month(paid_from)} 未满 {start // 12} 周岁，不能领取城乡居民养老金。请核对 birth 和 benefit_date。",
            missing=("benefit_date",),
        )
    figure = sheet.given("age_months", age // 12 * 12, title="开始领取时的周岁（月）", unit="个月")
    return resident_divisor(sheet, whole_years=figure, first_age=start, paid_from=paid_from, book=book)


def _written(amount: Decimal, to: Rounding) -> str:
    value = to.of(Fraction(amount))
    return f"{Decimal(int(value * 10**to.digits)).scaleb(-to.digits):f}"


def _list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
