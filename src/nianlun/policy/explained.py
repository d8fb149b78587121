"""One person's figures, exact, with every step written down as a derivation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from nianlun.policy.derivation import Node, TableRow
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Evidence, Number
from nianlun.policy.tables import NotInForce, Span

_CHOICE, _SUM, _PRODUCT, _ATOM = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """An exact number that knows how it reads: in words, in digits, and which named figures it was made from."""

    value: Fraction
    words: str
    digits: str
    binds: int = _ATOM
    nodes: tuple[Node, ...] = ()

    def __add__(self, other: "Figure | Number") -> "Figure":
        return self._with(_figure(other), "+", _SUM)

    def __radd__(self, other: Number) -> "Figure":
        return _figure(other) + self

    def __sub__(self, other: "Figure | Number") -> "Figure":
        return self._with(_figure(other), "−", _SUM)

    def __rsub__(self, other: Number) -> "Figure":
        return _figure(other) - self

    def __mul__(self, other: "Figure | Number") -> "Figure":
        return self._with(_figure(other), "×", _PRODUCT)

    def __rmul__(self, other: Number) -> "Figure":
        return _figure(other) * self

    def __truediv__(self, other: "Figure | Number") -> "Figure":
        return self._with(_figure(other), "÷", _PRODUCT)

    def __lt__(self, other: "Figure | Number") -> bool:
        return self.value < _figure(other).value

    def __le__(self, other: "Figure | Number") -> bool:
        return self.value <= _figure(other).value

    def __gt__(self, other: "Figure | Number") -> bool:
        return self.value > _figure(other).value

    def __ge__(self, other: "Figure | Number") -> bool:
        return self.value >= _figure(other).value

    @property
    def node(self) -> Node:
        """The named figure that this is. Raises `ValueError` for an expression without a name."""
        if len(self.nodes) != 1 or self.binds != _ATOM:
            raise ValueError(f"{self.words} is no named figure")
        return self.nodes[0]

    def decimal(self) -> Decimal:
        """The value as a decimal. Raises `ValueError` where it has no end."""
        return Decimal(decimal_text(self.value))

    def _with(self, other: "Figure", sign: str, binds: int) -> "Figure":
        value = {
            "+": lambda a, b: a + b,
            "−": lambda a, b: a - b,
            "×": lambda a, b: a * b,
            "÷": lambda a, b: a / b,
        }[sign](self.value, other.value)
        # What stands right of − or ÷ needs brackets also where it binds as strongly.
        right = binds + 1 if sign in "−÷" else binds
        return Figure(
            value,
            f"{_within(self.words, self.binds, binds)} {sign} {_within(other.words, other.binds, right)}",
            f"{_within(self.digits, self.binds, binds)} {sign} {_within(other.digits, other.binds, right)}",
            binds,
            _merged(self.nodes, other.nodes),
        )


@dataclass(slots=True)
class ExplainedSheet:
    """Works out one person's case. `evidence` says, by step id, what the inputs rest on."""

    evidence: Evidence = field(default_factory=dict)

    def given(self, step_id: str, value: Any, *, title: str, unit: str = "", note: str = "") -> Figure:
        """An input as the case states it."""
        exact = _figure(value).value
        text = show(exact, plain=str(value) if isinstance(value, Decimal) else "")
        node = Node(
            id=step_id,
            title=title,
            value=text,
            unit=unit,
            rule=note,
            evidence=self.evidence.get(step_id, ()),
        )
        return Figure(exact, title, text, nodes=(node,))

    def row(self, span: Span, step_id: str, *, title: str, unit: str = "", part: str = "") -> Figure:
        """A number out of a policy table."""
        value = span.decimal(part)
        node = Node(
            id=step_id,
            title=title,
            value=str(value),
            unit=unit,
            rule=span.note,
            article=span.source,
            rows=(span.row(part) if part else span.row(),),
        )
        return Figure(Fraction(value), title, str(value), nodes=(node,))

    def step(
        self,
        step_id: str,
        value: Figure,
        *,
        title: str,
        unit: str = "",
        rounding: Rounding | None = None,
        rule: str = "",
        article: str = "",
        rows: Sequence[Span] = (),
    ) -> Figure:
        """Write the figure down: words, numbers, result, how it was rounded."""
        exact = rounding.of(value.value) if rounding else value.value
        text = show(exact, digits=rounding.digits if rounding else None)
        working = (
            "" if value.digits == text else f"{value.digits} {'＝' if exact == value.value else '≈'} {text}"
        )
        node = Node(
            id=step_id,
            title=title,
            value=text,
            unit=unit,
            rule=rule,
            article=article,
            formula=value.words,
            working=working,
            rounding=rounding.words(unit) if rounding and exact != value.value else "",
            rows=tuple(span.row() for span in rows),
            inputs=value.nodes,
            evidence=self.evidence.get(step_id, ()),
        )
        return Figure(exact, title, text, nodes=(node,))

    def choose(self, condition: Any, then: Figure | Number, otherwise: Figure | Number) -> Figure:
        """The side that the condition names."""
        return _figure(then if condition else otherwise)

    def anyone(self, condition: Any) -> bool:
        """Whether the condition holds."""
        return bool(condition)

    def larger(self, one: Figure, other: Figure | Number) -> Figure:
        """The larger of two, with both in the words."""
        return _chosen("较大的", one, _figure(other), max)

    def smaller(self, one: Figure, other: Figure | Number) -> Figure:
        """The smaller of two, with both in the words."""
        return _chosen("较小的", one, _figure(other), min)

    def total(self, terms: Sequence[Figure]) -> Figure:
        """The sum; more than six terms are named by the first and the last."""
        if not terms:
            return _figure(0)
        value = sum((t.value for t in terms), Fraction(0))
        if not any(t.nodes for t in terms):
            return _figure(value)
        shown = (terms[0], terms[-1]) if len(terms) > 6 else tuple(terms)
        sign = " + … + " if len(terms) > 6 else " + "
        return Figure(
            value,
            sign.join(_within(t.words, t.binds, _SUM) for t in shown),
            sign.join(_within(t.digits, t.binds, _SUM) for t in shown),
            _SUM if len(terms) > 1 else terms[0].binds,
            _merged(*(t.nodes for t in terms)),
        )

    def whole(self, value: Figure, mode: str = "floor") -> Figure:
        """A whole number, named by how it was made whole."""
        exact = Rounding(mode, 0).of(value.value)
        if exact == value.value:
            return value
        word = {"floor": "取整", "ceil": "进整", "half_up": "四舍五入取整"}[mode]
        return replace(
            value,
            value=exact,
            words=f"（{value.words}）{word}",
            digits=f"（{value.digits}）{word}",
            binds=_ATOM,
        )

    def lookup(
        self,
        span: Span,
        step_id: str,
        key: Figure,
        values: Mapping[int, Number],
        *,
        title: str,
        unit: str = "",
    ) -> Figure:
        """The entry of a table, quoting that entry alone."""
        at = int(key.value)
        if key.value != at or at not in values:
            raise NotInForce(f"《{title}》表中没有 {key.digits} 一栏。")
        found = Fraction(values[at])
        text = show(found)
        row = span.row()
        node = Node(
            id=step_id,
            title=title,
            value=text,
            unit=unit,
            rule=span.note,
            article=span.source,
            formula=f"按{key.words}查表",
            working=f"{key.digits} → {text}",
            rows=(
                TableRow(
                    row.table,
                    row.since,
                    f"{at}={text}",
                    row.source,
                    row.confidence,
                    row.region,
                    row.group,
                ),
            ),
            inputs=key.nodes,
        )
        return Figure(found, title, text, nodes=(node,))


def show(value: Fraction, *, digits: int | None = None, plain: str = "") -> str:
    """A number for reading: with that many decimals, or in full where it ends, else with ten and an ellipsis."""
    if plain:
        return plain
    if digits is not None:
        scaled = value * 10**digits
        return f"{Decimal(int(scaled)).scaleb(-digits):f}"
    try:
        return decimal_text(value)
    except ValueError:
        return f"{Decimal(int(value * 10**10)).scaleb(-10):f}…"


def decimal_text(value: Fraction) -> str:
    """The decimal that equals the fraction. Raises `ValueError` where there is none."""
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest, places = rest // prime, places + 1
    if rest != 1:
        raise ValueError(f"{value} has no last decimal")
    text = f"{Decimal(int(value * 10**places)).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figure(value: "Figure | Number") -> Figure:
    if isinstance(value, Figure):
        return value
    exact = Fraction(value)
    percent = exact and abs(exact) < 1 and exact.denominator in (50, 100)
    text = f"{int(exact * 100)}%" if percent else show(exact)
    return Figure(exact, text, text)


def _chosen(word: str, one: Figure, other: Figure, pick: Any) -> Figure:
    nodes = _merged(one.nodes, other.nodes)
    if not other.nodes:  # a bound that a rule sets: named only where it decides
        if pick(one.value, other.value) == one.value:
            return one
        beyond = "不足" if pick is max else "超过"
        words = f"{one.words}，{beyond} {other.words} 的按 {other.words}"
        return Figure(other.value, words, f"{one.digits} → {other.digits}", _CHOICE, nodes)
    return Figure(
        pick(one.value, other.value),
        f"{one.words}与{other.words}中{word}",
        f"{one.digits} 与 {other.digits} 中{word}",
        _CHOICE,
        nodes,
    )


def _within(text: str, binds: int, needed: int) -> str:
    return f"（{text}）" if binds < needed else text


def _merged(*groups: tuple[Node, ...]) -> tuple[Node, ...]:
    found: dict[int, Node] = {}
    for nodes in groups:
        for node in nodes:
            found.setdefault(id(node), node)
    return tuple(found.values())
