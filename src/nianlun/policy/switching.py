"""Between the employees' and the residents' scheme (城乡养老保险制度衔接暂行办法, 人社部发〔2014〕17号)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Generic, NamedTuple

from nianlun.kernel.months import first_day, show_month
from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence, Q, Sheet

ARTICLE = "城乡养老保险制度衔接暂行办法（人社部发〔2014〕17号） 第三条至第六条"
DIRECTIONS = {
    "resident_to_employee": "城乡居民转职工",
    "employee_to_resident": "职工转城乡居民",
}
LABELS: Mapping[str, str] = {
    "direction": "衔接方向",
    "employee_balance": "职工个人账户储存额",
    "resident_balance": "城乡居民个人账户储存额",
    "total": "合并后的个人账户储存额",
    "required_months": "转入职工养老保险所需的月数",
    "counted_months": "转入以后的缴费月数",
    "missing_months": "还差的月数",
    "pool_part": "统筹基金转移额",
}


class Switched(NamedTuple, Generic[Q]):
    """After the switch: the account in yuan and the months that count in the scheme switched to."""

    account: Q
    months: Q


def switched(
    sheet: Sheet[Q],
    *,
    employee_months: Q,
    resident_months: Q,
    required: Q,
    employee_balance: Q,
    resident_balance: Q,
) -> Switched[Q]:
    """All of both accounts; residents' months count for nothing among employees, employees' months for residents."""
    account = sheet.step(
        "account",
        employee_balance + resident_balance,
        title=LABELS["total"],
        unit="元",
        rule="个人账户储存额全部并入",
        article=ARTICLE,
    )
    enough = employee_months >= required
    months = sheet.step(
        "counted_months",
        sheet.choose(enough, employee_months, employee_months + resident_months),
        title=LABELS["counted_months"],
        unit="个月",
        rule="转职工的，居民缴费年限不折算；转居民的，职工缴费年限合并计算",
        article=ARTICLE,
    )
    return Switched(account, months)


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `urban_rural_switch`: which way at legal age, and what it does to months and account."""
    sheet = ExplainedSheet(evidence)
    case.require("statutory_month", "employee_months", "resident_months")
    statutory = case.month("statutory_month")
    applied = case.month("applied_in", statutory)
    employee = sheet.given(
        "employee_months", case.half_months("employee_months"), title="职工缴费月数（含视同）", unit="个月"
    )
    resident = sheet.given(
        "resident_months", case.half_months("resident_months"), title="城乡居民缴费月数", unit="个月"
    )
    balances = {
        name: sheet.given(name, case.money(name, Decimal(0)), title=LABELS[name], unit="元")
        for name in ("employee_balance", "resident_balance")
    }
    case.finish()
    if applied < statutory:
        raise BadCase(f"{show_month(statutory)} 才达到法定退休年龄，到龄以后再办理衔接。")
    day = first_day(statutory)
    rule = book.on("urban_rural_switch", first_day(applied))
    minimum = book.on("minimum_contribution_months", day)
    required = sheet.row(minimum, "required_months", title=LABELS["required_months"], unit="个月")
    found = switched(
        sheet, employee_months=employee, resident_months=resident, required=required, **balances
    )
    to_employee = employee >= required
    direction = "resident_to_employee" if to_employee else "employee_to_resident"
    missing = sheet.step(
        "missing_months", sheet.larger(required - employee, 0), title=LABELS["missing_months"], unit="个月"
    )
    notes = [] if to_employee else ["统筹基金不转移。也可以不转，延长缴费到满最低年限以后按职工领取。"]
    if required.value != rule.number("required_months"):
        notes.append(
            f"文件写的是 {rule.number('required_months')} 个月；这里按到龄年份的最低缴费年限 {required.digits} 个月，"
            "文件是否随之提高未见规定，须经办机构确认。"
        )
    words = "居民缴费年限不折算为职工年限" if to_employee else "职工缴费年限计入居民年限"
    return Assessment(
        kind=case.kind,
        title=case.title or "城乡养老保险衔接",
        sentence=f"{DIRECTIONS[direction]}：账户合并为 {yuan(found.account)} 元，"
        f"转入后缴费 {found.months.digits} 个月，{words}。",
        amounts={name: yuan(one) for name, one in balances.items()},
        total=yuan(found.account),
        figures={
            "direction": DIRECTIONS[direction],
            "required_months": required.digits,
            "missing_months": missing.digits,
            "counted_months": found.months.digits,
            "pool_part": "0.00",
        },
        labels=LABELS,
        derivation=gathered(
            "urban_rural_switch",
            DIRECTIONS[direction],
            [
                found.account,
                sheet.step(
                    "months", found.months, title="转入以后计算的月数", unit="个月", rows=[rule, minimum]
                ),
                missing,
            ],
            value=str(yuan(found.account)),
            unit="元",
        ),
        notes=tuple(notes),
    )
