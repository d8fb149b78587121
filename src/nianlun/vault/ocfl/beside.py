"""The small files that a store keeps beside its objects, below `extensions/`: keys, and marks of what is gone.

They are no part of any object, so that they can be rewritten and taken away without touching what is archived.
docs/reference/formats.md says what is in them; here it matters only whether they are there.
"""

import hashlib

from nianlun.vault.ocfl.tree import DESTROYED, KEYS, OFFLINE


def key_file(object_id: str) -> str:
    """Where the wrapped data key of a sealed object lies, below `extensions/`."""
    name = _name(object_id)
    return f"{KEYS}/{name[:2]}/{name}.json"


def destroyed_file(object_id: str) -> str:
    """Where it is noted that an object was lawfully destroyed, below `extensions/`."""
    return f"{DESTROYED}/{_name(object_id)}.json"


def offline_file(object_id: str) -> str:
    """Where it is noted that an object's key lies on offline media only, below `extensions/`."""
    return f"{OFFLINE}/{_name(object_id)}.json"


def _name(object_id: str) -> str:
    return hashlib.sha256(object_id.encode()).hexdigest()
