"""Opening regular files and nothing else: a pipe would keep its reader waiting for ever, a device never end."""

import errno
import os
import stat
from collections.abc import Iterator

CHUNK = 1 << 18  # fits the processor's cache: a megabyte at a time took a third longer
LARGEST_BOOK = 64 << 20
"""Bytes of the largest inventory or manifest that is read into memory: one of some 150,000 files."""


def chunks_of(path: str, *, largest: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, some at a time; raises `OSError`, for one of more than `largest` bytes too."""
    # A check opens seven small files for each object: file objects cost it more than the system calls.
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except ValueError as fault:  # a zero byte or half a character in a name that an inventory makes up
        raise OSError(errno.EINVAL, "名字不能用", path) from fault
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "不是普通文件", path)
        if largest is not None and status.st_size > largest:
            raise OSError(errno.EFBIG, f"有 {status.st_size} 字节，多于这种文件可有的 {largest}", path)
        left = status.st_size
        while chunk := os.read(handle, CHUNK):
            yield chunk
            left -= len(chunk)
            if (
                not left
            ):  # asking for the size has cost a call, not asking for what follows the end saves one
                break
    finally:
        os.close(handle)


def read_book(path: str) -> bytes:
    """The bytes of an inventory, a manifest or another file that must fit into memory; raises `OSError`."""
    return b"".join(chunks_of(path, largest=LARGEST_BOOK))
