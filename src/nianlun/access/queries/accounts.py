"""Reading accounts and purposes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from nianlun.access.domain import FAMILY, NotVisible, Right, Role, Viewer, authorize
from nianlun.access.models import Account, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One account as the staff list shows it."""

    id: int
    username: str
    name: str
    role: Role
    agency_name: str
    scope: str
    is_active: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One of the demo's accounts, and what one can try with it."""

    account_id: int
    username: str
    name: str
    role: Role
    agency_name: str
    text: str


def viewer_of(account_id: int) -> Viewer:
    """The account as the rules see it. Raises `NotVisible` for one that is unknown or switched off."""
    account = Account.objects.standing().filter(pk=account_id, is_active=True).first()
    if account is None:
        raise NotVisible
    return account.viewer()


def viewers_of(account_ids: Collection[int]) -> list[Viewer]:
    """Those of the accounts that are known and switched on, as the rules see them, by account."""
    rows = Account.objects.standing().filter(pk__in=account_ids, is_active=True)
    return [account.viewer() for account in rows.order_by("pk")]


def viewer_named(username: str) -> Viewer:
    """The same by login, for commands. Raises `NotVisible`."""
    account = Account.objects.standing().filter(username=username, is_active=True).first()
    if account is None:
        raise NotVisible
    return account.viewer()


def still(viewer: Viewer) -> Viewer:
    """The viewer as the account is now, held so until the transaction ends.

    Asked for inside the transaction of a decision: what was switched off or taken away a moment ago counts, and
    whoever takes something away now waits for the decision under way. Raises `NotVisible` for an account that
    is switched off. A transaction that asks this must not change the account afterwards: two would block each other.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends at once protects nothing: call this inside a transaction")
    with connection.cursor() as cursor:  # Django has no FOR SHARE
        cursor.execute("SELECT id FROM access_account WHERE id = %s FOR SHARE", [viewer.account_id])
    return replace(viewer_of(viewer.account_id), device=viewer.device, lent=viewer.lent)


def account_named(username: str) -> AccountLine:
    """Any account by login, also one that is switched off. Raises `NotVisible` for an unknown one."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise NotVisible(f"没有账号 {username}。请核对。")
    return _line(account)


def names(account_ids: Iterable[int]) -> dict[int, str]:
    """The names of these accounts, for showing who did something; unknown ones are left out."""
    return dict(Account.objects.filter(pk__in=set(account_ids)).values_list("pk", "name"))


def holders_of(right: Right, *, division: str) -> dict[int, str]:
    """The names of the accounts that hold a right over the division now, substitutes included, by id."""
    scopes = [division[:length] for length in range(1, len(division) + 1)]
    found = Account.objects.standing().filter(is_active=True, scope__in=scopes).order_by("name", "pk")
    return {row.pk: row.name for row in found if row.viewer().may(right)}


def accounts_over(role: Role, *, division: str) -> set[int]:
    """The accounts that fill this post now and whose scope covers the division, for telling them something."""
    scopes = [division[:length] for length in range(1, len(division) + 1)]
    found = Account.objects.standing().filter(role=role, is_active=True, scope__in=scopes)
    return {row.pk for row in found if not row.viewer().lapsed}


def contractors(*, scope: str) -> list[AccountLine]:
    """The active accounts of contractors within a scope by name, for giving them work (S2.6)."""
    rows = Account.objects.filter(role=Role.SCANNER, is_active=True, scope__startswith=scope)
    return [_line(row) for row in rows.order_by("name", "pk")] if scope else []


def current_purpose(viewer: Viewer, *, person_id: UUID, at: datetime) -> str | None:
    """The purpose this viewer stated for this person and that still holds, the latest first (S3.1)."""
    stated = Purpose.objects.filter(
        account_id=viewer.account_id, person_id=person_id, since__lte=at, until__gt=at
    )
    return stated.order_by("-since", "-pk").values_list("text", flat=True).first()


def staff(viewer: Viewer, *, after: str = "", limit: int = 50) -> list[AccountLine]:
    """The staff accounts within the viewer's scope by login, from the one after `after` on. Raises `Refused`."""
    authorize(viewer, Right.STAFF_READ)
    rows = Account.objects.filter(username__gt=after).exclude(role=Role.INSURED)
    if viewer.scope == "":
        rows = rows.none()
    return [_line(row) for row in rows.filter(scope__startswith=viewer.scope).order_by("username")[:limit]]


def staff_account(viewer: Viewer, account_id: int) -> AccountLine:
    """One staff account. Raises `Refused`, and `NotVisible` outside the viewer's scope."""
    authorize(viewer, Right.STAFF_READ)
    account = Account.objects.filter(pk=account_id).exclude(role=Role.INSURED).first()
    if account is None:
        raise NotVisible
    authorize(viewer, Right.STAFF_READ, scope_of=account.scope)
    return _line(account)


def public_account(account_id: int) -> AccountLine:
    """An account of an insured person, for components that know whose it is. Raises `NotVisible` for another's."""
    account = Account.objects.filter(pk=account_id, role=Role.INSURED).first()
    if account is None:
        raise NotVisible
    return _line(account)


def staff_to_ask_for(viewer: Viewer, *, limit: int = 500) -> list[AccountLine]:
    """Whose posts the viewer may ask for: the staff in scope but oneself, by name. Raises `Refused`."""
    authorize(viewer, Right.GRANT_ASK)
    if viewer.scope == "":
        return []
    rows = Account.objects.filter(scope__startswith=viewer.scope, role__in=[role.value for role in FAMILY])
    return [_line(row) for row in rows.exclude(pk=viewer.account_id).order_by("name", "pk")[:limit]]


def personas() -> list[Persona]:
    """The demo's accounts, in the order they were made. Only the demo has a page that shows them."""
    rows = Account.objects.filter(is_active=True).exclude(persona="").order_by("pk")
    return [
        Persona(
            account_id=row.pk,
            username=row.username,
            name=row.name,
            role=Role(row.role),
            agency_name=row.agency_name,
            text=row.persona,
        )
        for row in rows
    ]


def _line(row: Account) -> AccountLine:
    return AccountLine(
        id=row.pk,
        username=row.username,
        name=row.name,
        role=Role(row.role),
        agency_name=row.agency_name,
        scope=row.scope,
        is_active=row.is_active,
        last_login=row.last_login,
    )
