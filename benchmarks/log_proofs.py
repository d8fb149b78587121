"""Proofs of a log of ten million entries, beside the bare SHA-256 they cannot do without, in the same run.

    python -m benchmarks.log_proofs [--quick]

The log's hashes lie in memory as tiles of 256. `ratio` is time over that of the bare hashing of the same number of
nodes. Proofs of the median and the longest kind are shown, because a proof near the end of a log reads more tiles.
"""

import argparse
import gc
import hashlib
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from nianlun.kernel.merkle import (
    HASH,
    TILE_WIDTH,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
    tiled,
    verify_consistency,
    verify_inclusion,
)
from nianlun.kernel.notes import (
    Checkpoint,
    Cosigner,
    Ed25519Signer,
    Sm2Signer,
    add_cosignatures,
    open_note,
    sign_note,
    verifier,
)
from nianlun.kernel.receipts import leaf_data

PROOFS = 2_000
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Levels = dict[int, bytearray]
Given = TypeVar("Given")
Made = TypeVar("Made")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a million entries instead of ten")
    size = 1_000_000 if parser.parse_args().quick else 10_000_000
    gc.disable()  # the collector would walk nothing but bytes
    floor = bare(size)
    levels, frontier = grown(size, floor=floor)
    proofs(levels, frontier)
    signatures()


def bare(size: int) -> float:
    """Seconds of hashing as many leaves and nodes as the tree has, with nothing around it."""
    leaf, node = bytes(58), bytes(65)
    sha256 = hashlib.sha256
    began = time.perf_counter()
    for _ in range(size):
        sha256(leaf).digest()
        sha256(node).digest()
    took = time.perf_counter() - began
    print(f"{size:,} entries")
    print(
        f"  bare SHA-256 of as many leaves and nodes   {took:8.1f} s  {size / took:12,.0f} entries/s   ratio 1"
    )
    return took


def grown(size: int, *, floor: float) -> tuple[Levels, Frontier]:
    """The tiles of the log, level by level, and its edge; printed: how fast it grew."""
    began = time.perf_counter()
    frontier, leaves = Frontier(), bytearray()
    for number in range(size):
        leaf = leaf_hash(leaf_data(number, number.to_bytes(32)))
        frontier.append(leaf)
        leaves += leaf
    told("leaves hashed and appended to the edge", time.perf_counter() - began, size=size, floor=floor)
    began = time.perf_counter()
    levels = {0: leaves}
    while len(levels[len(levels) - 1]) >= TILE_WIDTH * HASH:
        below = levels[len(levels) - 1]
        levels[len(levels)] = bytearray().join(
            root_of([bytes(below[at : at + HASH]) for at in range(begin, begin + TILE_WIDTH * HASH, HASH)])
            for begin in range(0, len(below) // (TILE_WIDTH * HASH) * TILE_WIDTH * HASH, TILE_WIDTH * HASH)
        )
    told("tiles above them", time.perf_counter() - began, size=size, floor=floor)
    return levels, frontier


def told(what: str, took: float, *, size: int, floor: float) -> None:
    print(f"  {what:42} {took:8.1f} s  {size / took:12,.0f} entries/s   ratio {took / floor:.1f}")


def proofs(levels: Levels, frontier: Frontier) -> None:
    """Make and check proofs of random entries and of growth between random sizes."""
    size, root = frontier.size, frontier.root()
    width = TILE_WIDTH * HASH
    node = tiled(lambda level, index: bytes(levels[level][index * width : (index + 1) * width]))
    assert Frontier.of(size, node=node).root() == root
    draw = random.Random(7)
    indexes = [draw.randrange(size) for _ in range(PROOFS)]
    paths = measured(
        "inclusion proof made", indexes, lambda index: inclusion_path(index, size=size, node=node)
    )
    leaves = [node(0, index) for index in indexes]
    measured(
        "inclusion proof checked",
        list(zip(indexes, leaves, paths, strict=True)),
        lambda each: verify_inclusion(each[1], index=each[0], size=size, path=each[2], root=root),
    )
    sizes = [draw.randrange(1, size) for _ in range(PROOFS // 10)]
    roots = [Frontier.of(old, node=node).root() for old in sizes]
    grew = measured(
        "consistency proof made",
        sizes,
        lambda old: consistency_path(old_size=old, new_size=size, node=node),
    )
    measured(
        "consistency proof checked",
        list(zip(sizes, roots, grew, strict=True)),
        lambda each: verify_consistency(
            old_size=each[0], new_size=size, old_root=each[1], new_root=root, path=each[2]
        ),
    )


def signatures() -> None:
    """Sign and open a checkpoint, with each algorithm alone and as it is handed out."""
    log, witness = (
        Ed25519Signer("nianlun.example/journal", bytes(32)),
        Cosigner("witness.example/w", b"w" * 32),
    )
    sm2 = Sm2Signer.new("nianlun.example/journal")
    text = Checkpoint(log.name, 10_000_000, bytes(32)).text()
    rounds = range(PROOFS // 10)
    measured("checkpoint signed, Ed25519", rounds, lambda _: sign_note(text, log))
    measured("checkpoint signed, SM2", rounds, lambda _: sign_note(text, sm2))
    note = sign_note(text, log, sm2)
    known = [verifier(who.vkey) for who in (log, sm2, witness)]
    note = add_cosignatures(note, witness.sign(text, at=AT), verifiers=known)
    measured("checkpoint opened, both and a witness", rounds, lambda _: open_note(note, verifiers=known))


def measured(what: str, given: Sequence[Given], do: Callable[[Given], Made]) -> list[Made]:
    made, times = [], []
    for each in given:
        began = time.perf_counter()
        made.append(do(each))
        times.append(time.perf_counter() - began)
    middle, longest = statistics.median(times) * 1e6, max(times) * 1e6
    print(f"  {what:42} {middle:8.0f} µs median {longest:8.0f} µs longest {1e6 / middle:10,.0f} a second")
    return made


if __name__ == "__main__":
    main()
