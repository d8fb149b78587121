"""A policy officer and a reviewer of the province, and a short way from a draft to an edition."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from nianlun.access.domain import Viewer
from nianlun.lawbook import operations
from nianlun.lawbook.writing import NewValue

REASON = "省里来文，按文件填写"


def base_of_2026(**more: Any) -> NewValue:
    """Next year's pension base of Hebei as somebody might type it."""
    return NewValue(
        **{"since": date(2026, 1, 1), "value": 7600, "source": "某通知", "confidence": "S-P", **more}
    )


@pytest.fixture
def officer(viewer: Callable[..., Viewer]) -> Viewer:
    return viewer("policy_officer", scope="13", name="韩政")


@pytest.fixture
def reviewer(viewer: Callable[..., Viewer]) -> Viewer:
    return viewer("policy_reviewer", scope="13", name="沈核")


@pytest.fixture
def opened(officer: Viewer, now: Any) -> Callable[..., UUID]:
    """`opened()` is a new draft of Hebei's tables, `opened(value)` one with a pension base put in."""

    def make(new: NewValue | None = None, *, table: str = "pension_base", region: str = "130000") -> UUID:
        draft_id = operations.open_draft(
            officer, title="2026 年计发基数", reason=REASON, region=region, at=now
        )
        if new is not None:
            operations.put_value(officer, draft_id, table=table, new=new, at=now)
        return draft_id

    return make


@pytest.fixture
def approved(
    officer: Viewer, reviewer: Viewer, opened: Callable[..., UUID], now: Any
) -> Callable[..., int]:
    """`approved(value)` takes a draft all the way and returns the number of its edition."""

    def make(new: NewValue | None = None, **more: Any) -> int:
        draft_id = opened(new or base_of_2026(), **more)
        operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
        return operations.approve(reviewer, draft_id, at=now)

    return make
