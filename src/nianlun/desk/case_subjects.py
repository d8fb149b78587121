"""Whom a case is to be about, as the counter's form says it: a number, a name, or the one picked of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nianlun.access.domain import NotVisible, Viewer, covers
from nianlun.cases.domain.types import About, CaseType
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.registry import queries as registry
from nianlun.registry.domain import EmployerLine, PersonLine

MOST_CANDIDATES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the case is about, as far as the form says: the one chosen, or those it could be."""

    text: str = ""
    person: PersonLine | None = None
    employer: EmployerLine | None = None
    candidates: Sequence[PersonLine | EmployerLine] = ()
    fault: str = ""


def asks_for(kind: CaseType) -> About | None:
    """Whom the counter has to choose; nobody where the business itself registers them, or is about the agency."""
    registers = kind.effect.endswith("_registered")
    return None if registers or kind.about is About.AGENCY else kind.about


def subject_of(who: Viewer, kind: CaseType, sent: Mapping[str, str]) -> Subject:
    """Whom the form means: the one picked, or the only one the typed number or name can be."""
    asks = asks_for(kind)
    text = " ".join(sent.get("about", "").split())[:60]
    picked = sent.get("picked", "")
    if text != " ".join(sent.get("about_was", "").split()):
        picked = picked if not text else ""  # what was typed anew counts more than what was picked before
    if asks is None:
        return Subject()
    if asks is About.PERSON:
        if picked:
            return chosen_person(who, picked)
        return _one_of(text, registry.search_persons(who, text, limit=MOST_CANDIDATES) if text else [])
    if picked:
        return _chosen_employer(who, picked)
    return _one_of(text, registry.search_employers(who, text, limit=MOST_CANDIDATES) if text else [])


def _one_of(text: str, found: Sequence[PersonLine | EmployerLine]) -> Subject:
    if not text:
        return Subject(fault="请填写证件号码、个人编号、姓名或单位名称，选定这件业务是谁的。")
    if not found:
        return Subject(text=text, fault="您的辖区里没有找到。请核对号码，没有登记的先办参保登记。")
    if len(found) > 1:
        return Subject(text=text, candidates=found, fault=f"“{text}”不止一个，请点选是哪一个。")
    [one] = found
    return Subject(person=one) if isinstance(one, PersonLine) else Subject(employer=one)


def chosen_person(who: Viewer, text: str) -> Subject:
    """The person of that id, if the viewer sees one."""
    wanted = uuid_or_none(text)
    try:
        return (
            Subject(person=registry.person(who, wanted)) if wanted else Subject(fault="请重新选定参保人。")
        )
    except NotVisible:
        return Subject(fault="没有这个人，或不在您的辖区。请用证件号码重新查。")


def _chosen_employer(who: Viewer, text: str) -> Subject:
    wanted = uuid_or_none(text)
    found = registry.employers([wanted]).get(wanted) if wanted else None
    if found is None or not covers(who.scope, division=found.division):
        return Subject(fault="没有这个参保单位，或不在您的辖区。请重新查找。")
    return Subject(employer=found)
