"""What a base puts into the individual account, and what of the account is left to the heirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise

from nianlun.kernel.months import Month, first_day, last_day, show_month
from nianlun.policy.account import AccountCredit, credited, settled_year
from nianlun.policy.account_case import Rates
from nianlun.policy.account_rates import SCHEMES
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span
from nianlun.policy.yearly_inputs import given_rates, refuse_years_outside

CREDITING_LABELS = {
    "from_employee": "其中个人缴费",
    "from_employer": "其中单位缴费划入",
    "total": "记入个人账户",
    "months": "月数",
}
SETTLEMENT_LABELS = {
    "inheritable": "可继承余额",
    "paid": "已发个人账户养老金",
    "paid_months": "已发月数",
    "from_pool": "账户发完以后由统筹基金支付",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months with one base, one ratio and one own rate; a ratio without a span was stated by the case."""

    since: Month
    until: Month
    base: Decimal
    ratio: Span | Decimal
    own_rate: Span | Decimal


def assess_crediting(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `account_crediting`: what bases put into the account, month by month of `periods`."""
    sheet = ExplainedSheet(evidence)
    region = case.region(needed=False)
    scheme = case.choice("scheme", SCHEMES[:3], "enterprise")
    rows = case.rows("periods")
    stretches = [one for row in rows for one in _stretches(row, book, region=region, scheme=scheme)]
    case.finish()
    if not stretches:
        raise CannotAssess("periods 是空的，没有可记账的月份。", missing=("periods",))
    _refuse_repeated(stretches)
    found = [_credited(sheet, one) for one in stretches]
    own, unit = ([getattr(one, name) for one in found] for name in ("from_employee", "from_employer"))
    own_total = sheet.step("from_employee", sheet.total(own), title="其中个人缴费", unit="元")
    unit_total = sheet.step("from_employer", sheet.total(unit), title="其中单位缴费划入", unit="元")
    total = sheet.step(
        "credited", sheet.total([one.total for one in found]), title="记入个人账户", unit="元"
    )
    months = sum(one.until - one.since for one in stretches)
    return Assessment(
        kind=case.kind,
        title=case.title or "个人账户记账",
        sentence=f"{months} 个月共记入个人账户 {yuan(total)} 元，其中单位划入 {yuan(unit_total)} 元。",
        amounts={"from_employee": yuan(own_total), "from_employer": yuan(unit_total)},
        total=yuan(total),
        figures={"months": str(months)},
        labels=CREDITING_LABELS,
        derivation=gathered(
            "account_crediting",
            "个人账户记账",
            [total, own_total, unit_total],
            value=str(yuan(total)),
            unit="元",
        ),
        notes=("没有到账的月份不记账，补缴到账后从到账的月份起记账。",),
    )


def assess_settlement(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `account_settlement`: what is left of the account after the pension was paid for the last time."""
    sheet = ExplainedSheet(evidence)
    case.require("balance_at_retirement", "account_pension", "first_paid", "last_paid")
    first, last = case.month("first_paid"), case.month("last_paid")
    if last < first:
        raise BadCase("last_paid（最后发放月份）早于 first_paid（开始发放月份）。请核对。")
    rates, given = Rates(case, book, sheet), given_rates(case, "interest")
    refuse_years_outside("interest", given, first=first // 12, last=last // 12)
    balance = sheet.given(
        "balance_at_retirement", case.money("balance_at_retirement"), title="退休时储存额", unit="元"
    )
    payment = sheet.given(
        "account_pension", case.money("account_pension"), title="个人账户养老金", unit="元/月"
    )
    case.finish()
    rule = book.on("account_after_retirement", last_day(first), region=rates.region)
    rest, notes = balance, [rule.note]
    for year in range(first // 12, last // 12 + 1):
        rest = settled_year(
            sheet,
            rest,
            year=year,
            payment=payment,
            paid=range(max(first, year * 12) % 12 + 1, min(last, year * 12 + 11) % 12 + 2),
            rate=rates.of(year, given.get(year)),
            rows=[rule],
        )
    months = last - first + 1
    paid = yuan(payment) * months
    if not rest.value:
        notes.insert(0, "账户已经发完，以后的个人账户养老金由统筹基金支付，没有可继承的余额。")
    return Assessment(
        kind=case.kind,
        title=case.title or "个人账户余额",
        sentence=f"到 {show_month(last)} 已发 {months} 个月，账户余额 {yuan(rest)} 元，可以继承。"
        if rest.value
        else f"到 {show_month(last)} 已发 {months} 个月，账户没有余额。",
        amounts={"inheritable": yuan(rest)},
        total=yuan(rest),
        figures={"paid": str(paid), "paid_months": str(months)},
        labels=SETTLEMENT_LABELS,
        derivation=rest.node,
        provisional=bool(rates.notes),
        notes=(*rates.notes, *notes),
    )


def _stretches(row: Case, book: LawBook, *, region: str, scheme: str) -> list[Stretch]:
    first, last = row.month("first"), row.month("last")
    if last < first or last - first > 1200:
        raise BadCase("periods 的 last（最后月份）早于 first（开始月份），或相隔超过一百年。请核对。")
    base = row.money("base")
    ratio, own_rate = row.number("ratio", None, high=1), row.number("own_rate", None, high=1)
    row.finish()
    payer = "flexible_self" if scheme == "flexible" else f"{scheme}_employee"

    def of(at: Month) -> tuple[Span | Decimal, Span | Decimal]:
        day = first_day(at)
        share = (
            book.on("personal_account_ratio", day, region=region, group=scheme) if ratio is None else ratio
        )
        if own_rate is not None:
            return share, own_rate
        own = book.on("contribution_rates", day, region=region, group=payer)
        return share, share if scheme == "flexible" else own  # what is not for the account goes to the pool

    found = []
    for (share, own), months in groupby(range(first, last + 1), key=of):
        together = list(months)
        found.append(Stretch(together[0], together[-1] + 1, base, share, own))
    return found


def _refuse_repeated(stretches: Sequence[Stretch]) -> None:
    ordered = sorted(stretches, key=lambda one: one.since)
    for one, other in pairwise(ordered):
        if other.since < one.until:
            raise BadCase(f"periods 里 {show_month(other.since)} 出现了两次。同一个月只记一次账，请核对。")


def _credited(sheet: ExplainedSheet, one: Stretch) -> AccountCredit[Figure]:
    name = f"_{show_month(one.since)}"
    base = sheet.given(f"base{name}", one.base, title=f"{show_month(one.since)} 起的缴费基数", unit="元/月")

    def figure(source: Span | Decimal, step_id: str, title: str) -> Figure:
        if isinstance(source, Span):
            return sheet.row(source, f"{step_id}{name}", title=title)
        return sheet.given(f"{step_id}{name}", source, title=title)

    return credited(
        sheet,
        base,
        ratio=figure(one.ratio, "ratio", "记入比例"),
        own_rate=figure(one.own_rate, "own_rate", "个人缴费比例"),
        months=one.until - one.since,
        suffix=name,
    )
