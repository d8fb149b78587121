"""Writing the registry, and showing a full identity number, which is a deed of its own (S2.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access import operations as accounts
from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.grams import normalised
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import domain, former, keys, kin, queries
from nianlun.registry.domain import AlreadyRegistered, NewPerson, NotRegistrable, Scheme, Sex
from nianlun.registry.models import Agency, Employer, Kin, Person, PersonLogin
from nianlun.search.grams import filled

AGENCY_REGISTERED = declare("registry.agency_registered", "登记经办机构 {about}")
EMPLOYER_REGISTERED = declare("registry.employer_registered", "登记单位 {about}")
PERSON_REGISTERED = declare("registry.person_registered", "登记参保人")
PERSONS_REGISTERED = declare("registry.persons_registered", "成批登记参保人 {rows} 人")
LOGIN_LINKED = declare("registry.login_linked", "把账号与参保人本人对应起来")
NUMBER_REVEALED = declare("registry.identity_number_revealed", "显示完整证件号")
RESEALED = declare("registry.resealed", "用新密钥重新加密 {rows} 人的证件号")


@transaction.atomic
def register_agency(
    *, by: Viewer | None, name: str, division: str, agency_id: UUID | None = None, at: datetime
) -> UUID:
    """Register an agency for a division code of 2 to 12 digits. Raises `NotRegistrable`, `AlreadyRegistered`."""
    name = domain.given_name(name)
    if by is not None:
        authorize(by, Right.STAFF_CHANGE, scope_of=division)
    if not (division.isascii() and division.isdigit() and 2 <= len(division) <= 12):
        raise NotRegistrable("行政区划代码应为 2 至 12 位数字。请核对。")
    if Agency.objects.filter(division=division).exists():
        raise AlreadyRegistered(f"行政区划 {division} 已经有经办机构。")
    row = Agency.objects.create(pk=agency_id or uuid7(), name=name, division=division)
    journal.record(AGENCY_REGISTERED, by=by, about=name, about_id=str(row.pk), at=at)
    return row.pk


@transaction.atomic
def register_employer(
    *,
    by: Viewer | None,
    name: str,
    agency_id: UUID,
    credit_code: str = "",
    since: date | None = None,
    until: date | None = None,
    is_sample: bool = False,
    employer_id: UUID | None = None,
    at: datetime,
) -> UUID:
    """Register a unit; `until` is the first day it no longer exists. Raises `NotRegistrable`, `NotVisible`."""
    name = domain.given_name(name)
    _authorize_agency(by, agency_id)
    if since and until and until <= since:
        raise NotRegistrable("单位的终止日期应晚于成立日期。请核对。")
    row = Employer(
        pk=employer_id or uuid7(),
        agency_id=agency_id,
        name=name,
        name_plain=normalised(name),
        credit_code=credit_code or None,
        since=since,
        until=until,
        is_sample=is_sample,
    )
    row.grams = filled(name)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyRegistered(
            f"不能登记单位“{name}”：统一社会信用代码已被别的单位登记，或写法不对。"
        ) from error
    journal.record(EMPLOYER_REGISTERED, by=by, about=name, about_id=str(row.pk), at=at)
    return row.pk


def register_person(
    *,
    by: Viewer | None,
    name: str,
    identity_number: str,
    scheme: Scheme | str,
    category: int,
    agency_id: UUID,
    personal_number: str,
    sex: Sex | str | None = None,
    is_sample: bool = False,
    person_id: UUID | None = None,
    at: datetime,
) -> UUID:
    """Register one person and return the id; `by` is None for the sample and for commands.

    Raises `NotAnIdentityNumber`, `NotRegistrable`, `AlreadyRegistered`, and `Refused` or `NotVisible`.
    """
    person = NewPerson(
        name=name,
        identity_number=queries.read_identity_number(identity_number),
        scheme=Scheme(scheme),
        category=category,
        agency_id=agency_id,
        personal_number=personal_number,
        sex=Sex(sex) if sex else None,
        is_sample=is_sample,
        id=person_id or uuid7(),
    )
    with transaction.atomic():
        _insert([person], by=by, at=at)
        journal.record(PERSON_REGISTERED, by=by, person_id=person.id, about_id=str(person.id), at=at)
    return person.id


@transaction.atomic
def register_persons(persons: Sequence[NewPerson], *, by: Viewer | None, at: datetime) -> list[UUID]:
    """Register many persons or, if one of them cannot be, none. Raises as `register_person`."""
    _insert(persons, by=by, at=at)
    journal.record(PERSONS_REGISTERED, by=by, rows=len(persons), at=at)
    return [person.id for person in persons]


def _insert(persons: Sequence[NewPerson], *, by: Viewer | None, at: datetime) -> None:
    for agency_id in {person.agency_id for person in persons}:
        _authorize_agency(by, agency_id)
    ring = keys.keyring()
    # Under every version of the keys: the unique column alone would miss one not yet resealed.
    wanted = [i for person in persons for i in cipher.blind_indexes(person.identity_number.text, keys=ring)]
    if Person.objects.filter(identity_number_index__in=wanted).exists():
        raise AlreadyRegistered("这个身份证号已经登记过。请按证件号查找，不要重复登记。")
    rows = []
    for person in persons:
        name, sex = domain.given_name(person.name), person.sex or Sex(person.identity_number.sex)
        number = person.personal_number.strip()
        if not number or not number.isprintable() or len(number) > 30:
            raise NotRegistrable("个人编号应为 1 至 30 个字符。请核对。")
        row = Person(
            pk=person.id,
            agency_id=person.agency_id,
            name=name,
            name_plain=normalised(name),
            identity_number_sealed=keys.sealed(person.identity_number, person_id=person.id, keys=ring),
            identity_number_index=cipher.blind_index(person.identity_number.text, keys=ring),
            key_version=ring.current,
            personal_number=number,
            sex=sex,
            scheme=person.scheme,
            category=domain.agreed_category(sex, person.category),
            is_sample=person.is_sample,
            registered_at=at,
        )
        row.grams = filled(name)
        rows.append(row)
    try:
        with transaction.atomic():
            Person.objects.bulk_create(rows, batch_size=1000)
    except IntegrityError as error:
        raise AlreadyRegistered("身份证号或个人编号已经登记过。请核对，不要重复登记。") from error


def _authorize_agency(by: Viewer | None, agency_id: UUID) -> None:
    division = Agency.objects.filter(pk=agency_id).values_list("division", flat=True).first()
    if division is None:
        raise NotVisible
    if by is not None:
        authorize(by, Right.PERSON_ADD, scope_of=division)


@transaction.atomic
def link_login(*, by: Viewer | None, account_id: int, person_id: UUID, at: datetime) -> None:
    """Say that an account is this person's own.

    Raises `NotVisible` for an unknown person, and `Refused` where another account of the same person holds a post
    that must not meet this account's (S2.4).
    """
    if by is not None:
        authorize(by, Right.STAFF_CHANGE)
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotVisible
    PersonLogin.objects.update_or_create(account_id=account_id, defaults={"person_id": person_id})
    number = keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=keys.keyring())
    accounts.identify(kin.accounts_of(number.text), holder=person_id, at=at)
    journal.record(LOGIN_LINKED, by=by, about_id=str(account_id), person_id=person_id, at=at)


@transaction.atomic
def reveal_identity_number(viewer: Viewer, *, person_id: UUID, at: datetime) -> str:
    """The full number, journaled on its own with the purpose the file is open for.

    Raises `NotVisible` out of sight, `Refused` without the right or without a stated purpose.
    """
    authorize(viewer, Right.PERSON_REVEAL_IDENTITY)
    queries.person(viewer, person_id)
    purpose = access.current_purpose(viewer, person_id=person_id, at=at)
    if purpose is None:
        raise Refused("显示完整证件号要有业务事由。请重新打开此人并填写事由。")
    row = Person.objects.get(pk=person_id)
    number = keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=keys.keyring())
    journal.record(NUMBER_REVEALED, by=viewer, person_id=person_id, purpose=purpose, rows=1, at=at)
    return number.text


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one round of resealing did to persons, former numbers and kin, and how many rows use an older key."""

    done: int
    left: int


Resealer = Callable[..., Resealed]
also_resealed: list[tuple[str, Resealer]] = []
"""What higher components keep under the same keys: what it is called, and what brings a round of it up to date."""


@transaction.atomic
def reseal(*, at: datetime, limit: int = 500) -> Resealed:
    """Bring up to `limit` rows to the current key (S5.2). Call again while any are `left`.

    Each round is whole or not at all, so it can be broken off and resumed at will, and two may run at once.
    """
    ring = keys.keyring()
    old = Person.objects.exclude(key_version=ring.current)
    old_kin = Kin.objects.exclude(key_version=ring.current)
    rows = list(old.select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        number = keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=ring)
        row.identity_number_sealed = keys.sealed(number, person_id=row.pk, keys=ring)
        row.identity_number_index = cipher.blind_index(number.text, keys=ring)
        row.key_version = ring.current
    Person.objects.bulk_update(rows, _SEALED, batch_size=500)
    relatives = list(old_kin.select_for_update(skip_locked=True).order_by("pk")[: limit - len(rows)])
    for each in relatives:
        number = keys.unsealed_kin(bytes(each.identity_number_sealed), kin_id=each.pk, keys=ring)
        each.identity_number_sealed = keys.sealed_kin(number, kin_id=each.pk, keys=ring)
        each.identity_number_index = cipher.blind_index(number.text, keys=ring)
        each.key_version = ring.current
    Kin.objects.bulk_update(relatives, _SEALED, batch_size=500)
    done = len(rows) + len(relatives)
    done += former.reseal(keys=ring, limit=limit - done)
    if done:
        journal.record(RESEALED, by=None, rows=done, details={"version": ring.current}, at=at)
    return Resealed(done=done, left=old.count() + old_kin.count() + former.count_old(ring))


_SEALED = ("identity_number_sealed", "identity_number_index", "key_version")


def resealed_secrets(*, at: datetime) -> Resealed:
    """The same for what access keeps under these keys: all of it in one round, there is one for each telephone."""
    return Resealed(done=accounts.reseal_secrets(at=at), left=0)
