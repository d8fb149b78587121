"""The pension base (养老金计发基数) of a benefit month: published, by the rule of the region, or the last one ahead."""

from dataclasses import dataclass
from datetime import date

from nianlun.kernel.months import Month, last_day, show_month
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Q, Sheet
from nianlun.policy.tables import NotInForce, Span

_WHOLE_YUAN = Rounding("half_up", 0)
TITLE = "养老金计发基数"


@dataclass(frozen=True, slots=True)
class PensionBase:
    """The row used. `provisional`: that of the year before, until the year's own is published (预发).

    `rule` is the row that orders the base to be an average wage, where none was published; `span` is that wage then.
    """

    span: Span
    provisional: bool
    rule: Span | None = None

    @property
    def note(self) -> str:
        """What a reader of a provisional or inferred amount must know."""
        if self.rule is not None:
            return (
                f"没有见到这一年公布的计发基数，按{self.span.since.year} 年职工月平均工资推定，结果须复核。"
            )
        return (
            f"暂按 {self.span.since.year} 年计发基数预发，当年基数公布后重核补发。"
            if self.provisional
            else ""
        )


def pension_base(book: LawBook, benefit_month: Month, *, region: str) -> PensionBase:
    """The base in yuan a month. Raises `NotInForce`.

    Where none is published for the year, a rule of the region may make the average wage of the year before the
    base; failing that only the base of the year just before may stand in, where a rule says so.
    """
    day = last_day(benefit_month)
    try:
        return PensionBase(book.on("pension_base", day, region=region), provisional=False)
    except NotInForce as reason:
        found = _by_rule(book, day, region=region) or _ahead(book, day, region=region)
        if found is None:
            raise NotInForce(f"没有 {show_month(benefit_month)} 的计发基数。{reason}") from reason
        return found


def base_figure(sheet: Sheet[Q], base: PensionBase) -> Q:
    """The base on a sheet, yuan a month; an average wage in whole yuan, as the notices print it."""
    if base.rule is None:
        return sheet.row(base.span, "pension_base", title=TITLE, unit="元/月")
    title = f"{base.span.since.year} 年职工月平均工资"
    wage = sheet.row(base.span, "average_wage_of_year_before", title=title, unit="元/月", part="monthly")
    return sheet.step(
        "pension_base", wage, title=TITLE, unit="元/月", rounding=_WHOLE_YUAN, rows=[base.rule]
    )


def _by_rule(book: LawBook, day: date, *, region: str) -> PensionBase | None:
    year_before = date(day.year - 1, 7, 1)
    try:
        rule = book.on("pension_base_rule", day, region=region)
        series = book.on("index_series", year_before, region=region)
        wage = book.on("average_wage", year_before, region=region, group=series.text())
    except NotInForce:
        return None
    return PensionBase(wage, provisional=False, rule=rule)


def _ahead(book: LawBook, day: date, *, region: str) -> PensionBase | None:
    try:
        ahead = book.on("provisional_base", day, region=region)
        span = book.on("pension_base", date(day.year - 1, 12, 31), region=region)
    except NotInForce:
        return None
    return PensionBase(span, provisional=True) if ahead.text() == "last_published" else None
