"""Builds the sample city: the same seed and size always give the same people, to the last yuan."""

from datetime import date
from random import Random

from nianlun.kernel.identity import Sex, check_character
from nianlun.kernel.months import first_day, month_of
from nianlun.policy.retirement import statutory_retirement
from nianlun.sample.careers import PATTERNS, SHARES, Draw
from nianlun.sample.flaws import ORDER, in_order, put_wrong
from nianlun.sample.heroes import HEROES, ZHOU, Hero, pay_of_zhou
from nianlun.sample.names import full_name
from nianlun.sample.pay import paid_for, resident_years
from nianlun.sample.people import City, Contradiction, Contribution, Employer, Flaw, Person, Spell
from nianlun.sample.places import (
    AGENCIES,
    CITY,
    NEW_NAMES,
    NUMBER_PREFIXES,
    OLD_NAMES,
    STREETS,
    VILLAGES,
    employers,
)  # fmt: skip

AS_OF = date(2026, 10, 31)  # the books of the sample end with this month
_CITY_DIVISIONS = ("130602", "130606")
_FLAWED_SHARE = 5  # one person in five


def build_city(*, seed: int = 7, persons: int = 300, as_of: date = AS_OF) -> City:
    """The city with `persons` people (at least the seven heroes), deterministic by `seed`."""
    units = employers()
    count = max(persons, len(HEROES))
    people: list[Person] = []
    taken: set[str] = set()
    for index in range(count):
        rng = Random(f"nianlun/{seed}/person/{index}")  # noqa: S311 - a sample, not a secret
        hero = HEROES[index] if index < len(HEROES) else None
        people.append(_person(index, rng, hero=hero, units=units, taken=taken, as_of=as_of))
    people, contradictions = _with_flaws(people, seed=seed)
    return City(
        seed=seed, name=CITY, as_of=as_of, agencies=AGENCIES, employers=units, persons=tuple(people),
        contradictions=tuple(contradictions), heroes={h.role: i for i, h in enumerate(HEROES)},
    )  # fmt: skip


def reaches_age(*, sex: Sex, category: int, born: int, scheme: str) -> int:
    """The month in which work and payment end by law. Residents stay at 60: the delay of 2025 is for employees."""
    if scheme == "resident":
        return born + 60 * 12
    return statutory_retirement(sex=sex, category=category, born=born).statutory_month


def identity_number(rng: Random, *, division: str, born: date, sex: str, taken: set[str]) -> str:
    """A number with the right check character. Sequence codes 980 to 995 are hardly ever given out."""
    year = max(born.year + 16, 1984)  # cards came in 1984; the code is that of the day of issue
    prefix = next(
        code for since, code in reversed(NUMBER_PREFIXES[division]) if since <= min(year, born.year + 16)
    )
    sequences = [n for n in range(980, 996) if n % 2 == (sex == "male")]
    rng.shuffle(sequences)
    for sequence in sequences:
        first17 = f"{prefix}{born:%Y%m%d}{sequence}"
        number = first17 + check_character(first17)
        if number not in taken:
            taken.add(number)
            return number
    raise ValueError(
        "no sequence code left for this day and place"
    )  # eight people of one sex, day and county


def _person(
    index: int, rng: Random, *, hero: Hero | None, units: tuple[Employer, ...], taken: set[str], as_of: date
) -> Person:
    life = hero.life if hero else rng.choices(list(SHARES), list(SHARES.values()))[0]
    pattern, first, last, scheme, men_only = PATTERNS[life]
    sex: Sex = hero.sex if hero else "male" if men_only or rng.random() < 0.45 else "female"
    born = hero.born if hero else date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))
    category = hero.category if hero else _category(rng, life=life, sex=sex)
    division = hero.division if hero else _home(rng, life=life)
    number = identity_number(rng, division=division, born=born, sex=sex, taken=taken)
    end = month_of(as_of) + 1
    stop = min(end, reaches_age(sex=sex, category=category, born=month_of(born), scheme=scheme) + 1)
    draw = Draw(rng=rng, units=units, sex=sex, born=born, stop=stop)
    spells = hero.spells if hero and hero.spells else tuple(pattern(draw))
    old_place = OLD_NAMES[division]
    paid = _paid(hero, rng, spells, scheme=scheme, home=division, born=born, units=units, as_of=as_of)
    street = rng.choice(STREETS if division in _CITY_DIVISIONS else VILLAGES)
    return Person(
        index=index, name=hero.name if hero else full_name(rng, sex=sex, year=born.year), sex=sex,
        birth_date=born, identity_number=number, old_number=number[:6] + number[8:17] if born.year < 1983 else "",
        division=division, scheme=scheme, category=category, personal_number=f"1306{index + 1:06d}",
        native_place=old_place if not old_place.startswith(CITY) else "河北保定",
        address=f"{NEW_NAMES[division]}{street}{rng.randint(1, 180)}号",
        education=hero.education if hero else _education(rng, life=life, year=born.year),
        nation=rng.choices(("汉", "回", "满"), (94, 4, 2))[0] if not hero else "汉", life=life,
        work_start=_start(spells, scheme), spells=spells, contributions=paid,
    )  # fmt: skip


def _paid(
    hero: Hero | None, rng: Random, spells: tuple[Spell, ...], *, scheme: str, home: str, born: date,
    units: tuple[Employer, ...], as_of: date,
) -> tuple[Contribution, ...]:  # fmt: skip
    if hero is ZHOU:
        return in_order(tuple(pay_of_zhou(home)))
    if scheme == "resident":
        return tuple(resident_years(rng, born=month_of(born), agency=home, last_year=as_of.year - 1))
    agency_of = {u.code: u.division for u in units}
    return in_order(tuple(paid_for(spells, rng, agency_of=agency_of, home=home, scheme=scheme)))


def _category(rng: Random, *, life: str, sex: str) -> int:
    if sex == "male" or life == "resident":
        return 60
    if life in ("office", "flexible"):
        return 55
    return 55 if rng.random() < 0.2 else 50


def _home(rng: Random, *, life: str) -> str:
    divisions = list(NUMBER_PREFIXES)
    if life == "resident":
        return rng.choice([d for d in divisions if d not in _CITY_DIVISIONS])
    return rng.choices(divisions, [30 if d in _CITY_DIVISIONS else 6 for d in divisions])[0]


def _education(rng: Random, *, life: str, year: int) -> str:
    if life == "office":
        return rng.choice(
            ("中专毕业", "大学专科", "大学本科") if year < 1975 else ("大学专科", "大学本科", "大学本科")
        )
    if life == "resident":
        return rng.choice(("小学毕业", "初中毕业", "初中毕业"))
    return rng.choice(("小学毕业", "初中毕业", "初中毕业", "高中毕业", "高中毕业", "技工学校毕业"))


def _start(spells: tuple[Spell, ...], scheme: str) -> date | None:
    """The day service began: with the fields or the army where those came first (劳社部发〔1999〕8号 practice)."""
    if scheme == "resident" or not spells:
        return None
    return spells[0].first_day or first_day(spells[0].since)


def _with_flaws(people: list[Person], *, seed: int) -> tuple[list[Person], list[Contradiction]]:
    """Deal the kinds of flaw out in turn until one person in five has one; the first hero keeps her own three."""
    found = [
        Contradiction(
            person=0, kind=Flaw.WORK_START_DIFFERS, stated="1985-03", true="1984-09",
            note="招工审批表写 1984-09（1984-08-29 批准），干部履历表写 1985-03。",
        ),
        Contradiction(
            person=0, kind=Flaw.DOUBLE_PAID, stated="2008-03 至 2008-05",
            note="2008-03 至 2008-05 恒丰服装与灵活就业重复缴费，应退 1,386.00 元。",
        ),
    ]  # fmt: skip
    rng = Random(f"nianlun/{seed}/flaws")  # noqa: S311 - a sample, not a secret
    order = list(range(len(HEROES), len(people)))
    rng.shuffle(order)
    wanted, turn = max(len(people) // _FLAWED_SHARE - 1, 0), 0
    for index in order:
        if wanted <= 0:
            break
        for kind in (ORDER * 2)[turn : turn + len(ORDER)]:
            flawed = put_wrong(people[index], kind, rng)
            if flawed:
                people[index], truth = flawed
                found.append(truth)
                turn = (ORDER.index(kind) + 1) % len(ORDER)
                wanted -= 1
                break
    return people, sorted(found, key=lambda c: (c.person, c.kind))
