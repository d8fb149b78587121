"""What is wrong with an application, whatever kind of business it is. No database, no clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nianlun.cases.domain.facts import CaseFacts, GrantedFacts, How, MaterialFacts
from nianlun.cases.domain.types import Requirement, Step, Substitute


class Level(StrEnum):
    """What a finding does: stand in the way, or want a look."""

    STOP = "stop"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the system found, in a sentence that says what to do."""

    level: Level
    sentence: str

    @classmethod
    def stop(cls, sentence: str) -> "Finding":
        """What must be mended before the case can go on."""
        return cls(Level.STOP, sentence)

    @classmethod
    def look(cls, sentence: str) -> "Finding":
        """What a person must look at and say a word about."""
        return cls(Level.LOOK, sentence)

    @property
    def stops(self) -> bool:
        """Whether it stands in the way."""
        return self.level is Level.STOP


def fields_filled(case: CaseFacts, *, on: date) -> list[Finding]:
    """Every answer that the application has to give."""
    lacking = [
        one.label for one in case.type.fields if one.asked(case.details) and not _answer(case, one.code)
    ]
    return [Finding.stop(f"没有填写{'、'.join(lacking)}。请补录。")] if lacking else []


def papers_shown(case: CaseFacts, *, on: date) -> list[Finding]:
    """Every paper that has to be shown, or what stands for it."""
    shown = {material.code: material for material in case.materials}
    found = []
    for paper in case.type.requirements:
        needed, material = paper.needed(case.details), shown.get(paper.code)
        if material is None:
            if needed:
                found.append(Finding.stop(f"没有收到{paper.name}。请补正{_or_instead(paper)}。"))
            elif needed is None:
                found.append(Finding.look(f"没有收到{paper.name}（{paper.condition}）。请核对是否需要。"))
        else:
            found += _shown_badly(paper, material, needed=needed)
    return found


def promises_kept(case: CaseFacts, *, on: date) -> list[Finding]:
    """Papers that were promised and whose day has passed."""
    return [
        Finding.stop(
            f"承诺到 {material.promised_until} 为止补交的{_name(case, material.code)}还没有收到。请催交或退回。"
        )
        for material in case.materials
        if material.how is How.PROMISED and material.promised_until and material.promised_until < on
    ]


def no_twin(case: CaseFacts, *, on: date) -> list[Finding]:
    """Another open case of the same kind about the same person or employer."""
    if not case.others_open:
        return []
    return [
        Finding.look(
            f"同一对象还有办理中的同类业务 {'、'.join(case.others_open)}。请核对是否重复申请，重复的撤销一件。"
        )
    ]


def not_granted_before(case: CaseFacts, *, on: date) -> list[Finding]:
    """The same was granted before: what was paid once is not paid again. A correction is about just that case."""
    if case.corrects is not None or Step.PAYMENT not in case.type.steps:
        return []
    twice = [one.number for one in case.granted_before if _same(case, one)]
    if twice:
        return [
            Finding.stop(
                f"已准予办理 {'、'.join(twice)}，是同一人的同一事项，不能再办一次。结果有误的，请对原业务办更正。"
            )
        ]
    before = [one.number for one in case.granted_before[:5]]
    return [Finding.look(f"这个人办过同类业务 {'、'.join(before)}。请核对是否重复。")] if before else []


ALWAYS: tuple[Callable[..., list[Finding]], ...] = (
    fields_filled,
    papers_shown,
    promises_kept,
    no_twin,
    not_granted_before,
)
"""What is checked in every kind of business."""

_STANDS_FOR = {How.SHARED_DATA: Substitute.SHARED_DATA, How.PROMISED: Substitute.PROMISE}


_ONCE = ("death_benefits", "relation_ending")
"""Kinds of business that a person has once: a death (社会保险法 第十七条), the end of the relation."""
_STARTS = ("benefit_resumption",)
"""Kinds of business that are told apart by the month they start from."""


def _same(case: CaseFacts, other: GrantedFacts) -> bool:
    """Whether both are about the same: once for a person, from the same month, or months that overlap."""
    if case.type.code in _ONCE:
        return True
    mine, theirs = case.details, other.details
    if case.type.code in _STARTS:
        return mine.get("suspended_month") == theirs.get("suspended_month")
    spans = [(each.get("since_month", ""), each.get("until_month", "")) for each in (mine, theirs)]
    (since, until), (other_since, other_until) = spans
    return all((since, until, other_since, other_until)) and since <= other_until and other_since <= until


def _shown_badly(paper: Requirement, material: MaterialFacts, *, needed: bool | None) -> list[Finding]:
    if material.how is How.NOT_NEEDED:
        if needed:
            return [Finding.stop(f"{paper.name}记为不需要，按规定应当收取。请收取或改正。")]
        return []
    stands_for = _STANDS_FOR.get(material.how)
    if stands_for is not None and stands_for not in paper.substitutes:
        why = f"：{paper.no_substitute.rstrip('。')}" if paper.no_substitute else ""
        return [
            Finding.stop(f"{paper.name}不能用{stands_for.label}代替{why}。请收取{_or_instead(paper)}。")
        ]
    if paper.original and material.how is How.COPY_KEPT:
        return [Finding.look(f"{paper.name}要验原件，现在只有复印件。请核对原件后改记。")]
    return []


def _or_instead(paper: Requirement) -> str:
    instead = "或".join(one.label for one in sorted(paper.substitutes))
    return f"，或用{instead}代替" if instead else ""


def _answer(case: CaseFacts, code: str) -> str:
    return str(case.details.get(code, "")).strip()


def _name(case: CaseFacts, code: str) -> str:
    paper = case.type.requirement(code)
    return paper.name if paper else code
