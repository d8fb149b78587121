"""The demo's local law: one approved edition, without which no account before 2016 could be reckoned, and one draft.

Both are made by the two personas through the operations everybody uses. The values are inventions for showing how the
library works and say so in their source.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from nianlun.access import queries as access
from nianlun.lawbook import operations, queries
from nianlun.lawbook.domain import State
from nianlun.lawbook.writing import NewValue
from nianlun.sample.local_law import REGION, account_files

OFFICER, REVIEWER = "hanxue", "shenyan"
BASE, BOUNDS = "pension_base", "contribution_base_bounds"
_RATES_DRAFT = UUID("019e0000-0000-7000-8000-000000000001")
_BOUNDS_DRAFT = UUID("019e0000-0000-7000-8000-000000000002")


def make_editions(*, at: datetime) -> None:
    """Approve the rates and open the draft of values to come; run again, nothing is added."""
    _approve_rates(at=at)
    _open_bounds(at=at)


def _approve_rates(*, at: datetime) -> None:
    officer, reviewer = access.viewer_named(OFFICER), access.viewer_named(REVIEWER)
    operations.open_draft(
        officer,
        title="河北个人账户和居民待遇的缺失数值（演示参数）",
        reason="没有找到河北 2016 年以前的记账利率等数值，演示中先用仿照的参数，正式使用前须换成公布的数值。",
        region=REGION,
        draft_id=_RATES_DRAFT,
        at=at,
    )
    if queries.draft(officer, _RATES_DRAFT).line.state is not State.OPEN:
        return
    for path, text in account_files().items():
        operations.put_file(officer, _RATES_DRAFT, path=path, text=text, at=at)
    operations.submit(
        officer,
        _RATES_DRAFT,
        retroactive_reason="演示城市里 1996 年起的个人账户和居民待遇都要用到这些数值。",
        at=at,
    )
    operations.approve(reviewer, _RATES_DRAFT, at=at)


def _open_bounds(*, at: datetime) -> None:
    officer = access.viewer_named(OFFICER)
    operations.open_draft(
        officer,
        title="2026 年计发基数和 2027 年缴费基数上下限（拟）",
        reason="等省里公布后改成公布的数值，再提交批准；现在的数值是演示参数。先看影响多少人、多少钱。",
        region=REGION,
        draft_id=_BOUNDS_DRAFT,
        at=at,
    )
    detail = queries.draft(officer, _BOUNDS_DRAFT)
    if detail.line.state is not State.OPEN or detail.files:
        return
    base = queries.current(at).on(BASE, date(2025, 7, 1), region=REGION).decimal()
    operations.put_value(
        officer,
        _BOUNDS_DRAFT,
        table=BASE,
        new=NewValue(
            since=date(2026, 1, 1),
            value=int((base * Decimal("1.02")).quantize(Decimal(1), ROUND_HALF_UP)),
            source="演示参数：2025 年的计发基数加 2%，公布后须换成公布的数值",
            confidence="M",
        ),
        at=at,
    )
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
