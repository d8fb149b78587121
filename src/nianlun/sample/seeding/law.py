"""The demo's local law: one approved edition, without which no account before 2016 could be reckoned, and one draft.

Both are made by the two personas through the operations everybody uses. The values are inventions for showing how the
library works and say so in their source.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from nianlun.access import queries as access
from nianlun.lawbook import operations, queries, writing
from nianlun.lawbook.domain import State
from nianlun.lawbook.writing import NewValue

OFFICER, REVIEWER = "hanxue", "shenyan"
REGION = "130000"
RATES, BOUNDS = "account_interest_rates", "contribution_base_bounds"
_RATES_DRAFT = UUID("019e0000-0000-7000-8000-000000000001")
_BOUNDS_DRAFT = UUID("019e0000-0000-7000-8000-000000000002")

# The one-year fixed deposit rate of the People's Bank on the first of July, in percent, from memory.
DEPOSIT_RATES = {
    1993: "9.18", 1994: "10.98", 1995: "10.98", 1996: "9.18", 1997: "7.47", 1998: "4.77", 1999: "2.25",
    2000: "2.25", 2001: "2.25", 2002: "1.98", 2003: "1.98", 2004: "1.98", 2005: "2.25", 2006: "2.25",
    2007: "3.06", 2008: "4.14", 2009: "2.25", 2010: "2.25", 2011: "3.25", 2012: "3.25", 2013: "3.00",
    2014: "3.00", 2015: "2.00",
}  # fmt: skip
SOURCE = "演示参数：仿中国人民银行一年期定期存款利率，须换成本省公布的记账利率"


def make_editions(*, at: datetime) -> None:
    """Approve the rates and open the draft of next year's bounds; run again, nothing is added."""
    _approve_rates(at=at)
    _open_bounds(at=at)


def _approve_rates(*, at: datetime) -> None:
    officer, reviewer = access.viewer_named(OFFICER), access.viewer_named(REVIEWER)
    operations.open_draft(
        officer,
        title="河北 2016 年以前个人账户记账利率（演示参数）",
        reason="没有找到河北 2016 年以前的记账利率，演示中先用仿照存款利率的参数，正式使用前须换成公布的数值。",
        region=REGION,
        draft_id=_RATES_DRAFT,
        at=at,
    )
    if queries.draft(officer, _RATES_DRAFT).line.state is not State.OPEN:
        return
    book = queries.current(at)
    path = f"{REGION}/{RATES}.toml"
    text = book.files.get(path, "")
    for year, percent in DEPOSIT_RATES.items():
        new = NewValue(
            since=date(year, 1, 1),
            value=Decimal(percent) / 100,
            source=SOURCE,
            confidence="M",
            note="凭记忆写下的当年 7 月 1 日的一年期存款利率。",
        )
        if text:
            text = writing.put_value(text, new, home=REGION, yearly=True)
        else:
            text = writing.new_file(book.table(RATES), new, home=REGION)
    operations.put_file(officer, _RATES_DRAFT, path=path, text=text, at=at)
    operations.submit(
        officer, _RATES_DRAFT, retroactive_reason="演示城市里 1993 年起的个人账户都要用到这些利率。", at=at
    )
    operations.approve(reviewer, _RATES_DRAFT, at=at)


def _open_bounds(*, at: datetime) -> None:
    officer = access.viewer_named(OFFICER)
    operations.open_draft(
        officer,
        title="2027 年缴费基数上下限（拟）",
        reason="等省里公布 2027 年的参照工资后改成公布的数值，再提交批准；现在的数值是演示参数。",
        region=REGION,
        draft_id=_BOUNDS_DRAFT,
        at=at,
    )
    detail = queries.draft(officer, _BOUNDS_DRAFT)
    if detail.line.state is not State.OPEN or detail.files:
        return
    last = queries.current(at).on(BOUNDS, date(2026, 7, 1), region=REGION)
    reference = (last.decimal("reference_month") * Decimal("1.03")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    lower, upper = (
        int((reference * times).quantize(Decimal(1), ROUND_HALF_UP)) for times in (Decimal("0.6"), 3)
    )
    operations.put_value(
        officer,
        _BOUNDS_DRAFT,
        table=BOUNDS,
        new=NewValue(
            since=date(2027, 1, 1),
            value={"lower": lower, "upper": upper, "reference_month": reference},
            source="演示参数：2026 年的参照工资加 3%，公布后须换成公布的数值",
            confidence="M",
        ),
        at=at,
    )
