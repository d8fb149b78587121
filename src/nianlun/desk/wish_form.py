"""The form of suppositions on the benefit page: what was typed, what is wrong with it, and the wish it makes."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from nianlun.entitlements.wish import Wish
from nianlun.kernel.money import NotAnAmount, yuan
from nianlun.kernel.months import NotAMonth, parse_month
from nianlun.policy.provinces import PROVINCES

MOST_MONTHS = 600
MOST_BASE = Decimal(100_000)
YEARS = (2000, 2100)
FIELDS = ("retire", "more", "region", "base")


@dataclass(frozen=True, slots=True, kw_only=True)
class WishForm:
    """`typed` is given back as it came, `faults` are (id of the field, sentence), `wish` holds what was understood."""

    typed: dict[str, str]
    chosen: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]
    wish: Wish

    @property
    def address(self) -> str:
        """The suppositions as the query of an address."""
        filled = [(name, text) for name, text in self.typed.items() if text]
        return urlencode(filled + [("claim", one) for one in self.chosen])

    def fault(self, field: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return next((sentence for id_, sentence in self.faults if id_ == field), "")


def read_wish(query: QueryDict, *, believable: Collection[UUID]) -> WishForm:
    """Read the suppositions out of an address. Wrong ones are named and not supposed."""
    typed = {name: query.get(name, "").strip()[:20] for name in FIELDS}
    chosen = tuple(query.getlist("claim")[:20])
    found: dict[str, object] = {}
    faults: list[tuple[str, str]] = []
    readers = {"retire": _month, "more": _months, "region": _region, "base": _base}
    for name, read in readers.items():
        if not typed[name]:
            continue
        try:
            found[name] = read(typed[name])
        except (NotAMonth, NotAnAmount, ValueError) as reason:
            faults.append((name, str(reason)))
    claims = tuple(one for one in believable if str(one) in chosen)
    if len(claims) != len(set(chosen)):
        faults.append(("claims", "所选的材料不在可选之列，请重新勾选。"))
    wish = Wish(
        retire_month=found.get("retire"),  # type: ignore[arg-type]  # each reader answers its field's type
        more_months=found.get("more", 0),  # type: ignore[arg-type]
        region=found.get("region", ""),  # type: ignore[arg-type]
        base_value=found.get("base"),  # type: ignore[arg-type]
        accepted_claims=claims,
    )
    return WishForm(typed=typed, chosen=chosen, faults=tuple(faults), wish=wish)


def _month(text: str) -> int:
    month = parse_month(text)
    if not YEARS[0] <= month // 12 <= YEARS[1]:
        raise ValueError(f"退休年份应在 {YEARS[0]} 到 {YEARS[1]} 之间，现在是 {month // 12}。")
    return month


def _months(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"再缴费应写月数，例如 24，现在是“{text}”。")
    if int(text) > MOST_MONTHS:
        raise ValueError(f"再缴费最多填 {MOST_MONTHS} 个月，现在是 {int(text)}。")
    return int(text)


def _region(text: str) -> str:
    if text not in PROVINCES.values():
        raise ValueError("请从列表里选一个省份。")
    return text


def _base(text: str) -> Decimal:
    base = yuan(text)
    if not 0 < base <= MOST_BASE or base != base.quantize(Decimal("0.01")):
        raise ValueError(f"计发基数应在 0 到 {MOST_BASE:,} 元之间，最多两位小数。")
    return base
