"""The crediting rate of a year, with the last published one standing in for the year just after it."""

from dataclasses import dataclass
from datetime import date

from nianlun.policy.lawbook import LawBook
from nianlun.policy.provinces import province_name
from nianlun.policy.tables import NotInForce, Span, regions

SCHEMES = ("enterprise", "flexible", "government_institution", "resident")


@dataclass(frozen=True, slots=True)
class AccountRate:
    """The row used for `year`. `note` is empty unless the year's own rate is not published yet."""

    span: Span
    note: str = ""


def account_rate(book: LawBook, year: int, *, region: str = "", scheme: str = "enterprise") -> AccountRate:
    """The rate of a year. Both employee schemes share one series; residents have their own.

    Raises `NotInForce`, naming region and year. A rate that nobody published stands in for nothing but its own
    year.
    """
    group = "resident" if scheme == "resident" else ""
    day = date(year, 1, 1)
    try:
        span = book.on("account_interest_rates", day, region=region, group=group)
    except NotInForce as reason:
        stand_in = _year_before(book, day, region=region, group=group)
        if stand_in is None:
            raise NotInForce(f"{province_name(region)} {year} 年没有记账利率。{reason}") from None
        return AccountRate(
            stand_in, f"{year} 年记账利率尚未公布，暂按 {year - 1} 年的 {stand_in.value} 预算，公布后重算。"
        )
    if span.confidence == "I":
        return AccountRate(span, f"{year} 年记账利率 {span.value} 是推算的，公布后重算。")
    return AccountRate(span)


def _year_before(book: LawBook, day: date, *, region: str, group: str) -> Span | None:
    absences = book.table("account_interest_rates").absences
    if any(one.covers(day) and one.group == group and one.region in regions(region) for one in absences):
        return None
    try:
        if book.on("final_year_rate", day, region=region).text() != "last_published":
            return None
        span = book.on("account_interest_rates", day.replace(year=day.year - 1), region=region, group=group)
    except NotInForce:
        return None
    return None if span.confidence == "I" else span
