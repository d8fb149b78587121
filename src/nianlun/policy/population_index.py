"""The average contribution index of many persons, from yearly bases or as it is known already."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from nianlun.policy.cases import FIRST_YEAR, LAST_YEAR
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.index_years import HIGHEST, IndexYear, mean_index, unknown_years
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population_part import (
    BAD_INPUT,
    CANNOT_ASSESS,
    INDEX_DEN,
    MOST_FEN,
    NOT_IN_FORCE,
    Mask,
    Part,
)
from nianlun.policy.rounding import Rounding


def refuse_indices(part: Part, *, book: LawBook, region: str, year: int) -> None:
    """Take out whoever has no index for a benefit in `year`, for the reason that a single case is refused."""
    if part.has("index"):
        words = f"avg_index 应在 0 到 {HIGHEST} 之间。请核对。"
        part.refuse_outside("index", HIGHEST * INDEX_DEN, words, low=-1)
    _refuse_bases(part)
    _refuse_deemed(part)
    part.refuse(
        _computed(part) & ~_has_years(part, year), CANNOT_ASSESS, "退休当年以前没有缴费年份，不能计算指数。"
    )
    years, day = _years(part, year), date(year, 1, 1)
    paid = unknown_years(years, book=book, region=region, day=day)
    deemed = unknown_years(years, book=book, region=region, day=day, deemed=True)
    for one in years:
        if one in paid:
            whom = (part.base(one) > 0) & ~part.deemed(one) & _computed(part)
            part.refuse(whom, NOT_IN_FORCE, str(paid[one]))
        if one in deemed:
            part.refuse(part.deemed(one) & _computed(part), NOT_IN_FORCE, str(deemed[one]))


def index_column(
    part: Part, sheet: ColumnSheet, *, book: LawBook, region: str, year: int, to: Rounding | None
) -> Column:
    """The index of those who are left: as known, or by `mean_index`."""
    computed = _computed(part)
    known = None
    if part.has("index"):
        known = Column(part.take("index").astype(np.int64), INDEX_DEN, (-1, HIGHEST * INDEX_DEN))
        if not computed.any():
            return known
    years = _index_years(part, year, computed)
    found = mean_index(sheet, years, book=book, region=region, day=date(year, 1, 1), to=to)
    return found if known is None else sheet.choose(computed, found, known)


def _index_years(part: Part, until: int, computed: Mask) -> Iterator[IndexYear[Column]]:
    everyone = bool(computed.all())
    for year in _years(part, until):
        base, deemed = part.base(year).astype(np.int64), part.deemed(year)
        if not everyone:  # a year of somebody whose index is known must not ask for a wage
            base, deemed = np.where(computed, base, 0), deemed & computed
        yield IndexYear(year, Column(base, 100, (0, MOST_FEN)), deemed if deemed.any() else False)


def _refuse_bases(part: Part) -> None:
    bases = part.take("bases")
    if bases.size and (bases.min() < 0 or bases.max() > MOST_FEN):
        wrong = ((bases < 0) | (bases > MOST_FEN)).any(axis=0)
        part.refuse(wrong & _computed(part), BAD_INPUT, "缴费基数应在 0 到 100000000 元之间。请核对。")


def _refuse_deemed(part: Part) -> None:
    since, until = part.take("deemed_since"), part.take("deemed_until")
    wrong = (since < until) & ((since < FIRST_YEAR) | (until > LAST_YEAR + 1))
    words = f"视同缴费的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。请核对。"
    part.refuse(wrong & _computed(part), BAD_INPUT, words)


def _has_years(part: Part, until: int) -> Mask:
    """Who paid or has deemed service in a year before the benefit."""
    found = np.zeros(part.rows.size, dtype=np.bool_)
    for year in reversed(_years(part, until)):
        found |= (part.base(year) > 0) | part.deemed(year)
        if found.all():  # for most people the last year decides
            break
    return found


def _computed(part: Part) -> Mask:
    """Whose index comes from the bases."""
    if not part.has("index"):
        return np.ones(part.rows.size, dtype=np.bool_)
    return np.less(part.take("index"), 0)


def _years(part: Part, until: int) -> range:
    """The calendar years before the benefit in which anyone may have paid or has deemed service."""
    since, past = part.take("deemed_since"), part.take("deemed_until")
    deemed = since < past
    first, end = part.first_year, part.first_year + part.take("bases").shape[0]
    if deemed.any():
        first, end = min(first, int(since[deemed].min())), max(end, int(past[deemed].max()))
    return range(first, min(until, end))
