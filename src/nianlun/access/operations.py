"""Accounts, signing in, and stating a purpose."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from nianlun.access import domain, passwords, queries, trail
from nianlun.access.domain import NotVisible, Outcome, Refused, Right, Role, Viewer, authorize
from nianlun.access.models import Account, Attempt, Purpose


class WeakPassword(ValueError):
    """The new password would be guessed; the message tells why."""


class LoginTaken(ValueError):
    """There is already an account with this login."""


class SignInFailed(Exception):
    """Not signed in; the message says no more than anybody may know (S1.5)."""


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
    at: datetime,
) -> int:
    """Make an account and return its id. `by` is None for the command line and the sample.

    Without a password nobody can sign in to it with one. Raises `WeakPassword`, `LoginTaken`, and
    `Refused` or `NotVisible` where `by` may not.
    """
    if by is not None:
        authorize(by, Right.STAFF_CHANGE, scope_of=scope)
    username = username.strip().lower()
    if password is not None and (reason := passwords.weakness(password, login=username)):
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
    trail.record(
        trail.ACCOUNT_ADDED,
        by=by,
        about=f"{username}（{role.label}）",
        about_id=str(account.pk),
        details={"role": role.value, "scope": scope, "agency": agency_name},
        at=at,
    )
    return int(account.pk)


@transaction.atomic
def set_active(viewer: Viewer, *, account_id: int, active: bool, at: datetime) -> None:
    """Switch a staff account on or off; it counts from that account's next request on (S1.6).

    Raises `NotVisible` outside the viewer's scope and `Refused` without the right or for the own account.
    """
    line = queries.staff_account(viewer, account_id)
    authorize(viewer, Right.STAFF_CHANGE, scope_of=line.scope)
    if account_id == viewer.account_id:
        raise Refused("不能停用或启用自己的账号。请由另一位系统管理员办理。")
    if Account.objects.filter(pk=account_id).exclude(is_active=active).update(is_active=active):
        trail.record(
            trail.ACCOUNT_ACTIVATED if active else trail.ACCOUNT_DEACTIVATED,
            by=viewer,
            about=f"{line.username}（{line.role.label}）",
            about_id=str(account_id),
            at=at,
        )


@transaction.atomic
def state_purpose(viewer: Viewer, *, person_id: UUID, purpose: str, at: datetime) -> None:
    """Keep why the viewer opens this person's file; it holds for eight hours. Raises `domain.NotAPurpose`."""
    text = domain.purpose_text(purpose)
    Purpose.objects.create(
        account_id=viewer.account_id,
        person_id=person_id,
        text=text,
        since=at,
        until=at + domain.PURPOSE_LASTS,
    )
    trail.record(trail.PURPOSE_STATED, by=viewer, person_id=person_id, purpose=text, at=at)


WRONG = "账号或口令不对。连错 5 次锁定 15 分钟。"
LOCKED = "这个账号连错 5 次，已锁定 15 分钟。请稍后再试。"
LIMITED = "这台机器 10 分钟内错得太多，请稍后再试。"


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Account:
    """The account of whoever knows its password, counted and journaled (S1.4, S1.5).

    The attempt is written as failed before the password is looked at and turned into a success after:
    a thousand guesses at once cannot slip through the count, nor can one whose process is killed. So this
    must not run inside a transaction. Raises `SignInFailed`; `passwords.TooBusy` when there is no place
    to compute in, in which case the attempt does count.
    """
    login = username.strip().lower()
    attempt_id = _admit(login, address=address, at=at)
    account = Account.objects.filter(username=login).first()
    right = passwords.matches(password[: passwords.LONGEST + 1], account.password if account else None)
    with transaction.atomic():
        if account is None or not right or not account.is_active:
            # The login of an account is named; any other text may be a password typed into the wrong field.
            trail.record(
                trail.SIGN_IN_FAILED,
                by=None,
                about=account.username if account else "没有这个账号",
                about_id=str(account.pk) if account else "",
                outcome="failed",
                at=at,
            )
            refused = True
        else:
            Attempt.objects.filter(pk=attempt_id).update(outcome=Outcome.SUCCEEDED)
            trail.record(trail.SIGNED_IN, by=account.viewer(), at=at)
            refused = False
    if refused or account is None:
        raise SignInFailed(WRONG)
    return account


def _admit(login: str, *, address: str, at: datetime) -> int:
    """Write the attempt down as failed and let it through to the password, or raise `SignInFailed`."""
    digest = salted_hmac("nianlun.access.attempt", login, algorithm="sha256").digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One attempt on a login is counted at a time; the lock is gone before the password is computed.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        sentence = _stopped(digest, address=address, at=at)
        if sentence is None:
            return int(
                Attempt.objects.create(
                    login_digest=digest, address=address, at=at, outcome=Outcome.FAILED
                ).pk
            )
        trail.record(trail.SIGN_IN_LOCKED, by=None, outcome="refused", at=at)
    raise SignInFailed(sentence)


def _stopped(digest: bytes, *, address: str, at: datetime) -> str | None:
    recent = Attempt.objects.filter(login_digest=digest, at__gt=at - domain.COUNTED_FOR).order_by(
        "at", "pk"
    )
    tried = [(tried_at, Outcome(outcome)) for tried_at, outcome in recent.values_list("at", "outcome")]
    if domain.locked_until(tried, at=at):
        return LOCKED
    failures = Attempt.objects.filter(
        address=address, at__gt=at - domain.SOURCE_WINDOW, outcome=Outcome.FAILED
    )
    return LIMITED if address and failures.count() >= domain.FAILURES_OF_A_SOURCE else None


def sign_in_persona(account_id: int, *, at: datetime) -> Account:
    """The demo's sign-in by one click. Raises `NotVisible` for any other account, and wherever it is no demo."""
    if not settings.DEMO:
        raise NotVisible
    account = Account.objects.filter(pk=account_id, is_active=True).exclude(persona="").first()
    if account is None:
        raise NotVisible
    with transaction.atomic():
        trail.record(trail.SIGNED_IN, by=account.viewer(), details={"persona": True}, at=at)
    return account
