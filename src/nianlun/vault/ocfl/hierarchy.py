"""Finding the objects of a storage root: folders that declare themselves one (OCFL 1.1 §4.3)."""

import os
from collections.abc import Iterator
from pathlib import Path


def walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Each object's folder with an empty code, each misplaced thing with its OCFL code; sorted."""
    yield from _below(root, top=True)


def object_folders(root: Path) -> Iterator[Path]:
    return (path for path, code in walk(root) if not code)


def _below(folder: Path, *, top: bool = False) -> Iterator[tuple[Path, str]]:
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    # An object that lost its declaration is still told by its inventory, so that the loss is named as its own.
    if not top and any(entry.name.startswith("0=") or entry.name == "inventory.json" for entry in entries):
        yield folder, ""
        return
    if not top and not entries:
        yield folder, "E073"
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink():
            yield path, "E090"
        elif entry.is_dir():
            if not (top and entry.name == "extensions"):
                yield from _below(path)
        elif not top:
            yield path, "E072"
