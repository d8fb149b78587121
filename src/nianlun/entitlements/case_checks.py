"""What the law and the record say of an application to retire, to draw, to end or to move a relation.

Whatever has not been ruled on yet is said as such and left to a person: the system does not guess an age.
"""

from datetime import date

from nianlun.cases.checks import pre_check
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.entitlements import assessing, queries
from nianlun.entitlements.domain.retirement import RetirementView
from nianlun.kernel.months import Month, parse_month, show_month, show_months_as_years
from nianlun.registry import queries as registry


@pre_check("entitlements.retirement_age_reached")
def retirement_age_reached(case: CaseFacts, *, on: date) -> list[Finding]:
    """The month asked for lies outside what the law allows, by the birth date that was ruled."""
    view, asked = _view(case, on=on), case.details.get("retire_month", "")
    if view is None or not asked:
        return []
    if view.unsettled is not None or view.statutory_month is None:
        return _unsettled(view)
    return _outside(
        view, view.statutory_month, asked=parse_month(asked), manner=case.details.get("manner", "")
    )


@pre_check("entitlements.minimum_months_held")
def minimum_months_held(case: CaseFacts, *, on: date) -> list[Finding]:
    """Too few contribution months for a monthly pension (社会保险法 第十六条)."""
    view = _view(case, on=on)
    if view is None or not view.missing_months:
        return []
    lacking = show_months_as_years(view.missing_months)
    return [
        Finding.stop(
            f"按现有记录，缴费年限还差 {lacking}，不能按月领取。请先补录视同和转入的年限，或告知其他办法。"
        )
    ]


@pre_check("entitlements.minimum_months_lacking")
def minimum_months_lacking(case: CaseFacts, *, on: date) -> list[Finding]:
    """A relation is to end for want of years although there are enough for a monthly pension."""
    view = _view(case, on=on) if case.details.get("why") == "years" else None
    if view is None:
        return []
    if view.missing_months is None:
        return _unsettled(view)
    if view.missing_months:
        return []
    return [Finding.stop("缴费年限已满，可以按月领取，不能因年限不足终止关系。请改办退休。")]


@pre_check("entitlements.below_retirement_age")
def below_retirement_age(case: CaseFacts, *, on: date) -> list[Finding]:
    """The sickness allowance is for those below the statutory age (人社部发〔2024〕72号)."""
    view = _view(case, on=on)
    if view is None:
        return []
    if view.unsettled is not None:
        return _unsettled(view)
    if not view.reached:
        return []
    return [Finding.stop("已到法定退休年龄，应当办退休，不能申领病残津贴。")]


@pre_check("entitlements.not_drawing")
def not_drawing(case: CaseFacts, *, on: date) -> list[Finding]:
    """A benefit has been assessed for the person already."""
    line = assessing.in_force_of(case.person_id) if case.person_id else None
    if line is None:
        return []
    return [
        Finding.stop(
            f"这个人的待遇已经核定，{show_month(line.month)} 起每月 {line.total} 元。请核对是否重复申请。"
        )
    ]


@pre_check("entitlements.drawing")
def drawing(case: CaseFacts, *, on: date) -> list[Finding]:
    """No benefit has been assessed here for somebody who is said to draw one."""
    if case.person_id is None or assessing.in_force_of(case.person_id) is not None:
        return []
    return [Finding.look("系统里没有这个人已生效的待遇核定。请核对待遇在哪里核定、有没有录入。")]


@pre_check("entitlements.assessment_proposed")
def assessment_proposed(case: CaseFacts, *, on: date) -> list[Finding]:
    """No assessment waits to be decided on: the grant would have nothing to put into force."""
    if case.person_id is None or assessing.waiting_of(case.person_id) is not None:
        return []
    return [Finding.stop("还没有提出待遇核定。请先在这个人的“每月能领多少”里提出核定。")]


def _view(case: CaseFacts, *, on: date) -> RetirementView | None:
    if case.person_id is None:
        return None
    return queries.retirement(registry.system_person(case.person_id), on=on)


def _unsettled(view: RetirementView) -> list[Finding]:
    why = view.unsettled
    return [Finding.look(f"{why.sentence}{why.next_step}" if why else "法定退休年龄还算不出。请人工核对。")]


def _outside(view: RetirementView, statutory: Month, *, asked: Month, manner: str) -> list[Finding]:
    earliest = (view.earliest_month or statutory) if manner == "earlier" else statutory
    latest = (view.latest_month or statutory) if manner == "later" else None
    if asked < earliest:
        return [
            Finding.stop(
                f"申请 {show_month(asked)} 退休，按认定的出生日期最早是 {show_month(earliest)}。请改年月，或到时再来。"
            )
        ]
    if latest is not None and asked > latest:
        return [
            Finding.stop(f"申请 {show_month(asked)} 退休，弹性延迟最晚到 {show_month(latest)}。请改年月。")
        ]
    if manner == "statutory" and asked > statutory:
        return [
            Finding.look(
                f"法定退休年龄在 {show_month(statutory)} 已到，申请的是 {show_month(asked)}。"
                "请核对是迟办，还是选了弹性延迟。"
            )
        ]
    return []
