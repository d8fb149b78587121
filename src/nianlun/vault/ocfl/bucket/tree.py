"""A storage root, and an object in it, as keys of a bucket. What a writer at work has not made valid is not seen."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from nianlun.vault.ocfl.bucket import claims
from nianlun.vault.ocfl.bucket.client import Client, Key
from nianlun.vault.ocfl.inventory import FILE
from nianlun.vault.ocfl.tree import Kind

SIDECAR = f"{FILE}.sha512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """What an interrupted writer left: the object it was meant for, the place, bytes not yet valid."""

    object_id: str
    where: str
    size: int


class BucketPlace:
    """The keys of one object."""

    def __init__(self, client: Client, path: str) -> None:
        self._client, self.path = client, path
        self.sizes: dict[str, int] = {}
        self._seen: dict[str, str] = {}
        self._claimed = False

    @property
    def name(self) -> str:
        return f"{self._client.name}/{self.path}"

    def listing(self) -> dict[str, Kind]:
        keys = self._keys()
        self._seen = {path: key.etag for path, key in keys.items()}
        # After the keys: whoever put one that is not valid yet had the claim before.
        claim = claims.read(self._client, self.path)
        self._claimed = claim is not None
        if claim and claim.note.before is not None:
            for path in self.not_valid(keys, before=claim.note.before):
                del keys[path]
        self.sizes = {path: key.size for path, key in keys.items()}
        kinds = dict.fromkeys(keys, Kind.FILE)
        for path in keys:
            for parent in list(PurePosixPath(path).parents)[:-1]:
                kinds[str(parent)] = Kind.FOLDER
        return dict(sorted(kinds.items()))

    def read(self, path: str) -> bytes:
        if path == SIDECAR and self._claimed:
            return self._sidecar()
        return self._client.read(f"{self.path}/{path}")

    def chunks(self, path: str) -> Iterator[bytes]:
        yield from self._client.chunks(f"{self.path}/{path}")

    def changed(self) -> bool:
        return self._seen != {path: key.etag for path, key in self._keys().items()}

    def all_keys(self) -> dict[str, int]:
        """Every key with its size, valid or not."""
        return {path: key.size for path, key in self._keys().items()}

    def not_valid(self, keys: dict[str, "Key"] | dict[str, int], *, before: int) -> list[str]:
        """Keys that a writer has put since there were `before` versions, as long as the inventory knows of no more."""
        head = self.head() if FILE in keys else 0
        if head > before or (head == 0 and before > 0):
            return []
        return [path for path in keys if before == 0 or version_of(path) > before]

    def head(self) -> int:
        """The number of the version that the inventory calls the current one, 0 if it cannot be made out."""
        try:
            return int(str(json.loads(self._client.read(f"{self.path}/{FILE}"))["head"]).removeprefix("v"))
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _keys(self) -> dict[str, Key]:
        cut = len(self.path) + 1
        return {key.path[cut:]: key for key in self._client.below(self.path)}

    def _sidecar(self) -> bytes:
        """The object's sidecar, or the newest version's where a writer has put only the inventory so far."""
        own = self._client.read(f"{self.path}/{SIDECAR}")
        raw = self._client.read(f"{self.path}/{FILE}")
        if own.split()[:1] == [hashlib.sha512(raw).hexdigest().encode()]:
            return own
        try:
            head = str(json.loads(raw)["head"])
            if self._client.read(f"{self.path}/{head}/{FILE}") == raw:
                return self._client.read(f"{self.path}/{head}/{SIDECAR}")
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return own


class BucketTree:
    """A storage root in a bucket. Nothing is put there."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def name(self) -> str:
        return self._client.name

    def look(self, folder: str) -> dict[str, Kind]:
        folders, files = self._client.directly_in(folder)
        return dict(
            sorted([(name, Kind.FOLDER) for name in folders] + [(name, Kind.FILE) for name in files])
        )

    def read(self, path: str) -> bytes:
        return self._client.read(path)

    def exists(self, path: str) -> bool:
        return self._client.head(path) is not None

    def walk(self) -> Iterator[tuple[str, str]]:
        """One listing of everything: keys come in order, and an object's declaration or inventory before the rest."""
        current, declared, complete = "", False, False
        for key in self._client.below(""):
            path = key.path
            if current and path.startswith(f"{current}/"):
                complete = complete or path == f"{current}/{FILE}"
                continue
            if current and ((declared and complete) or not self._is_claimed(current)):
                yield current, ""
            current = ""
            folder, _, name = path.rpartition("/")
            if not folder or path.startswith("extensions/"):
                continue
            if name.startswith("0=") or name == FILE:
                current, declared, complete = folder, name != FILE, name == FILE
            elif not self._is_claimed(path):
                yield path, "E072"
        if current and ((declared and complete) or not self._is_claimed(current)):
            yield current, ""

    def place(self, path: str) -> BucketPlace:
        return BucketPlace(self._client, path)

    def leftovers(self) -> Sequence[Abandoned]:
        return [self.abandoned(found.note) for found in claims.every(self._client) if found.left_over]

    def abandoned(self, note: claims.Note) -> Abandoned:
        place = self.place(note.path)
        keys = place.all_keys()
        loose = place.not_valid(keys, before=note.before) if note.before is not None else []
        return Abandoned(object_id=note.object_id, where=place.name, size=sum(keys[path] for path in loose))

    def _is_claimed(self, path: str) -> bool:
        """Whether a key without object belongs to one that is being put; asked seldom, so asked anew."""
        return any(
            f"{path}/".startswith(f"{found.note.path}/") and found.note.before == 0
            for found in claims.every(self._client)
        )


def version_of(path: str) -> int:
    """The number of the version in whose folder a path lies, 0 for any other."""
    name = path.partition("/")[0]
    return int(name[1:]) if name.startswith("v") and name[1:].isdigit() else 0
