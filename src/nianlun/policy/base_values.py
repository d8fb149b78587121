"""The pension base (养老金计发基数) of a benefit month, with the last one standing in where the region pays ahead."""

from dataclasses import dataclass

from nianlun.kernel.months import Month, last_day, show_month
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NotInForce, Span


@dataclass(frozen=True, slots=True)
class PensionBase:
    """The row used. `provisional`: that of the year before, until the year's own is published (预发)."""

    span: Span
    provisional: bool

    @property
    def note(self) -> str:
        """What a reader of a provisional amount must know."""
        return f"暂按 {self.span.since.year} 年计发基数预发，当年基数公布后重核补发。" if self.provisional else ""


def pension_base(book: LawBook, benefit_month: Month, *, region: str) -> PensionBase:
    """The base in yuan a month. Raises `NotInForce`; only the year just before may stand in, where a rule says so."""
    day = last_day(benefit_month)
    try:
        return PensionBase(book.on("pension_base", day, region=region), provisional=False)
    except NotInForce as reason:
        try:
            ahead = book.on("provisional_base", day, region=region)
            year_before = day.replace(year=day.year - 1, day=28)
            span = book.on("pension_base", year_before, region=region)
        except NotInForce:
            raise reason from None
        if ahead.text() != "last_published":
            raise NotInForce(f"没有 {show_month(benefit_month)} 的计发基数。") from reason
        return PensionBase(span, provisional=True)
