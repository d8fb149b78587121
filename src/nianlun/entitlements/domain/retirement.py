"""When a person may retire, under the law before and after 2025-01-01, and whether enough is paid for it."""

from dataclasses import dataclass, replace
from datetime import date

from nianlun.entitlements.domain import rules
from nianlun.entitlements.domain.career import CareerMonths
from nianlun.kernel.months import last_day, month_of, show_month, show_months_as_years
from nianlun.policy.derivation import Node
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.retirement import NoSuchCategory, Retirement, statutory_retirement
from nianlun.policy.tables import NotInForce
from nianlun.registry.domain import PersonLine, Scheme, Sex

NEW_LAW = date(2025, 1, 1)
OLD_LAW = date(2024, 12, 31)

POSTS = {
    (Sex.MALE, 60): "男职工",
    (Sex.FEMALE, 60): "女 · 原 60 岁退休",
    (Sex.FEMALE, 55): "女 · 管理技术岗位",
    (Sex.FEMALE, 50): "女 · 工人岗位",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Why a figure cannot be given yet, and what to do about it, in Chinese; `about` is the kind that lacks."""

    about: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetirementView:
    """What is known about retirement on a day. Months as integers; None while `unsettled` says why.

    `before` is the month by the law as it stood on 2024-12-31. `missing_months` is what the contribution
    months lack of the minimum, `doubtful_months` how many of those counted are not well proved.
    """

    unsettled: Unsettled | None
    statutory_month: int | None
    before: int | None
    delay_months: int | None
    earliest_month: int | None
    latest_month: int | None
    minimum_months: int | None
    contribution_months: int
    doubtful_months: int
    missing_months: int | None
    reached: bool
    post: str
    age_months: int | None
    derivation: Node
    sources: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The answer in one sentence."""
        if self.unsettled is not None or self.statutory_month is None:
            return self.unsettled.sentence if self.unsettled else ""
        said = f"{show_month(self.statutory_month)} {'已达到' if self.reached else '达到'}法定退休年龄"
        if self.missing_months:
            return f"{said}，缴费年限还差 {show_months_as_years(self.missing_months)}。"
        return f"{said}，缴费年限已满。"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    career: CareerMonths
    node: Node
    book: LawBook


def retirement_view(
    person: PersonLine,
    *,
    born: tuple[date, date] | None,
    birth: Node,
    career: CareerMonths,
    contributions: Node,
    on: date,
    book: LawBook | None = None,
) -> RetirementView:
    """Combine the ruled birth date, the category, the law of the day and the months held.

    `born` holds the first and the last possible day of the birth date ruled on, None without a ruling. The nodes
    `birth` and `contributions` explain them down to pages and postings.
    """
    held = _Held(career=career, node=contributions, book=book or shipped())
    if born is None:
        reason = Unsettled(
            about="birth_date",
            sentence="出生日期还没有认定，不能算退休时间。",
            next_step="请先在“认定”里对出生日期提出认定，由另一人复核。",
        )
        return _open(person, reason, birth=birth, held=held)
    if month_of(born[0]) != month_of(born[1]):
        reason = Unsettled(
            about="birth_date",
            sentence=f"出生日期只认定到“{birth.value}”，算退休时间需要年月。",
            next_step="请查找写明出生月份的最早材料，重新提出认定。",
        )
        return _open(person, reason, birth=birth, held=held)
    month = month_of(born[0])
    if person.scheme is Scheme.RESIDENT:
        return _resident(person, born=month, birth=birth, held=held, on=on)
    return _employee(person, born=month, birth=birth, held=held, on=on)


def _employee(person: PersonLine, *, born: int, birth: Node, held: _Held, on: date) -> RetirementView:
    evidence = {"birth_month": birth.evidence}
    try:
        after = statutory_retirement(
            sex=person.sex.value,
            category=person.category,
            born=born,
            law=max(on, NEW_LAW),
            evidence=evidence,
            book=held.book,
        )
        before = statutory_retirement(
            sex=person.sex.value,
            category=person.category,
            born=born,
            law=OLD_LAW,
            evidence=evidence,
            book=held.book,
        )
    except (NoSuchCategory, NotInForce) as reason:
        unsettled = Unsettled(
            about="category",
            sentence=str(reason),
            next_step="请核对登记的性别和原法定退休年龄；特殊情形由人社部门批准后人工办理。",
        )
        return _open(person, unsettled, birth=birth, held=held)
    in_force = after if on >= NEW_LAW else before
    return _view(
        person,
        in_force=in_force,
        before=before.statutory_month,
        born=born,
        held=held,
        on=on,
        node=_root(in_force, old=before, birth=birth, held=held),
    )


def _root(in_force: Retirement, *, old: Retirement, birth: Node, held: _Held) -> Node:
    """The policy's tree with the ruled birth date put where it starts from, and the months held beside it."""
    birth_month = replace(
        in_force.derivation.find("birth_month"),
        inputs=(birth,),
        rule="取认定的出生日期的年月",
        evidence=(),
    )
    tree = _graft(in_force.derivation, birth_month)
    earlier = replace(
        old.derivation.find("statutory_month"),
        id="statutory_month_before",
        title="按 2024 年 12 月 31 日的规定",
        inputs=(),
    )
    return replace(
        tree,
        inputs=(
            *tree.inputs,
            _enough(in_force.minimum_months, minimum=tree.find("minimum_months"), held=held),
            earlier,
        ),
    )


def _graft(node: Node, replacement: Node) -> Node:
    if node.id == replacement.id:
        return replacement
    if not node.inputs:
        return node
    return replace(node, inputs=tuple(_graft(inner, replacement) for inner in node.inputs))


def _enough(minimum_months: int, *, minimum: Node, held: _Held) -> Node:
    months = held.career.contribution_months
    missing = max(0, minimum_months - months)
    return Node(
        id="missing_months",
        title="距最低缴费年限还差",
        value=str(missing),
        unit="个月",
        rule="缴费年限（含视同缴费年限）达到最低缴费年限，才能按月领取",
        article="社会保险法 第十六条",
        formula=f"{minimum_months} 减 {months}，不小于 0",
        inputs=(replace(minimum, inputs=()), held.node),
    )


def _resident(person: PersonLine, *, born: int, birth: Node, held: _Held, on: date) -> RetirementView:
    try:
        span = rules.resident_pension_age(held.book, on=last_day(born + 720))
    except NotInForce as reason:
        unsettled = Unsettled(
            about="scheme",
            sentence=str(reason),
            next_step="制度施行前已满 60 周岁的，按施行时的办法人工核定。",
        )
        return _open(person, unsettled, birth=birth, held=held)
    month = born + span.number("age_months")
    minimum = Node(
        id="minimum_months",
        title="最低缴费年限",
        value=str(span.number("minimum_months")),
        unit="个月",
        article=span.source,
        rows=(span.row(),),
    )
    statutory = Node(
        id="statutory_month",
        title="达到待遇领取年龄的月份",
        value=show_month(month),
        unit="年月",
        rule="年满 60 周岁，不随职工延迟",
        article=span.source,
        formula=f"{show_month(born)} 加 {show_months_as_years(span.number('age_months'))}",
        rows=(span.row(),),
        inputs=(birth,),
    )
    root = Node(
        id="retirement",
        title="达到待遇领取年龄的月份",
        value=statutory.value,
        unit="年月",
        rule="城乡居民基本养老保险的领取年龄和最低缴费年限",
        article=span.source,
        inputs=(statutory, minimum, _enough(span.number("minimum_months"), minimum=minimum, held=held)),
    )
    answer = Retirement(
        statutory_month=month,
        original_month=month,
        delay_months=0,
        earliest_month=month,
        latest_month=month,
        minimum_months=span.number("minimum_months"),
        derivation=root,
        sources=(span.source,),
    )
    return _view(person, in_force=answer, before=month, born=born, held=held, on=on, node=root)


def _view(
    person: PersonLine, *, in_force: Retirement, before: int, born: int, held: _Held, on: date, node: Node
) -> RetirementView:
    return RetirementView(
        unsettled=None,
        statutory_month=in_force.statutory_month,
        before=before,
        delay_months=in_force.delay_months,
        earliest_month=in_force.earliest_month,
        latest_month=in_force.latest_month,
        minimum_months=in_force.minimum_months,
        contribution_months=held.career.contribution_months,
        doubtful_months=held.career.doubtful_months,
        missing_months=max(0, in_force.minimum_months - held.career.contribution_months),
        reached=in_force.statutory_month <= month_of(on),
        post=_post(person),
        age_months=in_force.statutory_month - born,
        derivation=node,
        sources=tuple(dict.fromkeys(row.source for row in node.used_rows())),
    )


def _open(person: PersonLine, reason: Unsettled, *, birth: Node, held: _Held) -> RetirementView:
    return RetirementView(
        unsettled=reason,
        statutory_month=None,
        before=None,
        delay_months=None,
        earliest_month=None,
        latest_month=None,
        minimum_months=None,
        contribution_months=held.career.contribution_months,
        doubtful_months=held.career.doubtful_months,
        missing_months=None,
        reached=False,
        post=_post(person),
        age_months=None,
        derivation=Node(
            id="retirement",
            title="法定退休时间",
            value="未定",
            unit="",
            rule=reason.sentence,
            formula=reason.next_step,
            inputs=(birth, held.node),
        ),
        sources=(),
    )


def _post(person: PersonLine) -> str:
    if person.scheme is Scheme.RESIDENT:
        return f"{person.sex.label} · 城乡居民"
    return POSTS.get((person.sex, person.category), person.sex.label)
