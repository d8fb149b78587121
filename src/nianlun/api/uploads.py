"""A file that comes beside the fields of a form: kept apart from the vault until it has been examined."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast
from uuid import uuid4

from ninja.files import UploadedFile

from nianlun.access.domain import Refused
from nianlun.cases.operations.materials import Upload
from nianlun.digitization import quarantine
from nianlun.digitization.reading import Refused as Unreadable

MOST_FORM_BYTES = 21 << 20
"""A scan of some pages; longer papers are taken in at the counter."""
_CHUNK = 1 << 20


def digest(sent: UploadedFile | None) -> bytes:
    """By which a file is known again."""
    found = hashlib.sha256()
    if sent is not None:
        for chunk in sent.chunks(_CHUNK):
            found.update(chunk)
        sent.seek(0)
    return found.digest()


@contextmanager
def kept(sent: UploadedFile | None) -> Iterator[Upload | None]:
    """The file where operations can look at it, for as long as the block lasts. Raises `Refused`."""
    if sent is None:
        yield None
        return
    waiting = uuid4()
    try:
        quarantine.keep(waiting, stream=cast(BinaryIO, sent))
        yield Upload(path=quarantine.path_of(waiting), name=sent.name or "")
    except quarantine.NoRoom as reason:
        raise Refused(str(reason)) from reason
    except Unreadable as reason:
        raise Refused(reason.sentence) from reason
    finally:
        quarantine.discard(waiting)
