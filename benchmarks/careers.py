"""A population of Hebei enterprise careers, the same on every run: one generator, one seed."""

import numpy as np

from nianlun.kernel.months import month
from nianlun.policy.index_years import reference_wage
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population import ENTERPRISE, Population

HEBEI = 130000
PLACES = [130100, 130200, 130600, 130683, 130700, 130900]  # the same rules, so one group of persons
FIRST_YEAR, YEARS = 1996, 30
ACCOUNT_START = month(1996, 1)


def reference_wages(book: LawBook) -> dict[int, str]:
    """What a year's base is divided by, yuan a month, as the table writes it."""
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    return {year: str(reference_wage(book, year, region=str(HEBEI)).decimal("monthly")) for year in years}


def careers(count: int, book: LawBook, *, seed: int = 1996) -> Population:
    """Persons who begin to draw in 2020 to 2025: men at 60, women at 50 or 55, later by some months since 2025."""
    draw = np.random.default_rng(seed)
    benefit = draw.integers(month(2020, 1), month(2026, 1), count)
    delay = np.where(benefit >= month(2025, 1), draw.integers(1, 4, count), 0)
    birth = benefit - draw.choice([720, 600, 660], count, p=[0.5, 0.35, 0.15]) - delay
    start = birth + draw.integers(18 * 12, 25 * 12, count)
    paid_from = np.maximum(start, month(1993, 1) + draw.integers(0, 37, count))
    gap_since = draw.integers(1998, 2020, count)
    gap_years = np.where(draw.random(count) < 0.2, draw.integers(1, 6, count), 0)
    bases, balance = _bases(draw, book, paid_from=paid_from, benefit=benefit, gap=(gap_since, gap_years))
    deemed = np.maximum(paid_from - start, 0) * 2 + (
        draw.random(count) < 0.1
    )  # a first half month of service
    before = np.maximum(ACCOUNT_START - paid_from, 0) * 2
    since_account = (benefit - np.maximum(paid_from, ACCOUNT_START) - gap_years * 12) * 2
    started = start < ACCOUNT_START
    return Population(
        scheme=np.full(count, ENTERPRISE, dtype=np.uint8),
        region=draw.choice(PLACES, count).astype(np.int32),
        benefit_month=benefit.astype(np.int32),
        birth_month=birth.astype(np.int32),
        deemed=deemed.astype(np.int16),
        paid_before_account=before.astype(np.int16),
        total=(deemed + before + since_account).astype(np.int16),
        balance=balance,
        deemed_since=np.where(started, start // 12 + 1, 0).astype(np.int16),
        deemed_until=np.where(started, FIRST_YEAR, 0).astype(np.int16),
        first_year=FIRST_YEAR,
        bases=bases,
    )


def _bases(
    draw: np.random.Generator,
    book: LawBook,
    *,
    paid_from: np.ndarray,
    benefit: np.ndarray,
    gap: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Bases between 60 % and 300 % of the reference wage, and the balance they lead to, in fen."""
    count = benefit.size
    level = draw.lognormal(-0.35, 0.35, count)
    bases = np.zeros((YEARS, count), dtype=np.int32)
    balance = np.zeros(count)
    for row, (year, wage) in enumerate(reference_wages(book).items()):
        level *= draw.normal(1.0, 0.04, count)
        paid = (paid_from // 12 <= year) & (year <= benefit // 12)
        paid &= ~((gap[0] <= year) & (year < gap[0] + gap[1]))
        base = np.where(paid, np.rint(float(wage) * 100 * np.clip(level, 0.6, 3)), 0)
        bases[row] = base.astype(np.int32)
        balance = balance * 1.03 + base * 12 * (0.11 if year < 2006 else 0.08)
    return bases, balance.astype(np.int64)
