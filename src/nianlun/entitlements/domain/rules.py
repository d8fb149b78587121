"""The component's own dated tables, in the form of the policy tables."""

from datetime import date
from functools import cache
from pathlib import Path

from nianlun.kernel.months import parse_month
from nianlun.policy.tables import Span, Table, read_table
from nianlun.registry.domain import Scheme

_FOLDER = Path(__file__).parent.parent / "tables"


@cache
def table(name: str) -> Table:
    """A table of this component. Raises `policy.tables.TableBroken`."""
    return read_table((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name=f"entitlements/{name}")


def account_start(*, scheme: Scheme, division: str, on: date) -> Span:
    """When accounts began for the scheme in the region of a division code. Raises `NotInForce`."""
    group = "government_institution" if scheme is Scheme.GOVERNMENT_INSTITUTION else "enterprise"
    return table("account_start").on(on, region=(division + "000000")[:6], group=group)


def start_month(span: Span) -> int:
    """The month that a span of `account_start` states."""
    return parse_month(str(span.value))
