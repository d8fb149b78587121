"""Storing and checking page images, against the bare work they cannot do without, measured in the same run.

    python benchmarks/vault.py [--quick] [--folder DIR]

Every row handles the same files once. `ratio` is time over that of the first row of its block.
"""

import argparse
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from nianlun.kernel.digests import digest_file
from nianlun.vault.ocfl import StorageRoot
from nianlun.vault.ocfl.check_root import verify_root

MEGABYTE = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 files instead of 1,000")
    parser.add_argument(
        "--folder", type=Path, help="filesystem to measure; default: the temporary folder's"
    )
    args = parser.parse_args()
    count = 100 if args.quick else 1000
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        run(Path(folder), count)


def run(folder: Path, count: int) -> None:
    sources = make(folder / "sources", count)
    root = StorageRoot(folder / "vault")
    bare, safe = folder / "bare", folder / "safe"
    bare.mkdir()
    safe.mkdir()
    print(f"{count} files of 1 MB")
    block(
        count,
        {
            "shutil copy + sha512": lambda: [copy_and_hash(s, bare / s.name) for s in sources],
            "the same + SM3 + fsync": lambda: [copy_hash_sync(s, safe / s.name) for s in sources],
            "vault put (one object each)": lambda: [put(root, s) for s in sources],
            "vault put again (nothing new)": lambda: [put(root, s) for s in sources],
        },
    )
    block(
        count,
        {
            "bare sha512": lambda: [sha512(s) for s in sources],
            "bare sha512 + SM3": lambda: [digest_file(s) for s in sources],
            "vault verify": lambda: check(root, count),
        },
    )


def make(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number:04d}.tif" for number in range(count)]
    for path in paths:
        path.write_bytes(os.urandom(MEGABYTE))
    return paths


def block(count: int, rows: dict[str, Callable[[], object]]) -> None:
    print(f"{'':32}{'seconds':>9}{'MB/s':>8}{'ratio':>8}")
    first = 0.0
    for name, work in rows.items():
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        first = first or seconds
        print(f"{name:32}{seconds:9.2f}{count / seconds:8.0f}{seconds / first:8.2f}")
    print()


def copy_and_hash(source: Path, target: Path) -> str:
    shutil.copyfile(source, target)
    return sha512(target)


def copy_hash_sync(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    digest_file(target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def sha512(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def put(root: StorageRoot, source: Path) -> None:
    root.put(
        f"urn:nianlun:benchmark:{source.stem}",
        {source.name: source},
        message="benchmark",
        author_name="benchmark",
        author_address="urn:nianlun:system",
        at=datetime.now(UTC),
    )


def check(root: StorageRoot, count: int) -> None:
    report = verify_root(root.path)
    assert report.findings == () and report.objects == count


if __name__ == "__main__":
    main()
