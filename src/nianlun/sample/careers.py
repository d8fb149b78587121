"""Working lives as they went in this city since 1968. Each pattern is a function that draws the spells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from nianlun.kernel.months import first_day, month, month_of
from nianlun.sample.people import Employer, Spell

FIXED, CONTRACT, LABOUR, CADRE = "固定工", "合同制工人", "劳动合同制", "干部"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a pattern may use: its own random numbers, the units, and the person so far."""

    rng: Random
    units: tuple[Employer, ...]
    sex: str
    born: date
    stop: int  # first month no longer worked: retirement or the end of the sample's time

    def unit(self, kind: str, *, year: int, division: str = "") -> Employer:
        """A unit of the kind that stood in that year, near home where there is one."""
        standing = [u for u in self.units if u.kind == kind and u.founded <= year < (u.closed or 9999)]
        near = [u for u in standing if u.division == division]
        return self.rng.choice(near if near and self.rng.random() < 0.5 else standing)

    def day(self, of: int, *, first: int = 1, last: int = 28) -> date:
        return date(of // 12, of % 12 + 1, self.rng.randint(first, last))


Pattern = Callable[[Draw], list[Spell]]


def work(draw: Draw, unit: Employer, *, since: int, until: int, status: str, post: str = "") -> Spell:
    """A spell of employment with the exact first and last day."""
    until = min(until, draw.stop)
    start = first_day(since) if draw.rng.random() < 0.7 else draw.day(since, last=15)
    return Spell(
        since=since, until=until, kind="work", employer=unit.code, post=post or draw.rng.choice(unit.posts),
        status=status, first_day=start, last_day=first_day(until) - timedelta(days=1),
    )  # fmt: skip


def mill(draw: Draw, *, since: int, unit: Employer | None = None) -> list[Spell]:
    """From the day of hiring in a state mill to the end of working life, through closing or merger."""
    unit = unit or draw.unit("mill", year=since // 12)
    status = FIXED if since < month(1986, 10) else CONTRACT  # 国发〔1986〕77号: new workers on contract
    closing = month(unit.closed or 2003, draw.rng.randint(3, 12))
    first = work(draw, unit, since=since, until=closing, status=status)
    spells = [first]
    if first.until >= draw.stop:
        return spells
    if unit.successor:
        heir = next(u for u in draw.units if u.code == unit.successor)
        spells.append(work(draw, heir, since=closing, until=draw.stop, status=LABOUR, post=first.post))
        return spells
    # Laid off before the gates closed: the certificate is of the mill, the years after are the person's own.
    gone = max(since + 60, closing - draw.rng.randint(0, 36))
    spells = [work(draw, unit, since=since, until=gone, status=status, post=first.post)]
    return spells + after_the_mill(draw, since=gone)


def after_the_mill(draw: Draw, *, since: int) -> list[Spell]:
    """A gap, then private firms or one's own stall, to the end."""
    spells: list[Spell] = []
    now = since + draw.rng.randint(4, 26)
    while now < draw.stop:
        until = now + draw.rng.randint(30, 130)
        if draw.rng.random() < 0.6 or now < month(1999, 1):
            unit = draw.unit("private", year=max(now // 12, 2000))
            now = max(now, month(unit.founded, 6))
            if now >= draw.stop:
                break
            spells.append(work(draw, unit, since=now, until=until, status=LABOUR))
        else:
            spells.append(Spell(since=now, until=min(until, draw.stop), kind="flexible", post="个体经营"))
        now = until + (draw.rng.randint(1, 9) if draw.rng.random() < 0.4 else 0)
    return spells


def apprentice(draw: Draw) -> list[Spell]:
    """School, an apprenticeship at seventeen or so, the mill, lay-off, and what came after."""
    return mill(draw, since=month_of(draw.born) + draw.rng.randint(16 * 12 + 2, 19 * 12))


def sent_down(draw: Draw) -> list[Spell]:
    """To the countryside after 1968; hired back into a city mill some years later."""
    since = month(
        max(1968, min(draw.born.year + draw.rng.randint(17, 19), 1976)), draw.rng.choice((3, 9, 10, 12))
    )
    back = since + draw.rng.randint(22, 70)
    commune = draw.unit("commune", year=since // 12)
    fields = Spell(
        since=since, until=back, kind="sent_down", employer=commune.code, post="插队知青", status="知识青年",
        first_day=draw.day(since), last_day=draw.day(back, last=20), end_reason="招工回城",
    )  # fmt: skip
    return [fields, *mill(draw, since=back)]


def army(draw: Draw) -> list[Spell]:
    """Enlisted at eighteen or nineteen, three to six years, then assigned to a mill."""
    since = month(draw.born.year + draw.rng.randint(18, 20), draw.rng.choice((11, 12)))
    back = month(since // 12 + draw.rng.randint(4, 6), draw.rng.choice((1, 3, 4)))
    unit = draw.unit("army", year=since // 12)
    service = Spell(
        since=since, until=back, kind="army", employer=unit.code, post="战士", status="义务兵",
        first_day=draw.day(since), last_day=draw.day(back, last=20), end_reason="服役期满退伍",
    )  # fmt: skip
    return [service, *mill(draw, since=back)]


def private(draw: Draw) -> list[Spell]:
    """The generation after the mills: contracts with private firms, some stretches alone."""
    since = max(month(1999, 7), month_of(draw.born) + draw.rng.randint(19 * 12, 23 * 12))
    return after_the_mill(draw, since=since)


def flexible(draw: Draw) -> list[Spell]:
    """Never long in one firm: a market stall, day work, insured alone since it became possible."""
    since = max(month(1999, 1), month_of(draw.born) + draw.rng.randint(20 * 12, 30 * 12))
    spells: list[Spell] = []
    trades = ("个体经营", "出租车司机", "家政服务", "集贸市场摊主", "装修工")
    trade = draw.rng.choice(trades)
    while since < draw.stop:
        until = min(since + draw.rng.randint(24, 120), draw.stop)
        spells.append(Spell(since=since, until=until, kind="flexible", post=trade))
        since = until + draw.rng.choice((0, 3, 8, 14))
    return spells


def office(draw: Draw) -> list[Spell]:
    """Assigned after school to an office, a school or a hospital, and stayed."""
    since = month(max(1976, draw.born.year + draw.rng.randint(19, 22)), draw.rng.choice((7, 8, 9)))
    unit = draw.unit(draw.rng.choice(("office", "school", "hospital", "school")), year=since // 12)
    return [work(draw, unit, since=since, until=draw.stop, status=CADRE)]


def resident(draw: Draw) -> list[Spell]:
    """The fields, all their life."""
    return [Spell(since=month_of(draw.born) + 18 * 12, until=draw.stop, kind="farming", post="务农")]


# pattern -> (function, first and last year of birth, scheme, men only)
PATTERNS: dict[str, tuple[Pattern, int, int, str, bool]] = {
    "apprentice": (apprentice, 1955, 1972, "enterprise", False),
    "sent_down": (sent_down, 1950, 1957, "enterprise", False),
    "army": (army, 1952, 1966, "enterprise", True),
    "private": (private, 1973, 1996, "enterprise", False),
    "flexible": (flexible, 1962, 1992, "flexible", False),
    "office": (office, 1960, 1992, "government_institution", False),
    "resident": (resident, 1950, 1990, "resident", False),
}
# How many of a hundred people follow each.
SHARES = {
    "apprentice": 28,
    "sent_down": 12,
    "army": 10,
    "private": 14,
    "flexible": 12,
    "office": 12,
    "resident": 12,
}
