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


class Unreachable(StorageError):
    """The store does not answer, or answers what cannot be true; nothing can be said about what it holds."""


class Ahead(StorageError):
    """A copy holds versions that the source lacks; copying over it would lose them."""


class OtherHistory(StorageError):
    """Two stores tell different pasts of one object; a person must say which one is true."""


class Withdrawn(StorageError):
    """The object was lawfully destroyed in this store; copying it back would undo that."""


class BrokenSource(StorageError):
    """What was to be stored cannot be read to its end, or changed while it was read; nothing was written."""


class TooLarge(StorageError):
    """A file brings more bytes than the caller allows; what was staged has been taken away again."""
