"""Trees over a log, and the proofs made from them."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus import corpus

from nianlun.kernel.merkle import (
    EMPTY_ROOT,
    Frontier,
    NotProved,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    tiled,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(f"第 {number} 条".encode()) for number in range(600)]
SIZES = [*range(18), 31, 32, 33, 255, 256, 257, 511, 513, 600]
sizes = st.sampled_from(SIZES)


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, as it is written there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def node(level: int, index: int) -> bytes:
    leaves = LEAVES[index << level : (index + 1) << level]
    assert len(leaves) == 1 << level, "only complete subtrees may be asked for"
    return by_definition(leaves)


def hashes_of(vector: dict[str, object], name: str) -> bytes:
    return base64.b64decode(str(vector[name] or ""))


def vectors(kind: str) -> list[tuple[str, dict[str, object]]]:
    folder = corpus("transparency/transparency-dev-merkle") / kind
    return [
        (str(path.relative_to(folder)), json.loads(path.read_text()))
        for path in sorted(folder.rglob("*.json"))
    ]


def refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except NotProved:
        return True
    return False


def test_the_tree_of_the_standard_over_no_and_one_leaf():
    # RFC 6962 section 2.1: SHA-256() and SHA-256(0x00)
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (
        root_of([leaf_hash(b"")]).hex()
        == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_the_public_inclusion_vectors():
    found = vectors("inclusion")
    assert len(found) > 50
    for name, vector in found:
        path = [base64.b64decode(step) for step in vector["proof"] or []]

        def check(vector: dict[str, object] = vector, path: list[bytes] = path) -> None:
            verify_inclusion(
                hashes_of(vector, "leafHash"),
                index=int(str(vector["leafIdx"])),
                size=int(str(vector["treeSize"])),
                path=path,
                root=hashes_of(vector, "root"),
            )

        assert refused(check) == vector["wantErr"], name


def test_the_public_consistency_vectors():
    found = vectors("consistency")
    assert len(found) > 30
    for name, vector in found:
        path = [base64.b64decode(step) for step in vector["proof"] or []]

        def check(vector: dict[str, object] = vector, path: list[bytes] = path) -> None:
            verify_consistency(
                old_size=int(str(vector["size1"])),
                new_size=int(str(vector["size2"])),
                old_root=hashes_of(vector, "root1"),
                new_root=hashes_of(vector, "root2"),
                path=path,
            )

        assert refused(check) == vector["wantErr"], name


def test_an_empty_hash_is_no_leaf_and_no_root():
    with pytest.raises(NotProved, match="长度不对"):
        verify_inclusion(b"", index=0, size=1, path=[], root=b"")


@given(sizes, sizes)
def test_a_log_that_goes_on_after_a_stop_has_the_root_of_one_that_never_stopped(first, second):
    stopped = Frontier()
    for leaf in LEAVES[:first]:
        stopped.append(leaf)
    resumed = Frontier(stopped.size, stopped.peaks)
    for leaf in LEAVES[first:second]:
        resumed.append(leaf)
    size = max(first, second)
    assert resumed.root() == by_definition(LEAVES[:size])
    assert Frontier.of(size, node=node).peaks == resumed.peaks


@pytest.mark.parametrize(
    ("size", "peaks"), [(1, ()), (0, (LEAVES[0],)), (3, (LEAVES[0],)), (1, (b"short",)), (-1, ())]
)
def test_an_edge_that_does_not_fit_its_size_is_refused(size, peaks):
    with pytest.raises(ValueError, match="do not make a tree"):
        Frontier(size, peaks)


def alterations(path: list[bytes]) -> list[list[bytes]]:
    """Every way to spoil a path by one step."""
    spoilt = [[*path, LEAVES[0]], [LEAVES[0], *path]]
    for at, step in enumerate(path):
        flipped = bytes([step[0] ^ 1]) + step[1:]
        spoilt.append([*path[:at], flipped, *path[at + 1 :]])
        spoilt.append([*path[:at], *path[at + 1 :]])
        spoilt.append([*path[:at], step, step, *path[at + 1 :]])
        spoilt.append([*path[:at], step[:-1], *path[at + 1 :]])
        spoilt.append(path[:at] + path[at : at + 2][::-1] + path[at + 2 :])
    return [each for each in spoilt if each != path]


@given(sizes.filter(bool), st.data())
def test_every_leaf_is_proved_and_no_altered_proof_holds(size, data):
    index = data.draw(
        st.sampled_from([0, 1, size // 2, size - 2, size - 1]).filter(lambda i: 0 <= i < size)
    )
    root = by_definition(LEAVES[:size])
    path = inclusion_path(index, size=size, node=node)
    verify_inclusion(LEAVES[index], index=index, size=size, path=path, root=root)
    for spoilt in alterations(path):
        assert refused(
            lambda spoilt=spoilt: verify_inclusion(
                LEAVES[index], index=index, size=size, path=spoilt, root=root
            )
        )
    for other in {index - 1, index + 1, index ^ 1, size} - {index}:
        assert refused(
            lambda other=other: verify_inclusion(
                LEAVES[index], index=other, size=size, path=path, root=root
            )
        )
    assert refused(
        lambda: verify_inclusion(
            LEAVES[index - 1] if size > 1 else LEAVES[1], index=index, size=size, path=path, root=root
        )
    )
    assert refused(
        lambda: verify_inclusion(LEAVES[index], index=index, size=size, path=path, root=LEAVES[-1])
    )


@given(sizes, sizes)
def test_every_growth_is_proved_and_no_altered_proof_holds(one, other):
    old, new = sorted((one, other))
    roots = {"old_root": by_definition(LEAVES[:old]), "new_root": by_definition(LEAVES[:new])}
    path = consistency_path(old_size=old, new_size=new, node=node)
    verify_consistency(old_size=old, new_size=new, path=path, **roots)
    for spoilt in alterations(path):
        assert refused(
            lambda spoilt=spoilt: verify_consistency(old_size=old, new_size=new, path=spoilt, **roots)
        )
    for wrong in ({**roots, "old_root": LEAVES[-1]}, {**roots, "new_root": LEAVES[-1]}):
        if old or wrong["old_root"] != EMPTY_ROOT:  # anything grows from nothing
            assert refused(
                lambda wrong=wrong: verify_consistency(old_size=old, new_size=new, path=path, **wrong)
            )
    if old != new:
        assert refused(lambda: verify_consistency(old_size=new, new_size=old, path=path, **roots))


def test_a_log_with_one_leaf_exchanged_did_not_grow_from_the_old_one():
    old_root = by_definition(LEAVES[:6])
    forged = [*LEAVES[:2], LEAVES[-1], *LEAVES[3:11]]
    path = consistency_path(
        old_size=6,
        new_size=11,
        node=lambda level, index: by_definition(forged[index << level : (index + 1) << level]),
    )
    with pytest.raises(NotProved):
        verify_consistency(
            old_size=6, new_size=11, old_root=old_root, new_root=by_definition(forged), path=path
        )


@pytest.mark.parametrize(
    "ask",
    [
        lambda: inclusion_path(3, size=3, node=node),
        lambda: inclusion_path(-1, size=3, node=node),
        lambda: consistency_path(old_size=4, new_size=3, node=node),
    ],
)
def test_proofs_of_what_is_not_in_the_log_are_not_made(ask):
    with pytest.raises(ValueError, match=r"leaf|begin"):
        ask()


@given(sizes.filter(bool), st.data())
def test_tiles_hold_every_complete_subtree(size, data):
    tiles = {
        (level, index): b"".join(
            node(level * 8, place)
            for place in range(index * 256, min((index + 1) * 256, size >> level * 8))
        )
        for level in range(2)
        for index in range((size >> level * 8) // 256 + 1)
    }
    found = tiled(lambda level, index: tiles[level, index])
    index = data.draw(st.integers(0, size - 1))
    assert inclusion_path(index, size=size, node=found) == inclusion_path(index, size=size, node=node)


def test_a_tile_that_is_too_short_is_noticed():
    with pytest.raises(ValueError, match="ends before"):
        tiled(lambda level, index: b"".join(LEAVES[:5]))(1, 2)
