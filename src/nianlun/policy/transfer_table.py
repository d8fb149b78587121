"""The money items of the information table of a transfer (转移接续信息表), worked out anew.

A mismatch is a finding with a name, for people to clear up with the old place; it is never put right in silence.
"""

from datetime import date
from decimal import Decimal

from nianlun.policy.account import MONTHS
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence
from nianlun.policy.transfer import ARTICLE, SCHEMES, PaidYear, pooled_year

ITEMS = {
    1: "1998 年 1 月 1 日前账户中个人缴费累计储存额",
    2: "1998 年 1 月 1 日至调转上年末个人账户累计储存额",
    3: "调转当年记入个人账户本金",
    4: "个人账户基金转移额",
    5: "统筹基金转移额",
    6: "转移基金总额",
}
IN_FORCE_SINCE = date(
    2010, 1, 1
)  # 国办发〔2009〕66号; a table that does not say when is read by the first rule


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `transfer_information_table`: both sums and item 5 anew; `item_4` to `item_6` are what it prints."""
    sheet = ExplainedSheet(evidence)
    region = case.region(needed=False)
    applied = case.day("applied_on", IN_FORCE_SINCE)
    scheme = case.choice("scheme", SCHEMES, "enterprise")
    case.require("rows", "item_1", "item_2", "item_3")
    items = {
        n: sheet.given(f"item_{n}", case.money(f"item_{n}"), title=ITEMS[n], unit="元") for n in (1, 2, 3)
    }
    printed = {n: case.money(f"item_{n}", None) for n in (4, 5, 6)}
    rows = _rows(case, sheet, book, scheme)
    transfer_year = case.count("transfer_year", rows[-1].year, high=2150)
    shares = {}
    for name, title, group in (("pool_rate", "统筹转移比例", scheme), ("account_ratio", "记入比例", "")):
        given: Decimal | None = case.number(name, None, high=1)
        shares[name] = (
            sheet.given(name, given, title=title)
            if given is not None
            else sheet.row(
                book.on(TABLES[name], max(applied, IN_FORCE_SINCE), region=region, group=group),
                name,
                title=title,
            )
        )
    case.finish()
    item_4 = sheet.step("item_4", items[1] + items[2] + items[3], title=ITEMS[4], unit="元", rule="①＋②＋③")
    pooled = [
        pooled_year(sheet, one, shares["pool_rate"], name=str(at)) for at, one in enumerate(rows, start=1)
    ]
    item_5 = sheet.step(
        "item_5", sheet.total(pooled), title=ITEMS[5], unit="元", rule="各年取整以后相加", article=ARTICLE
    )
    item_6 = sheet.step("item_6", item_4 + item_5, title=ITEMS[6], unit="元", rule="④＋⑤")
    due = sheet.step(
        "principal_due",
        rows[-1].base
        * (rows[-1].months if rows[-1].year == transfer_year else 0)
        * shares["account_ratio"],
        title="按末行缴费工资应记本金",
        unit="元",
        rounding=FEN,
    )
    ours = {4: item_4, 5: item_5, 6: item_6}
    findings = {}
    if yuan(items[3]) != yuan(due):
        findings["item_3"] = (
            f"第 3 项（{ITEMS[3]}）是 {yuan(items[3])} 元，按末行缴费工资应记 {yuan(due)} 元。"
            "请问转出地是否只记了一部分，不要自行改数。"
        )
    for n, amount in printed.items():
        if amount is not None and amount != yuan(ours[n]):
            findings[f"item_{n}"] = (
                f"第 {n} 项（{ITEMS[n]}）印的是 {amount} 元，算得 {yuan(ours[n])} 元。请与转出地核对，不要自行改数。"
            )
    return Assessment(
        kind=case.kind,
        title=case.title or "转移信息表核对",
        sentence=f"④ {yuan(item_4)} 元，⑤ {yuan(item_5)} 元，⑥ {yuan(item_6)} 元；"
        + (f"有 {len(findings)} 处须核对。" if findings else "没有不符。"),
        amounts={f"item_{n}": yuan(one) for n, one in ours.items()},
        total=yuan(item_6),
        figures={"findings": "、".join(findings) or "无", "principal_due": str(yuan(due))},
        labels={f"item_{n}": title for n, title in ITEMS.items()}
        | {"findings": "须核对的项目", "principal_due": "按末行缴费工资应记本金"},
        derivation=gathered(
            "transfer_information_table", "转移信息表", [item_6, due], value=str(yuan(item_6)), unit="元"
        ),
        notes=tuple(findings.values()),
    )


TABLES = {"pool_rate": "transfer_pool_rate", "account_ratio": "transfer_account_ratio"}


def _rows(case: Case, sheet: ExplainedSheet, book: LawBook, scheme: str) -> list[PaidYear[Figure]]:
    """The rows in their order; one that says its year must lie in the years that the pooled part counts."""
    found = []
    for at, row in enumerate(case.rows("rows"), start=1):
        base = sheet.given(f"base_{at}", row.money("base"), title=f"第 {at} 行月缴费工资", unit="元/月")
        year = row.count("year", 0, high=2150)
        if year:
            book.on("transfer_pool_rate", date(year, 12, 31), group=scheme)
        found.append(PaidYear(year, base, row.count("months", high=MONTHS)))
        row.finish()
    if not found:
        raise CannotAssess("rows 是空的，没有可核对的缴费年份。", missing=("rows",))
    return found
