"""Contributions: the base within its bounds, what each payer pays, what goes to the account; late fees."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Generic

from nianlun.kernel.months import Month, first_day, show_month
from nianlun.policy.account_rates import SCHEMES
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN, Rounding, rounding
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import NotInForce, Span

HIGHEST_WAGE = 10_000_000  # yuan a month; more is a slip of the pen, and the base is cut far below it
LABELS = {
    "employee": "个人缴费",
    "employer": "单位缴费",
    "total": "缴费合计",
    "base": "缴费基数",
    "lower": "基数下限",
    "upper": "基数上限",
    "to_account": "其中记入个人账户",
    "to_pool": "其中进入统筹基金",
    "undeclared": "按上月缴费额核定",
    "late_fee": "滞纳金",
    "days": "欠缴天数",
}


@dataclass(frozen=True, slots=True)
class Contribution(Generic[Q]):
    """One month in yuan. `employer` is None where a person pays alone."""

    employee: Q
    employer: Q | None
    account: Q
    pool: Q


def bounded_base(sheet: Sheet[Q], wage: Q, *, lower: Q, upper: Q, article: str) -> Q:
    """The contribution base in yuan a month: the wage, not below and not above the bounds."""
    return sheet.step(
        "base",
        sheet.larger(sheet.smaller(wage, upper), lower),
        title="缴费基数",
        unit="元/月",
        rounding=FEN,
        rule="低于下限的按下限，高于上限的按上限",
        article=article,
    )


def contribution(
    sheet: Sheet[Q], base: Q, *, employee_rate: Q, employer_rate: Q | None, account_ratio: Q
) -> Contribution[Q]:
    """What each pays for a month, rounded to fen, and where it goes; the pool takes what the account does not."""
    own = _product(sheet, "employee", base * employee_rate, "个人缴费（月）")
    unit = (
        None
        if employer_rate is None
        else _product(sheet, "employer", base * employer_rate, "单位缴费（月）")
    )
    account = _product(sheet, "to_account", base * account_ratio, "记入个人账户（月）")
    paid = own if unit is None else own + unit
    pool = sheet.step("to_pool", paid - account, title="进入统筹基金（月）", unit="元/月")
    return Contribution(own, unit, account, pool)


def assess_contribution(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `contribution`: one person, one month (or `months` alike), in a scheme and region."""
    sheet = ExplainedSheet(evidence)
    region = case.region(needed=False)
    at = case.month("month")
    if case.flag("undeclared"):
        return _undeclared(case, book, sheet, at, region)
    scheme = case.choice("scheme", SCHEMES[:3], "enterprise")
    months = case.count("months", 1, high=12)
    lower, upper, article = _bounds(case, book, sheet, at, region=region, scheme=scheme)
    base = _given_base(case, sheet, scheme, lower, upper, article)
    rates = _Rates(case, book, sheet, first_day(at), region)
    alone = scheme == "flexible"
    found = contribution(
        sheet,
        base,
        employee_rate=rates.of(
            "employee_rate", "flexible_self" if alone else f"{scheme}_employee", "个人缴费比例"
        ),
        employer_rate=None if alone else rates.of("employer_rate", f"{scheme}_employer", "单位缴费比例"),
        account_ratio=rates.account_ratio(scheme),
    )
    case.finish()
    payers = {"employee": found.employee} | (
        {"employer": found.employer} if found.employer is not None else {}
    )
    total = sheet.step("total", sheet.total(list(payers.values())) * months, title="缴费合计", unit="元")
    who = "本人" if alone else "个人和单位"
    return Assessment(
        kind=case.kind,
        title=case.title or "缴费",
        sentence=f"{show_month(at)} 按基数 {yuan(base)} 元缴费，{who}{months} 个月共缴 {yuan(total)} 元。",
        amounts={name: yuan(one) * months for name, one in payers.items()},
        total=yuan(total),
        figures={
            "base": str(yuan(base)),
            "lower": lower.digits,
            "upper": upper.digits,
            "to_account": str(yuan(found.account) * months),
            "to_pool": str(yuan(found.pool) * months),
        },
        labels=LABELS,
        derivation=gathered(
            "contribution", "缴费", [total, found.account, found.pool], value=str(yuan(total)), unit="元"
        ),
    )


def assess_late_fee(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `late_fee`: for each day from `overdue_from` to before `paid_on`, at the rate of that day."""
    sheet = ExplainedSheet(evidence)
    case.require("amount", "overdue_from", "paid_on")
    amount = sheet.given("amount", case.money("amount"), title="欠缴金额", unit="元")
    since, until = case.day("overdue_from"), case.day("paid_on")
    case.finish()
    if until < since:
        raise BadCase("paid_on（缴清之日）早于 overdue_from（欠缴之日）。请核对。")
    changes = {span.since for span in book.table("late_fee").spans if since < span.since < until}
    parts = []
    for start, end in pairwise(sorted({since, until, *changes})):
        span = book.on("late_fee", start)
        days = sheet.given(f"days_{start}", (end - start).days, title=f"{start} 起的天数", unit="日")
        rate = sheet.row(span, f"rate_{start}", title="滞纳金日比例")
        parts.append(
            sheet.step(
                f"fee_{start}", amount * rate * days, title=f"{start} 起的滞纳金", unit="元", rows=[span]
            )
        )
    fee = sheet.step(
        "late_fee",
        sheet.total(parts),
        title="滞纳金",
        unit="元",
        rounding=FEN,
        rule="从欠缴之日起按日加收，缴清当日不计；各日按当日的比例",
        article="社会保险法 第八十六条；社会保险费征缴暂行条例 第十三条",
    )
    notes = (
        ("滞纳金已超过欠缴金额；是否以欠缴金额为限未见规定，这里没有设限，请核对。",)
        if fee > amount
        else ()
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "滞纳金",
        sentence=f"欠缴 {(until - since).days} 日，滞纳金 {yuan(fee)} 元。" + "".join(notes),
        amounts={"late_fee": yuan(fee)},
        total=yuan(fee),
        figures={"days": str((until - since).days)},
        labels=LABELS,
        derivation=fee.node,
        notes=notes,
    )


def _undeclared(case: Case, book: LawBook, sheet: ExplainedSheet, at: Month, region: str) -> Assessment:
    last = sheet.given(
        "last_month_amount", case.money("last_month_amount"), title="单位上月缴费额", unit="元"
    )
    case.finish("scheme")
    factor = sheet.row(
        book.on("undeclared_base_factor", first_day(at), region=region), "factor", title="未申报时的倍数"
    )
    due = sheet.step(
        "undeclared",
        last * factor,
        title="按上月缴费额核定的应缴额",
        unit="元",
        rounding=FEN,
        rule="未按规定申报的，按上月缴费额的 110% 确定；补办申报后按规定结算",
        article="社会保险法 第六十二条",
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "未申报时的缴费",
        sentence=f"{show_month(at)} 没有申报，暂按 {yuan(due)} 元确定，补办申报后结算。",
        amounts={"undeclared": yuan(due)},
        total=yuan(due),
        labels=LABELS,
        derivation=due.node,
        provisional=True,
    )


def _bounds(
    case: Case, book: LawBook, sheet: ExplainedSheet, at: Month, *, region: str, scheme: str
) -> tuple[Figure, Figure, str]:
    """Lower and upper bound in yuan, and the article: as given, from the reference wage, or as published."""
    if case.has("lower", "upper"):
        case.require("lower", "upper")
        low, high = case.money("lower"), case.money("upper")
        if low > high:
            raise BadCase("lower（下限）高于 upper（上限）。请核对。")
        return (
            sheet.given("lower", low, title="基数下限", unit="元/月"),
            sheet.given("upper", high, title="基数上限", unit="元/月"),
            "",
        )
    ratio = book.on("contribution_base_ratio", first_day(at), region=region, group=scheme)
    if case.has("reference"):
        reference = sheet.given(
            "reference", case.money("reference"), title=ratio.text("reference"), unit="元/月"
        )
        to = rounding(ratio.text("rounding")) if ratio.has("rounding") else FEN
        return (
            _bound(sheet, ratio, "lower", "基数下限", reference, to),
            _bound(sheet, ratio, "upper", "基数上限", reference, to),
            ratio.source,
        )
    if scheme == "government_institution":
        raise CannotAssess(
            "没有机关事业单位的缴费基数上下限。请给出 reference（参照工资，元/月），或 lower 和 upper。",
            missing=("reference",),
        )
    try:
        span = book.on("contribution_base_bounds", first_day(at), region=region)
    except NotInForce as reason:
        raise NotInForce(f"{reason}可以用 reference（参照工资，元/月）或 lower 和 upper 给出。") from None
    return (
        sheet.row(span, "lower", title="基数下限", unit="元/月", part="lower"),
        sheet.row(span, "upper", title="基数上限", unit="元/月", part="upper"),
        span.source,
    )


def _bound(
    sheet: ExplainedSheet, ratio: Span, part: str, title: str, reference: Figure, to: Rounding | None
) -> Figure:
    share = sheet.row(ratio, f"{part}_ratio", title=f"{title}的倍数", part=part)
    return sheet.step(part, reference * share, title=title, unit="元/月", rounding=to or FEN)


def _given_base(
    case: Case, sheet: ExplainedSheet, scheme: str, lower: Figure, upper: Figure, article: str
) -> Figure:
    if scheme == "flexible":
        if case.has("wage"):
            raise BadCase("灵活就业人员自选基数，不按工资。请用 chosen_base。")
        chosen = case.money("chosen_base")
        if not lower.value <= chosen <= upper.value:
            raise BadCase(
                f"自选基数应在 {lower.digits} 到 {upper.digits} 元之间，现在是 {chosen}。请重新选择。"
            )
        return sheet.given("base", chosen, title="自选缴费基数", unit="元/月")
    amount = case.money("wage")
    if amount > HIGHEST_WAGE:
        raise BadCase(f"wage 是月工资，{amount} 元太高。请核对是不是年工资或多写了位数。")
    wage = sheet.given("wage", amount, title="上年度本人月平均工资", unit="元/月")
    return bounded_base(sheet, wage, lower=lower, upper=upper, article=article)


@dataclass(frozen=True, slots=True)
class _Rates:
    case: Case
    book: LawBook
    sheet: ExplainedSheet
    day: date
    region: str

    def of(self, name: str, group: str, title: str) -> Figure:
        """The rate of a payer, as given or from the table."""
        given: Decimal | None = self.case.number(name, None, high=1)
        if given is not None:
            return self.sheet.given(name, given, title=title)
        span = self.book.on("contribution_rates", self.day, region=self.region, group=group)
        return self.sheet.row(span, name, title=title)

    def account_ratio(self, scheme: str) -> Figure:
        """The share of the base that goes to the account."""
        given: Decimal | None = self.case.number("account_ratio", None, high=1)
        if given is not None:
            return self.sheet.given("account_ratio", given, title="记入比例")
        span = self.book.on("personal_account_ratio", self.day, region=self.region, group=scheme)
        return self.sheet.row(span, "account_ratio", title="记入比例")


def _product(sheet: Sheet[Q], step_id: str, value: Q, title: str) -> Q:
    return sheet.step(step_id, value, title=title, unit="元/月", rounding=FEN, rule="缴费基数乘比例")
