"""The Merkle tree of the journal: RFC 6962 section 2.1, with SHA-256.

A leaf's hash and a node's hash begin with different bytes, so that neither can be passed off as the other. A
tree whose size is no power of two is split at the largest power of two below it; every complete subtree of
2^level leaves therefore stands at a fixed place (level, index) and never changes again. Proofs are made from
those subtrees alone, through `node(level, index)`: the hash over leaves [index·2^level, (index+1)·2^level).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Self

HASH = 32
"""The length of every hash here, in bytes."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
"""Hashes are kept in rows of 256, so that a long log is few rows."""

Node = Callable[[int, int], bytes]
Tile = Callable[[int, int], bytes]
"""(tile level, tile index) to up to 256 hashes, one after the other: complete subtrees of 256^level leaves each."""


class NotProved(Exception):
    """What was claimed of the log does not follow from the hashes shown."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's content."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The edge of a growing tree: the roots of its complete subtrees, largest first, one for each 1 in `size`.

    This is all that must be kept to append and to know the root: at most 64 hashes for any log.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Go on from a kept size and its peaks. Raises `ValueError` when they do not fit each other."""
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != HASH for peak in peaks):
            raise ValueError(f"{len(peaks)} peaks do not make a tree of {size} leaves")
        self._size = size
        self._peaks = list(peaks)

    @classmethod
    def of(cls, size: int, *, node: Node) -> Self:
        """The edge of a tree whose complete subtrees are kept, for instance in tiles."""
        return cls(size, [node(level, index) for level, index in _cover(0, size)])

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        # As adding one to a binary number carries, so two complete subtrees of one size become the next larger.
        carry = self._size
        while carry & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            carry >>= 1
        self._peaks.append(leaf)
        self._size += 1

    def root(self) -> bytes:
        """The root over all leaves so far; `EMPTY_ROOT` without any."""
        return _folded(self._peaks)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes in their order."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier.append(leaf)
    return frontier.root()


def tiled(tile: Tile) -> Node:
    """Find nodes in kept tiles; what lies between two tile levels is hashed anew, at most 255 hashes a tile.

    Node (level, index) stands in the tile of level `level // 8`. `ValueError` when a tile is too short for it.
    """

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index << height, TILE_WIDTH)
        hashes = tile(tile_level, tile_index)
        since, until = place * HASH, (place + (1 << height)) * HASH
        if len(hashes) < until:
            raise ValueError(f"tile {tile_level}/{tile_index} ends before node {level}/{index}")
        row = [hashes[at : at + HASH] for at in range(since, until, HASH)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    return node


def inclusion_path(index: int, *, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the first `size` leaves, lowest first.

    Reads at most 2·log2(size) nodes. Raises `ValueError` for a leaf outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path = []
    since, until = 0, size
    while until - since > 1:
        middle = since + _split(until - since)
        if index < middle:
            path.append(_subtree(middle, until, node=node))
            until = middle
        else:
            path.append(_subtree(since, middle, node=node))
            since = middle
    return path[::-1]


def consistency_path(*, old_size: int, new_size: int, node: Node) -> list[bytes]:
    """The hashes that show the first `old_size` leaves to be the beginning of the first `new_size`.

    Empty for an empty or an equal tree. Raises `ValueError` when the old tree is the larger.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a tree of {old_size} does not begin one of {new_size}")
    if old_size in (0, new_size):
        return []
    path = []
    since, until = 0, new_size
    while until != old_size:
        middle = since + _split(until - since)
        if old_size <= middle:
            path.append(_subtree(middle, until, node=node))
            until = middle
        else:
            path.append(_subtree(since, middle, node=node))
            since = middle
    if since:  # else the old tree is a subtree of the new one, and whoever checks has its root already
        path.append(_subtree(since, until, node=node))
    return path[::-1]


def verify_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with this hash stands at `index` in the tree of `size` leaves with this `root`.

    Raises `NotProved`. RFC 9162 section 2.1.3.2, which states RFC 6962's check as steps.
    """
    _whole(leaf, root, *path)
    if not 0 <= index < size:
        raise NotProved(f"日志只有 {size} 条，没有第 {index} 个位置（从 0 数起）。")
    place, last, found = index, size - 1, leaf
    for step in path:
        if not last:
            raise NotProved("证明路径太长。")
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last:
        raise NotProved("证明路径不完整。")
    if found != root:
        raise NotProved("从这条记录推算出的日志根与所示的不同：记录、位置或日志被改过。")


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree with `old_root` is the beginning of the one with `new_root`: nothing before was touched.

    Raises `NotProved`. RFC 9162 section 2.1.4.2. Every tree begins with the empty one, whose root is `EMPTY_ROOT`.
    """
    _whole(old_root, new_root, *path)
    if not 0 <= old_size <= new_size:
        raise NotProved(f"日志从 {old_size} 条变成 {new_size} 条：日志只会增长，变短即被截去。")
    if old_size in (0, new_size):
        if path:
            raise NotProved("证明路径太长。")
        if old_size == 0 and old_root != EMPTY_ROOT:
            raise NotProved("空日志的根不对。")
        if old_size == new_size and old_root != new_root:
            raise NotProved("同样条数的日志有两个不同的根：日志被改过，或有两份。")
        return
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise NotProved("证明路径不完整。")
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if not last:
            raise NotProved("证明路径太长。")
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    if last:
        raise NotProved("证明路径不完整。")
    if old != old_root:
        raise NotProved("推算不出旧的日志根：旧日志不是新日志的开头。")
    if new != new_root:
        raise NotProved("推算不出新的日志根：新日志不是由旧日志增长而来。")


def _whole(*hashes: bytes) -> None:
    # A path of nothing leads from an empty hash to an empty root; so lengths are looked at, not only values.
    if any(len(each) != HASH for each in hashes):
        raise NotProved(f"摘要的长度不对：每个应为 {HASH} 字节。")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _cover(since: int, until: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees (level, index) that make up leaves [since, until), largest first.

    `since` is a multiple of a power of two not below the length, as in every part of a split tree.
    """
    while since < until:
        level = (until - since).bit_length() - 1
        yield level, since >> level
        since += 1 << level


def _subtree(since: int, until: int, *, node: Node) -> bytes:
    """The root over leaves [since, until) of a split tree."""
    return _folded([node(level, index) for level, index in _cover(since, until)])


def _folded(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, largest first: the smaller are joined before the larger."""
    if not peaks:
        return EMPTY_ROOT
    *others, root = peaks
    for peak in reversed(others):
        root = node_hash(peak, root)
    return root
