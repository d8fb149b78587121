"""Accounts of employers: which employer they act for, and how its people are listed for it (S2.7)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nianlun.access import operations as access_operations
from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Right, Role, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.grams import normalised
from nianlun.registry import keys, queries
from nianlun.registry.domain import EmployeeLine, EmployerLine, NotRegistrable
from nianlun.registry.models import Employer, EmployerLogin, Person

LINKED = declare("registry.employer_login_linked", "把账号对应到单位 {about}")
LONGEST_QUERY = 60


@transaction.atomic
def link_employer_login(*, by: Viewer | None, account_id: int, employer_id: UUID, at: datetime) -> None:
    """Say for which employer an account acts; `by` is None for the command line and the sample.

    Raises `NotRegistrable` for an account of another post, and for one that acts for another employer already:
    whoever changes the employer gets a new account, so that what the old one read stays told of the old employer.
    `NotVisible` for an unknown employer, or one outside the scope of `by`.
    """
    division = Employer.objects.filter(pk=employer_id).values_list("agency__division", flat=True).first()
    if division is None:
        raise NotVisible
    if by is not None:
        authorize(by, Right.STAFF_CHANGE, scope_of=division)
    if access.viewer_of(account_id).role is not Role.EMPLOYER:
        raise NotRegistrable("这个账号不是参保单位的账号，不能对应到单位。请新建岗位为“参保单位”的账号。")
    row, is_new = EmployerLogin.objects.get_or_create(
        account_id=account_id, defaults={"employer_id": employer_id}
    )
    if row.employer_id != employer_id:
        raise NotRegistrable("这个账号已经对应到另一个单位。换单位请新建账号，并停用原来的。")
    if is_new:
        name = queries.employers([employer_id])[employer_id].name
        journal.record(
            LINKED, by=by, about=name, about_id=str(employer_id), details={"account": account_id}, at=at
        )


def close_employer_logins(employer_id: UUID, *, by: Viewer | None, at: datetime) -> int:
    """Switch off all accounts of a unit that no longer exists, within the deed that records its end."""
    accounts = EmployerLogin.objects.filter(employer_id=employer_id).values_list("account_id", flat=True)
    return access_operations.switch_off_public(list(accounts), by=by, at=at)


def own_employer(viewer: Viewer) -> EmployerLine | None:
    """The employer that the viewer acts for; None for everybody else, whatever was linked before."""
    if viewer.role is not Role.EMPLOYER:
        return None
    own = EmployerLogin.objects.filter(account_id=viewer.account_id)
    employer_id = own.values_list("employer_id", flat=True).first()
    return queries.employers([employer_id])[employer_id] if employer_id else None


def employer_with_code(credit_code: str) -> EmployerLine | None:
    """The employer of this 统一社会信用代码, for commands."""
    found = Employer.objects.filter(credit_code=credit_code.strip().upper()).values_list("pk", flat=True)
    return next(iter(queries.employers(found).values()), None)


def employees(
    ids: Collection[UUID], *, text: str = "", after: UUID | None = None, limit: int = 50
) -> list[EmployeeLine]:
    """Those of the persons whose name contains the text, by name, from the one after `after` on.

    The caller has settled that these are the employer's own people.
    """
    rows = Person.objects.filter(pk__in=ids)
    if wanted := normalised(text[:LONGEST_QUERY]):
        rows = rows.filter(name_plain__contains=wanted)
    last = rows.filter(pk=after).values_list("name", flat=True).first() if after else None
    if last is not None:
        rows = rows.filter(Q(name__gt=last) | Q(name=last, pk__gt=after))
    ring = keys.keyring()
    return [
        EmployeeLine(
            id=row.pk,
            name=row.name,
            masked_identity_number=str(
                keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=ring)
            ),
        )
        for row in rows.order_by("name", "pk")[:limit]
    ]
