"""Where a relation goes, without money: time limits, temporary accounts, back payments, the place that pays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.kernel.months import first_day
from nianlun.policy.answers import gathered
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence

YES, NO = "是", "否"
PLACE_ARTICLE = "城镇企业职工基本养老保险关系转移接续暂行办法（国办发〔2009〕66号） 第六条"
PLACE_RULES = {
    "household": "关系在户籍地的，由户籍地办理",
    "relation": "关系不在户籍地，在关系所在地缴费满十年的，由关系所在地办理",
    "earlier": "在关系所在地不满十年的，转回上一个满十年的参保地办理",
    "gathered": "在各地都不满十年的，关系和资金归集到户籍地，由户籍地办理",
}
DOCUMENTS = {
    "none": "没有文书",
    "court": "人民法院文书",
    "audit": "审计部门文书",
    "labour_inspection": "劳动保障监察文书",
    "arbitration": "劳动争议仲裁文书",
}


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Working days of each step, as figures with their labels, and the sentence that says them."""

    figures: dict[str, str]
    labels: dict[str, str]
    note: str


def time_limits(book: LawBook, day: date, *, region: str = "") -> TimeLimits:
    """How long each step of a transfer may take. Raises `NotInForce` before 2010."""
    span = book.on("transfer_time_limits", day, region=region)
    names = {
        "review_application": "审核申请",
        "transfer_out": "转出",
        "settle_after_receipt": "收到后入账",
        "total": "合计",
    }
    days = {part: span.number(part) for part in names}
    steps = "、".join(f"{names[part]} {count} 个" for part, count in days.items())
    return TimeLimits(
        {f"working_days_{part}": str(count) for part, count in days.items()},
        {f"working_days_{part}": f"{name}的时限（工作日）" for part, name in names.items()},
        f"时限（工作日）：{steps}（{span.source}）。",
    )


def assess_place(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `benefit_place`: which place pays, from the places in the order they were paid in."""
    sheet = ExplainedSheet(evidence)
    case.require("household", "relation", "places")
    household, relation = case.text("household"), case.text("relation")
    day = case.day("applied_on")
    span = book.on("benefit_place", day)
    months = _months_by_place(case.rows("places"))
    case.finish()
    if relation != household and relation not in months:
        raise BadCase(f"places 里没有关系所在地“{relation}”。请补上这一段，或核对 relation。")
    needed = span.number("months")
    found, rule = _paying_place(household, relation, months, needed)
    figures = [
        sheet.given(f"months_{at}", count, title=f"{place}的缴费月数（含视同）", unit="个月")
        for at, (place, count) in enumerate(months.items(), start=1)
    ]
    threshold = sheet.row(span, "needed_months", title="须满的缴费时间", unit="个月", part="months")
    limits = time_limits(book, day)
    return Assessment(
        kind=case.kind,
        title=case.title or "待遇领取地",
        sentence=f"待遇领取地是{found}：{PLACE_RULES[rule]}。",
        amounts={},
        total=None,
        figures={
            "place": found,
            "rule": PLACE_RULES[rule],
            "months_there": str(months.get(found, Decimal(0))),
            "gathered": YES if rule == "gathered" else NO,
            **limits.figures,
        },
        labels={
            "place": "待遇领取地",
            "rule": "依据的规则",
            "months_there": "在该地的缴费月数（含视同）",
            "gathered": "须归集关系和资金",
        }
        | limits.labels,
        derivation=gathered("place", "待遇领取地", [threshold, *figures], value=found),
        notes=(limits.note, "视同缴费年限归当时的工作地；临时账户所在地不是关系所在地。"),
    )


def assess_temporary(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `temporary_account`: whether the new place opens a temporary account."""
    sheet = ExplainedSheet(evidence)
    case.require("sex", "birth", "moved_in")
    sex = case.choice("sex", ("male", "female"))
    born, moved = case.month("birth"), case.month("moved_in")
    back = case.flag("returns_to_household")
    approved = case.flag("approved_move")
    case.finish()
    if moved < born:
        raise BadCase("moved_in（到新地参保的月份）早于出生月份。请核对。")
    span = book.on("temporary_account", first_day(moved))
    age = sheet.given("age_months", moved - born, title="到新地参保时的年龄", unit="个月")
    from_age = sheet.row(span, "from_age", title="起始年龄", unit="个月", part=f"{sex}_age_months")
    temporary = age >= from_age and not back and not approved
    if temporary:
        why = (
            "年龄已到，新地建立临时账户，原参保地的关系保留；单位和个人的缴费全部记录，退休时转到待遇领取地"
        )
    elif age >= from_age:
        why = "返回户籍地" if back else "经县级以上组织、人社部门批准调动"
        why += "，不建立临时账户，正常转移"
    else:
        why = "年龄未到，正常转移，不建立临时账户"
    return Assessment(
        kind=case.kind,
        title=case.title or "临时账户",
        sentence=f"{why}。",
        amounts={},
        total=None,
        figures={"temporary": YES if temporary else NO},
        labels={"temporary": "建立临时账户"},
        derivation=gathered(
            "temporary", "是否建立临时账户", [age, from_age], value=YES if temporary else NO
        ),
    )


def assess_supplement(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `lump_sum_supplement`: whether back payments made at once need a legal document to be transferred."""
    sheet = ExplainedSheet(evidence)
    case.require("months", "applied_on")
    months = sheet.given("months", case.half_months("months"), title="一次性补缴的月数", unit="个月")
    document = case.choice("document", tuple(DOCUMENTS), "none")
    span = book.on("lump_sum_supplement", case.day("applied_on"))
    case.finish()
    most = sheet.row(span, "most_months", title="不须文书的最多月数", unit="个月", part="months")
    needed = months > most
    returned = needed and document == "none"
    if returned:
        sentence = (
            f"一次性补缴 {months.digits} 个月，超过 {most.digits} 个月而没有法律文书，转入地可以退回。"
            "请补人民法院、审计、劳动保障监察或劳动争议仲裁的文书。"
        )
    elif needed:
        sentence = (
            f"一次性补缴 {months.digits} 个月，超过 {most.digits} 个月，有{DOCUMENTS[document]}，可以转移。"
        )
    else:
        sentence = f"一次性补缴 {months.digits} 个月，不超过 {most.digits} 个月，不须法律文书。"
    figures = {"document_needed": YES if needed else NO, "may_be_returned": YES if returned else NO}
    return Assessment(
        kind=case.kind,
        title=case.title or "一次性补缴的核对",
        sentence=sentence,
        amounts={},
        total=None,
        figures=figures,
        labels={"document_needed": "须有法律文书", "may_be_returned": "转入地可以退回"},
        derivation=gathered("supplement", "一次性补缴", [months, most], value=figures["may_be_returned"]),
    )


def _months_by_place(rows: Sequence[Case]) -> dict[str, Decimal]:
    """Paid and deemed months by place, in the order in which the places were last paid in."""
    if not rows:
        raise CannotAssess("places 是空的，没有参保地。", missing=("places",))
    found: dict[str, Decimal] = {}
    for row in rows:
        place = row.text("place")
        months = row.half_months("months", Decimal(0)) + row.half_months("deemed_months", Decimal(0))
        counts = not row.flag("temporary")
        row.finish()
        if counts:
            found[place] = found.pop(place, Decimal(0)) + months
    return found


def _paying_place(
    household: str, relation: str, months: Mapping[str, Decimal], needed: int
) -> tuple[str, str]:
    if relation == household:
        return household, "household"
    if months[relation] >= needed:
        return relation, "relation"
    earlier = [place for place in reversed(list(months)) if place != relation and months[place] >= needed]
    return (earlier[0], "earlier") if earlier else (household, "gathered")
