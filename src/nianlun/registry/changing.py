"""Changing what is registered of a person, on the authority of a granted case: deaths and identities.

What stood before is never lost: a former name or number is kept beside the row, and the journal has both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.grams import normalised
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry import domain, former, keys, logins, queries
from nianlun.registry.domain import AlreadyRegistered, Changed, NotRegistrable, Sex
from nianlun.registry.models import Person
from nianlun.search.grams import filled

DEATH_RECORDED = declare("registry.death_recorded", "登记死亡日期 {after}，依据业务 {case}")
DEATH_CORRECTED = declare(
    "registry.death_corrected", "更正死亡登记：{before} 改为 {after}，依据业务 {case}"
)
IDENTITY_CHANGED = declare(
    "registry.identity_changed", "变更身份登记：{what}由“{before}”改为“{after}”，依据业务 {case}"
)

Told = Callable[..., None]
also_changed: list[Told] = []
"""What higher components do in the transaction in which a person changed: `(person_id, cause=…, at=…)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """What becomes different about who somebody is; what is empty stays.

    `mistaken`: the number of before was written down wrongly and was never the person's.
    """

    name: str = ""
    identity_number: str = ""
    sex: Sex | None = None
    category: int = 0
    mistaken: bool = False


# Deaths


def check_death(person_id: UUID, *, died_on: date | None, correcting: bool, on: date) -> None:
    """Return where this day of death can be recorded now. Raises `NotRegistrable`, `NotVisible`."""
    _check_death(_person(Person.objects.filter(pk=person_id).first()), died_on, correcting, on)


@transaction.atomic
def record_death(
    *,
    by: Viewer | None,
    person_id: UUID,
    died_on: date | None,
    correcting: bool,
    case_number: str,
    at: datetime,
) -> Changed | None:
    """Record the day somebody died; a correction replaces it, or with None takes it back. None where it stood there.

    Raises `NotRegistrable` with a sentence, `Refused` and `NotVisible`.
    """
    row = _person(Person.objects.select_for_update().filter(pk=person_id).first())
    _authorize(by, row)
    on = timezone.localdate(at)
    _check_death(row, died_on, correcting, on)
    before = row.died_on
    if before == died_on:
        return None
    row.died_on, row.death_recorded_on = died_on, on if died_on else None
    _save(row, "died_on", "death_recorded_on")
    if died_on is not None:
        logins.close_logins(person_id, by=by, at=at)
    changed = Changed(
        what="死亡日期",
        before=before.isoformat() if before else "没有登记",
        after=died_on.isoformat() if died_on else "在世",
    )
    _tell(
        DEATH_CORRECTED if before else DEATH_RECORDED, row, changed, by=by, case_number=case_number, at=at
    )
    _told(row, case_number=case_number, at=at)
    return changed


def _check_death(row: Person, died_on: date | None, correcting: bool, on: date) -> None:
    born = _number(row).birth_date
    domain.check_death(died_on, born=born, recorded=row.died_on, correcting=correcting, on=on)


# Identities


def check_identity(person_id: UUID, change: IdentityChange) -> None:
    """Return where the change can be made now. Raises as `change_identity`."""
    _changed_identity(_person(Person.objects.filter(pk=person_id).first()), change)


@transaction.atomic
def change_identity(
    *, by: Viewer | None, person_id: UUID, change: IdentityChange, case_number: str, at: datetime
) -> list[Changed]:
    """Change who a person is registered as; the former name and number go on to be found.

    Raises `NotRegistrable`, `AlreadyRegistered` and `NotAnIdentityNumber` with a sentence, `Refused`, `NotVisible`.
    """
    row = _person(Person.objects.select_for_update().filter(pk=person_id).first())
    _authorize(by, row)
    before = _number(row)
    number, made = _changed_identity(row, change)
    former.keep_identity(
        row, before, mistaken=change.mistaken and number != before, case_number=case_number, until=at
    )
    if change.mistaken and number != before:
        former.disown(before, person_id=row.pk)
    ring = keys.keyring()
    if change.name:
        row.name = domain.given_name(change.name)
        row.name_plain = normalised(row.name)
    if change.sex is not None:
        row.sex, row.category = change.sex, domain.agreed_category(change.sex, change.category)
    row.identity_number_sealed = keys.sealed(number, person_id=row.pk, keys=ring)
    row.identity_number_index = cipher.blind_index(number.text, keys=ring)
    row.key_version = ring.current
    row.grams = filled(row.name)
    try:
        with transaction.atomic():
            _save(
                row, "name", "name_plain", "grams", "sex", "category",
                "identity_number_sealed", "identity_number_index", "key_version",
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyRegistered(_TAKEN) from error
    for one in made:
        _tell(IDENTITY_CHANGED, row, one, by=by, case_number=case_number, at=at)
    _told(row, case_number=case_number, at=at)
    return made


_TAKEN = (
    "这个公民身份号码已经登记在另一份参保登记名下。请先查清是不是同一个人；两份登记的归并系统还不能办。"
)


def _changed_identity(row: Person, change: IdentityChange) -> tuple[IdentityNumber, list[Changed]]:
    """The number from then on, and what changes. Raises where nothing does, or it cannot be."""
    number, made = _number(row), []
    sex = change.sex or Sex(row.sex)
    if change.name:
        name = domain.given_name(change.name)
        if name != row.name:
            made.append(Changed(what="姓名", before=row.name, after=name))
    if change.sex is not None:
        category = domain.agreed_category(change.sex, change.category)
        if (change.sex, category) != (row.sex, row.category):
            made.append(
                Changed(
                    what="性别",
                    before=f"{Sex(row.sex).label}，原退休年龄 {row.category} 岁",
                    after=f"{change.sex.label}，原退休年龄 {category} 岁",
                )
            )
    if change.identity_number:
        wanted = queries.read_identity_number(change.identity_number)
        if wanted != number:
            _check_number(row, wanted, sex=sex)
            made.append(Changed(what="公民身份号码", before=str(number), after=str(wanted)))
            number = wanted
    if not made:
        raise NotRegistrable("变更后的内容和登记的一样，没有要改的。请核对。")
    return number, made


def _check_number(row: Person, wanted: IdentityNumber, *, sex: Sex) -> None:
    if wanted.sex != sex.value:
        raise NotRegistrable(
            f"新号码表示的性别是{Sex(wanted.sex).label}，登记的是{sex.label}。请核对号码，或先办性别变更。"
        )
    if row.died_on is not None and row.died_on < wanted.birth_date:
        raise NotRegistrable(f"新号码上的出生日期 {wanted.birth_date} 晚于登记的死亡日期。请核对号码。")
    indexes = cipher.blind_indexes(wanted.text, keys=keys.keyring())
    if Person.objects.filter(identity_number_index__in=indexes).exclude(pk=row.pk).exists():
        raise AlreadyRegistered(_TAKEN)


def _person(row: Person | None) -> Person:
    if row is None:
        raise NotVisible
    return row


def _authorize(by: Viewer | None, row: Person) -> None:
    if by is not None:
        authorize(by, Right.PERSON_ADD, scope_of=queries.division_of(row.agency_id))


def _number(row: Person) -> IdentityNumber:
    return keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=keys.keyring())


def _save(row: Person, *columns: str) -> None:
    row.revision += 1  # of two that a rebuild finds in the vault, the later one counts
    row.save(update_fields=[*columns, "revision"])


def _tell(
    action: str, row: Person, made: Changed, *, by: Viewer | None, case_number: str, at: datetime
) -> None:
    journal.record(
        action,
        by=by,
        about_id=str(row.pk),
        person_id=row.pk,
        purpose=f"办理 {case_number}",
        details={"what": made.what, "before": made.before, "after": made.after, "case": case_number},
        at=at,
    )


def _told(row: Person, *, case_number: str, at: datetime) -> None:
    for tell in also_changed:
        tell(row.pk, cause=case_number, at=at)
