"""Giving posts in four steps by four persons, and taking them away in one (S2.4)."""

from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from nianlun.access import ledger, queries, trail
from nianlun.access.domain import (
    FAMILY,
    NotVisible,
    Refused,
    Right,
    Role,
    Viewer,
    authorize,
)
from nianlun.access.domain.grants import (
    NotGrantable,
    Standing,
    Step,
    check_post,
    check_term,
    may_ask_for,
    reason_text,
)
from nianlun.access.models import (
    BENEFICIARY,
    Account,
    Grant,
    GrantRequest,
    Signature,
    Substitution,
)
from nianlun.access.operations import emergencies
from nianlun.access.operations.accounts import new_account
from nianlun.access.operations.emergencies import refuse_in_emergency
from nianlun.access.operations.holders import (
    holder_of,
    is_close_to_any,
    keep_families_apart,
    one_at_a_time,
)
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.ties import same_person

ALREADY = "您或您的另一个账号已经在这份申请上办过一步，或者申请的就是您的权限。四步要由四个人办。"
CLOSE = "这份申请的经手人或受益人里有您的配偶或登记的亲属，您要回避。请由另一位同事办这一步。"


@transaction.atomic
def ask(
    viewer: Viewer,
    *,
    account_id: int | None,
    username: str,
    name: str,
    agency_name: str,
    role: Role,
    scope: str,
    until: date,
    reason: str,
    contract: str = "",
    at: datetime,
) -> int:
    """Ask for a post, to be held to the day before `until`, and return the request's number: the first hand.

    For a new account `account_id` is None and the other fields say whose it will be; else they are read from the
    account. Raises `NotGrantable` with a sentence, `NotVisible` out of scope, `Refused` for oneself, for another
    department, for a relative or without the right.
    """
    viewer = queries.still(viewer)
    authorize(viewer, Right.GRANT_ASK, scope_of=scope)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    check_post(role)
    if not may_ask_for({viewer.role, *viewer.standing_in}, role):
        raise Refused(f"{role.label}的权限由{FAMILY[role].label}类岗位的同事或领导申请。")
    check_term(role, on=timezone.localdate(at), until=until, contract=contract.strip())
    text = reason_text(reason)
    account = _beneficiary(viewer, account_id) if account_id is not None else None
    if account is None:
        username, name, agency_name = username.strip().lower(), name.strip(), agency_name.strip()
        if not username.isascii() or not username.isalnum() or not name or not agency_name:
            raise NotGrantable("新账号要写账号名（小写字母和数字）、姓名和机构。")
        if Account.objects.filter(username=username).exists():
            raise NotGrantable(f"账号 {username} 已经有了。请在“已有账号”里选，或换一个账号名。")
    else:
        username, name, agency_name = (
            account.username,
            account.name,
            agency_name.strip() or account.agency_name,
        )
        keep_families_apart(account, role, at=at)
    row = GrantRequest.objects.create(
        account=account,
        username=username[:64],
        name=name[:100],
        agency_name=agency_name[:200],
        role=role,
        scope=scope,
        until=datetime.combine(until, time.min, tzinfo=timezone.get_current_timezone()),
        reason=text,
        contract=contract.strip()[:100],
        asked_at=at,
    )
    if account is not None:
        Signature.objects.create(
            request=row, step=BENEFICIARY, account=account, holder=account.holder, agreed=True, at=at
        )
    _put_hand(row, viewer, Step.ASKED, agreed=True, reason="", at=at)
    trail.record(trail.GRANT_ASKED, by=viewer, about=_about(row), about_id=str(row.pk), at=at)
    return int(row.pk)


@transaction.atomic
def sign(
    viewer: Viewer, request_id: int, *, step: Step, agreed: bool, reason: str = "", at: datetime
) -> Standing:
    """Take the step the page was opened for: agree, or refuse with a reason. The fourth gives the post.

    Raises `NotVisible` out of scope, `NotGrantable` where a refusal lacks its reason, and `Refused` where the step
    is not due (any more), by the beneficiary, by a second hand of one person, by the spouse or registered kin of
    whoever signed before or gains by it, or where families would meet.
    """
    one_at_a_time()
    row = GrantRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
    if row is None:
        raise NotVisible
    viewer = queries.still(viewer)
    authorize(viewer, step.right, scope_of=row.scope)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    line = ledger.line_of(row, at=at)
    if line.standing is not Standing.WAITING or line.waiting_for is not step:
        now = f"等待{line.waiting_for.label}" if line.waiting_for else line.standing.label
        raise Refused(f"这份申请现在{now}，“{step.label}”这一步办不了。请刷新后再看。")
    if not agreed:
        reason = reason_text(reason)
    _put_hand(row, viewer, step, agreed=agreed, reason=" ".join(reason.split())[:300], at=at)
    trail.record(
        trail.GRANT_SIGNED if agreed else trail.GRANT_REFUSED,
        by=viewer,
        about=_about(row),
        about_id=str(row.pk),
        details={"step": step.label, "reason": reason},
        at=at,
    )
    if agreed and step is Step.GIVEN:
        _give(row, viewer, at=at)
    return ledger.line_of(row, at=at).standing


@transaction.atomic
def withdraw(viewer: Viewer, request_id: int, *, at: datetime) -> None:
    """Take an own request back while it waits. Raises `NotVisible` for anybody else's, `Refused` once it is settled."""
    viewer = queries.still(viewer)
    row = GrantRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
    asked = Signature.objects.filter(request_id=request_id, step=Step.ASKED, account_id=viewer.account_id)
    if row is None or not asked.exists():
        raise NotVisible
    line = ledger.line_of(row, at=at)
    if line.standing is not Standing.WAITING:
        raise Refused(f"这份申请{line.standing.label}，不能再撤回。")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    trail.record(trail.GRANT_WITHDRAWN, by=viewer, about=_about(row), about_id=str(row.pk), at=at)


@transaction.atomic
def end(viewer: Viewer, grant_id: int, *, reason: str, at: datetime) -> None:
    """Take a post away; it counts no more at the account's next request, and waits for a decision under way.

    Raises `NotVisible` out of scope, `Refused` for the own one or without the right, `NotGrantable` without a reason.
    """
    one_at_a_time()
    viewer = queries.still(viewer)
    grant = Grant.objects.select_related("account").filter(pk=grant_id).first()
    if grant is None:
        raise NotVisible
    authorize(viewer, Right.GRANT_GIVE, scope_of=grant.scope)
    text = reason_text(reason)
    if same_person(viewer.account_id, grant.account_id):
        raise Refused("不能收回自己的权限。请由另一位安全管理员办理。")
    account = Account.objects.select_for_update(no_key=True).get(pk=grant.account_id)
    if not Grant.objects.filter(pk=grant_id, ended_at=None, until__gt=at).update(
        ended_at=at, ended_by=viewer.account_id, ended_why=text
    ):
        raise Refused("这项权限已经到期或收回。请刷新后再看。")
    _leave_other_posts(account, by=viewer, at=at)
    trail.record(
        trail.GRANT_ENDED,
        by=viewer,
        about=f"{account.username}（{Role(grant.role).label}）",
        about_id=str(account.pk),
        details={"reason": text},
        at=at,
    )


def _give(row: GrantRequest, viewer: Viewer, *, at: datetime) -> None:
    if row.until <= at:
        raise Refused("申请的期限已经过去。请退回，由部门重新申请。")
    if row.account_id is None:
        account = new_account(
            username=row.username,
            name=row.name,
            role=Role(row.role),
            scope=row.scope,
            agency_name=row.agency_name,
        )
        row.account = account
        row.save(update_fields=["account"])
    else:
        account = Account.objects.select_for_update(no_key=True).get(pk=row.account_id)
        keep_families_apart(account, Role(row.role), at=at)
        Grant.objects.filter(account=account, ended_at=None, until__gt=at).update(
            ended_at=at, ended_by=viewer.account_id, ended_why="由新的授权接替"
        )
        if account.role != row.role or account.scope != row.scope:
            _leave_other_posts(account, by=viewer, at=at)
        account.role, account.scope, account.agency_name = row.role, row.scope, row.agency_name
        account.save(update_fields=["role", "scope", "agency_name"])
    try:
        with transaction.atomic():
            Grant.objects.create(
                account=account,
                holder=account.holder,
                role=row.role,
                scope=row.scope,
                since=at,
                until=row.until,
                request=row,
            )
    except IntegrityError:
        raise Refused("此人另有账号持有不能兼任的岗位，不能赋权。请先收回那一个。") from None
    trail.record(
        trail.GRANT_GIVEN,
        by=viewer,
        about=_about(row),
        about_id=str(account.pk),
        details={"role": row.role, "scope": row.scope, "until": row.until.isoformat(), "request": row.pk},
        at=at,
    )


def _beneficiary(viewer: Viewer, account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id).first()
    if account is None or Role(account.role) not in FAMILY:
        raise NotVisible
    authorize(viewer, Right.GRANT_ASK, scope_of=account.scope)
    return account


def _leave_other_posts(account: Account, *, by: Viewer, at: datetime) -> None:
    """Whoever loses or changes a post fills no other's, and nobody fills the one left."""
    Substitution.objects.filter(Q(substitute=account) | Q(absent=account), ended_at=None).update(
        ended_at=at
    )
    emergencies.close_all(account, by=by, at=at)


def _put_hand(
    row: GrantRequest, viewer: Viewer, step: Step, *, agreed: bool, reason: str, at: datetime
) -> None:
    before = Signature.objects.filter(request=row).exclude(account_id=viewer.account_id)
    taken = dict(before.values_list("account_id", "holder"))
    mine = holder_of(viewer.account_id)
    # another account of one's own is told so below, by the constraint
    others = [account_id for account_id, holder in taken.items() if holder != mine]
    if is_close_to_any(viewer.account_id, others):
        raise Refused(CLOSE)
    try:
        with transaction.atomic():
            Signature.objects.create(
                request=row,
                step=step,
                account_id=viewer.account_id,
                holder=holder_of(viewer.account_id),
                agreed=agreed,
                reason=reason,
                at=at,
            )
    except IntegrityError:
        raise Refused(ALREADY) from None


def _about(row: GrantRequest) -> str:
    return f"{row.username}（{Role(row.role).label}）"
