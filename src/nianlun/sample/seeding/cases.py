"""Cases at every stage of their way, so that each post of the demo finds work and each page something to show."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from nianlun.access import queries as access
from nianlun.access.domain import Refused, Viewer
from nianlun.cases import queries, type_files
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import deciding as deciding_step
from nianlun.cases.domain.types import About, CaseType, Field, FieldKind, Origin, Step
from nianlun.cases.operations import deciding, door, materials, opening, pausing
from nianlun.sample.people import City
from nianlun.sample.seeding.people import Registered

_PLACE = UUID("01990000-0000-7000-8000-00000000ca5e")
_CLERK, _REVIEWER, _LEADER = "limin", "chenjing", "zhouling"
_STAGES = ("received", "first", "second", "approval", "granted", "supplement", "suspended", "refused")
_OWN = (("canbao01", "social_security_card", "supplement"), ("canbao01", "record_objection", "received"))
_WORDS = {
    "name": "宋小梅",
    "identity_number": "130606200001010021",
    "unit_name": "保定市样本纺织有限公司",
    "credit_code": "91130606MA0000058D",
    "legal_person": "吴样本",
    "contact": "经办人 吴样本",
    "new_name": "郑样本",
}
_CHOSEN = {"identity_change": {"item": "name", "why": "police"}}
"""What is chosen where a grant changes the register, so that it is something the register can take."""


def open_cases(
    city: City, registered: Registered, *, at: datetime, tell: Callable[[str, int, int], None]
) -> None:
    """Take in a case of every kind and walk it to a stage of its own; what is there already stays as it is."""
    clerk = access.viewer_named(_CLERK)
    if queries.worklist(clerk, queries.Pile.ALL, on=timezone.localdate(at), limit=1):
        return
    kinds = [
        kind for kind in type_files.case_types(timezone.localdate(at)) if Origin.COUNTER in kind.origins
    ]
    heroes = set(city.heroes.values())
    people = cycle([id_ for index, id_ in registered.persons.items() if index not in heroes][::7])
    units = cycle([registered.employers[unit.code] for unit in city.employers if not unit.closed])
    for number, (kind, stage) in enumerate(zip(kinds, cycle(_STAGES), strict=False), 1):
        began = at - timedelta(days=2 + number * 3 % 20, hours=number % 5)
        case_id = opening.open_case(
            kind.code,
            by=clerk,
            details=_filled(kind, number),
            request_key=uuid5(_PLACE, f"{kind.code}-{city.seed}"),
            person_id=next(people) if kind.about is About.PERSON and kind.field("name") is None else None,
            employer_id=next(units)
            if kind.about is About.EMPLOYER and not kind.field("unit_name")
            else None,
            at=began,
        )
        _walk(case_id, stage, began=began, clerk=clerk)
        tell("办件", number, len(kinds) + len(_OWN))
    for number, (username, code, stage) in enumerate(_OWN, 1):
        began = at - timedelta(days=3 + number)
        case_id = opening.apply_online(
            code,
            by=access.viewer_named(username),
            details=_filled(type_files.case_type(code, timezone.localdate(at)), number),
            request_key=uuid5(_PLACE, f"{username}-{code}-{city.seed}"),
            at=began,
        )
        _walk(case_id, stage, began=began, clerk=clerk)
        tell("办件", len(kinds) + number, len(kinds) + len(_OWN))


def _filled(kind: CaseType, number: int) -> dict[str, str]:
    """An answer to every field the kind asks for."""
    found = {field.code: _answer(field, number) for field in kind.fields} | _CHOSEN.get(kind.code, {})
    return {field.code: found[field.code] for field in kind.fields if field.asked(found)}


def _answer(field: Field, number: int) -> str:
    match field.kind:
        case FieldKind.CHOICE:
            return field.choices[number % len(field.choices)][0]
        case FieldKind.DAY:
            return f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}"
        case FieldKind.MONTH:
            return f"2026-{1 + number % 9:02d}"
        case FieldKind.YUAN:
            return f"{1200 + 35 * number}.00"
        case FieldKind.COUNT:
            return str(1 + number % 12)
        case FieldKind.FLAG:
            return "yes"
        case FieldKind.IDENTITY:
            return _WORDS["identity_number"]
        case FieldKind.LONG_TEXT:
            return "对账时发现与本人留存的凭证不一致，申请核对。"
        case _:
            return _WORDS.get(field.code, "见所附材料")


def _walk(case_id: UUID, stage: str, *, began: datetime, clerk: Viewer) -> None:
    """Bring a case to a stage; one that the system's checks hold up stays where they hold it, as a real one would."""
    way = _Way(case_id, clerk=clerk, at=began)
    with suppress(Refused):
        way.go(stage)


class _Way:
    """One case on its way, an hour between two moves, each by whoever it takes."""

    def __init__(self, case_id: UUID, *, clerk: Viewer, at: datetime) -> None:
        self.case_id, self.clerk, self.at = case_id, clerk, at

    def go(self, stage: str) -> None:
        view = queries.case(self.clerk, self.case_id)
        papers = [wanted for wanted in view.type.requirements if wanted.required]
        for wanted in papers[: 1 if stage == "received" else None]:
            materials.take_material(
                self.case_id, **self.act(self.clerk), requirement=wanted.code, how=How.ORIGINAL_SEEN
            )
        if stage == "received":
            return
        door.accept(self.case_id, **self.act(self.clerk))
        if stage == "supplement":
            pausing.ask_supplement(
                self.case_id,
                **self.act(self.clerk),
                missing=[papers[-1].code],
                text="复印件看不清楚，请重新拍一张",
            )
        elif stage == "suspended":
            pausing.suspend(self.case_id, **self.act(self.clerk), reason="等公安部门核实户籍登记")
        elif stage != "first":
            self.review(stage)

    def review(self, stage: str) -> None:
        reviewer, leader = access.viewer_named(_REVIEWER), access.viewer_named(_LEADER)
        against = stage == "refused"
        word = "材料不能证明所申请的事项" if against else "材料齐全，与系统记录一致"
        deciding.pass_on(self.case_id, **self.act(self.clerk), text=word, advice=not against)
        steps = queries.case(self.clerk, self.case_id).type.steps
        for step, who in ((Step.SECOND_REVIEW, reviewer), (Step.APPROVAL, leader)):
            decides = step is deciding_step(steps)
            if (
                step not in steps
                or stage == {Step.SECOND_REVIEW: "second", Step.APPROVAL: "approval"}[step]
            ):
                return
            if against and decides:
                deciding.refuse(self.case_id, **self.act(who), text=word)
                return
            deciding.pass_on(self.case_id, **self.act(who), text=word, advice=not against)
            if decides:
                return

    def act(self, who: Viewer) -> dict[str, Any]:
        """Who does the next thing, on which version, an hour later."""
        self.at += timedelta(hours=1)
        return {"by": who, "version": queries.case(self.clerk, self.case_id).line.version, "at": self.at}
