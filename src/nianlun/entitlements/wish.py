"""What-if: the same person with another month, more months, another place, another base, or a paper believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from nianlun.evidence.domain import RULED, Kind
from nianlun.evidence.queries import ClaimLine, FactLine
from nianlun.kernel.months import Month, show_month, show_months_as_years
from nianlun.policy.provinces import province_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Assumptions of somebody who asks. None, zero and empty mean: as it stands.

    `retire_month` is the month of retirement, `more_months` contribution months paid beyond those on record,
    `region` six digits, `base_value` a pension base in yuan a month, `accepted_claims` claims taken as ruled on.
    """

    retire_month: Month | None = None
    more_months: int = 0
    region: str = ""
    base_value: Decimal | None = None
    accepted_claims: tuple[UUID, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether nothing is assumed."""
        return self == Wish()

    def sentences(self, claims: Sequence[ClaimLine]) -> tuple[str, ...]:
        """Every assumption in words."""
        said = []
        if self.retire_month is not None:
            said.append(f"假设 {show_month(self.retire_month)} 退休。")
        if self.more_months:
            said.append(f"假设再缴费 {show_months_as_years(self.more_months)}。")
        if self.region:
            said.append(f"假设在{province_name(self.region)}领取。")
        if self.base_value is not None:
            said.append(f"假设计发基数为每月 {self.base_value} 元。")
        said += [
            f"假设采信《{c.document_title}》的{c.kind.label} {c.value}。"
            for c in claims
            if c.id in self.accepted_claims
        ]
        return tuple(said)


def believed(
    facts: Mapping[Kind, FactLine], claims: Sequence[ClaimLine], *, wish: Wish, at: datetime
) -> dict[Kind, FactLine]:
    """The facts as if the wished-for claims had been ruled on. Only dates that rulings are made on can be wished."""
    found = dict(facts)
    for claim in claims:
        if claim.id not in wish.accepted_claims or claim.kind not in RULED or not claim.earliest:
            continue
        rivals = tuple(c for c in claims if c.kind is claim.kind and c.settled and c.value != claim.value)
        found[claim.kind] = _as_if(claim, against=rivals, at=at)
    return found


def _as_if(claim: ClaimLine, *, against: tuple[ClaimLine, ...], at: datetime) -> FactLine:
    return FactLine(
        id=claim.id,
        kind=claim.kind,
        value=claim.value,
        earliest=claim.earliest or date.min,
        latest=claim.latest or date.max,
        known_since=at,
        ruling_id=claim.id,
        rule="",  # nobody has ruled: an explanation links no ruling
        reason=f"假设采信《{claim.document_title}》",
        by_rule=False,
        proposed_by="假设",
        confirmed_by="假设",
        is_sample=claim.is_sample,
        decisive=(claim,),
        against=against,
    )
