"""Months paid twice and benefits drawn twice (人社部发〔2014〕17号 第七条、第八条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from nianlun.kernel.months import Month, Period, first_day, show_month
from nianlun.policy.account_rates import SCHEMES
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span

ARTICLES = {
    "months": "人社部发〔2014〕17号 第七条",
    "benefits": "人社部发〔2014〕17号 第八条",
}
LABELS = {
    "refund_contributions": "退还重复月份的缴费",
    "refund_balance": "退还居民账户余额（不含政府补贴）",
    "repay_basic": "应退回的居民基础养老金",
    "total": "退给本人的净额",
    "counted_months": "计算一次的缴费月数",
    "employee_months": "其中按职工计算",
    "resident_months": "其中按居民计算",
    "double_months": "重复缴费的月数",
    "double_benefit_months": "重复领取的月数",
}


EMPLOYEE_AND_RESIDENT, TWO_PLACES = "employee_and_resident", "two_places"
TWO_RESIDENT = "同一时段领取两份居民待遇：保留先领取的一处；另一处多领的怎样退，文本未见，请人工处理。"
TWO_EMPLOYEE = "同一时段领取两份职工待遇：按人社厅发〔2021〕77号处理，其文本未见，请人工处理。"


@dataclass(frozen=True, slots=True)
class _Policy:
    book: LawBook
    day: date

    def on(self, group: str) -> Span:
        """The rule for two schemes or two places that share months."""
        return self.book.on("overlap_policy", self.day, group=group)


@dataclass(frozen=True, slots=True)
class Spell:
    """Paid months in one scheme and place. `own` is what goes back to the person for all of them, in yuan."""

    scheme: str
    place: str
    months: Period
    own: Decimal

    @property
    def resident(self) -> bool:
        """Whether it is of the residents' scheme."""
        return self.scheme == "resident"


@dataclass(frozen=True, slots=True)
class Benefit:
    """Months in which a benefit was drawn; amounts in yuan, of the residents' scheme only."""

    resident: bool
    months: Period
    basic_monthly: Decimal
    balance: Decimal
    subsidy: Decimal


def counted_once(spells: Sequence[Spell]) -> tuple[frozenset[Month], frozenset[Month]]:
    """The months that count as an employee's, and those left that count as a resident's: each month once."""
    employee = frozenset(at for one in spells if not one.resident for at in one.months)
    resident = frozenset(at for one in spells if one.resident for at in one.months)
    return employee, resident - employee


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `overlap`: what counts once, what is refunded, what was drawn twice and goes back."""
    sheet = ExplainedSheet(evidence)
    spells = [_spell(row) for row in case.rows("spells")]
    benefits = [_benefit(row) for row in case.rows("benefits", ())]
    keep = case.text("keep", "")
    ends = [one.months.until for one in spells] + [one.months.until for one in benefits]
    applied = case.day("applied_on", None)
    case.finish()
    if not spells and not benefits:
        raise CannotAssess("没有参保时段，也没有领取时段。请给出 spells 或 benefits。", missing=("spells",))
    _refuse_same_place(spells)
    policy = _Policy(book, applied or first_day(max(ends) - 1))
    dropped = _dropped(sheet, spells, keep, policy)
    employee, resident = counted_once(spells)
    refund = sheet.step(
        "refund_contributions", sheet.total(dropped), title=LABELS["refund_contributions"], unit="元"
    )
    both = {one.resident for one in benefits} == {True, False}
    twice, balance, repay = _drawn_twice(
        sheet, benefits, [policy.on(EMPLOYEE_AND_RESIDENT)] if both else []
    )
    net = sheet.step(
        "net", refund + balance - repay, title=LABELS["total"], unit="元", rule="应退回的可以从退款中抵扣"
    )
    doubled = sum(one.months.months for one in spells) - len(employee) - len(resident)
    notes = []
    if net.value < 0:
        notes.append(f"抵扣以后本人还须退回 {-yuan(net)} 元。")
    if twice:
        notes.append("职工待遇继续发放，居民养老保险关系终止。")
    if doubled and any(one.resident for one in spells):
        notes.append("政府补贴不退给本人；退款的利息怎样算未见规定。")
    return Assessment(
        kind=case.kind,
        title=case.title or "重复参保和重复领取",
        sentence=f"共计算 {len(employee) + len(resident)} 个月，重复缴费 {doubled} 个月，退还 {yuan(refund)} 元；"
        f"重复领取 {twice} 个月，应退回 {yuan(repay)} 元。",
        amounts={
            "refund_contributions": yuan(refund),
            "refund_balance": yuan(balance),
            "repay_basic": -yuan(repay),
        },
        total=yuan(net),
        figures={
            "counted_months": str(len(employee) + len(resident)),
            "employee_months": str(len(employee)),
            "resident_months": str(len(resident)),
            "double_months": str(doubled),
            "double_benefit_months": str(twice),
        },
        labels=LABELS,
        derivation=gathered("overlap", "重复参保和重复领取", [net], value=str(yuan(net)), unit="元"),
        notes=tuple(notes),
    )


def _spell(row: Case) -> Spell:
    scheme = row.choice("scheme", SCHEMES)
    place = row.text("place")
    months = _months(row)
    own = row.money("individual", Decimal(0)) + row.money("collective", Decimal(0))
    row.money(
        "subsidy", Decimal(0)
    )  # paid by the government, to which it goes back; forms list it beside the rest
    row.finish()
    return Spell(scheme, place, months, own)


def _benefit(row: Case) -> Benefit:
    found = Benefit(
        resident=row.choice("scheme", SCHEMES) == "resident",
        months=_months(row),
        basic_monthly=row.money("basic_monthly", Decimal(0)),
        balance=row.money("balance", Decimal(0)),
        subsidy=row.money("subsidy_in_balance", Decimal(0)),
    )
    row.finish()
    if found.subsidy > found.balance:
        raise BadCase("subsidy_in_balance（余额中的政府补贴）多于 balance（账户余额）。请核对。")
    return found


def _months(row: Case) -> Period:
    first, last = row.month("first"), row.month("last")
    if last < first:
        raise BadCase(
            f"last {show_month(last)} 早于 first {show_month(first)}。两个月份都包括在内，请核对。"
        )
    return Period(first, last + 1)


def _refuse_same_place(spells: Sequence[Spell]) -> None:
    for one, other in combinations(spells, 2):
        both = one.months.overlap(other.months)
        if both and one.place == other.place and one.resident == other.resident:
            raise BadCase(
                f"{one.place}的两段{'居民' if one.resident else '职工'}参保在 {both} 重叠。"
                "同一地方同一制度不会缴两次，请先核对哪一段记错。"
            )


def _dropped(sheet: ExplainedSheet, spells: Sequence[Spell], keep: str, policy: _Policy) -> list[Figure]:
    """What goes back for each pair that shares months."""
    refunds: list[Figure] = []
    gone: dict[int, set[Month]] = {}
    ruled: dict[int, dict[str, Span]] = {}
    for one, other in combinations(range(len(spells)), 2):
        both = spells[one].months.overlap(spells[other].months)
        if not both:
            continue
        mixed = spells[one].resident != spells[other].resident
        group = EMPLOYEE_AND_RESIDENT if mixed else TWO_PLACES
        span = policy.on(group)
        at = one if _loser(spells[one], spells[other], keep, both) is spells[one] else other
        gone.setdefault(at, set()).update(both)
        ruled.setdefault(at, {})[group] = span
    for at, months in sorted(gone.items()):
        spell = spells[at]
        name = f"{spell.place}{'居民' if spell.resident else '职工'}"
        paid = sheet.given(f"own_{at + 1}", spell.own, title=f"{name}个人缴费和集体补助", unit="元")
        refunds.append(
            sheet.step(
                f"refund_{at + 1}",
                paid * len(months) / spell.months.months,
                title=f"{name}重复月份应退",
                unit="元",
                rounding=FEN,
                rule=f"{spell.months.months} 个月中重复 {len(months)} 个月，按月计算",
                article=ARTICLES["months"] if EMPLOYEE_AND_RESIDENT in ruled[at] else "",
                rows=list(ruled[at].values()),
            )
        )
    return refunds


def _loser(one: Spell, other: Spell, keep: str, both: Period) -> Spell:
    """The spell whose months do not count. Raises `CannotAssess` where the rules leave the choice open."""
    if one.resident != other.resident:
        return one if one.resident else other
    if keep == one.place:
        return other
    if keep == other.place:
        return one
    amounts = sorted(_share(spell, both.months) for spell in (one, other))
    raise CannotAssess(
        f"{both} 在{one.place}和{other.place}同时参保，保留哪一处须由本人和经办机构确定。"
        "请用 keep 写明保留的地方，另一处退还个人缴费。",
        missing=("keep",),
        between=(amounts[0], amounts[1]),
    )


def _share(spell: Spell, months: int) -> Decimal:
    """What goes back for some of the months of a spell, in yuan."""
    exact = FEN.of(Fraction(spell.own) * months / spell.months.months)
    return Decimal(int(exact * 100)).scaleb(-2)


def _drawn_twice(
    sheet: ExplainedSheet, benefits: Sequence[Benefit], rows: Sequence[Span]
) -> tuple[int, Figure, Figure]:
    """Months drawn twice, the residents' balance that goes back to the person, the basic pension that he repays."""
    for one, other in combinations(benefits, 2):
        both = one.months.overlap(other.months)
        if both and one.resident == other.resident:
            raise CannotAssess(TWO_RESIDENT if one.resident else TWO_EMPLOYEE, missing=("benefits",))
    employee = {at for one in benefits if not one.resident for at in one.months}
    months, balances, repaid = 0, [], []
    for number, one in enumerate(benefits, start=1):
        twice = len(employee.intersection(one.months))
        if not one.resident or not twice:
            continue
        months += twice
        basic = sheet.given(
            f"basic_monthly_{number}", one.basic_monthly, title="居民基础养老金", unit="元/月"
        )
        left = sheet.given(f"balance_{number}", one.balance, title="居民账户余额", unit="元")
        subsidy = sheet.given(f"subsidy_in_balance_{number}", one.subsidy, title="其中政府补贴", unit="元")
        balances.append(left - subsidy)
        repaid.append(basic * twice)
    balance = sheet.step(
        "refund_balance",
        sheet.total(balances),
        title=LABELS["refund_balance"],
        unit="元",
        article=ARTICLES["benefits"],
        rows=rows if balances else (),
    )
    repay = sheet.step(
        "repay_basic",
        sheet.total(repaid),
        title=LABELS["repay_basic"],
        unit="元",
        rule="居民基础养老金 × 重复领取的月数",
        article=ARTICLES["benefits"],
        rows=rows if repaid else (),
    )
    return months, balance, repay
