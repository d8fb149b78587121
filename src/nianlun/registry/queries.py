"""Reading the registry. What a viewer may see is part of every query here, never left to the page (S2.2)."""

import os.path
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from nianlun.access.domain import NotVisible, Right, Role, Viewer
from nianlun.kernel import cipher
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber, from15
from nianlun.registry import former, keys
from nianlun.registry.domain import AgencyLine, EmployerLine, PersonLine, Scheme, Sex
from nianlun.registry.former import names_of_person as names_of_person
from nianlun.registry.former import was_called as was_called
from nianlun.registry.kin import are_close as are_close
from nianlun.registry.kin import kin_among as kin_among
from nianlun.registry.kin import numbers_close_to as numbers_close_to
from nianlun.registry.kin import persons_close_to as persons_close_to
from nianlun.registry.models import Agency, Employer, Person, PersonLogin

LONGEST_QUERY = 100
"""Characters; what is asked beyond is cut off."""


def person(viewer: Viewer, person_id: UUID) -> PersonLine:
    """One person within the viewer's sight; an insured person sees the own record. Raises `NotVisible`."""
    row = _visible(viewer, right=Right.PERSON_READ).filter(pk=person_id).first()
    if row is None:
        raise NotVisible
    return _line(row)


def persons(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, PersonLine]:
    """Those of the persons whom the viewer may see, by id, in one query."""
    return {row.pk: _line(row) for row in _visible(viewer, right=Right.PERSON_READ).filter(pk__in=set(ids))}


def person_names(
    viewer: Viewer, ids: Iterable[UUID], *, right: Right = Right.PERSON_READ
) -> dict[UUID, str]:
    """The names of those of the persons whom the viewer may see, for lists of things that belong to persons.

    `right` is the one by which a list gives out names to somebody who opens no person's file.
    """
    rows = _visible(viewer, right=right).filter(pk__in=set(ids))
    return dict(rows.values_list("pk", "name"))


def visible_ids(viewer: Viewer, ids: Iterable[UUID]) -> set[UUID]:
    """Which of the persons the viewer may see, for narrowing lists of things that belong to persons."""
    rows = _visible(viewer, right=Right.PERSON_READ).filter(pk__in=set(ids))
    return set(rows.values_list("pk", flat=True))


def list_persons(
    viewer: Viewer, *, after: UUID | None = None, scheme: Scheme | None = None, limit: int = 50
) -> list[PersonLine]:
    """The persons in the viewer's sight in the order of registration, from the one after `after` on."""
    rows = _visible(viewer, right=Right.PERSON_SEARCH)
    if scheme is not None:
        rows = rows.filter(scheme=scheme)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return [_line(row) for row in rows.order_by("pk")[:limit]]


def count_persons(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many persons the viewer may see, counted no further than `up_to` + 1, which reads 1000+."""
    return len(_visible(viewer, right=Right.PERSON_SEARCH).values_list("pk")[: up_to + 1])


def find_by_identity_number(viewer: Viewer, text: str) -> PersonLine | None:
    """The person who has this number, or had it before, of eighteen or the old fifteen digits; None out of sight.

    Raises `NotAnIdentityNumber` with a sentence for people.
    """
    rows = _visible(viewer, right=Right.PERSON_SEARCH)
    row = former.numbered(rows, _indexes(read_identity_number(text)))
    return _line(row) if row else None


def find_by_personal_number(viewer: Viewer, text: str) -> PersonLine | None:
    """The person of this 个人编号; None where there is none in sight."""
    if "\x00" in text:
        return None
    row = _visible(viewer, right=Right.PERSON_SEARCH).filter(personal_number=text.strip()).first()
    return _line(row) if row else None


def search_persons(viewer: Viewer, text: str, *, limit: int = 20) -> list[PersonLine]:
    """The persons in sight whose number or 个人编号 the text is; else those whose name, now or before, contains it."""
    if any(character.isdigit() for character in text) and (numbered := _numbered(viewer, text)):
        return [numbered]
    rows = _visible(viewer, right=Right.PERSON_SEARCH)
    rows = rows.filter(pk__in=former.persons_holding(text[:LONGEST_QUERY]))
    return [_line(row) for row in rows.order_by("name", "pk")[:limit]]


def _numbered(viewer: Viewer, text: str) -> PersonLine | None:
    try:
        return find_by_identity_number(viewer, text)
    except NotAnIdentityNumber:
        return find_by_personal_number(viewer, text)


def search_employers(viewer: Viewer, text: str, *, limit: int = 20) -> list[EmployerLine]:
    """The employers of the viewer's agencies whose name, or a former one, contains the text, by name."""
    rows = _employers(viewer).filter(pk__in=former.employers_holding(text[:LONGEST_QUERY]))
    return [_employer_line(row) for row in rows.order_by("name", "pk")[:limit]]


def employers_called(viewer: Viewer, name: str) -> list[EmployerLine]:
    """The employers of the viewer's agencies that are or once were called exactly so, as rosters name them."""
    rows = _employers(viewer).filter(pk__in=former.employers_holding(name))
    return [_employer_line(row) for row in rows.order_by("pk") if former.unit_was_called(row, name)]


def employers(ids: Iterable[UUID]) -> dict[UUID, EmployerLine]:
    """These employers by id. What an employer is called is no secret; whose career names it is."""
    rows = Employer.objects.select_related("agency").filter(pk__in=set(ids))
    return {row.pk: _employer_line(row) for row in rows}


def employer_with_credit_code(code: str) -> EmployerLine | None:
    """The employer of this credit code, wherever it is registered: a code stands in a public register."""
    row = Employer.objects.select_related("agency").filter(credit_code=code).first()
    return _employer_line(row) if row is not None else None


def agencies(*, scope: str) -> list[AgencyLine]:
    """The agencies within a scope by division."""
    rows = (
        Agency.objects.filter(division__startswith=scope).order_by("division")
        if scope
        else Agency.objects.none()
    )
    return [AgencyLine(id=row.pk, name=row.name, division=row.division) for row in rows]


def agency_names() -> dict[UUID, str]:
    """Every agency of the installation by name, for jobs: what agencies are called is no secret."""
    return dict(Agency.objects.order_by("division").values_list("pk", "name"))


def agency(agency_id: UUID) -> AgencyLine:
    """One agency. Raises `NotVisible` for an unknown one."""
    row = Agency.objects.filter(pk=agency_id).first()
    if row is None:
        raise NotVisible
    return AgencyLine(id=row.pk, name=row.name, division=row.division)


def division_of(agency_id: UUID) -> str:
    """The division of an agency, for saying whose business something was. Raises `NotVisible`."""
    return agency(agency_id).division


def home_agency(viewer: Viewer) -> AgencyLine:
    """The agency for which the viewer takes things in: the one of the scope itself, else the first below it.

    Raises `NotVisible` for a viewer whose scope holds no agency.
    """
    found = agencies(scope=viewer.scope)
    if not found:
        raise NotVisible("您的辖区内还没有登记经办机构。请找系统管理员登记。")
    return found[0]


def widest_scope() -> str:
    """The scope that covers every agency, for the operator of the machine.

    "" where there is none yet, or where their divisions have no first digit in common.
    """
    divisions = list(Agency.objects.values_list("division", flat=True))
    return os.path.commonprefix(divisions)  # noqa: RUF071  divisions nest by their digits


def is_agency_outside(scope: str) -> bool:
    """Whether any agency lies outside the scope."""
    return Agency.objects.exclude(division__startswith=scope).exists()


def own_person_id(viewer: Viewer) -> UUID | None:
    """Who the viewer is as an insured person: the own record to show, or the own case to keep away from (S2.5)."""
    own = PersonLogin.objects.filter(account_id=viewer.account_id)
    return own.values_list("person_id", flat=True).first()


def known_ids(ids: Iterable[UUID]) -> set[UUID]:
    """Which of the ids are persons, for commands that act for the system."""
    return set(Person.objects.filter(pk__in=set(ids)).values_list("pk", flat=True))


def system_person(person_id: UUID) -> PersonLine:
    """One person for jobs and commands, which act for the system and not for a viewer. Raises `NotVisible`."""
    row = Person.objects.select_related("agency").filter(pk=person_id).first()
    if row is None:
        raise NotVisible
    return _line(row)


def all_ids() -> Iterator[UUID]:
    """Everybody registered, for jobs; read as it is asked for, so that millions take no memory."""
    yield from Person.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=2000)


def persons_in(scope: str) -> list[PersonLine]:
    """Everybody within a scope, for jobs and commands; an empty scope holds nobody."""
    if not scope:
        return []
    rows = Person.objects.select_related("agency").filter(agency__division__startswith=scope)
    return [_line(row) for row in rows.order_by("id")]


def person_with_identity_number(text: str, *, division: str) -> UUID | None:
    """Whom a number read from a page belongs to, within a division and below; for jobs, never for a page.

    None for an unknown or malformed number, and for one registered elsewhere.
    """
    try:
        number = read_identity_number(text)
    except NotAnIdentityNumber:
        return None
    rows = Person.objects.filter(agency__division__startswith=division)
    found = former.numbered(rows, _indexes(number))
    return found.pk if found else None


def person_named(name: str, *, earliest: date, latest: date, division: str) -> UUID | None:
    """The one person who has or had this very name and whose number states a birth date in the period, if there is one.

    For papers older than identity numbers: what a page says is matched within the agency of a division and below.
    """
    rows = Person.objects.filter(agency__division__startswith=division)
    rows = former.once_called(rows, name)[:_NAMESAKES]
    found = [row.pk for row in rows if earliest <= _number(row).birth_date <= latest]
    return found[0] if len(found) == 1 else None


_NAMESAKES = 200  # in a city of millions a common name has thousands; then a person must look


def read_identity_number(text: str) -> IdentityNumber:
    """A number as typed, of eighteen characters or the old fifteen. Raises `NotAnIdentityNumber`."""
    plain = "".join(text.split())
    return from15(plain) if len(plain) == 15 else IdentityNumber.parse(plain)


def _employers(viewer: Viewer) -> QuerySet[Employer]:
    rows = Employer.objects.select_related("agency")
    if not _sees(viewer, Right.PERSON_SEARCH):
        return rows.none()
    return rows.filter(agency__division__startswith=viewer.scope)


def _indexes(number: IdentityNumber) -> list[bytes]:
    return cipher.blind_indexes(number.text, keys=keys.keyring())


def _sees(viewer: Viewer, right: Right) -> bool:
    return viewer.scope != "" and viewer.may(right)


def _visible(viewer: Viewer, *, right: Right) -> QuerySet[Person]:
    rows = Person.objects.select_related("agency")
    if viewer.role is Role.INSURED:
        own = PersonLogin.objects.filter(account_id=viewer.account_id)
        return rows.filter(pk__in=own.values("person_id"))
    return rows.filter(agency__division__startswith=viewer.scope) if _sees(viewer, right) else rows.none()


def _number(row: Person) -> IdentityNumber:
    return keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=keys.keyring())


def _line(row: Person) -> PersonLine:
    return PersonLine(
        id=row.pk,
        name=row.name,
        masked_identity_number=str(_number(row)),
        sex=Sex(row.sex),
        scheme=Scheme(row.scheme),
        category=row.category,
        agency_id=row.agency_id,
        agency_name=row.agency.name,
        division=row.agency.division,
        personal_number=row.personal_number,
        is_sample=row.is_sample,
        died_on=row.died_on,
    )


def _employer_line(row: Employer) -> EmployerLine:
    return EmployerLine(
        id=row.pk,
        name=row.name,
        credit_code=row.credit_code or "",
        agency_name=row.agency.name,
        division=row.agency.division,
        is_sample=row.is_sample,
        until=row.until,
    )
