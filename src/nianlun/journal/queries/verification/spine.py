"""The tree over all leaves, built once more from bottom to top beside what was kept and signed of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nianlun.journal.queries.verification.report import LogReport
from nianlun.journal.stretch import FULL, Fault
from nianlun.kernel.merkle import HASH, TILE_HEIGHT, TILE_WIDTH, Frontier, Tile


@dataclass(frozen=True, slots=True)
class Expected:
    """A root that somebody signed: so many leaves, this root; `whose` begins the sentence when it is another."""

    size: int
    root: bytes
    whose: str


class Spine:
    """Takes leaf hashes in order; compares upper tiles as they fill and signed roots as their size is reached.

    Memory does not grow with the log: one row of hashes a level, and what is signed comes one at a time.
    """

    def __init__(self, report: LogReport, *, tile: Tile, expected: Iterator[Expected]) -> None:
        self._report, self._tile, self._expected = report, tile, expected
        self._next = next(expected, None)
        self._tops = Frontier()  # over whole tiles
        self._rows: list[bytearray] = [bytearray()]
        self._size = 0
        self._good = 0  # up to where the last matching root reached
        self._bad = 0

    def take(self, hashes: bytes) -> None:
        """Add the hashes of the next leaves; whole tiles, except the last time."""
        for at in range(0, len(hashes), FULL):
            self._take_tile(hashes[at : at + FULL])

    def finish(self, *, kept: Callable[[], Iterator[tuple[int, int, int]]]) -> None:
        """After the last leaf: compare partial tiles, and what is kept or signed beyond the end.

        `kept` tells level, last index and length of the last tile of each level.
        """
        for level, row in enumerate(self._rows[1:], 1):
            if row:
                self._compare(level, self._size >> (TILE_HEIGHT * (level + 1)), bytes(row))
        for level, index, length in kept():
            # In units of this level: how many hashes there should be, and are.
            should, there = self._size >> (TILE_HEIGHT * level), index * TILE_WIDTH + -(-length // HASH)
            if there > should:
                since = (should << (TILE_HEIGHT * level)) + 1
                self._fault(
                    f"摘要块 {level}/{index} 记到日志末尾之后：第 {since} 条起的位置被删，或摘要块被添加"
                )
        while self._next is not None:
            self._fault(
                f"{self._next.whose}到第 {self._next.size} 条，日志只有 {self._size} 条："
                f"第 {self._size + 1} 条起被截去，或数据库是从旧备份恢复的"
            )
            self._next = next(self._expected, None)
        if self._bad > 1:
            self._fault(f"其后还有 {self._bad - 1} 个检查点的根因此不同")

    def _take_tile(self, hashes: bytes) -> None:
        inside = Frontier()
        self._meet(inside)
        for at in range(0, len(hashes), HASH):
            inside.append(hashes[at : at + HASH])
            self._size += 1
            if self._next is not None and self._next.size <= self._size:
                self._meet(inside)
        if len(hashes) == FULL:
            self._tops.append(inside.root())
            self._carry(1, inside.root())

    def _meet(self, inside: Frontier) -> None:
        while self._next is not None and self._next.size <= self._size:
            expected = self._next
            root = Frontier(self._size, self._tops.peaks + inside.peaks).root()
            if expected.size < self._size:
                self._fault(f"{expected.whose}的条数 {expected.size} 次序不对")
            elif root == expected.root:
                self._good = self._size
            else:
                self._bad += 1
                if self._bad == 1:
                    self._fault(
                        f"{expected.whose}（{expected.size} 条）的根与日志不同："
                        f"第 {self._good + 1} 至 {self._size} 条有改动，或检查点被改"
                    )
            self._next = next(self._expected, None)

    def _carry(self, level: int, value: bytes) -> None:
        if level == len(self._rows):
            self._rows.append(bytearray())
        row = self._rows[level]
        row += value
        if len(row) == FULL:
            index = (self._size - 1) >> (TILE_HEIGHT * (level + 1))
            self._compare(level, index, bytes(row))
            top = Frontier()
            for at in range(0, FULL, HASH):
                top.append(bytes(row[at : at + HASH]))
            row.clear()
            self._carry(level + 1, top.root())

    def _compare(self, level: int, index: int, hashes: bytes) -> None:
        kept = self._tile(level, index)
        if len(kept) > FULL:
            self._fault(f"摘要块 {level}/{index} 比满的还长：被添加过")
        for at in range(0, len(hashes), HASH):
            if kept[at : at + HASH] != hashes[at : at + HASH]:
                width = 1 << (TILE_HEIGHT * level)
                since = (index * TILE_WIDTH + at // HASH) * width
                self._fault(
                    f"摘要块 {level}/{index} 的第 {at // HASH + 1} 个摘要与第 {since + 1} 至 {since + width} 条不符："
                    "摘要块被改，或这些条连同下层一起被改"
                )

    def _fault(self, sentence: str) -> None:
        self._report.add(Fault(0, sentence))
