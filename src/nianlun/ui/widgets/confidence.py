"""How well the text of a rule is known, in words that a clerk reads the same way everywhere."""

from dataclasses import dataclass

FROM_MEMORY = "M"
RESULT_FROM_MEMORY = "所依数值有凭记忆的，须核对"


@dataclass(frozen=True, slots=True)
class Mark:
    """The word of a mark, the tone of its chip, and one sentence about it. Red is kept for contradictions."""

    word: str
    tone: str
    explanation: str


MARKS = {
    "S-P": Mark("原文", "ok", "取自法律、文件的原文"),
    "S-G": Mark("官方表格", "ok", "取自政府网页或官方表格"),
    "S-C": Mark("转载", "plain", "取自转载，没有对过原文"),
    "I": Mark("推断", "wait", "由别的数值或案例推出"),
    FROM_MEMORY: Mark("凭记忆，须核对", "single", "没有对过任何文本，用在正式业务之前须核对"),
}


def mark(code: str) -> Mark:
    """The words of a mark; one nobody defined is shown as it stands."""
    return MARKS.get(code, Mark(code, "plain", ""))


def result_mark(code: str) -> Mark:
    """The same for a whole result, which is as weak as the weakest value under it."""
    if code == FROM_MEMORY:
        return Mark(RESULT_FROM_MEMORY, "single", MARKS[code].explanation)
    known = mark(code)
    return Mark(f"所依数值：{known.word}", known.tone, known.explanation)
