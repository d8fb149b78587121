"""The limits shipped with the product, read once."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from nianlun.watch.domain import limits
from nianlun.watch.domain.limits import Limits

FILE = Path(__file__).parent / "limits.toml"


def limits_on(day: date) -> Limits:
    """The limits that hold on a day. Raises `NotInForce` before the first span."""
    return limits.limits_on(day, spans=_spans())


@lru_cache(maxsize=1)
def _spans() -> tuple[Limits, ...]:
    return limits.read_spans(tomllib.loads(FILE.read_text(encoding="utf-8")))
