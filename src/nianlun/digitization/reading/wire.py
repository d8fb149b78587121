"""Messages between the service and a sandboxed child: lengths, then JSON, then bytes; never pickle.

The child has looked at hostile bytes, so its answers are hostile too: every length is bounded before memory is set
aside for it.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_HEAD = struct.Struct(">II")
_BLOB = struct.Struct(">Q")

MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_BLOB_BYTES = 256 * 1024 * 1024
MAX_BLOBS = 8

Message = tuple[dict[str, Any], list[bytes]]


class Garbled(Exception):
    """The other side broke the protocol or went away in the middle of a message."""


def pack(body: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> list[bytes]:
    """The chunks of one message, in the order they are sent."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    chunks = [_HEAD.pack(len(text), len(blobs)), text]
    for blob in blobs:
        chunks += [_BLOB.pack(len(blob)), blob]
    return chunks


def receive(read_exactly: Callable[[int], bytes]) -> Message:
    """Read one message through `read_exactly`, which raises `Garbled` at the end of the stream."""
    json_bytes, count = _HEAD.unpack(read_exactly(_HEAD.size))
    if json_bytes > MAX_JSON_BYTES or count > MAX_BLOBS:
        raise Garbled("message too large")
    try:
        body = json.loads(read_exactly(json_bytes))
    except (ValueError, RecursionError) as reason:
        raise Garbled("not JSON") from reason
    if not isinstance(body, dict):
        raise Garbled("not an object")
    blobs = []
    for _ in range(count):
        (size,) = _BLOB.unpack(read_exactly(_BLOB.size))
        if size > MAX_BLOB_BYTES:
            raise Garbled("blob too large")
        blobs.append(read_exactly(size))
    return body, blobs
