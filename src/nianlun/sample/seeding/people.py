"""Agencies, employers, persons and what they paid."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from nianlun.archives import operations as archives
from nianlun.contributions import operations as contributions
from nianlun.contributions.domain import NewPosting, Part, Source
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry import operations as registry
from nianlun.registry import queries as registry_queries
from nianlun.registry.domain import NewPerson, Scheme, Sex
from nianlun.sample.people import City, Contribution, Person
from nianlun.sample.seeding.identifiers import sample_id

Tell = Callable[[str, int, int], None]
_PERSONS_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Where the sample's agencies, employers and persons ended up."""

    agencies: dict[str, UUID]  # by division
    employers: dict[str, UUID]  # by unit code
    persons: dict[int, UUID]  # by index

    def agency_of(self, person: Person) -> UUID:
        return self.agencies.get(person.division) or self.agencies[min(self.agencies)]


def register(city: City, *, at: datetime) -> Registered:
    """Register everybody who is not there yet."""
    agencies = {}
    known = {
        a.division: a.id
        for a in registry_queries.agencies(scope=min(a.division for a in city.agencies)[:4])
    }
    for number, agency in enumerate(city.agencies):
        agency_id = known.get(agency.division) or registry.register_agency(
            by=None,
            name=agency.name,
            division=agency.division,
            agency_id=sample_id("agency", number, seed=city.seed),
            at=at,
        )
        agencies[agency.division] = agency_id
        archives.open_fonds(f"B{number + 1:03d}", name=agency.name, agency_id=agency_id, by=None, at=at)
    employers = {e.code: sample_id("employer", n, seed=city.seed) for n, e in enumerate(city.employers)}
    there = registry_queries.employers(employers.values())
    for employer in city.employers:
        if employers[employer.code] not in there:
            registry.register_employer(
                by=None,
                name=employer.name,
                agency_id=agencies.get(employer.division) or agencies[min(agencies)],
                credit_code=employer.credit_code,
                since=date(employer.founded, 1, 1),
                until=date(employer.closed, 12, 31) if employer.closed else None,
                is_sample=True,
                employer_id=employers[employer.code],
                at=at,
            )
    registered = Registered(
        agencies=agencies,
        employers=employers,
        persons={p.index: sample_id("person", p.index, seed=city.seed) for p in city.persons},
    )
    _register_persons(city, registered, at=at)
    return registered


def _register_persons(city: City, registered: Registered, *, at: datetime) -> None:
    if registry_queries.known_ids(registered.persons.values()):
        return  # they are registered all at once or not at all
    registry.register_persons(
        [
            NewPerson(
                id=registered.persons[person.index],
                name=person.name,
                identity_number=IdentityNumber.parse(person.identity_number),
                scheme=Scheme(person.scheme),
                category=person.category,
                agency_id=registered.agency_of(person),
                personal_number=person.personal_number,
                sex=Sex(person.sex),
                is_sample=True,
            )
            for person in city.persons
        ],
        by=None,
        at=at,
    )


def book(city: City, registered: Registered, *, at: datetime, tell: Tell) -> None:
    """Book what everybody paid; a slot that is booked already stays as it is."""
    people = iter(city.persons)
    done = 0
    while batch := list(islice(people, _PERSONS_AT_ONCE)):
        lines = [line for person in batch for line in _postings(person, registered)]
        with transaction.atomic():
            contributions.book(lines, source=Source.SAMPLE, by=None, at=at, tell=False)
        done += len(batch)
        tell("缴费记录", done, len(city.persons))


def _postings(person: Person, registered: Registered) -> Iterator[NewPosting]:
    for paid in _one_a_slot(person.contributions):
        employer_id = registered.employers.get(paid.payer)
        scheme = Scheme(person.scheme)
        if scheme in (Scheme.ENTERPRISE, Scheme.FLEXIBLE):
            scheme = Scheme.ENTERPRISE if employer_id else Scheme.FLEXIBLE
        for part, amount in ((Part.PERSONAL, paid.own_part), (Part.EMPLOYER, paid.unit_part)):
            if amount:
                yield NewPosting(
                    person_id=registered.persons[person.index],
                    month=paid.month,
                    months=paid.months,
                    scheme=scheme,
                    part=part,
                    amount=amount,
                    base=paid.base,
                    employer_id=employer_id,
                    place=f"样本 {paid.agency}",
                )


def _one_a_slot(paid: Sequence[Contribution]) -> list[Contribution]:
    """One payment for a month and payer: the first that was booked."""
    found: dict[tuple[int, str], Contribution] = {}
    for each in paid:
        found.setdefault((each.month, each.payer), each)
    return list(found.values())
