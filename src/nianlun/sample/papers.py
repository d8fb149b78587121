"""Which papers of a life have survived: three to five a person, more for the first hero."""

from collections.abc import Callable
from random import Random

from nianlun.archives.domain import DocumentKind as K
from nianlun.kernel.months import parse_month
from nianlun.sample import filed, insured, leaving
from nianlun.sample.clerk import Clerk
from nianlun.sample.paper import Entry, Paper, Seal
from nianlun.sample.people import City, Flaw, Spell

__all__ = ["Entry", "Paper", "Seal", "all_papers", "papers_of"]

# A flaw shows only where the papers that carry it survive.
_NEEDED = {
    Flaw.WRONG_OLD_NUMBER: (K.CONTRIBUTION_BOOK, K.LABOUR_CONTRACT, K.ENROLMENT, K.TERMINATION),
    Flaw.RETROACTIVE_GRADING: (K.GRADING_APPROVAL,),
    Flaw.CARD_AGAINST_FILE: (K.IDENTITY_CARD,),
    Flaw.LUNAR_BIRTH_DATE: (K.IDENTITY_CARD,),
    Flaw.ALTERED_FIRST_ENTRY: (K.IDENTITY_CARD,),
    Flaw.FIRST_ENTRIES_DIFFER: (K.WORKER_REGISTRATION, K.HIRING_APPROVAL),
    Flaw.NAME_VARIANT: (K.IDENTITY_CARD,),
    Flaw.WORK_START_DIFFERS: (K.WORKER_REGISTRATION, K.CADRE_RESUME),
    Flaw.MISSING_YEARS: (K.CONTRIBUTION_BOOK, K.WAGE_SHEET, K.STATEMENT),
    Flaw.DOUBLE_PAID: (K.ENROLMENT,),
}
# How likely a kind is to have survived beside others: the rare papers of army and fields are kept with care.
_CARE = {
    K.DEMOBILISATION: 5.0, K.RETURN_TO_CITY: 3.0, K.TRANSFER_ORDER: 5.0, K.GRADING_APPROVAL: 2.0, K.LAID_OFF: 1.4,
    K.ENROLMENT: 0.5, K.HOUSEHOLD_PAGE: 0.5, K.IDENTITY_CARD: 0.7,
}  # fmt: skip
_FIRST_PAPERS = (K.SENT_DOWN, K.ENLISTMENT, K.HIRING_APPROVAL, K.RESIDENT_ENROLMENT)


def papers_of(city: City, person: int) -> tuple[Paper, ...]:
    """The surviving papers of one person, oldest first. The same city always gives the same papers."""
    someone = city.persons[person]
    rng = Random(f"nianlun/{city.seed}/papers/{person}")  # noqa: S311 - a sample, not a secret
    clerk = Clerk(city=city, person=someone, rng=rng, flaws=city.flaws(person))
    every = _of_zhou(clerk) if person == city.heroes.get("zhou") else _LIVES[someone.life](clerk)
    every += _certificates(clerk)
    last = city.as_of
    every = sorted((p for p in every if p.made <= last), key=lambda p: (p.made, p.kind.value))
    kept = every if person == city.heroes.get("zhou") else _survivors(every, clerk)
    return tuple(
        p.changed(id=f"{person:04d}-{place:02d}-{p.kind.value}") for place, p in enumerate(kept, start=1)
    )


def all_papers(city: City) -> tuple[Paper, ...]:
    """Every paper of the city, person by person."""
    return tuple(paper for person in city.persons for paper in papers_of(city, person.index))


def _survivors(every: list[Paper], clerk: Clerk) -> list[Paper]:
    """Keep the first entry and what the flaw needs, then others by lot, three to five in all."""
    count = clerk.rng.choice((3, 4, 4, 4, 5, 5))
    needed = {kind for flaw in clerk.flaws for kind in _NEEDED[flaw]}
    must = [p for p in every if p.kind in needed or (p.kind in _FIRST_PAPERS and p is every[0])]
    rest = [p for p in every if p not in must]
    rest.sort(key=lambda p: -(clerk.rng.random() ** (1 / _CARE.get(p.kind, 1.0))))
    return sorted(must + rest[: max(count - len(must), 0)], key=lambda p: (p.made, p.kind.value))


def _certificates(clerk: Clerk) -> list[Paper]:
    """Where months are missing from the books, the unit (or its keeper) wrote a certificate later."""
    flaw = clerk.flaws.get(Flaw.MISSING_YEARS)
    if not flaw:
        return []
    since, last = (parse_month(part) for part in flaw.stated.split(" 至 "))
    spell = next(s for s in clerk.person.spells if s.kind == "work" and s.since <= since < s.until)
    return [leaving.statement(clerk, spell, since=since, until=last + 1)]


def _mill_life(clerk: Clerk) -> list[Paper]:
    person, rng = clerk.person, clerk.rng
    every: list[Paper] = []
    before = [s for s in person.spells if s.kind in ("army", "sent_down")]
    jobs = [s for s in person.spells if s.kind == "work"]
    for spell in before:
        if spell.kind == "army":
            every += [filed.enlistment(clerk, spell), filed.demobilisation(clerk, spell)]
        else:
            every += [leaving.sent_down(clerk, spell), leaving.return_to_city(clerk, spell, jobs[0])]
    first = jobs[0]
    every.append(filed.hiring(clerk, first, first=not before))
    every.append(
        filed.registration(clerk, first, second=Flaw.FIRST_ENTRIES_DIFFER in clerk.flaws and not before)
    )
    if first.until - first.since > 48:
        every.append(filed.grading(clerk, first))
    for year in (1979, 1985, 1990, 1994):
        if first.since // 12 + 1 < year < first.until // 12:
            every.append(filed.wage_change(clerk, first, year=year))
    if first.until > 1993 * 12 + 6:
        every.append(insured.contribution_book(clerk, first))
        every.append(
            insured.wage_sheet(clerk, first, year=rng.randint(max(1980, first.since // 12 + 1), 1995))
        )
    if len(jobs) > 1 and clerk.unit(first.employer).successor == jobs[1].employer:
        every.append(leaving.transfer(clerk, first, jobs[1]))
    elif first.until < person.spells[-1].until:
        every.append(leaving.laid_off(clerk, first, copy=rng.random() < 0.3))
    return every + _later_jobs(clerk, jobs[1:]) + _cards(clerk)


def _later_jobs(clerk: Clerk, jobs: list[Spell]) -> list[Paper]:
    every: list[Paper] = []
    for spell in jobs[:3]:
        every.append(leaving.contract(clerk, spell))
        every.append(insured.enrolment(clerk, spell))
        if spell.until < clerk.person.spells[-1].until:
            every.append(leaving.termination(clerk, spell))
    return every


def _cards(clerk: Clerk) -> list[Paper]:
    return [
        insured.identity_card(clerk, year=clerk.rng.randint(2012, 2024)),
        insured.household_page(clerk, year=clerk.rng.randint(2005, 2022)),
    ]


def _private_life(clerk: Clerk) -> list[Paper]:
    jobs = [s for s in clerk.person.spells if s.kind == "work"]
    own = [s for s in clerk.person.spells if s.kind == "flexible"]
    return _later_jobs(clerk, jobs) + [insured.enrolment(clerk, s) for s in own[:1]] + _cards(clerk)


def _office_life(clerk: Clerk) -> list[Paper]:
    spell = clerk.person.spells[0]
    years = [y for y in (1985, 1990, 1999, 2006) if spell.since // 12 + 1 < y < spell.until // 12]
    resumes = [y for y in (1988, 1996, 2009, 2017) if spell.since // 12 + 1 < y < spell.until // 12][-2:]
    every = [filed.wage_change(clerk, spell, year=year) for year in years]
    every += [filed.resume(clerk, spell, year=year) for year in resumes]
    return [*every, insured.enrolment(clerk, spell), *_cards(clerk)]


def _resident_life(clerk: Clerk) -> list[Paper]:
    return [insured.resident_enrolment(clerk), *_cards(clerk)]


def _of_zhou(clerk: Clerk) -> list[Paper]:
    """The first hero's file: five papers state her birth date and agree; two disagree about her work start."""
    mill, sewing, own, textiles = clerk.person.spells
    return [
        filed.hiring(clerk, mill, first=True),
        filed.grading(clerk, mill),
        filed.wage_change(clerk, mill, year=1990),
        insured.contribution_book(clerk, mill),
        insured.wage_sheet(clerk, mill, year=1996),
        leaving.laid_off(clerk, mill, copy=True),
        leaving.contract(clerk, sewing),
        insured.enrolment(clerk, own),
        leaving.contract(clerk, textiles),
        filed.resume(clerk, textiles, year=2013),
        insured.identity_card(clerk, year=2022),
    ]


_LIVES: dict[str, Callable[[Clerk], list[Paper]]] = {
    "apprentice": _mill_life,
    "sent_down": _mill_life,
    "army": _mill_life,
    "private": _private_life,
    "flexible": _private_life,
    "office": _office_life,
    "resident": _resident_life,
}
