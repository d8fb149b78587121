"""Where objects lie: the primary location and the site's own further ones (settings VAULT_URL, VAULT_COPIES)."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from nianlun.vault.domain import PRIMARY
from nianlun.vault.ocfl import NotARoot, StorageRoot


class NotConfigured(LookupError):
    """No such location in the settings; the sentence says what to do."""


class Unreachable(Exception):
    """A location does not answer, or holds no storage root; nothing can be said about the objects there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One place that holds the objects. `url` is a folder, `file://…` or `s3://…`; it carries no secret."""

    name: str
    url: str

    @property
    def is_primary(self) -> bool:
        return self.name == PRIMARY

    @property
    def label(self) -> str:
        return "主本" if self.is_primary else "副本"

    @property
    def shown(self) -> str:
        """The address as a page shows it: without query, user and password."""
        parts = urlsplit(self.url)
        if not parts.scheme or parts.scheme == "file":
            return parts.path
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def locations() -> list[Location]:
    """Every location of the settings, the primary first."""
    return [Location(name=PRIMARY, url=settings.VAULT_URL or str(settings.VAULT_ROOT)), *copies()]


def copies() -> list[Location]:
    """The locations beside the primary, in the order of the settings."""
    return [Location(name=name, url=url) for name, url in settings.VAULT_COPIES.items()]


def location(name: str) -> Location:
    """The location of this name; raises `NotConfigured`."""
    for found in locations():
        if found.name == name and found.url:
            return found
    known = "、".join(each.name for each in locations())
    raise NotConfigured(
        f"设置里没有叫“{name}”的存放处，现有 {known}。请核对名字，或在 NIANLUN_VAULT_COPIES 里加上。"
    )


def is_configured(name: str) -> bool:
    return any(each.name == name for each in locations())


def open_for_writing(name: str) -> StorageRoot:
    """The store of a location, begun if nothing is there yet. Raises `NotConfigured` and `Unreachable`."""
    try:
        return StorageRoot(_folder(location(name)))
    except (NotARoot, OSError) as fault:
        raise Unreachable(f"存放处 {name} 不能用：{fault}") from fault


def open_for_reading(name: str) -> StorageRoot:
    """The store of a location as it stands: an empty folder is not made a root, it may be a disk not mounted.

    Raises `NotConfigured` and `Unreachable`.
    """
    folder = _folder(location(name))
    if not any(folder.glob("0=ocfl_1.*")):
        raise Unreachable(f"存放处 {name} 里没有档案库：{folder}。请查磁盘是否挂上、地址是否写对。")
    return open_for_writing(name)


def _folder(found: Location) -> Path:
    return Path(found.url.removeprefix("file://"))
