"""The Merkle tree of the log as it grows, on the tiles at its right edge alone. No database."""

from collections.abc import Iterable

from nianlun.kernel.merkle import HASH, TILE_HEIGHT, TILE_WIDTH, Frontier, Tile, root_of, tiled

FULL = TILE_WIDTH * HASH
"""The bytes of a full tile."""


class TileBroken(ValueError):
    """A tile at the edge does not hold as many hashes as the log's length asks for."""


class GrowingTree:
    """A log of `size` leaves to which more are added.

    `tile` reads a kept tile. Raises `TileBroken` when one at the edge is too short or too long.
    """

    def __init__(self, size: int, *, tile: Tile) -> None:
        self.size = size
        self._edges: list[bytearray] = []
        self._changed: dict[tuple[int, int], bytes] = {}
        level = 0
        while size >> (TILE_HEIGHT * level):
            width, index = (size >> (TILE_HEIGHT * level)) % TILE_WIDTH, size >> (TILE_HEIGHT * (level + 1))
            hashes = tile(level, index) if width else b""
            if len(hashes) != width * HASH:
                raise TileBroken(f"{level}/{index}")
            self._edges.append(bytearray(hashes))
            level += 1

    def append(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes."""
        for leaf in leaves:
            self._push(0, leaf)
            self.size += 1
        for level, edge in enumerate(self._edges):
            if edge:
                self._changed[level, self.size >> (TILE_HEIGHT * (level + 1))] = bytes(edge)

    def changed(self) -> list[tuple[int, int, bytes]]:
        """Level, index and hashes of every tile that is new or longer than at the beginning."""
        return [(level, index, hashes) for (level, index), hashes in sorted(self._changed.items())]

    def root(self) -> bytes:
        """The root over all leaves."""
        return Frontier.of(self.size, node=tiled(lambda level, _index: bytes(self._edges[level]))).root()

    def _push(self, level: int, value: bytes) -> None:
        if level == len(self._edges):
            self._edges.append(bytearray())
        edge = self._edges[level]
        edge += value
        if len(edge) == FULL:
            index = self.size >> (TILE_HEIGHT * (level + 1))  # of the leaf that completes it
            self._changed[level, index] = bytes(edge)
            edge.clear()
            self._push(level + 1, tile_root(self._changed[level, index]))


def tile_root(hashes: bytes) -> bytes:
    """The root over the hashes of one tile."""
    return root_of([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])
