"""Where objects lie: the primary location and the site's own further ones (settings VAULT_URL, VAULT_COPIES)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import ObjectCopy
from nianlun.vault.ocfl.faults import NotARoot, Unreachable
from nianlun.vault.ocfl.store import Store
from nianlun.vault.stores import open_store


class NotConfigured(LookupError):
    """No such location in the settings; the sentence says what to do."""


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


def called(name: str) -> str:
    """A location as people call it: the primary by a word of theirs, others by the site's own name or its label."""
    return {PRIMARY: "主库", **settings.VAULT_LABELS}.get(name, name)


def is_configured(name: str) -> bool:
    return any(each.name == name for each in locations())


def open_for_writing(name: str) -> Store:
    """The store of a location, begun only if nothing was ever put there: an empty folder may be a disk not mounted.

    Raises `NotConfigured` and `Unreachable`.
    """
    used = ObjectCopy.objects.filter(location=name, version__gt=0).exists()
    return _open(name, create=not used)


def open_for_reading(name: str) -> Store:
    """The store of a location as it stands. Raises `NotConfigured` and `Unreachable`."""
    return _open(name, create=False)


def _open(name: str, *, create: bool) -> Store:
    try:
        return open_store(location(name).url, create=create)
    except (NotARoot, OSError) as fault:
        raise Unreachable(f"存放处 {name} 不能用：{fault}") from fault
