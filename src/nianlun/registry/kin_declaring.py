"""A member of staff declares the own number, the spouse and other kin, and says each year that nobody is missing."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access import operations as accounts
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.operations import refuse_in_emergency, tie
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import domain, keys, kin, queries
from nianlun.registry.domain import NotRegistrable, Relation
from nianlun.registry.models import Kin, KinConfirmation, Person

DECLARED = declare("registry.kin_declared", "申报{about}，办理业务时回避")
WITHDRAWAL_ASKED = declare("registry.kin_withdrawal_asked", "申请撤回关于{about}的申报")
WITHDRAWN = declare("registry.kin_withdrawn", "同意撤回{name}关于{about}的申报")
CONFIRMED = declare("registry.kin_confirmed", "确认 {about} 年的亲属申报没有遗漏")

TWICE = "这个证件号，或者本人、配偶，已经申报过。有变化的，请先申请撤回原来的。"


@transaction.atomic
def declare_kin(
    viewer: Viewer, *, relation: Relation, name: str, identity_number: str, at: datetime
) -> UUID:
    """Keep that this person is close to the viewer, whoever it is; the number is sealed (S2.5, S5.1).

    Raises `NotAnIdentityNumber` and `NotRegistrable` with a sentence for people, and `Refused` for no member of
    staff, or where the own number turns out to stand behind another account whose post must not meet this one's.
    """
    authorize(viewer, Right.DESK_READ)
    number = queries.read_identity_number(identity_number)
    ring, kin_id = keys.keyring(), uuid7()
    standing = Kin.objects.filter(account_id=viewer.account_id, withdrawn_at=None)
    if standing.filter(identity_number_index__in=cipher.blind_indexes(number.text, keys=ring)).exists():
        raise NotRegistrable(TWICE)
    try:
        with transaction.atomic():
            Kin.objects.create(
                pk=kin_id,
                account_id=viewer.account_id,
                relation=relation,
                name=domain.given_name(name),
                identity_number_sealed=keys.sealed_kin(number, kin_id=kin_id, keys=ring),
                identity_number_index=cipher.blind_index(number.text, keys=ring),
                key_version=ring.current,
                declared_at=at,
            )
    except IntegrityError:
        raise NotRegistrable(TWICE) from None
    if relation is Relation.SELF:
        _identify(viewer, number.text, at=at)
    journal.record(DECLARED, by=viewer, about=relation.label, about_id=str(kin_id), at=at)
    return kin_id


@transaction.atomic
def ask_withdrawal(viewer: Viewer, *, kin_id: UUID, reason: str, at: datetime) -> None:
    """Ask that an own declaration no longer counts; until internal control agrees it does.

    Raises `NotVisible` for anybody else's or one withdrawn, `NotRegistrable` without a reason.
    """
    row = Kin.objects.filter(pk=kin_id, account_id=viewer.account_id, withdrawn_at=None).first()
    if row is None:
        raise NotVisible
    row.withdrawal_reason = " ".join(reason.split())[:200]
    if len(row.withdrawal_reason) < 2:
        raise NotRegistrable("请写明为什么撤回，例如“写错了人”“已经离婚”。")
    row.withdrawal_asked_at = at
    row.save(update_fields=["withdrawal_asked_at", "withdrawal_reason"])
    journal.record(
        WITHDRAWAL_ASKED, by=viewer, about=Relation(row.relation).label, about_id=str(kin_id), at=at
    )


@transaction.atomic
def agree_withdrawal(viewer: Viewer, *, kin_id: UUID, at: datetime) -> None:
    """Let a declaration count no longer: the second pair of eyes, of internal control.

    Raises `Refused` for the own one or without the right, `NotVisible` out of scope or where none was asked.
    """
    viewer = still(viewer)
    rows = Kin.objects.select_related("account").filter(
        pk=kin_id, withdrawn_at=None, withdrawal_asked_at__isnull=False
    )
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    authorize(viewer, Right.GRANT_REVIEW, scope_of=row.account.scope)
    refuse_in_emergency(viewer)
    if tie(viewer.account_id, row.account_id):
        raise Refused("这是您本人或近亲属的申报，请由另一位内控审核人员办理。")
    row.withdrawn_at, row.withdrawn_by_id = at, viewer.account_id
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    journal.record(
        WITHDRAWN,
        by=viewer,
        about=Relation(row.relation).label,
        about_id=str(kin_id),
        details={"name": row.account.name},
        at=at,
    )


@transaction.atomic
def confirm_kin(viewer: Viewer, *, year: int, at: datetime) -> None:
    """Say of the year that nobody is missing; said twice it is kept once.

    Raises `NotRegistrable` where the own number is missing.
    """
    if not any(line.relation is Relation.SELF for line in kin.declarations(viewer.account_id)):
        raise NotRegistrable("请先申报本人的证件号，再确认没有遗漏。")
    try:
        with transaction.atomic():
            KinConfirmation.objects.create(account_id=viewer.account_id, year=year, at=at)
    except IntegrityError:
        return
    journal.record(CONFIRMED, by=viewer, about=str(year), at=at)


def _identify(viewer: Viewer, number: str, *, at: datetime) -> None:
    """Let the access component know that one person stands behind all accounts of this number."""
    indexes = cipher.blind_indexes(number, keys=keys.keyring())
    registered = (
        Person.objects.filter(identity_number_index__in=indexes).values_list("pk", flat=True).first()
    )
    mine = kin.accounts_of(number) | {viewer.account_id}
    accounts.identify(mine, holder=registered or accounts.holder_of(min(mine)), at=at)
