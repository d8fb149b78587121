"""One natural person, spouses and kin are one pair of hands, however many accounts they have (S2.4, S2.5)."""

from enum import StrEnum

from nianlun.access.models import Account
from nianlun.access.operations.holders import is_close_to_any


class Tie(StrEnum):
    """What makes two accounts one pair of hands, as sentences name it."""

    SAME = "同一个人"
    KIN = "配偶或近亲属"


def tie(account_id: int, *others: int | None) -> Tie | None:
    """What binds an account to one of the others, None where nothing does: the rule for whatever takes two persons.

    The person behind accounts is `Account.holder`; who is whose kin the register tells (`tell_close`). None among
    the others is a step that nobody has taken, or a program's.
    """
    known = {other for other in others if other is not None}
    if account_id in known:
        return Tie.SAME
    holders = dict(Account.objects.filter(pk__in={account_id, *known}).values_list("pk", "holder"))
    if any(other in holders and holders[other] == holders.get(account_id) for other in known):
        return Tie.SAME
    return Tie.KIN if is_close_to_any(account_id, known) else None


def same_person(account_id: int, other_account_id: int) -> bool:
    """Whether one natural person stands behind both accounts."""
    return tie(account_id, other_account_id) is Tie.SAME
