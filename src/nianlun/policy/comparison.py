"""New method against old for enterprise retirements of 2006 to 2009, and what recalculation leaves to pay."""

from nianlun.kernel.months import last_day, show_month
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment
from nianlun.policy.cases import Case
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.government import compared
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet

LABELS = {
    "payable": "应发养老金",
    "old_method": "老办法合计",
    "new_method": "新办法合计",
    "share": "兑现比例",
    "due": "应补发",
    "overpaid": "多发",
    "monthly_difference": "每月差额",
}


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `new_old_comparison`. Once the share is whole the comparison has ended and the new method is paid.

    Raises `NotInForce` before 2006 and for regions whose shares are not known.
    """
    sheet = ExplainedSheet(evidence)
    case.require("old_method_total", "new_method_total", "retirement")
    month = case.month("retirement")
    span = book.on("new_old_comparison", last_day(month), region=case.region())
    old = sheet.given(
        "old_method", case.money("old_method_total"), title=LABELS["old_method"], unit="元/月"
    )
    new = sheet.given(
        "new_method", case.money("new_method_total"), title=LABELS["new_method"], unit="元/月"
    )
    case.finish("sex", "birth")
    share = sheet.row(span, "share", title=LABELS["share"])
    if share.value < 1:
        payable = compared(sheet, old=old, new=new, share=share, article=span.source)
        said = f"新老办法对比，按 {share.digits} 兑现，每月 {payable.digits} 元。"
    else:
        payable = sheet.step(
            "payable",
            new,
            title=LABELS["payable"],
            unit="元/月",
            rounding=FEN,
            rule="对比期已满，只按新办法",
            article=span.source,
            rows=[span],
        )
        said = f"对比期已满，按新办法每月 {payable.digits} 元。"
    return Assessment(
        kind=case.kind,
        title=case.title or "企业新老办法对比",
        sentence=f"{show_month(month)} 退休，{said}",
        amounts={"payable": yuan(payable)},
        total=yuan(payable),
        figures={"old_method": old.digits, "new_method": new.digits, "share": share.digits},
        labels=LABELS,
        derivation=payable.node,
    )


def recalculated(sheet: Sheet[Q], *, ahead: Q, final: Q, months: Q) -> Q:
    """What recalculation leaves to pay, in yuan; below zero where too much was paid ahead."""
    monthly = sheet.step(
        "monthly_difference", final - ahead, title=LABELS["monthly_difference"], unit="元/月", rounding=FEN
    )
    return sheet.step(
        "difference",
        monthly * months,
        title="补发（负数为多发）",
        unit="元",
        rounding=FEN,
        rule="新基数公布后重核，差额乘以已经预发的月数",
    )


def assess_recalculation(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `recalculation`: paid ahead on the last base, settled on the year's own (预发、重核、补差)."""
    sheet = ExplainedSheet(evidence)
    case.require("prepaid_monthly", "final_monthly", "prepaid_months")
    ahead = sheet.given("prepaid_monthly", case.money("prepaid_monthly"), title="预发每月", unit="元/月")
    final = sheet.given("final_monthly", case.money("final_monthly"), title="重核每月", unit="元/月")
    months = sheet.given("prepaid_months", case.count("prepaid_months"), title="已预发的月数", unit="个月")
    case.finish()
    found = recalculated(sheet, ahead=ahead, final=final, months=months)
    due = yuan(found)
    name = "due" if due >= 0 else "overpaid"
    return Assessment(
        kind=case.kind,
        title=case.title or "预发重核",
        sentence=(
            f"重核后每月 {final.digits} 元，已预发 {months.digits} 个月，"
            + (f"应补发 {due} 元。" if due >= 0 else f"多发 {-due} 元，应退还或抵扣。")
        ),
        amounts={name: abs(due)},
        total=abs(due),
        figures={"monthly_difference": str(yuan(final - ahead))},
        labels=LABELS,
        derivation=found.node,
    )
