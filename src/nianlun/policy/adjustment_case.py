"""Reads and assesses a yearly adjustment, with the plan of the region's table or one stated in the case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from nianlun.policy.adjustment import LABELS, Band, Increase, Plan, increase, total
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import NotInForce, Span

FIRST_YEAR, LAST_YEAR = 1978, 2150
SCHEMES = {"enterprise": "企业", "government_institution": "机关事业"}
STATED = "案例给出的调整方案"
PARTS = (
    "fixed fixed_resigned per_year pension_share age_tilt hardship minimum_increase_work_disabled part_year"
).split()


class YearPlan:
    """One year's plan: parts by name, from a table row or as the case states them."""

    def __init__(self, parts: Mapping[str, Any], span: Span | None) -> None:
        self.parts, self.span = parts, span
        self.article = span.source if span else STATED

    def has(self, name: str) -> bool:
        """Whether the plan orders that part."""
        return name in self.parts

    @property
    def started_year_counts(self) -> bool:
        """Whether a part year counts as one, as every plan seen says. Raises `BadCase`."""
        way = self.parts.get("part_year", "counts_as_one")
        if way not in ("counts_as_one", "exact"):
            raise BadCase("plan 的 part_year 应是 counts_as_one（不足一年按一年）或 exact。")
        return bool(way == "counts_as_one")

    def figure(self, sheet: ExplainedSheet, name: str, *, unit: str = "元/月") -> Figure:
        """A number of the plan."""
        title = f"方案：{PART_TITLES.get(name, name)}"
        if self.span:
            return sheet.row(self.span, f"plan_{name}", title=title, unit=unit, part=name)
        return sheet.given(f"plan_{name}", number(name, self.parts[name]), title=title, unit=unit)

    def nested(self, sheet: ExplainedSheet, name: str, value: object, *, title: str) -> Figure:
        """A number inside a list or group of the plan."""
        return sheet.given(
            f"plan_{name}", number(name, value), title=title, unit="元/月", note=self.article
        )


PART_TITLES = {
    "fixed": "定额",
    "fixed_resigned": "退职人员定额",
    "per_year": "每满一年",
    "pension_share": "养老金比例",
    "minimum_increase_work_disabled": "因工致残人员最低增加额",
}


def number(name: str, value: object) -> Decimal:
    """A number of a plan, not below zero. Raises `BadCase`."""
    if value is None:
        raise BadCase(f"plan 的 {name} 没有数值。")
    return Case("plan", {name: value}).number(name, high=100_000)


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `pension_adjustment`. Raises `NotInForce` for a year whose plan is not known."""
    sheet = ExplainedSheet(evidence)
    year = given_year(case, "year")
    if not _takes_part(case, year):
        return _left_out(case, year, sheet)
    plan = given_plan(case, book, year)
    pension = sheet.given(
        "pension_last_december",
        case.money("pension_last_december"),
        title=f"{year - 1} 年 12 月养老金",
        unit="元/月",
    )
    found, items = worked_out(case, book, sheet, plan, year=year, pension=pension)
    case.finish("sex")
    added = total(sheet, items)
    after = sheet.step("pension", pension + added, title=LABELS["pension"], unit="元/月")
    notes = (
        ["军转干部按上年平均暂补，次年调整时结算。"]
        if any(one.node.id == "officer_supplement" for one in items)
        else []
    )
    return Assessment(
        kind=case.kind,
        title=case.title or f"{year} 年基本养老金调整",
        sentence=f"{year} 年 1 月起每月增加 {added.digits} 元，调整后 {after.digits} 元。",
        amounts={one.node.id: yuan(one) for one in items},
        total=yuan(added),
        figures={"counted_years": found.counted_years.digits, "pension": f"{yuan(after)}"},
        labels=LABELS,
        derivation=after.node,
        provisional=bool(notes),
        notes=tuple(notes),
    )


def worked_out(
    case: Case, book: LawBook, sheet: ExplainedSheet, plan: YearPlan, *, year: int, pension: Figure
) -> tuple[Increase[Figure], list[Figure]]:
    """The increase by the plan with its tilts, and everything that is paid of it.

    Raises `CannotAssess`, with the range, for a birth that leaves the band of the tilt open.
    """
    years = _years(case, sheet)
    resigned = case.flag("resigned")
    if resigned and not plan.has("fixed_resigned"):
        raise CannotAssess(
            f"{year} 年的方案没有退职人员的定额，不能计算。请给出方案（plan）。", missing=("plan",)
        )
    figures = Plan(
        fixed=plan.figure(sheet, "fixed_resigned" if resigned else "fixed"),
        per_year=plan.figure(sheet, "per_year"),
        started_year_counts=plan.started_year_counts,
        pension_share=plan.figure(sheet, "pension_share", unit="") if plan.has("pension_share") else None,
        tilt=_bands(sheet, plan),
        article=plan.article,
        rows=[plan.span] if plan.span else [],
    )
    keys = _keys(case, plan, year) if figures.tilt else []
    outcomes = {
        found.age_tilt.value if found.age_tilt else 0: found
        for found in (
            increase(sheet, figures, years=years, pension=pension, key=key)
            for key in _given_keys(case, sheet, keys)
        )
    }
    answers = [
        (found, [*found.items, *_further(case, book, sheet, plan, found, year=year, pension=pension)])
        for found in outcomes.values()
    ]
    if len(answers) > 1:
        sums = sorted(yuan(total(sheet, items)) for _, items in answers)
        raise CannotAssess(
            f"这样的出生时间或年龄分不清 {year} 年高龄倾斜的档，每月增加在 {sums[0]} 到 {sums[-1]} 元之间。"
            "请给出出生年月日（born），按年龄分档的也可以给出 age。",
            missing=("born",),
            between=(sums[0], sums[-1]),
        )
    return answers[0]


def given_year(case: Case, name: str) -> int:
    """A year of adjustment. Raises `BadCase`."""
    year = case.count(name, high=LAST_YEAR)
    if year < FIRST_YEAR:
        raise BadCase(f"{name} 应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，现在是 {year}。")
    return year


def given_plan(case: Case, book: LawBook, year: int) -> YearPlan:
    """The plan that the case states, or that of the region for the scheme and year."""
    scheme = case.choice("scheme", tuple(SCHEMES), "enterprise")
    if case.has("plan"):
        case.region(needed=False)
        parts = case.raw("plan")
        if not isinstance(parts, Mapping) or not {"fixed", "per_year"} <= set(parts):
            raise BadCase("plan 应写成一组，至少有 fixed（定额）和 per_year（每满一年）。")
        if unknown := sorted(set(parts) - set(PARTS)):
            raise BadCase(f"plan 里不认识的项目：{'、'.join(map(str, unknown))}。")
        return YearPlan(parts, None)
    region, day = case.region(), date(year, 1, 1)
    try:
        span = book.on("pension_adjustment", day, region=region, group="all")
    except NotInForce as joint:
        if scheme != "enterprise":
            raise
        try:
            span = book.on("pension_adjustment", day, region=region, group="enterprise")
        except NotInForce as alone:
            # The group that knows of the year says why; before its first span a group says nothing of use.
            raise (joint if year >= _first(book, region, "all") else alone) from None
    if not isinstance(span.value, Mapping):
        raise NotInForce(f"《{book.table('pension_adjustment').title}》{year} 年的方案不完整。")
    return YearPlan(span.value, span)


def _first(book: LawBook, region: str, group: str) -> int:
    table = book.table("pension_adjustment")
    ours = [s.since.year for s in table.spans if s.group == group and s.region[:2] == region[:2]]
    absent = [a.since.year for a in table.absences if a.group == group and a.region[:2] == region[:2]]
    return min([*ours, *absent], default=LAST_YEAR)


def _takes_part(case: Case, year: int) -> bool:
    """Whether the person had retired by the end of the year before and is not on the whole former wage."""
    full_wage = case.flag("full_wage")
    retired = case.month("retirement", None)
    return not full_wage and (retired is None or retired // 12 < year)


def _left_out(case: Case, year: int, sheet: ExplainedSheet) -> Assessment:
    reason = (
        "按原工资 100% 发给待遇，不参加调整"
        if case.flag("full_wage")
        else f"{year - 1} 年 12 月 31 日以后退休，不参加 {year} 年的调整"
    )
    none = sheet.step(
        "total",
        sheet.given("none", 0, title="不参加调整"),
        title=LABELS["total"],
        unit="元/月",
        rule=reason,
    )
    return Assessment(
        kind=case.kind,
        title=case.title or f"{year} 年基本养老金调整",
        sentence=f"{reason}。",
        amounts={},
        total=Decimal("0.00"),
        labels=LABELS,
        derivation=none.node,
    )


def _years(case: Case, sheet: ExplainedSheet) -> Figure:
    if case.has("contribution_months"):
        months = sheet.given(
            "contribution_months", case.half_months("contribution_months"), title="缴费月数", unit="个月"
        )
        return sheet.step("contribution_years", months / 12, title="缴费年限", unit="年")
    value = case.number("contribution_years", high=80)
    return sheet.given("contribution_years", value, title="缴费年限", unit="年")


def _bands(sheet: ExplainedSheet, plan: YearPlan) -> list[Band[Figure]]:
    bands = []
    for order, row in enumerate(_tilt_rows(plan), 1):
        by_birth = _by_birth(row)
        ends = [row.get(f"born_{end}" if by_birth else f"{end}_age") for end in ("from", "to")]
        low, high = (
            None if end is None else _as_number(end) if by_birth else int(number("age_tilt", end))
            for end in ends
        )
        amount = plan.nested(sheet, f"age_tilt_{order}", row["amount"], title="方案：高龄倾斜")
        bands.append(Band(low, high, amount))
    return bands


def _tilt_rows(plan: YearPlan) -> Sequence[Mapping[str, Any]]:
    rows = plan.parts.get("age_tilt", ())
    listed = isinstance(rows, Sequence) and not isinstance(rows, str)
    if not listed or not all(isinstance(row, Mapping) and "amount" in row for row in rows):
        raise BadCase(
            "plan 的 age_tilt 应是一列分档，每档有 amount 和 born_from、born_to 或 from_age、to_age。"
        )
    if len({_by_birth(row) for row in rows}) > 1:
        raise BadCase("plan 的 age_tilt 不能一部分按出生日期、一部分按年龄分档。")
    return rows  # type: ignore[no-any-return]


def _by_birth(row: Mapping[str, Any]) -> bool:
    return "born_from" in row or "born_to" in row


def _as_number(day: object) -> int:
    """A day as a number that sorts like it: 19460101."""
    try:
        return int(f"{date.fromisoformat(str(day)):%Y%m%d}")
    except ValueError:
        raise BadCase(f"age_tilt 的出生日期应写成 1946-01-01 的形式，现在是“{str(day)[:20]}”。") from None


def _keys(case: Case, plan: YearPlan, year: int) -> list[int]:
    """What the band may be looked up by: several numbers where the birth or the day of the age is not exact."""
    by_birth = _by_birth(_tilt_rows(plan)[0])
    if not by_birth and case.has("age"):
        case.raw("born", None)
        return [case.count("age", high=130)]
    days = _born(case)
    if by_birth:
        return [_as_number(day) for day in days]
    # No plan seen says on which day the age counts: the end of the year before and of the year itself.
    return sorted({_age(day, date(on, 12, 31)) for day in days for on in (year - 1, year)})


def _given_keys(case: Case, sheet: ExplainedSheet, keys: Iterable[int]) -> list[Figure | None]:
    stated = case.raw("born", "") or case.raw("age", "")
    note = f"案例写的是 {stated}"
    found = [sheet.given("birth_or_age", key, title="分档用的出生日期或年龄", note=note) for key in keys]
    return [*found] or [None]


def _born(case: Case) -> list[date]:
    """The days on which the person may be born: one, or the first of each month and the last of the year."""
    value = case.raw("born")
    if isinstance(value, date):
        return [value]
    text = str(value)
    try:
        if len(text) == 4:
            year = int(text)
            firsts = [date(year, month, 1) for month in range(1, 13)]
            return [*firsts, *(day - timedelta(days=1) for day in firsts[1:]), date(year, 12, 31)]
        if len(text) == 7:
            first = date.fromisoformat(f"{text}-01")
            return [first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)]
        return [date.fromisoformat(text)]
    except ValueError:
        raise BadCase(f"born 应写成 1952、1952-03 或 1952-03-10 的形式，现在是“{text[:20]}”。") from None


def _age(born: date, on: date) -> int:
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _further(
    case: Case,
    book: LawBook,
    sheet: ExplainedSheet,
    plan: YearPlan,
    found: Increase[Figure],
    *,
    year: int,
    pension: Figure,
) -> list[Figure]:
    """Hardship areas, the least increase of those disabled at work, the top-up of former officers."""
    items: list[Figure] = []
    if case.has("hardship_area"):
        classes = plan.parts.get("hardship")
        if not isinstance(classes, Mapping):
            raise CannotAssess(f"{year} 年的方案没有艰苦边远地区的倾斜。", missing=("plan",))
        name = case.choice("hardship_area", tuple(classes))
        amount = plan.nested(sheet, f"hardship_{name}", classes[name], title="方案：艰苦边远地区")
        items.append(
            sheet.step("hardship", amount, title=LABELS["hardship"], unit="元/月", article=plan.article)
        )
    if case.flag("work_disabled"):
        if not plan.has("minimum_increase_work_disabled"):
            raise CannotAssess(
                f"{year} 年的方案没有因工致残人员的最低增加额，不能计算。", missing=("plan",)
            )
        least = plan.figure(sheet, "minimum_increase_work_disabled")
        so_far = total(sheet, [*found.items, *items])
        short = sheet.larger(least - so_far, 0)
        items.append(
            sheet.step(
                "minimum_supplement",
                short,
                title=LABELS["minimum_supplement"],
                unit="元/月",
                article=plan.article,
            )
        )
    if case.flag("ex_officer"):
        so_far = total(sheet, [*found.items, *items])
        short = sheet.larger(_average(case, book, sheet, year) - pension - so_far, 0)
        items.append(
            sheet.step(
                "officer_supplement",
                short,
                title=LABELS["officer_supplement"],
                unit="元/月",
                rule="企业退休军转干部调整后仍低于当地企业退休人员平均养老金的，补到平均",
                article=plan.article,
            )
        )
    return items


def _average(case: Case, book: LawBook, sheet: ExplainedSheet, year: int) -> Figure:
    title = "当地企业退休人员平均养老金"
    if case.has("average_pension"):
        return sheet.given("average_pension", case.money("average_pension"), title=title, unit="元/月")
    day, region = date(year - 1, 12, 31), case.region()
    try:
        span = book.on("average_pension", day, region=region, group="enterprise_retired")
    except NotInForce as reason:
        raise CannotAssess(
            f"{reason}请给出 average_pension（{title}）。", missing=("average_pension",)
        ) from None
    return sheet.row(span, "average_pension", title=title, unit="元/月", part="monthly")
