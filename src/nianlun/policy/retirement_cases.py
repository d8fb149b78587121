"""Reads and assesses cases of the statutory retirement age and of flexible retirement."""

from collections.abc import Sequence

from nianlun.kernel.months import (
    Month,
    NotAMonth,
    last_day,
    month_of,
    parse_month,
    show_month,
    show_months_as_years,
)
from nianlun.policy.answers import gathered, listed
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.derivation import Node
from nianlun.policy.lawbook import LawBook
from nianlun.policy.retirement import NoSuchCategory, Retirement, Sex, statutory_retirement
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span

GROUPS: dict[str, tuple[Sex, int]] = {
    "male": ("male", 60),
    "female_55": ("female", 55),
    "female_50": ("female", 50),
}
LABELS = {
    "result": "法定退休年龄和月份",
    "legal_age": "法定退休年龄",
    "statutory_month": "法定退休月份",
    "delay_months": "延迟月数",
    "earliest_month": "最早可退休的月份",
    "latest_month": "最晚可退休的月份",
    "minimum_months": "最低缴费年限（月）",
    "chosen_month": "所选退休月份",
    "direction": "提前或延迟",
    "required_months": "须达到的缴费月数",
    "notice_by": "书面告知或约定的最晚月份",
}
FLEXIBLE = "人社部发〔2024〕94号"


def given_retirement(case: Case, book: LawBook, evidence: Evidence | None = None) -> Retirement:
    """The statutory retirement of `sex`, `category` (original age in years) and `birth`. Raises `BadCase`."""
    sex: Sex = case.choice("sex", ("male", "female"))  # type: ignore[assignment]
    return _retirement(sex, case.count("category"), case.month("birth"), book, evidence)


def age_and_month(found: Retirement, born: Month) -> str:
    """ "60y1m 2025-02"."""
    return f"{written_age(found.statutory_month - born)} {show_month(found.statutory_month)}"


def written_age(months: int) -> str:
    """An age in months as the comparison tables are quoted: "60y1m"."""
    return "{}y{}m".format(*divmod(months, 12))


def assess_age(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `retirement_age`: one person, or `cases` of group and birth month."""
    if case.has("cases"):
        return _list(case, book)
    found = given_retirement(case, book, evidence)
    born = case.month("birth")
    case.finish()
    age = found.statutory_month - born
    return Assessment(
        kind=case.kind,
        title=case.title or "法定退休年龄",
        sentence=(
            f"{show_months_as_years(age)}（{show_month(found.statutory_month)}）达到法定退休年龄；"
            f"可选择 {show_month(found.earliest_month)} 至 {show_month(found.latest_month)}；"
            f"最低缴费年限 {show_months_as_years(found.minimum_months)}。"
        ),
        amounts={},
        total=None,
        figures={
            "legal_age": written_age(age),
            "statutory_month": show_month(found.statutory_month),
            "delay_months": str(found.delay_months),
            "earliest_month": show_month(found.earliest_month),
            "latest_month": show_month(found.latest_month),
            "minimum_months": str(found.minimum_months),
        },
        labels=LABELS,
        derivation=found.derivation,
    )


def _list(case: Case, book: LawBook) -> Assessment:
    rows = case.raw("cases")
    case.finish()
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise BadCase('cases 应写成一列，例如 [["male", "1965-01"], ["female_55", "1970-01"]]。')
    nodes, results = [], []
    for row in rows:
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != 2 or row[0] not in GROUPS:
            raise BadCase(
                f'cases 的每一行写组别（{"、".join(GROUPS)}）和出生年月，例如 ["male", "1965-01"]。'
            )
        born = read_birth(row[1])
        found = _retirement(*GROUPS[row[0]], born, book)
        nodes.append(found.derivation)
        results.append(age_and_month(found, born))
    return list_of_ages(case, nodes, results, title="法定退休年龄")


def list_of_ages(case: Case, nodes: Sequence[Node], results: Sequence[str], *, title: str) -> Assessment:
    """The answer to several persons at once."""
    text = listed(results)
    return Assessment(
        kind=case.kind,
        title=case.title or title,
        sentence=f"{title}：{text}。",
        amounts={},
        total=None,
        figures={"result": text},
        labels=LABELS,
        derivation=gathered("ages", title, nodes, value=text),
    )


def read_birth(value: object) -> Month:
    """A birth month out of a list of them. Raises `BadCase`."""
    try:
        return parse_month(str(value))
    except NotAMonth as reason:
        raise BadCase(f"出生年月：{reason}") from None


def _retirement(
    sex: Sex, category: int, born: Month, book: LawBook, evidence: Evidence | None = None
) -> Retirement:
    try:
        return statutory_retirement(sex=sex, category=category, born=born, book=book, evidence=evidence)
    except NoSuchCategory as reason:
        raise BadCase(str(reason)) from None


def assess_flexible(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `flexible_retirement`: whether a chosen month may be taken, and by when to give notice.

    Raises `CannotAssess` with the reason for a choice that is not open.
    """
    found = given_retirement(case, book, evidence)
    chosen = case.month("chosen_month")
    if case.flag("chosen_before"):
        raise CannotAssess("弹性退休的时间已经选定过，只能选一次，不能变更。延迟期间可以协商提前结束。")
    if not found.earliest_month <= chosen <= found.latest_month:
        raise CannotAssess(
            f"{show_month(chosen)} 不在可选择的范围内。可选 {show_month(found.earliest_month)} 至 "
            f"{show_month(found.latest_month)}。"
        )
    direction = _direction(chosen, found)
    bound = case.flag("must_retire_on_time")
    if direction == "late" and bound:
        raise CannotAssess("公务员、国有企事业单位领导人员和其他管理人员到龄应及时退休，不适用弹性延迟。")
    nodes: list[Node] = [found.derivation]
    figures = {
        "chosen_month": show_month(chosen),
        "statutory_month": show_month(found.statutory_month),
        "direction": {"early": "弹性提前", "late": "弹性延迟", "": "到龄退休"}[direction],
    }
    said = []
    if direction:
        required = _required(case, book, direction, chosen, found)
        notice = _notice(case, book, direction, chosen)
        nodes += [required, notice]
        figures |= {"required_months": required.value, "notice_by": notice.value}
        said = [notice.rule, f"须在 {notice.value} 以前（含当月）完成。"]
    case.finish("contribution_months", "written_on")
    return Assessment(
        kind=case.kind,
        title=case.title or "弹性退休",
        sentence=f"可以在 {show_month(chosen)} 退休（{figures['direction']}）。" + "".join(said),
        amounts={},
        total=None,
        figures=figures,
        labels=LABELS,
        derivation=gathered("flexible", "弹性退休", nodes, value=show_month(chosen), unit="年月"),
    )


def _direction(chosen: Month, found: Retirement) -> str:
    if chosen == found.statutory_month:
        return ""
    return "early" if chosen < found.statutory_month else "late"


def _required(case: Case, book: LawBook, direction: str, chosen: Month, found: Retirement) -> Node:
    """The minimum contribution months of the year that the rule refers to, checked against those held."""
    rule = book.on("minimum_months_reference", last_day(found.statutory_month), group=direction)
    year_of = chosen if rule.text() == "chosen_year" else found.statutory_month
    minimum = book.on("minimum_contribution_months", last_day(year_of))
    held = case.half_months("contribution_months") if direction == "early" else None
    if held is not None and held < minimum.number():
        raise CannotAssess(
            f"按 {year_of // 12} 年须缴满 {minimum.number()} 个月，现有 {held} 个月，不能在所选的月份退休。"
            "请继续缴费或另选月份。"
        )
    rows = tuple(span.row() for span in (rule, minimum))
    return Node(
        id="required_months",
        title=LABELS["required_months"],
        value=str(minimum.number()),
        unit="个月",
        rule=f"按 {year_of // 12} 年的最低缴费年限"
        + (f"（{rule.source}）" if rule.confidence == "M" else ""),
        article=FLEXIBLE,
        rows=rows,
    )


def _notice(case: Case, book: LawBook, direction: str, chosen: Month) -> Node:
    """The last month for the written notice (early) or agreement (late)."""
    span: Span = book.on("flexible_retirement_notice", last_day(chosen))
    part = "early_notice_months" if direction == "early" else "late_agreement_months"
    latest = chosen - span.number(part)
    word = "书面告知单位，无须单位同意；" if direction == "early" else "与单位书面约定，只约定一次；"
    written = case.day("written_on", None)
    if written is not None and month_of(written) > latest:
        raise CannotAssess(
            f"应提前 {span.number(part)} 个月，在 {show_month(latest)} 以前（含当月）{word}"
            f"现在是 {written}，来不及。请改选更晚的月份。"
        )
    return Node(
        id="notice_by",
        title=LABELS["notice_by"],
        value=show_month(latest),
        unit="年月",
        rule=f"至少提前 {span.number(part)} 个月{word}",
        article=FLEXIBLE,
        rows=(span.row(part),),
    )
