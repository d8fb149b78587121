"""Making staff accounts, and switching them on and off."""

from datetime import datetime, timedelta

from django.db import transaction

from nianlun.access import passwords, queries, trail
from nianlun.access.domain import FAMILY, Refused, Right, Role, SessionEnd, Viewer, authorize
from nianlun.access.models import Account, Grant
from nianlun.access.operations import attempts
from nianlun.access.operations.sessions import end_sessions
from nianlun.access.operations.substitutes import end_substitutions
from nianlun.access.operations.ties import same_person


class WeakPassword(ValueError):
    """The new password would be guessed; the message tells why."""


class LoginTaken(ValueError):
    """There is already an account with this login."""


AT_INSTALLATION = "安装时创设"
FOUNDING_TERM = timedelta(days=365)


@transaction.atomic
def add_account(
    *,
    by: Viewer | None,
    username: str,
    name: str,
    role: Role,
    scope: str,
    agency_name: str,
    password: str | None,
    persona: str = "",
    founding: str = AT_INSTALLATION,
    until: datetime | None = None,
    at: datetime,
) -> int:
    """Make an account and return its id. `by` is None for the command line and the sample.

    A post comes with a founding grant that says `founding`, until `until` or for a year. Once an installation
    stands, posts are given in four steps (`granting`): a viewer makes accounts for others than staff only.
    Without a password nobody can sign in with one. Raises `WeakPassword`, `LoginTaken`, and `Refused` or
    `NotVisible` where `by` may not.
    """
    if by is not None:
        authorize(by, Right.STAFF_CHANGE, scope_of=scope)
        if role in FAMILY:
            raise Refused("岗位账号要经申请、审核、核准、赋权四步。请到“权限”里申请。")
    account = new_account(
        username=username,
        name=name,
        role=role,
        scope=scope,
        agency_name=agency_name,
        password=password,
        persona=persona,
    )
    if role in FAMILY:
        Grant.objects.create(
            account=account,
            holder=account.holder,
            role=role,
            scope=scope,
            since=at,
            until=until or at + FOUNDING_TERM,
            founding=founding,
        )
    trail.record(
        trail.ACCOUNT_ADDED,
        by=by,
        about=f"{account.username}（{role.label}）",
        about_id=str(account.pk),
        details={"role": role.value, "scope": scope, "agency": agency_name}
        | ({"founding": founding} if role in FAMILY else {}),
        at=at,
    )
    return int(account.pk)


def new_account(
    *,
    username: str,
    name: str,
    role: Role,
    scope: str,
    agency_name: str,
    password: str | None = None,
    persona: str = "",
) -> Account:
    """The row of a new account, without any grant. Raises `WeakPassword`, `LoginTaken`."""
    username = username.strip().lower()
    if password is not None and (reason := passwords.weakness(password, login=username, known=(name,))):
        raise WeakPassword(reason)
    if Account.objects.filter(username=username).exists():
        raise LoginTaken(f"账号 {username} 已经有了。请换一个账号名。")
    account = Account(
        username=username,
        name=name,
        role=role,
        scope=scope,
        agency_name=agency_name,
        persona=persona,
    )
    account.set_password(password)
    account.save(force_insert=True)
    return account


@transaction.atomic
def set_active(viewer: Viewer, *, account_id: int, active: bool, at: datetime) -> None:
    """Switch a staff account on or off; it counts from that account's next request on (S1.6).

    Raises `NotVisible` outside the viewer's scope and `Refused` without the right or for the own account.
    """
    viewer = queries.still(viewer)
    line = queries.staff_account(viewer, account_id)
    authorize(viewer, Right.STAFF_CHANGE, scope_of=line.scope)
    if same_person(viewer.account_id, account_id):
        raise Refused("不能停用或启用自己的账号。请由另一位系统管理员办理。")
    if Account.objects.filter(pk=account_id).exclude(is_active=active).update(is_active=active):
        if not active:
            end_sessions(account_id, why=SessionEnd.ACCOUNT_OFF, at=at)
            end_substitutions(viewer, account_id, at=at)
        trail.record(
            trail.ACCOUNT_ACTIVATED if active else trail.ACCOUNT_DEACTIVATED,
            by=viewer,
            about=f"{line.username}（{line.role.label}）",
            about_id=str(account_id),
            at=at,
        )


@transaction.atomic
def unlock(viewer: Viewer, *, account_id: int, at: datetime) -> None:
    """End the lock of an account whose owner mistyped (S1.4). Raises `NotVisible` and `Refused`, also where none is."""
    viewer = queries.still(viewer)
    line = queries.staff_account(viewer, account_id)
    authorize(viewer, Right.STAFF_CHANGE, scope_of=line.scope)
    if same_person(viewer.account_id, account_id):
        raise Refused("不能解除自己账号的锁定。请由另一位系统管理员办理。")
    if queries.locked_until(account_id, at=at) is None:
        raise Refused("这个账号没有锁定，不用解除。")
    attempts.forgive(line.username, at=at)
    trail.record(
        trail.ACCOUNT_UNLOCKED,
        by=viewer,
        about=f"{line.username}（{line.role.label}）",
        about_id=str(account_id),
        at=at,
    )
