"""Papers bound into one file for reading. Nothing here looks inside a file; a sandboxed child does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nianlun.digitization.reading import sandbox
from nianlun.digitization.reading.refusals import refusal

_TASK = "nianlun.digitization.reading.joining:join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A PDF that lies in a file from `start` on; `ours` where this system made it."""

    start: int
    size: int
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The file for reading: the pixels of each page's picture, and how many pages each part gave."""

    content: bytes
    sizes: tuple[tuple[int, int], ...]
    counts: tuple[int, ...]


class PartsBroken(Exception):
    """Some parts cannot be opened; `sentences` says why by their place."""

    def __init__(self, sentences: dict[int, str]) -> None:
        super().__init__("；".join(sentences.values()))
        self.sentences = sentences


def bind(path: Path, parts: Sequence[Part], *, title: str) -> Bound:
    """The parts of the file at `path` as one PDF in their order; the first must be ours.

    Raises `PartsBroken`, `Refused` where the whole is beyond the limits of a reading process, and `NoFence`.
    """
    told = [{"start": each.start, "size": each.size, "ours": each.ours} for each in parts]
    answer, blobs = sandbox.run(_TASK, {"parts": told, "title": title}, path=path)
    if broken := answer.get("broken"):
        raise PartsBroken({int(one["part"]): str(one["sentence"]) for one in broken})
    sizes = tuple((int(width), int(height)) for width, height in answer["sizes"])
    counts = tuple(int(count) for count in answer["counts"])
    if len(blobs) != 1 or len(counts) != len(parts) or sum(counts) != len(sizes):
        raise refusal("not_decodable", why="解析中断")
    return Bound(content=blobs[0], sizes=sizes, counts=counts)
