"""What stands on the printed forms: the determination form of Hebei, the general one, and the explanation on paper."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.entitlements.benefit import BenefitView
from nianlun.entitlements.domain.career import MonthState
from nianlun.entitlements.domain.rules import start_month
from nianlun.entitlements.form_tables import (
    NOTHING,
    Grid,
    PrintedStep,
    index_grids,
    printed_steps,
    value_grid,
    valued,
)
from nianlun.entitlements.gathering import Working
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import Month, show_month, show_months_as_years
from nianlun.policy.assessment import Assessment
from nianlun.ui.widgets.explanation import Explanation, explanation

DETERMINATION = "退休人员基本养老金计发表"
GENERAL = "待遇核定表"
EXPLANATION = "待遇推算说明"
ENTERPRISE = "enterprise_benefit"
NOT_HELD = "未记载"
METHODS = {"old_method": "老办法合计", "new_method": "新办法合计"}

Pair = tuple[str, str]


class NothingToPrint(Exception):
    """There is no amount to put on a form; the message says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with names and values under it."""

    heading: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One amount: its name, how it was worked out in numbers, and yuan with two decimals."""

    label: str
    working: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormContent:
    """A form before it is typeset. `on` is the day it is issued, `edition` the digest of the law it rests on."""

    title: str
    agency: str
    issued_by: str
    on: date
    edition: str
    sections: tuple[Section, ...]
    amounts: tuple[Line, ...]
    total: str
    notices: tuple[str, ...]
    grids: tuple[Grid, ...]
    steps: tuple[PrintedStep, ...]
    articles: tuple[str, ...]
    confidence: str


def determination(
    working: Working, view: BenefitView, *, on: date, issued_by: str, edition: str
) -> FormContent:
    """The form with which a pension is determined. Raises `NothingToPrint` where there is no amount."""
    answer = _answer(view)
    shown = explanation(answer)
    enterprise = view.kind == ENTERPRISE
    sections = [_person(working)]
    if enterprise:
        sections += [_retirement(working, view), _years(working, view, answer)]
    sections.append(_figures(answer))
    return FormContent(
        title=DETERMINATION if enterprise else GENERAL,
        agency=working.person.agency_name,
        issued_by=issued_by,
        on=on,
        edition=edition,
        sections=tuple(sections),
        amounts=_amounts(shown),
        total=_total(answer),
        notices=_notices(view, answer),
        grids=index_grids(shown) + value_grid(answer),
        steps=(),
        articles=_articles(shown),
        confidence=shown.mark.word,
    )


def explained(
    working: Working, view: BenefitView, *, on: date, issued_by: str, edition: str
) -> FormContent:
    """The explanation on paper: sentence, amounts, steps. Raises `NothingToPrint` where there is no amount."""
    answer = _answer(view)
    shown = explanation(answer)
    return FormContent(
        title=EXPLANATION,
        agency=working.person.agency_name,
        issued_by=issued_by,
        on=on,
        edition=edition,
        sections=(_person(working),),
        amounts=_amounts(shown),
        total=_total(answer),
        notices=(answer.sentence, *_notices(view, answer)),
        grids=value_grid(answer),
        steps=printed_steps(shown),
        articles=_articles(shown),
        confidence=shown.mark.word,
    )


def _answer(view: BenefitView) -> Assessment:
    if view.assessment is None:
        raise NothingToPrint(f"还算不出待遇，没有表可印：{view.refusal}")
    return view.assessment


def _person(working: Working) -> Section:
    person = working.person
    birth, start = working.facts.get(Kind.BIRTH_DATE), working.facts.get(Kind.WORK_START)
    return Section(
        heading="个人信息",
        pairs=(
            ("姓名", person.name),
            ("性别", person.sex.label),
            ("证件号码", person.masked_identity_number),
            ("个人编号", person.personal_number),
            ("出生年月", birth.value if birth else "未认定"),
            ("参加工作时间", start.value if start else "未认定"),
            ("参保类别", person.scheme.label),
            ("个人身份", working.retirement.post),
        ),
    )


def _retirement(working: Working, view: BenefitView) -> Section:
    paid = [one.month for one in working.paid if one.counts_as_employee]
    first, last = min(paid, default=None), max(paid, default=None)
    start = working.account_start
    retirement = working.retirement
    delay = retirement.delay_months or 0
    return Section(
        heading="参保和退休",
        pairs=(
            ("参保日期", NOT_HELD),
            ("建账日期", show_month(start_month(start)) if start else NOTHING),
            ("首次缴费日期", _month(first)),
            ("缴费起止", f"{_month(first)} 至 {_month(last)}" if paid else NOTHING),
            ("退休时间", _month(view.month)),
            ("退休类别", _way(view.month, retirement.statutory_month)),
            ("延迟退休标识", f"是，{delay} 个月" if delay else "否"),
            ("弹性退休标识", "否" if view.month == retirement.statutory_month else "是"),
        ),
    )


def _way(month: Month | None, statutory: Month | None) -> str:
    if month is None or statutory is None or month == statutory:
        return "正常退休"
    return "弹性提前退休" if month < statutory else "弹性延迟退休"


def _years(working: Working, view: BenefitView, answer: Assessment) -> Section:
    inputs = view.inputs
    deemed = Decimal(inputs.get("deemed_months", 0))
    before = Decimal(inputs.get("pre_account_paid_months", 0))
    after = Decimal(inputs.get("post_account_paid_months", 0))
    return Section(
        heading="缴费年限",
        pairs=(
            ("视同缴费年限", _duration(deemed)),
            ("建账前实际缴费年限", _duration(before)),
            ("建账后实际缴费年限", _duration(after)),
            ("中断缴费年限", _duration(Decimal(working.career.counts[MonthState.GAP]))),
            ("累计缴费年限", _duration(deemed + before + after)),
            ("用于计算过渡性养老金的缴费年限", _years_of(answer, "transitional_years")),
            ("计算指数年限", _found(answer, "counted_years", unit=" 年")),
            ("折算缴费年限", _years_of(answer, "years")),
        ),
    )


def _figures(answer: Assessment) -> Section:
    balance = _found(answer, "account_balance", unit=" 元")
    pairs = [
        (answer.labels.get(name, name), valued(text, _unit(answer, name)))
        for name, text in answer.figures.items()
        if name not in ("years", "transitional_years", *METHODS)
    ]
    if balance != NOTHING:
        pairs.append(("个人账户储存额", balance))
    pairs += [(label, answer.figures[name]) for name, label in METHODS.items() if name in answer.figures]
    return Section(heading="计算依据", pairs=tuple(pairs))


def _amounts(shown: Explanation) -> tuple[Line, ...]:
    steps = {step.number: step.node for step in shown.steps}
    return tuple(
        Line(
            label=one.label,
            working=steps[one.step].working if one.step else "",
            amount=f"{one.amount:,.2f}",
        )
        for one in shown.amounts
    )


def _total(answer: Assessment) -> str:
    return NOTHING if answer.total is None else f"{answer.total:,.2f}"


def _notices(view: BenefitView, answer: Assessment) -> tuple[str, ...]:
    said = [*answer.notes]
    if answer.provisional and not said:
        said.append("预发待遇：当年数值公布后重新核定，多退少补。")
    if view.estimate:
        said.insert(0, "这是试算，不是核定结果。")
    return tuple(dict.fromkeys([*said, *view.assumptions]))


def _articles(shown: Explanation) -> tuple[str, ...]:
    """What orders the steps; where the values come from stands in the table of values."""
    return tuple(dict.fromkeys(step.node.article for step in shown.steps if step.node.article))


def _unit(answer: Assessment, node_id: str) -> str:
    try:
        return answer.derivation.find(node_id).unit
    except KeyError:
        return ""


def _found(answer: Assessment, node_id: str, *, unit: str) -> str:
    try:
        return f"{answer.derivation.find(node_id).value}{unit}"
    except KeyError:
        return NOTHING


def _years_of(answer: Assessment, name: str) -> str:
    return f"{answer.figures[name]} 年" if name in answer.figures else NOTHING


def _duration(months: Decimal) -> str:
    whole = int(months)
    if months == whole:
        return show_months_as_years(whole)
    years, rest = divmod(months, 12)
    return f"{int(years)} 年 {rest} 个月"


def _month(month: Month | None) -> str:
    return NOTHING if month is None else show_month(month)
