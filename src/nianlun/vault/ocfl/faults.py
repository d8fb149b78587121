"""The states in which the store declines. Each carries the sentence a clerk reads."""


class StorageError(Exception):
    """What the store refuses or cannot do; `str()` is a Chinese sentence with the next step."""


class BadName(StorageError):
    """An object id or logical path that may not enter the store (S4.2)."""


class Busy(StorageError):
    """Another writer holds this object; nothing was written, trying again is safe."""


class NoSpace(StorageError):
    """The disk or the quota is full; what was staged has been taken away again."""


class NotStored(StorageError):
    """No such object, version or logical path."""


class Damaged(StorageError):
    """What lies on the disk contradicts its own inventory; nothing is read from it or added to it."""


class NotARoot(StorageError):
    """The folder is not an OCFL storage root, and is not empty either."""


class Foreign(StorageError):
    """An object written to rules we read but do not add to (OCFL 1.0, sha256, upper-case digests)."""
