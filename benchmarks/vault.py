"""Storing and checking page images, against the bare work they cannot do without, measured in the same run.

    python -m benchmarks.vault [--quick] [--folder DIR]

Every row handles the same files once. `ratio` is wall time over that of the first row of its block, `cpu` the same
for processor time, which neighbours on the machine disturb less.
"""

import argparse
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from ocfl.object import Object as TheirObject
from ocfl.version_metadata import VersionMetadata

from nianlun.kernel.digests import digest_file
from nianlun.vault.ocfl import StorageRoot, Submission, streams
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.durable import sync_tree

KILOBYTE, MEGABYTE = 1 << 10, 1 << 20
WHO = {"message": "benchmark", "author_name": "benchmark", "author_address": "urn:nianlun:system"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the files, a sixteenth of the film"
    )
    parser.add_argument(
        "--folder", type=Path, help="filesystem to measure; default: the temporary folder's"
    )
    parser.add_argument("--film", type=int, metavar="MB", help=argparse.SUPPRESS)  # what `memory` starts
    args = parser.parse_args()
    if args.film is not None:
        put_film(args.folder, args.film)
        return
    logging.getLogger().setLevel(logging.WARNING)  # ocfl-py tells of every object
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="nianlun-benchmark-") as name:
        folder = Path(name)
        scans(folder / "scans", 100 if args.quick else 1000)
        people(folder / "people", 10 if args.quick else 100)
        memory(folder, 256 if args.quick else 4096)


def scans(folder: Path, count: int) -> None:
    """An object for each scan of a megabyte."""
    sources = make(folder / "sources", count, MEGABYTE)
    one_by_one, many, floor = (StorageRoot(folder / name) for name in ("one", "many", "floor"))
    submissions = [submission(source.parent.name, [source]) for source in sources]
    print(f"{count} objects of one file of 1 MB")
    block(
        count,
        {
            "shutil copy + sha512": lambda: [copy_and_hash([s], folder / "bare") for s in sources],
            "the same + SM3 + fsync": lambda: [copy_hash_sync([s], folder / "safe") for s in sources],
            "ocfl-py (no SM3, no fsync)": lambda: [
                put_theirs(folder / "theirs", s.parent) for s in sources
            ],
            "ocfl-py + SM3 + fsync": lambda: [
                put_theirs_safely(folder / "safer", s.parent) for s in sources
            ],
            "vault put": lambda: [put(one_by_one, s) for s in submissions],
            "vault put_many": lambda: exhaust(many.put_many(submissions)),
            "vault put_many, SM3 left out": lambda: without_sm3(
                lambda: exhaust(floor.put_many(submissions))
            ),
            "vault put again (nothing new)": lambda: [put(one_by_one, s) for s in submissions],
        },
    )
    block(
        count,
        {
            "bare sha512": lambda: [sha512(s) for s in sources],
            "bare sha512 + SM3": lambda: [digest_file(s) for s in sources],
            "vault verify": lambda: check(many, count),
            "vault verify with SM3": lambda: check(many, count, sm3=True),
        },
    )


def people(folder: Path, count: int) -> None:
    """An object for each person's thirty scans of 200 kB."""
    pages = 30
    make(folder / "sources", count, 200 * KILOBYTE, files=pages)
    persons = [sorted(person.iterdir()) for person in sorted((folder / "sources").iterdir())]
    submissions = [submission(person[0].parent.name, person) for person in persons]
    one_by_one, many = StorageRoot(folder / "one"), StorageRoot(folder / "many")
    print(f"{count} objects of {pages} files of 200 kB")
    block(
        count * pages * 200 / 1024,
        {
            "shutil copy + sha512": lambda: [copy_and_hash(p, folder / "bare") for p in persons],
            "ocfl-py (no SM3, no fsync)": lambda: [
                put_theirs(folder / "theirs", p[0].parent) for p in persons
            ],
            "vault put": lambda: [put(one_by_one, s) for s in submissions],
            "vault put_many": lambda: exhaust(many.put_many(submissions)),
        },
    )


def memory(folder: Path, megabytes: int) -> None:
    """The most memory that a process needs for a page and for a film, each in a process of its own."""
    print(f"{'peak memory of a process storing':40}{'MB':>8}")
    for name, size in (("nothing", 0), ("a page of 1 MB", 1), (f"a film of {megabytes} MB", megabytes)):
        command = [sys.executable, "-m", "benchmarks.vault", "--film", str(size), "--folder", str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"{name:40}{int(done.stdout) / 1024:8.1f}")
    print()


def put_film(folder: Path, megabytes: int) -> None:
    """Store a file of so many megabytes and print the peak memory of this process in kB."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        root = StorageRoot(Path(name) / "vault")
        if megabytes:
            film = Path(name) / "film.mp4"
            with film.open("wb") as file:
                for _ in range(megabytes):
                    file.write(os.urandom(MEGABYTE))
            put(root, submission("film", [film]))
    # Of this program alone: `ru_maxrss` would begin with what its parent held when it was forked.
    peak = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    print(peak.split()[1])


def make(folder: Path, count: int, size: int, *, files: int = 1) -> list[Path]:
    paths = [
        folder / f"{number:04d}" / f"{page:02d}.tif" for number in range(count) for page in range(files)
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    return paths


def block(megabytes: float, rows: dict[str, Callable[[], object]]) -> None:
    print(f"{'':32}{'seconds':>9}{'MB/s':>8}{'ratio':>8}{'cpu':>8}")
    first = None
    for name, work in rows.items():
        os.sync()  # what an earlier row left unwritten is not this row's
        started, used = time.perf_counter(), time.process_time()
        work()
        seconds, used = time.perf_counter() - started, time.process_time() - used
        first = first or (seconds, used)
        ratios = f"{seconds / first[0]:8.2f}{used / first[1]:8.2f}"
        print(f"{name:32}{seconds:9.2f}{megabytes / seconds:8.0f}{ratios}", flush=True)
    print()


def copy_and_hash(sources: list[Path], folder: Path) -> None:
    for target in copied(sources, folder):
        sha512(target)


def copy_hash_sync(sources: list[Path], folder: Path) -> None:
    for target in copied(sources, folder):
        digest_file(target)
        with target.open("rb") as file:
            os.fsync(file.fileno())


def copied(sources: list[Path], folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    for source in sources:
        target = folder / f"{source.parent.name}-{source.name}"
        shutil.copyfile(source, target)
        yield target


def put_theirs_safely(root: Path, source: Path) -> None:
    """As much as we promise: the national digest as well, and everything on the disk."""
    for file in source.iterdir():
        digest_file(file)
    sync_tree(put_theirs(root, source))


def put_theirs(root: Path, source: Path) -> Path:
    """The same object as ours by ocfl-py, at the same place below a root."""
    object_id = f"urn:nianlun:benchmark:{source.name}"
    place = root / StorageRoot(source.parents[1] / "one").layout.path_of(object_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    metadata = VersionMetadata(message="benchmark", name="benchmark", address="urn:nianlun:system")
    TheirObject(identifier=object_id).create(srcdir=str(source), metadata=metadata, objdir=str(place))
    return place


def sha512(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def submission(name: str, sources: list[Path]) -> Submission:
    files = {source.name: source for source in sources}
    return Submission(object_id=f"urn:nianlun:benchmark:{name}", files=files, at=datetime.now(UTC), **WHO)


def put(root: StorageRoot, one: Submission) -> None:
    root.put(one.object_id, one.files, at=one.at, **WHO)


def exhaust(versions: Iterator[object]) -> None:
    for _ in versions:
        pass


def without_sm3(work: Callable[[], object]) -> None:
    """What storing would take if the national digest cost nothing; such objects are not what we promise."""

    class Free:
        def update(self, data: bytes) -> None: ...
        def hexdigest(self) -> str:
            return "0" * 64

    with mock.patch.object(streams, "_Sm3", Free):
        work()


def check(root: StorageRoot, count: int, *, sm3: bool = False) -> None:
    report = verify_root(root.path, sm3=sm3)
    assert report.findings == ()
    assert report.objects == count


if __name__ == "__main__":
    main()
