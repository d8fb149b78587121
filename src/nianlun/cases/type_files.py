"""The kinds of business that the program ships, from their files, by code and day."""

from datetime import date
from functools import cache
from importlib.resources import files

from nianlun.cases.domain.applicants import Applicant
from nianlun.cases.domain.type_reading import read_type
from nianlun.cases.domain.type_rules import check_together
from nianlun.cases.domain.types import CaseType, NotInForce, TypeBroken


@cache
def all_types() -> tuple[CaseType, ...]:
    """Every definition shipped, of any time, by process, code and first day. Raises `TypeBroken`."""
    found = []
    for file in sorted(files("nianlun.cases").joinpath("types").iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        one = read_type(file.read_text(encoding="utf-8"), where=f"cases/types/{file.name}")
        if not file.name.startswith(one.code):
            raise TypeBroken(f"cases/types/{file.name}：文件名要以 code “{one.code}”开头。")
        found.append(one)
    check_together(found)
    return tuple(sorted(found, key=_order))


def case_types(on: date) -> tuple[CaseType, ...]:
    """The kinds of business handled on the day, in the order of the agency's processes."""
    return tuple(one for one in all_types() if one.in_force(on))


def case_type(code: str, on: date) -> CaseType:
    """The kind of business of that code as handled on the day. Raises `NotInForce`."""
    followed = [one for one in all_types() if one.code == code]
    if not followed:
        raise NotInForce(f"没有“{code[:40]}”这类业务。请从业务目录里选一类。")
    for one in followed:
        if one.in_force(on):
            return one
    if on < followed[0].since:
        raise NotInForce(f"“{followed[0].name}”自 {followed[0].since} 起办理，{on} 还没有开办。")
    raise NotInForce(f"“{followed[-1].name}”办到 {followed[-1].until} 前为止，{on} 已经停办。")


@cache
def kept_from_person() -> frozenset[str]:
    """The codes of what courts and other authorities apply for: the person it is about does not learn of it.

    By code and not by definition: what was ever kept back stays so, whatever a later definition says.
    """
    return frozenset(one.code for one in all_types() if one.applicant is Applicant.AUTHORITY)


def case_type_by_digest(code: str, digest: str) -> CaseType:
    """The kind of business as it was defined when a case was opened under it. Raises `NotInForce`."""
    from nianlun.cases import definitions  # noqa: PLC0415  models load only after Django is set up

    shipped = (one for one in all_types() if one.digest == digest)
    found = next(shipped, None) or definitions.kept(digest)
    if found is None or found.code != code:
        raise NotInForce(f"没有找到“{code[:40]}”立案时的定义 {digest[:16]}。请联系系统管理员。")
    return found


def _order(one: CaseType) -> tuple[int, str, str, date]:
    return (int(one.process.rstrip("a")), one.process, one.code, one.since)
