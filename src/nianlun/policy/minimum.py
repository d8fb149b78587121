"""What is open to a person who reaches legal age without the minimum contribution months (社会保险法 第十六条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.kernel.months import Month, first_day, month_of, show_month, show_months_as_years
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import NotInForce, Span

OPTIONS = {
    "continue_paying": "延长缴费",
    "one_off_payment": "一次性缴费",
    "switch_to_resident": "转入城乡居民养老保险",
    "account_refund": "一次性支付个人账户储存额",
}
LABELS = {
    "required_months": "最低缴费月数",
    "paid_months": "已缴月数（含视同）",
    "missing_months": "还差月数",
    "options": "可选办法",
    "account_refund_amount": "一次性支付的金额",
}
OPEN, LATER, CLOSED = "可以", "暂不可以", "不可以"


@dataclass(frozen=True, slots=True)
class Option:
    """One way on: whether and from when it is open, in words, with the row that orders it."""

    name: str
    status: str
    words: str
    node: Figure | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class _Person:
    statutory: Month
    missing: Figure
    paid: Figure
    insured_from: Month | None
    continued: int
    balance: Figure | None

    @property
    def months_missing(self) -> Decimal:
        return self.missing.decimal()


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `minimum_not_met`: the ways on with their conditions, articles and marks; no single amount."""
    sheet = ExplainedSheet(evidence)
    case.require("statutory_month", "paid_months")
    statutory = case.month("statutory_month")
    insured_from = case.month("insured_from", None)
    continued = case.count("continued_months", 0)
    paid = sheet.given(
        "paid_months", case.half_months("paid_months"), title=LABELS["paid_months"], unit="个月"
    )
    balance = (
        sheet.given("account_balance", case.money("account_balance"), title="个人账户储存额", unit="元")
        if case.has("account_balance")
        else None
    )
    case.finish()
    if insured_from is not None and insured_from > statutory:
        raise BadCase("insured_from（首次参保月份）晚于法定退休月份。请核对。")
    if continued > paid.value:
        raise BadCase("continued_months（延长缴费的月数）多于 paid_months（已缴月数，含延长的）。请核对。")
    span = book.on("minimum_contribution_months", first_day(statutory))
    required = sheet.row(span, "required_months", title=LABELS["required_months"], unit="个月")
    missing = sheet.step(
        "missing_months",
        sheet.larger(required - paid, 0),
        title=LABELS["missing_months"],
        unit="个月",
        rows=[span],
    )
    figures = {
        "required_months": required.digits,
        "paid_months": paid.digits,
        "missing_months": missing.digits,
    }
    person = _Person(statutory, missing, paid, insured_from, continued, balance)
    options = _options(sheet, book, person) if missing.value else []
    for one in options:
        figures[one.name] = f"{one.status}：{one.words}"
        if one.span is not None:
            figures[f"{one.name}_article"] = one.span.source
            figures[f"{one.name}_confidence"] = one.span.confidence
    named = [OPTIONS[one.name] for one in options if one.status == OPEN]
    figures["options"] = "、".join(named) or "无"
    nodes = [one.node for one in options if one.node is not None]
    return Assessment(
        kind=case.kind,
        title=case.title or "缴费年限不足时的办法",
        sentence=_sentence(missing, required, named),
        amounts={},
        total=None,
        figures=figures,
        labels=LABELS
        | OPTIONS
        | {f"{name}_article": f"{title}的依据" for name, title in OPTIONS.items()}
        | {f"{name}_confidence": f"{title}的可信度" for name, title in OPTIONS.items()},
        derivation=gathered(
            "minimum_not_met", "可选办法", [missing, *nodes], value=str(len(named)), unit="种"
        ),
        notes=tuple(f"{OPTIONS[one.name]}：{one.status}。{one.words}" for one in options),
    )


def _sentence(missing: Figure, required: Figure, named: Sequence[str]) -> str:
    if not missing.value:
        return f"已满最低缴费年限 {required.digits} 个月，可以按月领取，不用另选办法。"
    if not named:
        return f"还差 {missing.digits} 个月。没有找到当时可选的办法，须查当时的规定。"
    return f"还差 {missing.digits} 个月。现在可以选：{'、'.join(named)}。请由本人选定。"


def _options(sheet: ExplainedSheet, book: LawBook, person: _Person) -> Sequence[Option]:
    day = first_day(person.statutory)
    ways = {
        "continue_paying": _continue_paying,
        "one_off_payment": _one_off_payment,
        "switch_to_resident": _switch,
        "account_refund": _refund,
    }
    found = []
    for name, way in ways.items():
        try:
            span = book.on("minimum_not_met", day, group=name)
        except NotInForce as reason:
            found.append(Option(name, CLOSED, str(reason)))
            continue
        found.append(way(sheet, book, person, span))
    return found


def _continue_paying(sheet: ExplainedSheet, book: LawBook, person: _Person, span: Span) -> Option:
    months = sheet.step(
        "continue_paying",
        person.missing,
        title="延长缴费的月数",
        unit="个月",
        article=span.source,
        rows=[span],
    )
    whole = int(sheet.whole(person.missing, "ceil").value)  # a month is paid whole or not at all
    # Months already paid after legal age are among the paid ones, so the rest follows them at the earliest.
    reached = show_month(person.statutory + person.continued + whole)
    words = f"再缴 {show_months_as_years(whole)}；从到龄起逐月续缴的，最早 {reached} 满最低年限，次月起按规定领取。"
    return Option("continue_paying", OPEN, words, months, span)


def _one_off_payment(sheet: ExplainedSheet, book: LawBook, person: _Person, span: Span) -> Option:
    rule = book.on("lump_sum_completion", first_day(person.statutory))
    before = date.fromisoformat(rule.text("insured_before"))
    after = rule.number("continued_months")
    node = sheet.step(
        "one_off_payment",
        person.missing,
        title="一次性缴费的月数",
        unit="个月",
        article=span.source,
        rows=[span, rule],
    )
    name = "one_off_payment"
    if person.insured_from is None:
        return Option(name, LATER, "没有首次参保月份，不能判断。请补 insured_from。", node, span)
    if person.insured_from >= month_of(before):
        return Option(
            name, CLOSED, f"{show_month(person.insured_from)} 参保，不早于 {before}。", node, span
        )
    if person.continued >= after:
        return Option(
            name, OPEN, f"已延长缴费 {person.continued} 个月，可以一次缴足还差的月数。", node, span
        )
    left = after - person.continued
    if person.months_missing <= left:
        return Option(
            name,
            CLOSED,
            f"再缴 {person.missing.digits} 个月就满最低年限，不到规定的 {after} 个月。",
            node,
            span,
        )
    when = show_month(person.statutory + after)
    words = f"须延长缴费满 {show_months_as_years(after)}（逐月续缴的最早 {when}）仍不足，才可以一次缴足。"
    return Option(name, LATER, words, node, span)


def _switch(sheet: ExplainedSheet, book: LawBook, person: _Person, span: Span) -> Option:
    node = sheet.step(
        "switch_to_resident",
        person.paid,
        title="计入居民年限的月数",
        unit="个月",
        article=span.source,
        rows=[span],
    )
    return Option("switch_to_resident", OPEN, f"{span.note}向户籍地申请。", node, span)


def _refund(sheet: ExplainedSheet, book: LawBook, person: _Person, span: Span) -> Option:
    if person.balance is None:
        return Option("account_refund", OPEN, f"{span.note}金额待个人账户储存额核对后确定。", None, span)
    node = sheet.step(
        "account_refund",
        person.balance,
        title="一次性支付的金额",
        unit="元",
        article=span.source,
        rows=[span],
    )
    return Option(
        "account_refund", OPEN, f"{span.note}金额为储存额 {yuan(person.balance)} 元。", node, span
    )
