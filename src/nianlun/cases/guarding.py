"""Around each operation: rules speak their own exceptions, actors get `Refused`; attempts at two steps are kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from nianlun.access.domain import Refused
from nianlun.cases import moving
from nianlun.cases.domain.calendar import CalendarMissing
from nianlun.cases.domain.flow import OutOfStep
from nianlun.cases.domain.types import NotInForce

P = ParamSpec("P")
T = TypeVar("T")


def guarded(operation: Callable[P, T]) -> Callable[P, T]:
    """Run the operation in one transaction. Whatever it raises is rolled back, and a rule's no becomes `Refused`."""

    @wraps(operation)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction.atomic():
                return operation(*args, **kwargs)
        except moving.Apart as refusal:
            given: dict[str, Any] = dict(kwargs)
            moving.remember(refusal, by=given["by"], at=given["at"])
            raise
        except (OutOfStep, CalendarMissing, NotInForce) as reason:
            raise Refused(str(reason)) from reason

    return whole
