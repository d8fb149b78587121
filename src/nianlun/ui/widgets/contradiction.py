"""Two sayings side by side, and what may be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nianlun.ui.widgets.evidence import Evidence

CHOICES: tuple[tuple[str, str], ...] = (
    ("first", "采信甲"),
    ("second", "采信乙"),
    ("neither", "都不采信"),
    ("fetch", "去调档"),
)
"""Value sent as `choice` and the words on the button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one side says: the value, the page it stands on, and when and by whom that was written."""

    value: str
    source: str
    detail: str = ""
    href: str | None = None
    original: bool | None = None  # None where there is no paper, such as a record of the account

    @property
    def kind_of_paper(self) -> str:
        return {True: "原件", False: "复印件", None: ""}[self.original]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionCard:
    """One card. `kind` is the word of its chip (矛盾, 重复, 缺证), `state` its colour. No `form_url`: read only."""

    kind: str
    title: str
    sayings: Sequence[Saying]
    suggestion: str  # one sentence: what the system suggests and why
    effect: str = ""  # how many months, how many yuan
    state: Evidence = Evidence.CONTRADICTORY
    href: str | None = None
    form_url: str = ""
    choices: Sequence[tuple[str, str]] = CHOICES
    anchor: str = ""
