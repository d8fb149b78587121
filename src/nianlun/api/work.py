"""Working out what is asked: bounded in how much runs at once, with every refusal turned into its problem."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from nianlun.api import problems
from nianlun.api.problems import Problem
from nianlun.policy.assess import assess_case
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.lawbook import LawBook
from nianlun.policy.retirement import NoSuchCategory, statutory_retirement
from nianlun.policy.rounding import NoSuchRounding
from nianlun.policy.tables import NotInForce, TableBroken

AT_ONCE = 2
PATIENCE_SECONDS = 2.0
LONGEST_DERIVATION = 20_000
"""Steps as written out; a career of forty years has some hundreds."""

log = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


def assessed(
    case: Case, book: LawBook, *, law: date | None, known: date | None, explain: bool
) -> dict[str, Any]:
    """The assessment as JSON, with the edition it rests on. Raises `Problem`."""
    with _place(), _refusals():
        found = assess_case(case, book=book, law=law, known=known)
        if explain and found.derivation.written_size() > LONGEST_DERIVATION:
            raise Problem(problems.TOO_LONG, f"推算超过 {LONGEST_DERIVATION} 步，不能全部写出。")
        return {**found.to_json(explain=explain), "edition": book.digest}


def retirement(case: Case, book: LawBook, *, law: date | None, explain: bool) -> dict[str, Any]:
    """The statutory retirement month as JSON, with the edition it rests on. Raises `Problem`."""
    with _place(), _refusals():
        case.require("sex", "category", "born")
        sex, category = case.choice("sex", ("male", "female")), case.count("category")
        born = case.month("born")
        case.finish()
        found = statutory_retirement(
            sex="male" if sex == "male" else "female", category=category, born=born, law=law, book=book
        )
        return {**found.to_json(explain=explain), "edition": book.digest}


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places of this process in which a case is worked out, so that pages stay quick."""
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Problem(problems.BUSY, "现在要算的案例太多，没有处理这一件。")
    try:
        yield
    finally:
        _places.release()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (BadCase, NoSuchCategory) as reason:
        raise Problem(problems.BAD_CASE, str(reason)) from None
    except CannotAssess as reason:
        raise Problem(
            problems.CANNOT_ASSESS, reason.sentence, missing=reason.missing, between=reason.between
        ) from None
    except NotInForce as reason:
        raise Problem(problems.NOT_IN_FORCE, str(reason)) from None
    except (TableBroken, NoSuchRounding) as reason:
        log.exception("the edition lacks what a formula needs")
        detail = "现行版本的政策表缺少这件案例要用的数值，或写得不能用。请告诉管理政策库的人。"
        raise Problem(problems.BROKEN_EDITION, detail) from reason
    except RecursionError as reason:
        raise Problem(problems.TOO_LONG, "推算套得太深，不能全部写出。") from reason
