"""Upright pictures of pages: derived from the originals in a limited process, kept at hand, droppable at will."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from nianlun.archives.queries import ItemLine
from nianlun.digitization.reading import OpenedFile, PageImage
from nianlun.vault import queries as vault


def page_of(item: ItemLine, *, number: int) -> PageImage:
    """The picture of one page of a filed item; made anew from the original where it is not at hand.

    Pictures of a sealed item are never kept. Raises `Refused` where the original cannot be rendered, and the
    `StorageError`s of the vault where it cannot be had.
    """
    vault.ensure_online(item.vault_object)
    sealed = vault.is_sealed(item.vault_object)
    kept = None if sealed else _kept(item.id, number=number)
    if kept is not None:
        return kept
    with (
        vault.reading_path(item.vault_object, item.file_name) as path,
        OpenedFile(path) as file,
    ):
        return rasterise(file, item_id=item.id, number=number, keep=not sealed)


def pages_of(item: ItemLine) -> Iterator[PageImage]:
    """The pictures of all pages in their order; the original is opened once however many are made anew.

    Raises as `page_of`.
    """
    vault.ensure_online(item.vault_object)
    sealed = vault.is_sealed(item.vault_object)
    with ExitStack() as opened:
        file: OpenedFile | None = None
        for number in range(1, item.page_count + 1):
            kept = None if sealed else _kept(item.id, number=number)
            if kept is None and file is None:
                path = opened.enter_context(vault.reading_path(item.vault_object, item.file_name))
                file = opened.enter_context(OpenedFile(path))
            if kept is None and file is not None:
                kept = rasterise(file, item_id=item.id, number=number, keep=not sealed)
            if kept is not None:
                yield kept


def rasterise(file: OpenedFile, *, item_id: UUID, number: int, keep: bool = True) -> PageImage:
    """Render one page of a file and keep the picture, unless the file is one that lies encrypted in the vault."""
    image = file.page_image(number)
    if not keep:
        return image
    folder = _folder(item_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _replace(folder / f"{number}.img", image.content)
    _replace(folder / f"{number}.json", json.dumps(image.to_json(), ensure_ascii=False).encode())
    return image


def drop(item_id: UUID) -> None:
    """Forget the pictures of an item."""
    shutil.rmtree(_folder(item_id), ignore_errors=True)


def _kept(item_id: UUID, *, number: int) -> PageImage | None:
    folder = _folder(item_id)
    try:
        about = json.loads((folder / f"{number}.json").read_bytes())
        return PageImage.from_json(about, content=(folder / f"{number}.img").read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _folder(item_id: UUID) -> Path:
    return Path(settings.DERIVED) / item_id.hex[-2:] / item_id.hex


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{uuid4().hex}")
    part.write_bytes(content)
    os.replace(part, path)  # noqa: PTH105  atomic, and Path.replace says the same
