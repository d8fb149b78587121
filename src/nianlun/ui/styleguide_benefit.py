"""A sample assessment with forty years, so that the explanation can be looked at in its full depth."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from nianlun.policy.assessment import Assessment
from nianlun.policy.derivation import EvidenceRef, Node, TableRow
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.rounding import FEN, Rounding

FIRST_YEAR, LAST_YEAR = 1984, 2023
_ARTICLE = "国发〔2005〕38号 第六条"
_FOUR = Rounding("half_up", 4)
_COMPILED = "样例，第三方转录的平均工资"


def sample_assessment() -> Assessment:
    """Invented figures; the arithmetic is real."""
    sheet = ExplainedSheet(
        {f"base_{year}": _postings(year) for year in range(1993, LAST_YEAR + 1)}
        | {"account_balance": (EvidenceRef("posting", "balance", "2024-06 结息 128640.55 元"),)}
    )
    base = _quoted(
        sheet,
        "pension_base",
        "7265",
        title="养老金计发基数",
        unit="元/月",
        mark="S-C",
        since=date(2024, 1, 1),
    )
    index = _index(sheet)
    wage = sheet.step(
        "indexed_wage",
        base * index,
        title="指数化月平均缴费工资",
        unit="元",
        rounding=FEN,
        article=_ARTICLE,
    )
    months = sheet.given("years_months", 435, title="缴费年限（月数）", unit="个月")
    years = sheet.step("years", months / 12, title="缴费年限", unit="年", rounding=FEN, rule="月数除以 12")
    basic = sheet.step(
        "basic",
        (base + wage) / 2 * years * Decimal("0.01"),
        title="基础养老金",
        unit="元/月",
        rounding=FEN,
        rule="缴费每满一年发给 1%",
        article=_ARTICLE,
    )
    balance = sheet.given("account_balance", Decimal("128640.55"), title="个人账户储存额", unit="元")
    divisor = _quoted(
        sheet, "payout_months", "170", title="计发月数", unit="个月", mark="S-P", since=date(2006, 1, 1)
    )
    account = sheet.step(
        "account", balance / divisor, title="个人账户养老金", unit="元/月", rounding=FEN, article=_ARTICLE
    )
    total = sheet.step(
        "total",
        sheet.total([basic, account]),
        title="基本养老金",
        unit="元/月",
        rule="各项取整后相加",
    )
    return Assessment(
        kind="enterprise_benefit",
        title="企业职工基本养老金",
        sentence=f"2024-07 起每月 {total.digits} 元。",
        amounts={"basic": basic.decimal(), "account": account.decimal()},
        total=total.decimal(),
        labels={"basic": "基础养老金", "account": "个人账户养老金"},
        derivation=total.node,
        provisional=True,
        notes=("暂按 2024 年计发基数预发，当年基数公布后重核补发。",),
    )


def _index(sheet: ExplainedSheet) -> Figure:
    indices = [_yearly(sheet, year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    count = sheet.given("counted_years", len(indices), title="计算指数的年数", unit="年")
    total = sheet.step("index_sum", sheet.total(indices), title="历年缴费工资指数之和", article=_ARTICLE)
    return sheet.step(
        "index",
        total / count,
        title="平均缴费工资指数",
        rounding=_FOUR,
        rule="历年指数之和除以年数",
        article=_ARTICLE,
    )


def _yearly(sheet: ExplainedSheet, year: int) -> Figure:
    title = f"{year} 年缴费工资指数"
    if year < 1993:
        return _quoted(sheet, f"index_{year}", "1.0", title=title, mark="M", since=date(2006, 1, 1))
    base = sheet.given(f"base_{year}", 300 + 190 * (year - 1992), title=f"{year} 年月缴费基数", unit="元")
    reference = _quoted(
        sheet,
        f"reference_{year}",
        str(260 + 210 * (year - 1992)),
        title=f"{year} 年指数所用的平均工资",
        unit="元/月",
        mark="S-C",
        since=date(year - 1, 1, 1),
    )
    index = base / reference
    if year < 1996:
        index = sheet.larger(index, Decimal("1.2"))
    return sheet.step(f"index_{year}", index, title=title, rounding=_FOUR, article=_ARTICLE)


def _quoted(
    sheet: ExplainedSheet, step_id: str, value: str, *, title: str, mark: str, since: date, unit: str = ""
) -> Figure:
    """A figure as out of a table, without the table."""
    table = step_id if step_id in ("pension_base", "payout_months") else "average_wage"
    row = TableRow(table, since, value, _COMPILED, mark)
    node = Node(id=step_id, title=title, value=value, unit=unit, article=_COMPILED, rows=(row,))
    return replace(sheet.given(step_id, Decimal(value), title=title, unit=unit), nodes=(node,))


def _postings(year: int) -> tuple[EvidenceRef, ...]:
    base = 300 + 190 * (year - 1992)
    return tuple(
        EvidenceRef("posting", f"{year}-{n}", f"{year}-{n:02d} 基数 {base}.00 元") for n in range(1, 13)
    )
