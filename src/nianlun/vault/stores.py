"""Opening a store by its address: a folder, `file://…`."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from nianlun.vault.ocfl.faults import NotARoot
from nianlun.vault.ocfl.folder_store import FolderStore
from nianlun.vault.ocfl.store import Store


def open_store(url: str | Path, *, create: bool = True) -> Store:
    """The store at an address, begun if nothing is there yet and `create` allows it.

    Raises `NotARoot` for an address that holds something else, nothing, or is none.
    """
    path = _folder(url)
    return FolderStore(path) if create else FolderStore.existing(path)


def _folder(url: str | Path) -> Path:
    if isinstance(url, Path):
        return url
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return Path(unquote(parts.path))
    if "://" in url:
        raise NotARoot(f"不认得存放处的地址 {parts.scheme}://…。请写文件夹路径、file:///… 或 s3://…。")
    return Path(url)
