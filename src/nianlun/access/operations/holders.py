"""The natural person behind accounts: posts of two families never meet in one (S2.4), kin sign apart (S2.5)."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from nianlun.access.domain import FamiliesMeet, Refused, Role, keep_apart
from nianlun.access.models import Account, Grant

Closeness = Callable[[int, int], bool]
"""Whether one natural person, spouses or registered kin stand behind two accounts, by their numbers."""
_close: list[Closeness] = []


def tell_close(source: Closeness) -> None:
    """Have a higher component tell who is close to whom, so that kin sign nothing for one another.

    Called once, from that component's `AppConfig.ready`.
    """
    if source not in _close:
        _close.append(source)


def is_close_to_any(account_id: int, others: Collection[int]) -> bool:
    """Whether the account's holder, or the spouse or registered kin, stands behind one of the other accounts."""
    return any(source(account_id, other) for other in others for source in _close)


def holder_of(account_id: int) -> UUID:
    """The natural person behind an account."""
    return Account.objects.values_list("holder", flat=True).get(pk=account_id)


@transaction.atomic
def identify(account_ids: set[int], *, holder: UUID, at: datetime) -> None:
    """Keep that one natural person stands behind these accounts. Raises `Refused` where that lets families meet."""
    one_at_a_time()
    posts = Grant.objects.filter(
        Q(account__holder=holder) | Q(account_id__in=account_ids), ended_at=None, until__gt=at
    )
    try:
        keep_apart({Role(role) for role in posts.values_list("role", flat=True)})
        with transaction.atomic():
            Account.objects.filter(pk__in=account_ids).exclude(holder=holder).update(holder=holder)
            Grant.objects.filter(account_id__in=account_ids).exclude(holder=holder).update(holder=holder)
    except (FamiliesMeet, IntegrityError) as reason:
        told = str(reason) if isinstance(reason, FamiliesMeet) else "两个账号的岗位曾在同一时间分属两类。"
        raise Refused(f"这些账号是同一个人的。{told}请先由安全管理员收回其中一个岗位。") from None


def keep_families_apart(account: Account, role: Role, *, at: datetime) -> None:
    """Ask the posts of all accounts of this person, but for the one this account gives up. Raises `Refused`."""
    held = Grant.objects.filter(holder=account.holder, ended_at=None, since__lte=at, until__gt=at)
    others = held.exclude(account=account).values_list("role", flat=True)
    try:
        keep_apart({role, *(Role(other) for other in others)})
    except FamiliesMeet as reason:
        raise Refused(str(reason)) from None


def one_at_a_time() -> None:
    """Rights change one after another: two officers giving each other posts meet here and not in a deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('nianlun.access.granting'))")
