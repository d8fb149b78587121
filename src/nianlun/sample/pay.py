"""What was paid, month by month: bases between the bounds of their year and the two parts by its rates."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from nianlun.sample.people import Contribution, Spell

FIRST_PAID = 1993 * 12  # 1993-01; the local account starts in 1996-01
GOVERNMENT_SINCE = 2014 * 12 + 9  # 国发〔2015〕2号: from 2014-10
FLEXIBLE_SINCE = 1998 * 12
RESIDENT_SINCE = 2010  # the rural pilot reached these counties in 2010

# Monthly reference wage of the year, yuan: the sample's own rounding of the province's published means.
_WAGES = {
    1992: 205, 1993: 253, 1994: 349, 1995: 403, 1996: 440, 1997: 474, 1998: 485, 1999: 535, 2000: 587, 2001: 655,
    2002: 747, 2003: 932, 2004: 1077, 2005: 1226, 2006: 1382, 2007: 1659, 2008: 2063, 2009: 2365, 2010: 2692,
    2011: 3014, 2012: 3295, 2013: 3544, 2014: 3853, 2015: 4367, 2016: 4749, 2017: 5439, 2018: 4727, 2019: 5078,
    2020: 5409, 2021: 5789, 2022: 6211, 2023: 6534, 2024: 6678, 2025: 6794,
}  # fmt: skip
_OWN_RATES = (
    (1993 * 12, "0.02"), (1995 * 12, "0.03"), (1997 * 12, "0.04"), (1998 * 12, "0.05"), (2000 * 12, "0.06"),
    (2002 * 12, "0.07"), (2004 * 12, "0.08"),
)  # fmt: skip
_UNIT_RATES = (
    (1993 * 12, "0.18"), (1996 * 12, "0.20"), (2016 * 12 + 4, "0.19"), (2019 * 12 + 4, "0.16"),
)  # fmt: skip
_FLEXIBLE_RATES = ((1998 * 12, "0.18"), (2006 * 12, "0.20"))
_TIERS = (100, 100, 200, 200, 300, 500, 1000, 3000)


def _rate(rates: tuple[tuple[int, str], ...], month: int) -> Decimal:
    return Decimal(next(rate for since, rate in reversed(rates) if since <= month))


def _fen(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def mean_wage(year: int) -> int:
    """A usual monthly wage of the year in yuan; before the published means, a straight line from 58 in 1978."""
    if year >= 1992:
        return _WAGES[min(year, 2025)]
    return round(58 + max(year - 1978, 0) * 9.6)


def base_of(year: int, *, ratio: float) -> Decimal:
    """The contribution base of a year: last year's reference wage times `ratio`, within 60 and 300 per cent."""
    wage = _WAGES[max(min(year - 1, 2025), 1992)]
    whole = round(wage * min(max(ratio, 0.6), 3.0))
    return Decimal(whole).quantize(Decimal("0.01"))


def month_paid(
    month: int,
    *,
    payer: str,
    agency: str,
    base: Decimal,
    booked: int | None = None,
    government: bool = False,
) -> Contribution:
    """One month's payment: by unit and person, or by the person alone when `payer` is empty."""
    if payer:
        own, unit = _rate(_OWN_RATES, month), _rate(_UNIT_RATES, month)
        if government:
            own, unit = Decimal("0.08"), Decimal("0.20") if month < 2019 * 12 + 4 else Decimal("0.16")
    else:
        own, unit = _rate(_FLEXIBLE_RATES, month), Decimal(0)
    return Contribution(
        month=month, payer=payer, agency=agency, base=base, unit_part=_fen(base * unit),
        own_part=_fen(base * own), booked=month if booked is None else booked,
    )  # fmt: skip


def paid_for(
    spells: tuple[Spell, ...], rng: Random, *, agency_of: dict[str, str], home: str, scheme: str
) -> list[Contribution]:
    """The months that a career leaves in the books; army, fields and lay-off leave none."""
    ratio = rng.choice((0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 1.15, 1.4))
    found: list[Contribution] = []
    government = scheme == "government_institution"
    for spell in spells:
        if spell.kind not in ("work", "flexible"):
            continue
        since = max(spell.since, GOVERNMENT_SINCE if government else FIRST_PAID)
        if spell.kind == "flexible":
            since = max(since, FLEXIBLE_SINCE)
        own_ratio = max(0.6, ratio * (0.75 if spell.kind == "flexible" else rng.uniform(0.9, 1.15)))
        months = [
            month_paid(
                month, payer=spell.employer, agency=agency_of.get(spell.employer, home),
                base=base_of(month // 12, ratio=own_ratio), government=government,
            )
            for month in range(since, spell.until)
        ]  # fmt: skip
        found += _late(months, rng) if spell.kind == "work" and not government else months
    return found


def _late(months: list[Contribution], rng: Random) -> Iterator[Contribution]:
    """Now and then a unit in trouble pays three to eight months late, all in one sum."""
    start = rng.randrange(len(months)) if months and rng.random() < 0.18 else None
    length = rng.randint(3, 8)
    for place, one in enumerate(months):
        if start is None or not start <= place < start + length:
            yield one
            continue
        booked = max(one.month, min(months[start].month + length + 4, months[-1].month + 6))
        yield Contribution(
            month=one.month, payer=one.payer, agency=one.agency, base=one.base, unit_part=one.unit_part,
            own_part=one.own_part, booked=booked,
        )  # fmt: skip


def resident_years(rng: Random, *, born: int, agency: str, last_year: int) -> list[Contribution]:
    """Yearly payments of a resident by tier, with the government's subsidy as the other part."""
    place = rng.randrange(3)
    found = []
    for year in range(RESIDENT_SINCE, min(last_year, born // 12 + 60) + 1):
        if year * 12 - born < 16 * 12:
            continue
        if rng.random() < 0.06:
            continue  # a year without payment
        place = min(place + (rng.random() < 0.2), len(_TIERS) - 1)
        tier = max(_TIERS[place], 200 if year >= 2019 else 100)
        subsidy = 30 + 15 * sum(tier >= step for step in (300, 500, 1000, 3000))
        found.append(
            Contribution(
                month=year * 12, payer="", agency=agency, base=Decimal(tier).quantize(Decimal("0.01")),
                unit_part=Decimal(subsidy).quantize(Decimal("0.01")),
                own_part=Decimal(tier).quantize(Decimal("0.01")), booked=year * 12 + rng.randint(5, 11), months=12,
            )
        )  # fmt: skip
    return found
