"""The winter heating subsidy of Hebei's retirees (冬季取暖补贴), paid once a year beside the pension."""

from datetime import date

from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import Span

LABELS = {"subsidy": "冬季取暖补贴", "yearly": "全季标准", "season": "采暖季"}
BASHANG = "bashang"
WITH_BASHANG = ("1307", "1308")  # 张家口 and 承德, parts of which lie on the plateau


def pro_rata(sheet: Sheet[Q], *, yearly: Q, season_months: Q, remaining_months: Q, article: str) -> Q:
    """The subsidy of the season in which a person retired, in yuan: the months that remain of it."""
    return sheet.step(
        "subsidy",
        yearly / season_months * remaining_months,
        title=LABELS["subsidy"],
        unit="元",
        rounding=FEN,
        rule="季内退休的，按剩余月数折算",
        article=article,
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `heating_subsidy`: for the season that begins in `season`.

    Raises `CannotAssess` where the place may or may not lie on the plateau, and where someone retired within the
    season and its length is not stated.
    """
    sheet = ExplainedSheet(evidence)
    region, year = case.region(), case.count("season", high=2150)
    if year < 1950:
        raise BadCase(f"season 写采暖季开始的年份，例如 2024，现在是 {year}。")
    span = _rate(case, book, region, date(year, 11, 30))
    yearly = sheet.row(span, "yearly", title=LABELS["yearly"], unit="元")
    if case.flag("retired_in_season"):
        case.require("season_months", "remaining_months")
        season, left = case.count("season_months", high=12), case.count("remaining_months", high=12)
        if not season > 0 or left > season:
            raise BadCase(f"采暖季 {season} 个月，剩余 {left} 个月，不能折算。请核对。")
        amount = pro_rata(
            sheet,
            yearly=yearly,
            season_months=sheet.given("season_months", season, title="采暖季月数", unit="个月"),
            remaining_months=sheet.given("remaining_months", left, title="退休以后剩余的月数", unit="个月"),
            article=span.source,
        )
    else:
        amount = sheet.step(
            "subsidy",
            yearly,
            title=LABELS["subsidy"],
            unit="元",
            rounding=FEN,
            rule="随 11 月养老金一次发放",
            article=span.source,
        )
    case.finish("city", "county")
    return Assessment(
        kind=case.kind,
        title=case.title or LABELS["subsidy"],
        sentence=f"{year} 年采暖季取暖补贴 {amount.digits} 元。",
        amounts={"subsidy": yuan(amount)},
        total=yuan(amount),
        figures={"yearly": yearly.digits, "season": str(year)},
        labels=LABELS,
        derivation=amount.node,
    )


def _rate(case: Case, book: LawBook, region: str, day: date) -> Span:
    if case.flag(BASHANG):
        return book.on("heating_subsidy", day, region=region, group=BASHANG)
    found = book.on("heating_subsidy", day, region=region)
    if region.startswith(WITH_BASHANG) and not case.has(BASHANG):
        higher = book.on("heating_subsidy", day, region=region, group=BASHANG)
        low, high = sorted((found.decimal(), higher.decimal()))
        raise CannotAssess(
            f"张家口、承德的坝上地区每季 {high} 元，其他地方 {low} 元。请用 bashang 写明是不是坝上地区。",
            missing=(BASHANG,),
        )
    if region.endswith("0000") and not case.has(BASHANG):
        raise CannotAssess("取暖补贴各县不同。请用 region 写到市或县的六位代码。", missing=("region",))
    return found
