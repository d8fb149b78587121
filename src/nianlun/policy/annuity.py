"""The occupational annuity of government and institution staff, paid month by month until it is used up."""

from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.divisor import given_age, payout_months
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet

ARTICLE = "国办发〔2015〕18号"
LABELS = {
    "monthly": "职业年金月待遇",
    "months": "发放月数",
    "paid_before_last": "末次以前共发",
    "last_payment": "末次发放",
}


def annuity_pension(sheet: Sheet[Q], *, balance: Q, divisor: Q) -> Q:
    """The monthly amount in yuan: the balance at retirement over the divisor months."""
    return sheet.step(
        "annuity",
        balance / divisor,
        title=LABELS["monthly"],
        unit="元/月",
        rounding=FEN,
        rule="职业年金个人账户储存额除以计发月数，发完为止，余额可以继承",
        article=ARTICLE,
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `occupational_annuity`: the monthly amount and the last, smaller payment.

    Only without growth after retirement; what an invested balance will earn nobody can compute beforehand.
    """
    sheet = ExplainedSheet(evidence)
    balance = sheet.given(
        "annuity_balance", case.money("balance_at_retirement"), title="退休时职业年金储存额", unit="元"
    )
    divisor = given_divisor(case, book, sheet)
    if case.number("interest_after_retirement", 0, high=1):
        raise CannotAssess(
            "退休以后的投资收益事先无法计算。请把 interest_after_retirement 写成 0，收益到账后重算。"
        )
    case.finish("birth", "benefit_age", "benefit_date")
    if not balance.value:
        raise CannotAssess("职业年金储存额为 0，没有可发的待遇。", missing=("balance_at_retirement",))
    monthly = annuity_pension(sheet, balance=balance, divisor=divisor)
    if not monthly.value:
        raise CannotAssess("储存额太小，每月不足一分。请一次发给本人。")
    full = sheet.step(
        "full_payments",
        sheet.whole(balance / monthly, "ceil") - 1,
        title="足额发放的月数",
        unit="个月",
        rule="储存额够发足额的月数，末次发剩余的部分",
    )
    paid = sheet.step(
        "paid_before_last", monthly * full, title=LABELS["paid_before_last"], unit="元", rounding=FEN
    )
    last = sheet.step(
        "last_payment",
        balance - paid,
        title=LABELS["last_payment"],
        unit="元",
        rounding=FEN,
        article=ARTICLE,
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "职业年金",
        sentence=f"每月 {monthly.digits} 元，发 {int(full.value)} 个月后，末次发 {last.digits} 元。",
        amounts={"monthly": yuan(monthly)},
        total=yuan(monthly),
        figures={
            "months": str(int(full.value) + 1),
            "payout_months": divisor.digits,
            "paid_before_last": str(yuan(paid)),
            "last_payment": str(yuan(last)),
        },
        labels=LABELS | {"payout_months": "计发月数"},
        derivation=last.node,
        notes=("余额可以继承是凭记忆，未见条文。",),
    )


def given_divisor(case: Case, book: LawBook, sheet: ExplainedSheet) -> Figure:
    """Divisor months: as the case states them, or for the age at the first payment."""
    if case.has("payout_months"):
        value = case.number("payout_months", low=1, high=400)
        return sheet.given("payout_months", value, title="计发月数", unit="个月")
    if not case.has("benefit_age", "birth"):
        raise CannotAssess(
            "缺少计发月数。请给出 payout_months，或 benefit_age（领取时的年龄），或 birth（出生年月）。",
            missing=("payout_months",),
        )
    month = case.month("benefit_date")
    age = sheet.given(
        "age_months", given_age(case, "benefit_age", other=month), title="开始领取时的年龄", unit="个月"
    )
    return payout_months(sheet, age_months=age, paid_from=month, book=book)
