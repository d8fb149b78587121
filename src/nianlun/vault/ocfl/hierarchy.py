"""Finding the objects of a storage root: folders that declare themselves one (OCFL 1.1 §4.3)."""

import os
from collections.abc import Iterator
from pathlib import Path

from nianlun.vault.ocfl.findings import UNREADABLE
from nianlun.vault.ocfl.tree import Kind

DEEPEST = 64
"""Folders within each other, in a root or in an object. Nobody who means to archive makes more."""


def walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Each object's folder with an empty code, each misplaced thing with its OCFL code; sorted.

    A folder that cannot be read, or that lies too deep, is told with `UNREADABLE`, and the others follow all the same.
    """
    waiting = [(root, Kind.FOLDER, 0)]
    while waiting:
        path, kind, depth = waiting.pop()
        if kind is Kind.OTHER:
            yield path, "E090"
        elif kind is Kind.FILE:
            if depth > 1:
                yield path, "E072"
        else:
            try:
                entries = entries_of(path) if depth <= DEEPEST else None
            except FileNotFoundError:
                continue  # taken away meanwhile
            except OSError:
                entries = None
            # An object that lost its declaration is still told by its inventory, so that the loss is named as its own.
            if entries is None:
                yield path, UNREADABLE
            elif depth and any(name.startswith("0=") or name == "inventory.json" for name in entries):
                yield path, ""
            elif depth and not entries:
                yield path, "E073"
            else:
                waiting += [
                    (path / name, entries[name], depth + 1)
                    for name in reversed(entries)
                    if depth or name != "extensions"
                ]


def object_folders(root: Path) -> Iterator[Path]:
    return (path for path, code in walk(root) if not code)


def entries_of(folder: str | Path) -> dict[str, Kind]:
    """What lies directly in a folder, sorted by name; raises `OSError`."""
    with os.scandir(folder) as entries:
        return {entry.name: _kind(entry) for entry in sorted(entries, key=lambda entry: entry.name)}


def _kind(entry: "os.DirEntry[str]") -> Kind:
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER
