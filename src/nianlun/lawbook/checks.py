"""What a draft would do to the examples that come with the program: the same answers, others, or none."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nianlun.policy
from nianlun.lawbook.domain import broken_sentence
from nianlun.policy.assess import assess_case
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase, read_case
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NotInForce, TableBroken

_EXAMPLES = Path(nianlun.policy.__file__).parent / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an example answers: words for people. `broken` where it met a table it cannot use."""

    words: str
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An example that answers otherwise under a draft."""

    name: str
    title: str
    before: str
    after: str
    broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of comparing two editions; `total` counts the examples."""

    total: int
    differences: tuple[Difference, ...]

    @property
    def broken(self) -> tuple[Difference, ...]:
        """Examples that cannot be worked out any more: the draft must not be submitted so."""
        return tuple(one for one in self.differences if one.broken)


@cache
def examples() -> dict[str, str]:
    """The texts of the examples that come with the program, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_EXAMPLES.glob("*.toml"))}


def compare(before: LawBook, after: LawBook) -> Report:
    """Work every example out under both editions."""
    found = []
    for name, text in examples().items():
        old, new = _answer(text, before), _answer(text, after)
        if old != new:
            found.append(
                Difference(
                    name=name,
                    title=read_case(text)[0].title or name,
                    before=old.words,
                    after=new.words,
                    broken=new.broken and not old.broken,
                )
            )
    return Report(total=len(examples()), differences=tuple(found))


_answers: dict[tuple[str, str], Answer] = {}
_MOST_KEPT = 4000


def _answer(text: str, book: LawBook) -> Answer:
    key = (text, book.digest)
    if key not in _answers:
        if len(_answers) >= _MOST_KEPT:
            _answers.clear()
        _answers[key] = _worked_out(text, book)
    return _answers[key]


def _worked_out(text: str, book: LawBook) -> Answer:
    case, _ = read_case(text)
    try:
        found = assess_case(case, book=book)
    except (CannotAssess, NotInForce, BadCase) as refusal:
        return Answer(words=str(refusal))
    except TableBroken as error:
        return Answer(words=broken_sentence(error), broken=True)
    except (
        Exception
    ) as error:  # a draft may hold any value: what an example makes of it is its fault, not the page's
        return Answer(words=f"算不出来（{type(error).__name__}）", broken=True)
    figures = {**{name: f"{amount} 元" for name, amount in found.amounts.items()}, **found.figures}
    words = "，".join(f"{found.labels.get(name, name)} {value}" for name, value in figures.items())
    return Answer(words=words or found.sentence)
