"""Whether the bytes of an object are those its inventories name: every file read once, two at a time."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from nianlun.vault.ocfl.check_inventory import Checked
from nianlun.vault.ocfl.findings import SM3_DIFFERS, UNREADABLE, Findings
from nianlun.vault.ocfl.inventory import read_sm3_manifest
from nianlun.vault.ocfl.names import SM3_MANIFEST
from nianlun.vault.ocfl.side_by_side import side_by_side
from nianlun.vault.ocfl.streams import Hasher
from nianlun.vault.ocfl.tree import Place

Wanted = dict[str, set[str]]
"""Algorithm to the digests that inventories state for one file; `fixity md5` for one of the fixity block."""


def check_content(
    place: Place, expected: Mapping[str, Wanted], *, root: Checked, findings: Findings, threads: int
) -> None:
    """Read the files at these content paths and add each whose bytes differ."""
    paths = sorted(expected)
    names = {path: [algorithm.removeprefix("fixity ") for algorithm in expected[path]] for path in paths}
    work = partial(_digests, place, names)
    answers: Iterable[dict[str, str] | OSError] = (
        side_by_side(work, paths, threads=threads) if threads > 1 and len(paths) > 1 else map(work, paths)
    )
    for path, actual in zip(paths, answers, strict=True):
        if isinstance(actual, OSError):
            findings.add(UNREADABLE, f"文件 {shown(path, root)} 读不出：{actual.strerror or actual}")
            continue
        differing = [
            algorithm
            for algorithm, digests in expected[path].items()
            if digests != {actual[algorithm.removeprefix("fixity ")]}
        ]
        for algorithm in differing:
            name = algorithm.removeprefix("fixity ")
            code = SM3_DIFFERS if name == "sm3" else "E093" if name != algorithm else "E092"
            if code == SM3_DIFFERS and root.algorithm in differing:
                continue  # the bytes differ: said already
            findings.add(code, f"文件 {shown(path, root)} 的内容与登记的 {name} 摘要不符")


def expected_sm3(place: Place, root: Checked, *, present: set[str]) -> dict[str, set[str]]:
    """Content path to SM3, from the manifests that our own objects carry."""
    found: dict[str, set[str]] = {}
    for version, state in root.states.items():
        if SM3_MANIFEST not in state:
            continue
        for file in root.content_of(version, SM3_MANIFEST) & present:
            for logical_path, digest in read_sm3_manifest(place.read(file)).items():
                for content in root.content_of(version, logical_path) if logical_path in state else ():
                    found.setdefault(content, set()).add(digest)
    return found


def shown(path: str, root: Checked) -> str:
    """A content path with the name that people gave it."""
    digest = root.manifest.get(path)
    names = {name for state in root.states.values() for name, other in state.items() if other == digest}
    return f"{path}（{sorted(names)[0]}）" if names else path


def _digests(place: Place, names: Mapping[str, list[str]], path: str) -> dict[str, str] | OSError:
    try:
        if names[path] == ["sha512"]:  # nearly always; a plain loop is a tenth faster than many algorithms
            state = hashlib.sha512()
            for chunk in place.chunks(path):
                state.update(chunk)
            return {"sha512": state.hexdigest()}
        hasher = Hasher(names[path])
        _exhaust(hasher.run(place.chunks(path)))
        return {name: hasher.hexdigest(name) for name in names[path]}
    except OSError as fault:
        return fault


def _exhaust(chunks: Iterator[bytes]) -> None:
    for _ in chunks:
        pass
