"""The five states of evidence, the same in every drawing."""

from enum import StrEnum


class Evidence(StrEnum):
    """How a month is borne out. The value is the class in style sheets and the name of the pattern."""

    PROVED = "proved"
    RECORDED = "recorded"
    SINGLE = "single"
    CONTRADICTORY = "contradictory"
    GAP = "gap"

    @property
    def label(self) -> str:
        """The word a clerk says."""
        return _WORDS[self][0]

    @property
    def explanation(self) -> str:
        """One sentence for whoever meets the word for the first time."""
        return _WORDS[self][1]

    @property
    def sign(self) -> str:
        """The sign beside the word: a state never speaks by its colour alone."""
        return _WORDS[self][2]


_WORDS = {
    Evidence.PROVED: ("互证", "档案原件与账户逐月相合", "✓"),
    Evidence.RECORDED: ("账户有佐证", "账户有记录，单位名册佐证，缺个人档案原件", "✓"),
    Evidence.SINGLE: ("仅一处来源", "只见于一处记载或一份复印件", "■"),
    Evidence.CONTRADICTORY: ("矛盾", "两处材料说法不同，待裁定", "▲"),
    Evidence.GAP: ("缺口", "没有缴费，也没有证明", "■"),
}

PENDING = "pending"
"""Class of a slot whose month has not come or does not count: it is left blank."""
