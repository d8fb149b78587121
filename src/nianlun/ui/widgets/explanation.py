"""An assessment as people read it: the answer, the amounts, then every step once, in the order of its making."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from nianlun.policy.assessment import Assessment
from nianlun.policy.derivation import Node
from nianlun.ui.widgets.confidence import Mark, result_mark
from nianlun.ui.widgets.year_table import YearTable, fold_years, year_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A component with its Chinese name; `step` is the number of the step that made it, 0 for none. Yuan."""

    name: str
    label: str
    amount: Decimal
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One figure that was worked out. `uses` are earlier steps, `given` what came in from outside."""

    number: int
    node: Node
    uses: tuple["Step", ...]
    given: tuple[Node, ...]
    years: YearTable | None

    @property
    def anchor(self) -> str:
        """The id on the page."""
        return f"step-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the explanation of an assessment shows. `figures` are names and values of the other results."""

    title: str
    sentence: str
    amounts: tuple[Amount, ...]
    total: Amount | None
    figures: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    mark: Mark
    provisional: bool
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def explanation(assessment: Assessment) -> Explanation:
    """Lay an assessment out for reading; its tree, in which figures recur, becomes a list in which each stands once."""
    steps = steps_of(assessment.derivation)
    numbers = {step.node.id: step.number for step in steps}
    last = steps[-1].number if steps else 0

    def amount(name: str, value: Decimal) -> Amount:
        return Amount(
            name=name, label=assessment.labels.get(name, name), amount=value, step=numbers.get(name, 0)
        )

    total = assessment.total
    return Explanation(
        title=assessment.title,
        sentence=assessment.sentence,
        amounts=tuple(amount(name, value) for name, value in assessment.amounts.items()),
        total=None if total is None else replace(amount("total", total), label="合计", step=last),
        figures=tuple(
            (assessment.labels.get(name, name), text) for name, text in assessment.figures.items()
        ),
        steps=steps,
        mark=result_mark(assessment.confidence),
        provisional=assessment.provisional,
        notes=assessment.notes,
        sources=assessment.sources,
    )


def steps_of(node: Node) -> tuple[Step, ...]:
    """The steps of a derivation, each after those it uses; yearly figures are folded into tables."""
    walk = _Walk()
    walk.visit(_through(node))
    return tuple(walk.steps.values())


@dataclass(slots=True)
class _Walk:
    steps: dict[int, Step] = field(default_factory=dict)
    shapes: dict[tuple[object, ...], int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)  # by identity: a shared figure is looked at once

    def visit(self, node: Node) -> None:
        key = self.shape(node)
        if key in self.steps:
            return
        years, others = fold_years(node.inputs)
        inner = list({self.shape(one): one for one in map(_through, others)}.values())
        for one in inner:
            if _is_step(one):
                self.visit(one)
        self.steps[key] = Step(
            number=len(self.steps) + 1,
            node=node,
            uses=tuple(self.steps[self.shape(one)] for one in inner if _is_step(one)),
            given=tuple(one for one in inner if not _is_step(one)),
            years=years,
        )

    def shape(self, node: Node) -> int:
        """The same number for equal figures, also where they are copies of one another."""
        if id(node) not in self.known:
            parts = (node.id, node.title, node.value, *(self.shape(one) for one in node.inputs))
            self.known[id(node)] = self.shapes.setdefault(parts, len(self.shapes))
        return self.known[id(node)]


def _is_step(node: Node) -> bool:
    return bool(node.inputs) and year_of(node) is None


def _through(node: Node) -> Node:
    """Past a figure that only hands on another of the same name: what is given on a form, with the tree behind it."""
    while len(node.inputs) == 1 and not node.formula and node.inputs[0].title == node.title:
        node = node.inputs[0]
    return node
