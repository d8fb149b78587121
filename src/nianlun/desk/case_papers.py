"""The papers of a case as its page lists them: what is wanted, what was shown, and what that took the place of."""

from collections.abc import Mapping
from dataclasses import dataclass

from nianlun.cases.domain.facts import How
from nianlun.cases.domain.types import Requirement, Substitute
from nianlun.cases.queries import CaseView, MaterialLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """One required paper. `needed` is None where a person has to judge; `former` were replaced by `standing`."""

    wanted: Requirement
    needed: bool | None
    standing: MaterialLine | None
    former: tuple[MaterialLine, ...]

    @property
    def missing(self) -> bool:
        """Whether the case cannot go on without it."""
        return self.needed is True and self.standing is None

    @property
    def ways(self) -> tuple[How, ...]:
        """How it may be shown without a copy being kept, the usual first."""
        ways = [How.ORIGINAL_SEEN]
        if Substitute.SHARED_DATA in self.wanted.substitutes:
            ways.append(How.SHARED_DATA)
        if Substitute.PROMISE in self.wanted.substitutes:
            ways.append(How.PROMISED)
        if not self.wanted.required or self.wanted.condition:
            ways.append(How.NOT_NEEDED)
        return tuple(ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A copy that is looked at, on one of its pages."""

    material: MaterialLine
    page: int
    name: str


def rows(view: CaseView) -> list[PaperRow]:
    """Every paper of the kind of business, in its order, with what was shown for it."""
    return [_row(view, wanted) for wanted in view.type.requirements]


def to_take(view: CaseView, code: str) -> PaperRow | None:
    """The paper of that code, or the first that is still missing; None where nothing is."""
    found = rows(view)
    chosen = next((row for row in found if row.wanted.code == code), None)
    return chosen or next((row for row in found if row.missing), None)


def looking_at(view: CaseView, asked: Mapping[str, str]) -> Look | None:
    """The copy and the page that an address asks for with `open` and `page`; None where there is no such copy."""
    wanted = asked.get("open", "")
    material = next((m for m in view.materials if str(m.id) == wanted and m.file_name), None)
    if material is None:
        return None
    text = asked.get("page", "1")
    page = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    requirement = view.type.requirement(material.requirement)
    return Look(
        material=material,
        page=min(max(page, 1), max(material.page_count, 1)),
        name=requirement.name if requirement else material.requirement,
    )


def _row(view: CaseView, wanted: Requirement) -> PaperRow:
    shown = [material for material in view.materials if material.requirement == wanted.code]
    return PaperRow(
        wanted=wanted,
        needed=wanted.needed(view.details),
        standing=next((material for material in shown if material.stands), None),
        former=tuple(material for material in shown if not material.stands),
    )
