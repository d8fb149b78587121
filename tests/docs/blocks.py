"""The blocks of our documents that run: ```console and ```python. Blocks fenced as ```sh or ```text do not.

In a console block a line that begins with `$ ` is a command; the lines after it are what it prints, first to
standard output, then to standard error. A line of `…` stands for any number of lines. Blocks of one document run in
order, in one empty folder, and the Python blocks share their names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a document and the line on which it begins."""

    kind: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a console block and the lines it should print."""

    command: str
    printed: list[str]


def documents() -> list[Path]:
    """Every document of the project, README first."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a document."""
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(found[1], text.count("\n", 0, found.start()) + 1, found[2])


def steps(text: str) -> list[Step]:
    """The commands of a console block with what each prints."""
    found: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:], []))
        elif found:
            found[-1].printed.append(line)
    return found


def matches(printed: list[str], *, expected: list[str]) -> bool:
    """Whether the lines are those expected; `…` matches any number of lines."""
    pattern = "".join("(.*\n)*?" if line == ANYTHING else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None
