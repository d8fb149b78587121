"""The individual account of an insured person, from postings to the balance, as the policy's own case."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from nianlun.contributions.domain import PaidMonth
from nianlun.kernel.money import ZERO, Rounding, rounded
from nianlun.kernel.months import Month, last_day, show_month
from nianlun.policy.assess import assess
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.lawbook import LawBook


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """The balance in yuan at the end of a month, with the tree behind it."""

    balance: Decimal
    node: Node
    provisional: bool


def account_balance(
    paid: Sequence[PaidMonth], *, group: str, since: Month, until: Month, region: str, book: LawBook
) -> AccountBalance:
    """What stands on the account after the credits of `since` to before `until` and their interest.

    `group` is that of the table of account ratios. Raises `NotInForce` for a year without ratio or rate.
    """
    booked = _credits(paid, group=group, since=since, until=until, region=region, book=book)
    if not booked:
        node = Node(
            id="account_balance", title="个人账户储存额", value="0.00", unit="元", rule="没有记账的月份"
        )
        return AccountBalance(balance=ZERO, node=node, provisional=False)
    years = [_year(year, amounts) for year, amounts in booked.items()]
    if until % 12:
        years[-1]["through_month"] = until % 12
    first = book.on("interest_method", last_day(min(booked) * 12), region=region)
    inputs: dict[str, Any] = {
        "region": region,
        "scheme": group,
        "opening_balance": 0,
        "method": first.text(),
        "years": years,
    }
    answer = assess("account_interest", inputs, book=book)
    tree = answer.derivation
    pieces = _postings(paid, since=since, until=until)
    node = replace(
        tree,
        id="account_balance",
        title="个人账户储存额",
        inputs=tuple(_with_postings(node, pieces) for node in tree.inputs),
    )
    return AccountBalance(
        balance=answer.total if answer.total is not None else ZERO,
        node=node,
        provisional=answer.provisional,
    )


def _year(year: int, amounts: Sequence[Decimal]) -> dict[str, Any]:
    """A year as the case states it: one amount for a run of equal months, or all twelve."""
    booked = [number for number, amount in enumerate(amounts, start=1) if amount]
    if not booked:
        return {"year": year, "months": 0}
    run = range(booked[0], booked[-1] + 1)
    if len({amounts[number - 1] for number in run}) == 1:
        return {
            "year": year,
            "monthly_credit": amounts[booked[0] - 1],
            "months": len(run),
            "first_month": booked[0],
        }
    return {"year": year, "credits": [str(amount) for amount in amounts]}


def _credits(
    paid: Sequence[PaidMonth], *, group: str, since: Month, until: Month, region: str, book: LawBook
) -> dict[int, list[Decimal]]:
    """Amounts credited by year, twelve each, from the first year with a credit to the last month's."""
    found: dict[int, list[Decimal]] = {}
    for one in sorted(paid, key=lambda p: p.month):
        if not since <= one.month < until or not one.counts_as_employee:
            continue
        ratio = book.on("personal_account_ratio", last_day(one.month), region=region, group=group).decimal()
        year = found.setdefault(one.month // 12, [ZERO] * 12)
        credited = rounded(one.base * ratio, Rounding.HALF_UP_TO_FEN)
        # A month paid twice counts once; the larger base stands until the other is refunded.
        year[one.month % 12] = max(year[one.month % 12], credited)
    last = (until - 1) // 12
    for year_number in range(min(found, default=last), last + 1) if found else ():
        found.setdefault(year_number, [ZERO] * 12)
    return dict(sorted(found.items()))


def _postings(paid: Sequence[PaidMonth], *, since: Month, until: Month) -> Mapping[int, list[EvidenceRef]]:
    pieces: dict[int, list[EvidenceRef]] = defaultdict(list)
    for one in paid:
        if since <= one.month < until and one.counts_as_employee and one.postings:
            label = f"{show_month(one.month)} 基数 {one.base} 元"
            pieces[one.month // 12].append(EvidenceRef("posting", str(one.postings[0]), label))
    return pieces


def _with_postings(node: Node, pieces: Mapping[int, list[EvidenceRef]]) -> Node:
    """The node of a year's credits with the postings of that year hung on it."""
    inputs = tuple(_with_postings(inner, pieces) for inner in node.inputs)
    name, _, year = node.id.rpartition("_")
    if name == "credit" and year.isdigit():
        return replace(node, inputs=inputs, evidence=tuple(pieces.get(int(year), ())))
    return replace(node, inputs=inputs)
