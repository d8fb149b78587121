"""Puts contradictions into one life in five, of the kinds met in real files, and keeps the truth of each."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from nianlun.kernel.months import month, show_month
from nianlun.sample.names import variant
from nianlun.sample.pay import FIRST_PAID, base_of, month_paid
from nianlun.sample.people import Contradiction, Contribution, Flaw, Person

# The order in which kinds are dealt out, so that each is met often whatever the size of the city.
ORDER = (
    Flaw.CARD_AGAINST_FILE,
    Flaw.WORK_START_DIFFERS,
    Flaw.DOUBLE_PAID,
    Flaw.ALTERED_FIRST_ENTRY,
    Flaw.LUNAR_BIRTH_DATE,
    Flaw.MISSING_YEARS,
    Flaw.NAME_VARIANT,
    Flaw.WRONG_OLD_NUMBER,
    Flaw.FIRST_ENTRIES_DIFFER,
    Flaw.RETROACTIVE_GRADING,
)
_FILED = ("apprentice", "sent_down", "army")
_DIGITS = "〇一二三四五六七八九"
_LUNAR_TENS = ("初", "十", "廿")
_LUNAR_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "腊")

Flawed = tuple[Person, Contradiction] | None


def put_wrong(person: Person, kind: Flaw, rng: Random) -> Flawed:
    """The person with the flaw and its ground truth, or None where this life cannot hold it."""
    return _RULES[kind](person, rng)


def _birth(person: Person, kind: Flaw, stated: str, note: str) -> Flawed:
    if person.life not in _FILED:
        return None
    return person, Contradiction(
        person=person.index, kind=kind, note=note, stated=stated, true=person.birth_date.isoformat()
    )


def _other_day(person: Person, rng: Random) -> date:
    """The date a file might state instead: a year earlier or later, or a shifted month."""
    born = person.birth_date
    years = rng.choice((-2, -1, -1, 1, 0))
    shifted = date(born.year + years, born.month, min(born.day, 28))
    return shifted if years else shifted + timedelta(days=rng.choice((-61, -31, 31, 92)))


def _card(person: Person, rng: Random) -> Flawed:
    stated = _other_day(person, rng).isoformat()
    return _birth(
        person, Flaw.CARD_AGAINST_FILE, stated, f"档案各材料写 {stated}，身份证写 {person.birth_date}。"
    )


def _altered(person: Person, rng: Random) -> Flawed:
    stated = _other_day(person, rng).isoformat()
    return _birth(person, Flaw.ALTERED_FIRST_ENTRY, stated, f"最先的材料上出生日期原写 {stated}，被改写。")


def _first_entries(person: Person, rng: Random) -> Flawed:
    stated = _other_day(person, rng).isoformat()
    note = f"同一天形成的两份材料，一份写 {person.birth_date}，一份写 {stated}。"
    return _birth(person, Flaw.FIRST_ENTRIES_DIFFER, stated, note)


def _lunar(person: Person, rng: Random) -> Flawed:
    born = person.birth_date
    year = "".join(_DIGITS[int(d)] for d in str(born.year))
    tens, ones = divmod(born.day - 1, 10)
    day = _LUNAR_TENS[tens] + (_DIGITS[ones + 1] if ones < 9 else "十")
    day = {"十十": "二十", "廿十": "三十"}.get(day, day)
    stated = f"农历{year}年{_LUNAR_MONTHS[born.month - 1]}月{day}"
    return _birth(
        person, Flaw.LUNAR_BIRTH_DATE, stated, f"最先的材料写“{stated}”，身份证把同一数字当作公历。"
    )


def _work_start(person: Person, rng: Random) -> Flawed:
    if person.work_start is None or person.life not in (*_FILED, "office"):
        return None
    start = person.work_start
    later = start.year * 12 + start.month - 1 + rng.choice((6, 6, -3, 12, 2))
    stated, true = show_month(later), f"{start:%Y-%m}"
    note = f"最先的材料写 {true} 参加工作，本人后填的履历写 {stated}。"
    return person, Contradiction(
        person=person.index, kind=Flaw.WORK_START_DIFFERS, note=note, stated=stated, true=true
    )


def _double(person: Person, rng: Random) -> Flawed:
    paid = [c for c in person.contributions if c.payer and c.month >= month(2003, 1) and c.months == 1]
    if person.scheme != "enterprise" or len(paid) < 30:
        return None
    start = rng.randrange(6, len(paid) - 12)
    twice = [
        month_paid(c.month, payer="", agency=person.division, base=base_of(c.month // 12, ratio=0.7))
        for c in paid[start : start + rng.randint(2, 7)]
    ]
    span = f"{show_month(twice[0].month)} 至 {show_month(twice[-1].month)}"
    flawed = replace(person, contributions=in_order((*person.contributions, *twice)))
    note = f"{span} 单位缴费与灵活就业缴费重复。"
    return flawed, Contradiction(person=person.index, kind=Flaw.DOUBLE_PAID, note=note, stated=span)


def _missing(person: Person, rng: Random) -> Flawed:
    spans = [s for s in person.spells if s.kind == "work" and s.until - max(s.since, FIRST_PAID) >= 40]
    if person.scheme != "enterprise" or not spans:
        return None
    spell = rng.choice(spans)
    since = rng.randrange(max(spell.since, FIRST_PAID) + 6, spell.until - 24)
    lost = range(since, since + rng.choice((12, 18, 24)))
    kept = tuple(c for c in person.contributions if c.month not in lost)
    span = f"{show_month(lost[0])} 至 {show_month(lost[-1])}"
    note = f"{span} 在单位工作，账户没有缴费记录。"
    return replace(person, contributions=kept), Contradiction(
        person=person.index, kind=Flaw.MISSING_YEARS, note=note, stated=span
    )


def _old_number(person: Person, rng: Random) -> Flawed:
    mill = next((s for s in person.spells if s.kind == "work"), None)
    if not person.old_number or person.life not in _FILED or not mill or mill.until <= FIRST_PAID + 6:
        return None
    place = rng.choice((7, 9, 11))
    digit = str((int(person.old_number[place]) + rng.choice((1, 3, 6))) % 10)
    wrong = person.old_number[:place] + digit + person.old_number[place + 1 :]
    note = f"养老保险手册上的 15 位证号第 {place + 1} 位写错。"
    return person, Contradiction(
        person=person.index, kind=Flaw.WRONG_OLD_NUMBER, note=note, stated=wrong, true=person.old_number
    )


def _variant(person: Person, _: Random) -> Flawed:
    other = variant(person.name)
    if other is None or person.life == "resident":
        return None
    note = f"早年材料写“{other}”，身份证写“{person.name}”。"
    return person, Contradiction(
        person=person.index, kind=Flaw.NAME_VARIANT, note=note, stated=other, true=person.name
    )


def _retroactive(person: Person, _: Random) -> Flawed:
    if person.life != "apprentice" or not person.work_start:
        return None
    note = "转正定级表批准在后，执行月份写在批准之前。"
    return person, Contradiction(person=person.index, kind=Flaw.RETROACTIVE_GRADING, note=note)


def in_order(paid: tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    """By month, then by payer: the order of the books."""
    return tuple(sorted(paid, key=lambda c: (c.month, c.payer, c.booked)))


_RULES = {
    Flaw.CARD_AGAINST_FILE: _card,
    Flaw.ALTERED_FIRST_ENTRY: _altered,
    Flaw.FIRST_ENTRIES_DIFFER: _first_entries,
    Flaw.WORK_START_DIFFERS: _work_start,
    Flaw.DOUBLE_PAID: _double,
    Flaw.MISSING_YEARS: _missing,
    Flaw.RETROACTIVE_GRADING: _retroactive,
    Flaw.LUNAR_BIRTH_DATE: _lunar,
    Flaw.WRONG_OLD_NUMBER: _old_number,
    Flaw.NAME_VARIANT: _variant,
}
