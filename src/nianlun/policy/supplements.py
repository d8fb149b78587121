"""Local supplements to the monthly pension (地方补贴), from the region's table or as a form states them."""

from collections.abc import Sequence
from datetime import date

from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.enterprise import EnterprisePension
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN

TITLES = {
    "one_child": "独生子女父母补贴",
    "one_child_fixed": "独生子女父母补贴（定额）",
    "plateau": "高原补贴",
    "area": "地区补贴",
    "fixed": "定额补贴",
}
KINDS = ("indexed_wage_share_per_year", "indexed_wage_share", "pension_share", "fixed")


def given_supplements(
    case: Case,
    book: LawBook,
    sheet: ExplainedSheet,
    pension: EnterprisePension[Figure],
    *,
    years: Figure,
    region: str,
    day: date,
) -> list[Figure]:
    """The supplements of a case, each a step of its own; empty for none.

    `supplements` names groups of the region's table; `[[inputs.supplement]]` states one with kind and value;
    `plateau_share`, `area_fixed` and `fixed_supplements` are what some forms print.
    """
    found = [
        _from_table(book, sheet, pension, group, years=years, region=region, day=day)
        for group in _groups(case)
    ]
    for row in case.rows("supplement", ()):
        kind = row.choice("kind", KINDS)
        title = row.text("title", "地方补贴")
        value = row.number("amount" if kind == "fixed" else "share", high=100_000)
        row.finish()
        given = sheet.given(f"supplement_{len(found) + 1}_value", value, title=f"{title}标准")
        found.append(_step(sheet, pension, f"supplement_{len(found) + 1}", title, kind, given, years))
    for name, title, kind in (
        ("plateau_share", TITLES["plateau"], "indexed_wage_share"),
        ("area_fixed", TITLES["area"], "fixed"),
        ("fixed_supplements", TITLES["fixed"], "fixed"),
    ):
        if case.has(name):
            given = sheet.given(f"{name}_value", case.number(name, high=100_000), title=f"{title}标准")
            found.append(_step(sheet, pension, name, title, kind, given, years))
    return found


def _groups(case: Case) -> Sequence[str]:
    groups = case.raw("supplements", ())
    named = [groups] if isinstance(groups, str) else groups
    if not isinstance(named, Sequence) or not all(isinstance(name, str) for name in named):
        raise BadCase('supplements 应是一列补贴的代码，例如 ["one_child"]。')
    return named


def _from_table(
    book: LawBook,
    sheet: ExplainedSheet,
    pension: EnterprisePension[Figure],
    group: str,
    *,
    years: Figure,
    region: str,
    day: date,
) -> Figure:
    span = book.on("supplements", day, region=region, group=group)
    kind = span.text("kind")
    if kind not in KINDS:
        raise CannotAssess(
            f"“{span.note or group}”按另行公布的平均数发放，这里没有该数。请用 [[inputs.supplement]] 写明金额。",
            missing=("supplement",),
        )
    title = TITLES.get(group.rstrip("_0123456789"), "地方补贴")
    value = sheet.row(
        span, f"{group}_value", title=f"{title}标准", part="amount" if kind == "fixed" else "share"
    )
    return _step(sheet, pension, group, title, kind, value, years)


def _step(
    sheet: ExplainedSheet,
    pension: EnterprisePension[Figure],
    step_id: str,
    title: str,
    kind: str,
    value: Figure,
    years: Figure,
) -> Figure:
    amount = value
    if kind == "pension_share":
        amount = sheet.total(pension.items) * value
    elif kind == "indexed_wage_share":
        amount = pension.indexed_wage * value
    elif kind == "indexed_wage_share_per_year":
        amount = pension.indexed_wage * value * years
    return sheet.step(step_id, amount, title=title, unit="元/月", rounding=FEN)
