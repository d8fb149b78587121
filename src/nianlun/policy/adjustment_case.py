"""Reads and assesses a yearly adjustment, with the plan of the region's table or one stated in the case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from nianlun.policy.adjustment import LABELS, Band, Increase, Plan, increase, total
from nianlun.policy.adjustment_plan import YearPlan, by_birth_day, given_plan, given_year, number, tilt_rows
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import NotInForce


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
    after = sheet.step("pension", pension + added, title=LABELS["pension"], unit="元/月", rounding=FEN)
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
    for order, row in enumerate(tilt_rows(plan), 1):
        by_birth = by_birth_day(row)
        ends = [row.get(f"born_{end}" if by_birth else f"{end}_age") for end in ("from", "to")]
        low, high = (
            None if end is None else _as_number(end) if by_birth else int(number("age_tilt", end))
            for end in ends
        )
        amount = plan.nested(
            sheet,
            f"age_tilt_{order}",
            row["amount"],
            title=f"方案：高龄倾斜（{_band_words(ends, by_birth=by_birth)}）",
        )
        bands.append(Band(low, high, amount))
    return bands


def _band_words(ends: Sequence[object], *, by_birth: bool) -> str:
    """ "1946-01-01 至 1950-12-31 出生", "80 岁以上"."""
    low, high = ends
    unit = " 出生" if by_birth else " 岁"
    if low is not None and high is not None:
        return f"{low} 至 {high}{unit}"
    if by_birth:
        return f"{high} 以前出生" if low is None else f"{low} 以后出生"
    return f"{high} 岁以下" if low is None else f"{low} 岁以上"


def _as_number(day: object) -> int:
    """A day as a number that sorts like it: 19460101."""
    try:
        return int(f"{date.fromisoformat(str(day)):%Y%m%d}")
    except ValueError:
        raise BadCase(f"age_tilt 的出生日期应写成 1946-01-01 的形式，现在是“{str(day)[:20]}”。") from None


def _keys(case: Case, plan: YearPlan, year: int) -> list[int]:
    """What the band may be looked up by: several numbers where the birth or the day of the age is not exact."""
    by_birth = by_birth_day(tilt_rows(plan)[0])
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
    except (ValueError, OverflowError):  # December 9999 has no day after it
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
