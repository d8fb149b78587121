"""What stands on the papers a case gives out, in the words the applicant reads. No database, no clock.

The forms follow 社会保险经办条例 第三十一条 (what may be asked for, all at once), 第三十七条 and 第五十二条 (reasons in
writing, and where to turn); their wording is this system's own, since no national template was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nianlun.cases.domain.applicants import Applicant
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.types import About, CaseType, Requirement, SlipKind
from nianlun.kernel.hotline import HOTLINE

_CONTACT = f"咨询电话：{HOTLINE}（人力资源和社会保障服务热线），也可以到本机构窗口询问。"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMaterial:
    """One paper as it stood when the slip was decided on."""

    requirement: Requirement
    how: How
    on: date
    promised_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a slip is addressed to. `number` is masked, and empty where none is known."""

    name: str
    number_label: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFacts:
    """What a slip tells of a case, as of the move that gave rise to it.

    `applicant` is who asked for this one. `decided_on` is the day of that move. `text` is what the deciding person
    wrote, and what the effect said follows in `result`. `missing` are the papers asked for, `corrected` is the number
    of the case that this one corrects. `payee_until` is the day until which another account is asked for, `unpaid` are
    the payments that failed before; `posted` tells of the posting, `no_calendar` that the working days of a year it
    took are not known here.
    """

    type: CaseType
    applicant: Applicant
    number: str
    agency: str
    subject: Subject
    received_on: date
    accepted_on: date | None
    decided_on: date
    due_on: date | None
    text: str = ""
    result: str = ""
    by_applicant: bool = False
    shown: Sequence[ShownMaterial] = ()
    missing: Sequence[Requirement] = ()
    days_used: int | None = None
    no_calendar: bool = False
    corrected: str = ""
    payee_until: date | None = None
    posted: str = ""
    unpaid: Sequence[tuple[date, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTable:
    """A list of papers with its heading."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipContent:
    """A slip as the template sets it: all of it is text, in the order of the page."""

    title: str
    number: str
    agency: str
    on: date
    addressee: str
    opening: str
    rows: tuple[tuple[str, str], ...]
    tables: tuple[PaperTable, ...]
    sections: tuple[tuple[str, str], ...]
    contact: str = _CONTACT


def content(kind: SlipKind, facts: SlipFacts, *, number: str) -> SlipContent:
    """The slip of that kind under the number given to it."""
    opening, tables, sections = _PARTS[kind](facts)
    rule = facts.type.slip(kind)
    if rule is not None and rule.note:
        sections = (*sections, ("特别说明", rule.note))
    return SlipContent(
        title=kind.label,
        number=number,
        agency=facts.agency,
        on=facts.decided_on,
        addressee=f"{facts.subject.name}：",
        opening=opening,
        rows=_rows(facts),
        tables=tuple(table for table in tables if table.rows),
        sections=sections,
    )


_Parts = tuple[str, tuple[PaperTable, ...], tuple[tuple[str, str], ...]]


def _acceptance(facts: SlipFacts) -> _Parts:
    outstanding = [
        one
        for one in facts.type.requirements
        if one.required
        and not one.condition
        and one.code not in {each.requirement.code for each in facts.shown}
    ]
    match facts.applicant:
        case Applicant.AGENCY:
            opening = f"本机构决定自 {_day(facts.decided_on)}起依职权办理“{facts.type.name}”，现告知{_you(facts)}。"
        case Applicant.AUTHORITY:
            opening = (
                f"{_you(facts)}于 {_day(facts.received_on)}提出的“{facts.type.name}”要求，"
                f"本机构已经审查，决定自 {_day(facts.decided_on)}起办理。"
            )
        case _:
            opening = (
                f"{_you(facts)}于 {_day(facts.received_on)}提出的“{facts.type.name}”申请，"
                f"本机构已经审查，决定自 {_day(facts.decided_on)}起受理。"
            )
    return (
        opening,
        (_received(facts), _wanted("还要提交的材料", outstanding)),
        (("办理期限", _term(facts)),),
    )


def _supplement(facts: SlipFacts) -> _Parts:
    if facts.payee_until is not None:
        return _another_account(facts, until=facts.payee_until)
    names = "、".join(one.name for one in facts.missing)
    more = facts.text.removeprefix(names).lstrip("；") if names else facts.text
    where = "请补齐后交到本机构窗口"
    if facts.applicant in _APPLY_THEMSELVES:
        where += "，或者在网上提交"
    lacking = "还缺" if facts.applicant is not Applicant.AGENCY else f"需要{_you(facts)}提供"
    opening = f"{_matter(facts)}，{lacking}下面的材料。现一次性告知，{where}。"
    clock = (
        "从本通知之日起到材料补齐之日止，不计入办理期限。"
        if facts.accepted_on is not None
        else "材料补齐后，本机构决定受理并开始计算办理期限。"
    )
    sections = [("其他要求", more)] if more else []
    return (
        opening,
        (_wanted("要补正的材料", facts.missing), _received(facts)),
        (*sections, ("办理期限", clock)),
    )


def _another_account(facts: SlipFacts, *, until: date) -> _Parts:
    opening = (
        f"“{facts.type.name}”已经批准，但是 {_day(facts.decided_on)}付款没有付成。"
        "请换一个收款账户，不用重新申请。"
    )
    return (
        opening,
        (),
        (
            ("没有付成的原因", facts.text),
            (
                "要带的材料",
                "身份证件原件和能收款的银行账户凭证（银行卡、存折或者开户证明），到本机构窗口登记。",
            ),
            ("什么时候以前", f"{_day(until)}以前。过了这一天也可以来办，登记以后接着付。"),
            ("办理期限", "从本通知之日起到登记新账户之日止，不计入办理期限。"),
        ),
    )


def _not_accepted(facts: SlipFacts) -> _Parts:
    verdict = "不予受理" if facts.applicant in _APPLY_THEMSELVES else "不予办理"
    opening = f"{_asked_for(facts)}，经两名工作人员审查，本机构决定{verdict}。"
    return opening, (_received(facts),), (("理由", facts.text), ("救济途径", _appeal(facts)))


def _refusal(facts: SlipFacts) -> _Parts:
    verdict = "不予批准" if facts.applicant is not Applicant.AGENCY else "不予处理"
    opening = f"{_matter(facts)}，经审查不符合规定的条件，本机构决定{verdict}。"
    return opening, (_received(facts),), (("理由", facts.text), ("救济途径", _appeal(facts)))


def _conclusion(facts: SlipFacts) -> _Parts:
    opening = f"{_matter(facts)}，经审查符合规定的条件，已于 {_day(facts.decided_on)}办结。"
    used = (
        f"实际用时 {facts.days_used} 个工作日，补正、中止和公示的时间不计在内。"
        if facts.days_used is not None
        else ""
    )
    if facts.no_calendar:
        used = "办理期间有的年份工作日安排尚未登记，实际用时没有计算。"
    sections = [("办理结果", facts.result or f"{_GRANTED[facts.applicant]}办理{facts.type.name}。")]
    if facts.corrected:
        sections.append(("更正的是", f"本件更正 {facts.corrected}，原件保留，以本件为准。"))
    if facts.posted:
        sections.append(("公示", facts.posted))
    if facts.unpaid:
        failed = "；".join(f"{_day(on)}没有付成（{why}）" for on, why in facts.unpaid)
        sections.append(
            ("付款经过", f"{failed}。换收款账户并经复核以后，于 {_day(facts.decided_on)}付清。")
        )
    if used:
        sections.append(("办理用时", used))
    sections.append(("不服怎么办", _appeal(facts)))
    return opening, (), tuple(sections)


def _suspension(facts: SlipFacts) -> _Parts:
    opening = f"{_matter(facts)}，因故自 {_day(facts.decided_on)}起中止办理。"
    clock = f"中止的时间不计入办理期限。原因消除以后恢复办理，并通知{_you(facts)}。"
    return opening, (), (("原因", facts.text), ("办理期限", clock))


def _withdrawal(facts: SlipFacts) -> _Parts:
    if facts.by_applicant:
        opening = (
            f"{_matter(facts)}，本机构按{_you(facts)}的要求于 {_day(facts.decided_on)}撤回，不再办理。"
        )
        return opening, (_received(facts),), (("说明", "以后需要办理的，可以重新申请。"),)
    opening = f"{_matter(facts)}，经两名工作人员核实，本机构决定予以撤销，不再办理。"
    return opening, (_received(facts),), (("理由", facts.text), ("救济途径", _appeal(facts)))


_PARTS = {
    SlipKind.ACCEPTANCE: _acceptance,
    SlipKind.SUPPLEMENT: _supplement,
    SlipKind.NOT_ACCEPTED: _not_accepted,
    SlipKind.REFUSAL: _refusal,
    SlipKind.CONCLUSION: _conclusion,
    SlipKind.SUSPENSION: _suspension,
    SlipKind.WITHDRAWAL: _withdrawal,
}


_APPLY_THEMSELVES = frozenset({Applicant.PERSON, Applicant.EMPLOYER})
_GRANTED = {
    Applicant.PERSON: "准予",
    Applicant.EMPLOYER: "准予",
    Applicant.AGENCY: "决定",
    Applicant.AUTHORITY: "同意",
}
WHERE_TO_APPEAL = (
    "行政复议向管理本机构的本级人民政府申请（行政复议法 第二十四条）。"
    f"复议机关和法院的名称、地址，可以到本机构窗口或者拨 {HOTLINE} 询问。"
)
"""Which body reviews: 行政复议法 (2023) 第二十四条, from memory (M); so the sentence leads to the counter too."""


def _appeal(facts: SlipFacts) -> str:
    way = facts.type.refusal_appeal
    return f"{way}{WHERE_TO_APPEAL}" if "行政复议" in way else way


def _you(facts: SlipFacts) -> str:
    """How the addressee is spoken to."""
    if facts.applicant is Applicant.AUTHORITY:
        return "贵单位"
    return {About.PERSON: "您", About.EMPLOYER: "你单位", About.AGENCY: "本机构"}[facts.type.about]


def _matter(facts: SlipFacts) -> str:
    """The matter by who asked for it: nobody is told that he applied for what is done against him."""
    match facts.applicant:
        case Applicant.AGENCY:
            return f"本机构依职权办理的“{facts.type.name}”"
        case Applicant.AUTHORITY:
            return f"{_you(facts)}要求办理的“{facts.type.name}”"
        case _:
            return f"{_you(facts)}申请办理的“{facts.type.name}”"


def _asked_for(facts: SlipFacts) -> str:
    """The matter before it was accepted."""
    if facts.applicant in _APPLY_THEMSELVES:
        return f"{_you(facts)}于 {_day(facts.received_on)}提出的“{facts.type.name}”申请"
    return _matter(facts)


def _rows(facts: SlipFacts) -> tuple[tuple[str, str], ...]:
    rows = [("业务", facts.type.name), ("业务编号", facts.number)]
    if facts.subject.number:
        rows.append((facts.subject.number_label, facts.subject.number))
    rows.append(("收件日期", _day(facts.received_on)))
    if facts.accepted_on is not None:
        rows.append(("受理日期", _day(facts.accepted_on)))
    rows.append(("办理依据", facts.type.legal_basis))
    return tuple(rows)


def _received(facts: SlipFacts) -> PaperTable:
    rows = tuple(
        (str(place), one.requirement.name, _how(one), one.requirement.legal_basis)
        for place, one in enumerate(facts.shown, start=1)
    )
    return PaperTable(heading="已收到的材料", columns=("序号", "材料", "方式", "依据"), rows=rows)


def _how(one: ShownMaterial) -> str:
    if one.promised_until is not None:
        return f"{one.how.label}，{_day(one.promised_until)}前补交"
    return one.how.label


def _wanted(heading: str, wanted: Sequence[Requirement]) -> PaperTable:
    rows = tuple(
        (str(place), one.name, _may_be(one), one.legal_basis) for place, one in enumerate(wanted, start=1)
    )
    return PaperTable(heading=heading, columns=("序号", "材料", "要求", "依据"), rows=rows)


def _may_be(one: Requirement) -> str:
    ways = ["原件"] if one.original else ["原件或复印件"]
    ways += [each.label for each in sorted(one.substitutes)]
    return "，可用".join([ways[0], "、".join(ways[1:])]) if ways[1:] else ways[0]


def _term(facts: SlipFacts) -> str:
    limit = facts.type.limit
    if limit is None:
        return facts.type.no_limit
    last = f"，最迟 {_day(facts.due_on)}办结" if facts.due_on is not None else ""
    return f"自受理的次日起 {limit.days} 个工作日（{limit.source}）{last}。补正材料、等待其他部门结论的时间不计在内。"


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
