"""The rules that every kind of business keeps, whatever its file says; the sentence names the file and the key."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from string import Formatter

from nianlun.cases.domain.applicants import Applicant
from nianlun.cases.domain.types import (
    About,
    CaseType,
    Field,
    FieldKind,
    Origin,
    Risk,
    SlipKind,
    Step,
    TypeBroken,
    When,
)

_TITLE_PARTS = {"name", "number", "year"}
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_PROCESS = re.compile(r"\d{1,2}a?")
_SEPARATE = (Step.FIRST_REVIEW, Step.SECOND_REVIEW, Step.APPROVAL)


def check_together(types: Iterable[CaseType]) -> None:
    """Return where the definitions of each code follow one another without gap or overlap. Raises `TypeBroken`."""
    by_code: dict[str, list[CaseType]] = {}
    for one in types:
        by_code.setdefault(one.code, []).append(one)
    for code, followed in by_code.items():
        followed.sort(key=lambda one: one.since)
        for earlier, later in pairwise(followed):
            if earlier.until != later.since:
                ends = f"到 {earlier.until} 前为止" if earlier.until else "没有写 until"
                raise TypeBroken(
                    f"{code}：自 {earlier.since} 起的定义{ends}，下一份自 {later.since} 起。"
                    f"请把前一份的 until 写成 {later.since}。"
                )
    names: dict[str, str] = {}
    for one in types:
        if names.setdefault(one.name, one.code) != one.code:
            raise TypeBroken(f"{one.code}：name “{one.name}”与 {names[one.name]} 相同。请改一个名称。")


def check(found: CaseType, *, where: str) -> None:
    """Return where the definition keeps every rule. Raises `TypeBroken`."""
    if not _CODE.fullmatch(found.code):
        raise TypeBroken(f"{where}：code “{found.code}”只能用小写字母、数字和下划线。")
    if not _PROCESS.fullmatch(found.process):
        raise TypeBroken(f"{where}：process “{found.process}”应是业务流程的节号，如 9 或 9a。")
    if found.until is not None and found.until <= found.since:
        raise TypeBroken(f"{where}：until {found.until} 不晚于 since {found.since}。")
    _check_steps(found, where=where)
    _check_applicant(found, where=where)
    if (found.limit is None) == (found.no_limit == ""):
        raise TypeBroken(f"{where}：limit 和 no_limit 要有一项且只有一项：写明时限，或者写明为什么没有。")
    for name, number in (("posting_days", found.posting_days), ("limit", found.limit and found.limit.days)):
        if number is not None and (type(number) is not int or not 1 <= number <= 250):
            raise TypeBroken(f"{where}：{name} 应是 1 到 250 的工作日数。")
    if not found.plain_steps or not all(isinstance(one, str) and one.strip() for one in found.plain_steps):
        raise TypeBroken(f"{where}：plain_steps 要写给群众看的步骤，至少一步。")
    unknown = {part for _, part, _, _ in Formatter().parse(found.title) if part is not None} - _TITLE_PARTS
    if unknown:
        raise TypeBroken(f"{where}：title 里的 {sorted(unknown)} 不认识，只能用 {sorted(_TITLE_PARTS)}。")
    once([one.code for one in found.fields], key="field", where=where)
    once([one.code for one in found.requirements], key="requirement", where=where)
    once(found.checks, key="checks", where=where)
    for field in found.fields:
        _check_when(field.when, found.fields, where=f"{where}：{field.code}")
    if found.posting_when is not None and found.posting_days is None:
        raise TypeBroken(f"{where}：写了 posting_when，没有写 posting_days（公示几个工作日）。")
    _check_when(found.posting_when, found.fields, where=f"{where}：posting_when")
    for paper in found.requirements:
        _check_when(paper.when, found.fields, where=f"{where}：{paper.code}")
    if (
        SlipKind.ACCEPTANCE not in {slip.kind for slip in found.slips}
        and Origin.SYSTEM not in found.origins
    ):
        raise TypeBroken(f"{where}：slips 里没有 acceptance。由人申请的业务要出受理通知书。")


def _check_applicant(found: CaseType, *, where: str) -> None:
    if found.applicant is Applicant.PERSON and found.about is not About.PERSON:
        raise TypeBroken(f"{where}：applicant 是 person，about 也要是 person：本人只能申请自己的事。")
    if Origin.ONLINE in found.origins and found.applicant is not Applicant.PERSON:
        raise TypeBroken(f"{where}：origins 有 online（网上），applicant 要是 person：网上只有本人申请。")


def _check_steps(found: CaseType, *, where: str) -> None:
    steps = found.steps
    if list(steps) != sorted(set(steps), key=list(Step).index) or not steps:
        raise TypeBroken(f"{where}：steps 要按 {[step.value for step in Step]} 的先后，每步至多一次。")
    if steps[0] is not Step.FIRST_REVIEW:
        raise TypeBroken(f"{where}：steps 要从 first_review（初审）开始。")
    if Step.PAYMENT in steps and Step.APPROVAL not in steps:
        raise TypeBroken(f"{where}：steps 有 payment（支付）而没有 approval（审批）。没有审批不能支付。")
    if Step.PAYMENT in steps and found.risk is not Risk.HIGH:
        raise TypeBroken(f"{where}：steps 有 payment（支付），risk 要是 high。")
    if found.risk is Risk.HIGH and not set(_SEPARATE) <= set(steps):
        raise TypeBroken(f"{where}：risk 是 high，steps 要有 first_review、second_review 和 approval。")
    if (found.risk is Risk.HIGH) != (found.high_risk_reason != ""):
        raise TypeBroken(f"{where}：risk 是 high 的，要在 high_risk_reason 写明理由；不是的，不要写。")


def _check_when(when: When | None, fields: Sequence[Field], *, where: str) -> None:
    if when is None:
        return
    asked = next((one for one in fields if one.code == when.field), None)
    if asked is None:
        raise TypeBroken(f"{where}：when 里的 {when.field} 不是这类业务的申报项。")
    known = {value for value, _ in asked.choices} if asked.kind is FieldKind.CHOICE else {"yes"}
    if asked.kind not in (FieldKind.CHOICE, FieldKind.FLAG) or not set(when.values) <= known:
        raise TypeBroken(f"{where}：when 只能看选项或是否，{asked.label}没有 {list(when.values)}。")


def once(values: Sequence[str], *, key: str, where: str) -> None:
    """Return where no value stands twice. Raises `TypeBroken`."""
    twice = sorted({value for value in values if list(values).count(value) > 1})
    if twice:
        raise TypeBroken(f"{where}：{key} 里 {'、'.join(twice)} 写了两次。")
